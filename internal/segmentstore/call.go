package segmentstore

import (
	"context"
	"errors"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Refusals is how many tokens in a row a store may refuse. After that the newest one
// will not do either, for example because the clocks of the servers differ.
const Refusals = 8

// call is a request about a segment, for as many attempts as it takes.
type call struct {
	stores  *Stores
	op      string // in the words of errors
	segment string
	access  Access

	token     string // of the last attempt
	endpoint  string // likewise
	guessed   bool   // where the segment is, at the last attempt
	uncertain bool   // an attempt may have taken effect although no answer says so
}

// Call sends a request about a segment and waits for its reply, over a shared
// connection. Lost connections and moved segments are tried again until ctx ends,
// tokens that are refused are fetched anew up to Refusals times, so the request
// must be one that may be repeated. Error replies come back as errors, as Failure
// describes. fault.MayBeStored holds for the error of a request that changes something
// if an attempt may have done so.
func (s *Stores) Call(ctx context.Context, op, segment string, access Access, build Build) (wire.Reply, error) {
	c := &call{stores: s, op: op, segment: segment, access: access}
	reply, err := c.do(ctx, build)
	if err != nil && c.uncertain {
		err = fault.Uncertain(err)
	}
	return reply, err
}

func (c *call) do(ctx context.Context, build Build) (wire.Reply, error) {
	s := c.stores
	refusals, begun, last := 0, time.Now(), error(nil)
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return nil, fault.Context(ctx, c.op, c.segment).Because(fault.Untried, fault.Lasting(last, time.Since(begun)))
		}
		reply, err := c.attempt(ctx, build)
		if err == errReadRefused {
			// Perhaps another one's. To this question the refusal is our own.
			if reply, err = c.attempt(ctx, c.state); err == nil && c.failure(reply) == nil {
				continue
			}
		}
		if err == nil {
			if err = c.failure(reply); err == nil {
				fault.Trouble(ctx, nil)
				return reply, nil
			}
		}
		s.Lost(c.segment)
		if missing, ok := reply.(wire.NoSuchSegment); ok && c.guessed && missing.Segment == c.segment {
			continue // it is not there
		}
		switch code := fault.CodeOf(err); {
		case code == fault.Unreachable, code == fault.WrongHost, code == fault.ServerError:
			s.dialer.Logger.Debug("request is tried again", "op", c.op, "segment", c.segment, "attempt", attempt, "err", err)
		case TokenRefused(err):
			if refusals++; refusals > Refusals {
				return nil, err
			}
			s.tokens.Refused(c.segment, c.access, c.token)
		case code == fault.TimedOut, code == fault.Cancelled:
			if ctx.Err() == nil {
				return nil, err
			}
		default:
			return nil, err
		}
		if last == nil || ctx.Err() == nil { // what the end of ctx broke off says less
			last = err
			fault.Trouble(ctx, err)
		}
	}
}

// attempt asks once.
func (c *call) attempt(ctx context.Context, build Build) (wire.Reply, error) {
	s := c.stores
	token, _, err := s.tokens.Token(ctx, c.segment, c.access)
	c.token = token
	if err != nil {
		return nil, err
	}
	endpoint, guessed, err := s.Find(ctx, c.segment)
	if err != nil {
		return nil, err
	}
	c.endpoint, c.guessed = endpoint, guessed
	conn, err := s.ConnectTo(ctx, endpoint, Requests)
	if err != nil {
		return nil, fault.Wrap(fault.CodeOf(err), c.op, c.segment, err)
	}
	request := s.Request()
	command := build(request, token)
	frame, err := wire.Encode(nil, command)
	if err != nil {
		return nil, err
	}
	// A reply that was lost on a connection that lives must not be waited for
	// for ever; nothing tells what else is wrong with it.
	try, cancel := fault.Within(ctx, s.SetupTimeout(), "wait for segment store", endpoint)
	defer cancel()
	fault.Trouble(ctx, fault.New(fault.Unreachable, c.op, c.segment, "segment store %s has not answered yet", endpoint))
	reply, sent, err := conn.exchange(try, request, frame, offsetOf(command))
	if sent && changes(command) && (err != nil || c.failure(reply) != nil && !Refusal(reply)) {
		c.uncertain = true
	}
	switch {
	case err == nil:
		s.Found(c.segment, endpoint) // an error reply has it forgotten again
	case try.Err() != nil && ctx.Err() == nil:
		conn.Retire()
	}
	return reply, err
}

// state is a question that shows the same token as others about the segment.
func (c *call) state(request int64, token string) wire.Command {
	return wire.GetStreamSegmentInfo{RequestID: request, Segment: c.segment, Token: token}
}

// failure is that of the last attempt.
func (c *call) failure(reply wire.Reply) error { return Failure(c.op, c.segment, c.endpoint, reply) }

// changes reports whether a command is more than a question.
func changes(command wire.Command) bool {
	switch command.(type) {
	case wire.ReadSegment, wire.GetStreamSegmentInfo, wire.GetSegmentAttribute:
		return false
	}
	return true
}

// offsetOf is where a read starts; noRead for any other command.
func offsetOf(command wire.Command) int64 {
	if read, ok := command.(wire.ReadSegment); ok {
		return read.Offset
	}
	return noRead
}

const noRead = -1

// errReadRefused tells that a read was refused which may have been this one.
var errReadRefused = fault.New(fault.Unauthenticated, "read from segment store", "", "the token of a read was refused")

// Exchange sends one frame and waits for the reply to its request id. With an error,
// sent reports whether the request may have reached the server.
func (c *Conn) Exchange(ctx context.Context, request int64, frame []byte) (reply wire.Reply, sent bool, err error) {
	return c.exchange(ctx, request, frame, noRead)
}

func (c *Conn) exchange(ctx context.Context, request int64, frame []byte, offset int64) (reply wire.Reply, sent bool, err error) {
	if ctx.Err() != nil {
		return nil, false, fault.Context(ctx, "ask segment store", c.endpoint).Because(fault.Untried, nil)
	}
	waiting := exchange{make(chan answer, 1), offset}
	if err := c.Register(request, waiting); err != nil {
		return nil, false, err
	}
	defer c.Unregister(request)
	c.Send(frame)
	select {
	case got := <-waiting.answers:
		return got.reply, true, got.err
	case <-ctx.Done():
		return nil, true, fault.Context(ctx, "wait for segment store", c.endpoint).Because("no reply", nil)
	}
}

// exchange is the receiver of one reply.
type exchange struct {
	answers chan answer
	offset  int64 // of a read; else noRead
}

type answer struct {
	reply wire.Reply
	err   error
}

// Receive takes the reply.
func (e exchange) Receive(reply wire.Reply) { e.put(answer{reply: reply}) }

// ReadRefused takes the refusal of a read that may be this one.
func (e exchange) ReadRefused(offset int64) {
	if offset == e.offset {
		e.put(answer{err: errReadRefused})
	}
}

// Lost takes the end of the connection.
func (e exchange) Lost(err error) { e.put(answer{err: err}) }

// put keeps the first answer; a second one to the same request is dropped.
func (e exchange) put(a answer) {
	select {
	case e.answers <- a:
	default:
		if data, ok := a.reply.(Data); ok {
			data.Buffer.Release()
		}
	}
}

// Refusal reports whether a reply says that the request was not carried out. After
// another error reply, such as ErrorMessage, nobody knows.
func Refusal(reply wire.Reply) bool {
	switch reply.(type) {
	case wire.WrongHost, wire.SegmentIsSealed, wire.NoSuchSegment, wire.SegmentAlreadyExists, wire.SegmentIsTruncated,
		wire.OperationUnsupported, wire.AuthTokenCheckFailed:
		return true
	}
	return false
}

// TokenRefused reports whether a request failed because of its token: another one may do.
func TokenRefused(err error) bool {
	return fault.CodeOf(err) == fault.Unauthenticated || errors.Is(err, fault.ErrTokenRefused)
}

// Failure turns an error reply into an error: NoSuchSegment, SegmentSealed,
// SegmentTruncated, WrongHost (also for a read that brings nothing), Unauthenticated (a
// new token may do), PermissionDenied (because of fault.ErrTokenRefused), Protocol for what
// the server does not know, and ServerError for the rest. It returns nil for any other
// reply. endpoint is that of the store that replied.
func Failure(op, segment, endpoint string, reply wire.Reply) error {
	switch r := reply.(type) {
	case wire.WrongHost:
		return fault.New(fault.WrongHost, op, segment, "%s", r.CorrectHost)
	case wire.SegmentIsSealed:
		return fault.New(fault.SegmentSealed, op, segment, "")
	case wire.NoSuchSegment:
		return fault.New(fault.NoSuchSegment, op, segment, "")
	case wire.SegmentAlreadyExists:
		return fault.New(fault.AlreadyExists, op, segment, "")
	case wire.SegmentIsTruncated:
		return fault.New(fault.SegmentTruncated, op, segment, "it starts at offset %d", r.StartOffset)
	case wire.OperationUnsupported:
		return fault.New(fault.Protocol, op, segment, "segment store %s does not support %s", endpoint, r.OperationName)
	case wire.AuthTokenCheckFailed:
		if r.ErrorCode == wire.TokenCheckFailed {
			return &fault.Error{Code: fault.PermissionDenied, Op: op, Subject: segment, Detail: at(endpoint), Err: fault.ErrTokenRefused}
		}
		return fault.New(fault.Unauthenticated, op, segment, "%s: the token has expired", at(endpoint))
	case wire.InvalidEventNumber:
		return fault.New(fault.ServerError, op, segment, "%s: event number %d was refused", at(endpoint), r.EventNumber)
	case wire.ErrorMessage:
		words := at(endpoint)
		if quoted := fault.Quote(r.Message); quoted != "" {
			words += ": " + quoted
		}
		return fault.New(fault.ServerError, op, segment, "%s", words)
	case Data:
		if len(r.Data) == 0 { // so a store ends a read when it gives the segment up
			return fault.New(fault.WrongHost, op, segment, "an empty reply")
		}
	}
	return nil
}

// at is a store in messages.
func at(endpoint string) string { return "segment store " + endpoint }
