package background

import (
	"errors"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// Work names a kind of background work.
type Work int

// Every kind of background work of the client.
const (
	SetUpAppend         Work = iota // find the store of a writer's segment, connect, ask it for the writer's last number
	StoreLarge                      // store an event that one append cannot carry
	MoveAppend                      // find another connection before one ends
	DeleteTransient                 // delete the remains of a large event that failed
	FindSuccessors                  // ask the controller what replaces a sealed segment
	ReadSealed                      // ask a sealed segment for the writer's last number
	EnterSuccessors                 // fence the successors of a segment, for a writer with an id
	RaiseDurable                    // note what is stored, for the next writer of the id
	FindLaterWriter                 // look for a later writer of the id
	NoteTime                        // note a writer's event time
	PingTransaction                 // keep a transaction alive
	ReadGroupState                  // read what other members wrote to a group's state
	WriteGroupState                 // take, release and complete segments, pass checkpoints
	FindGroupSuccessors             // ask the controller what follows a segment that was read to its end
	CompactGroupState               // shorten the log of a group's state
	RemoveSilentReader              // take a reader without a sign of life out of the group
	StartCheckpoint                 // start an automatic checkpoint
	PublishCheckpoint               // let the servers truncate what lies before a checkpoint
	RenewGroupConfig                // look for a newer configuration of the group
	ReportLag                       // tell the group how far a reader has come, its sign of life
	WatchGroup                      // look for changes of a group, for its watch
	ReadSegment                     // find the store of a reader's segment, connect and read
	FindControllers                 // look up the controllers' addresses, or ask them for the list
	FetchToken                      // get a bearer token from its source, or a delegation token from the controller
	GreetStore                      // greet the store of a silent connection, which may be throttled
	CloseChild                      // close what the application left open, with its client
	works
)

// description of a kind of work.
type description struct {
	name string
	// optional work ends nobody: its object works on without it, with less comfort.
	optional bool
	// rest is the pause after a failure for work that is done in passing, among other
	// work. What has a loop of its own has none: its loop waits for Life.Backoff.
	rest retry.Backoff
	// logged: the code that does the work logs its failures.
	logged bool
}

var (
	none   retry.Backoff
	brief  = retry.Backoff{First: 100 * time.Millisecond, Last: 2 * time.Second}
	seldom = retry.Backoff{First: time.Second, Last: time.Minute}
)

var descriptions = [works]description{
	SetUpAppend:         {"set up append", false, none, false},
	StoreLarge:          {"store large event", false, none, false},
	MoveAppend:          {"move append", true, none, false},
	DeleteTransient:     {"delete transient segment", true, none, false},
	FindSuccessors:      {"find successors", false, none, false},
	ReadSealed:          {"read sealed segment's last number", false, none, false},
	EnterSuccessors:     {"enter successors", false, none, false},
	RaiseDurable:        {"raise durable number", true, none, false},
	FindLaterWriter:     {"find later writer", true, none, false},
	NoteTime:            {"note time", true, seldom, false},
	PingTransaction:     {"ping transaction", true, none, true},
	ReadGroupState:      {"read group state", false, none, false},
	WriteGroupState:     {"write group state", false, none, false},
	FindGroupSuccessors: {"find successors for group", false, brief, false},
	CompactGroupState:   {"compact group state", true, seldom, false},
	RemoveSilentReader:  {"remove silent reader", true, seldom, false},
	StartCheckpoint:     {"start checkpoint", true, seldom, false},
	PublishCheckpoint:   {"publish checkpoint", true, seldom, false},
	RenewGroupConfig:    {"renew group configuration", true, seldom, false},
	ReportLag:           {"report lag", true, brief, false},
	WatchGroup:          {"watch group", false, none, false},
	ReadSegment:         {"read segment", false, none, false},
	GreetStore:          {"greet silent store", true, none, false},
	CloseChild:          {"close with the client", true, none, false},
	FindControllers:     {"find controllers", true, none, true},
	FetchToken:          {"fetch token", true, none, true},
}

// String names the work for logs.
func (w Work) String() string { return descriptions[w].name }

// Optional reports whether the work's object works on without it.
func (w Work) Optional() bool { return descriptions[w].optional }

// endurance is how long work is tried again after a kind of failure.
type endurance int

const (
	never   endurance = iota // the answer is clear and will stay the same
	aWhile                   // a stranger at the port, a token that is just being replaced: final if it lasts
	forever                  // servers that are away come back; max.outage limits a writer's wait
)

// enduranceOf says how long work is tried again after a failure.
func enduranceOf(err error) endurance {
	if errors.Is(err, fault.ErrTokenRefused) {
		return aWhile
	}
	switch fault.CodeOf(err) {
	case fault.Unreachable, fault.TimedOut, fault.Cancelled, fault.WrongHost, fault.ServerError, fault.Conflict, fault.Busy, fault.NoMemory:
		return forever
	case fault.Protocol, fault.Unauthenticated, fault.TLS:
		return aWhile
	}
	return never
}
