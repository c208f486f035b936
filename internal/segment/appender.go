package segment

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Owner is the writer that an appender works for. Its methods are called with
// the writer's lock held and must not block.
type Owner interface {
	// Stored tells that a number of bytes of this segment left the window; 0 if
	// it was a large event, or a part of one.
	Stored(a *Appender, bytes int)
	// Sealed tells that the segment takes no more events: it was sealed or
	// truncated away. What was under way may be stored or not. The appender
	// has stopped.
	Sealed(a *Appender)
	// Failed tells that the segment cannot be written to, ever. The appender
	// has stopped.
	Failed(a *Appender, err error)
}

// Appender appends the events of one writer to one segment, exactly once,
// through any number of connections. It connects when there is something to
// send. All of it is guarded by the writer's lock, which the caller of its
// methods holds.
type Appender struct {
	Name string // of the segment

	lock    *sync.Mutex
	stores  *segmentstore.Stores
	owner   Owner
	session Session
	request int64
	end     end
	resumed bool // by a later incarnation, maybe

	life       *background.Life // ends with Stop
	link       *link
	asked      bool // the sender will pull
	connecting bool
	queued     bool                 // others store large events, and ours has to wait
	uploading  *segmentstore.Conn   // that carries a large event
	moving     *move                // to another connection, while this one still works
	failures   int                  // since the last progress
	offences   int                  // those on a connection that was there
	lost       string               // endpoint of a store that could not be reached or closed the connection
	trouble    error                // the last failure since the last progress
	avoid      []*segmentstore.Conn // that live, and on which something of ours may still be under way
}

// Config of the appenders of a writer.
type Config struct {
	Lock       *sync.Mutex // the writer's
	Stores     *segmentstore.Stores
	Owner      Owner
	Progress   *Progress
	BlockBytes int
	Resumed    bool  // the writer has an id: others may have written under it, or may do so
	Known      int64 // the segment may have events of the writer up to this number
}

// NewAppender makes an appender for a segment. The wire id must be different
// for every segment. It ends with its life, which Stop ends.
func NewAppender(life *background.Life, c Config, name string, id wire.UUID) *Appender {
	request := c.Stores.Request()
	a := &Appender{
		Name:    name,
		lock:    c.Lock,
		stores:  c.Stores,
		owner:   c.Owner,
		session: NewSession(id, request, c.BlockBytes, c.Progress, c.Known),
		request: request,
		end:     end{offset: -1, behind: c.Resumed},
		resumed: c.Resumed,
		life:    life,
	}
	return a
}

// Bytes is how many bytes of this segment are in the window.
func (a *Appender) Bytes() int { return a.session.Bytes() }

// Doubtful reports whether something was sent of which nobody knows whether it is
// stored.
func (a *Appender) Doubtful() bool { return a.session.Doubtful() }

// Final waits until the segment is sealed and returns the number of the last
// event that it holds of this writer; Fenced if a later incarnation has taken
// over. Call it without the lock, on an appender that has stopped.
func (a *Appender) Final(ctx context.Context) (int64, error) {
	return afterSeal(ctx, a.stores, a.Name, func() (int64, error) {
		value, err := Attribute(ctx, a.stores, a.Name, segmentstore.Write, a.session.writer)
		if err != nil {
			return 0, err
		}
		return a.lastNumber(value)
	})
}

// lastNumber is the number of the last event that the segment has, as its store says:
// Fenced if a later incarnation has taken over, Protocol for a number that was never
// sent, up to which nothing must count as stored. Call it without the lock.
func (a *Appender) lastNumber(value int64) (int64, error) {
	number, isFenced := lastNumber(value)
	a.lock.Lock()
	defer a.lock.Unlock()
	switch {
	case !a.session.Plausible(number) || isFenced && !a.resumed:
		return 0, a.implausible(value)
	case isFenced:
		return 0, Fenced(a.Name)
	}
	return number, nil
}

func (a *Appender) implausible(value int64) error {
	return fault.New(fault.Protocol, "append to segment", a.Name, "the store has event number %d, which was never sent", value)
}

// Add takes the next event, or several that are stored together; see Session.
func (a *Appender) Add(last int64, position float64, events ...[]byte) {
	a.session.Add(last, position, events...)
	a.kick()
}

// A Prompt is a lone event that its writer sends himself.
type Prompt interface {
	// Send sends it. Call it without the lock, and once: nobody else does.
	Send()
}

// AddPromptly is Add that has the caller send the event himself, if nothing else
// is under way: to wake the sender takes longer than to send. Else it returns nil.
func (a *Appender) AddPromptly(last int64, position float64, events ...[]byte) Prompt {
	a.session.Add(last, position, events...)
	if !a.asked && a.link != nil && len(a.session.flight) == 0 && a.session.Sendable() {
		a.asked = true
		return a.link
	}
	a.kick()
	return nil
}

// kick gets the sender going, or a connection.
func (a *Appender) kick() {
	switch {
	case a.asked:
	case a.link != nil:
		switch {
		case a.session.Sendable():
			a.asked = true
			a.link.conn.Ready(a.link)
		case a.session.LargeIsNext():
			a.depart() // its number is told in another way than by appends
			a.kick()
		}
	case !a.connecting && !a.session.Empty() && !a.life.Over():
		a.connecting = true
		go a.connect(nil)
	}
}

// Stop ends the appender; what it holds stays for Settle and Leftovers.
func (a *Appender) Stop() {
	a.life.End()
	a.detach(true)
}

// Settle drops what the segment turned out to hold: everything up to a number.
// The appender must have stopped.
func (a *Appender) Settle(stored int64) {
	a.freed(a.session.Settle, stored)
}

// freed drops what turned out to be stored, in the session's way.
func (a *Appender) freed(drop func(stored int64) int, stored int64) {
	large := a.session.large
	if bytes := drop(stored); bytes > 0 || a.session.large < large {
		a.progressed()
		a.end.behind = true
		a.owner.Stored(a, bytes)
	}
}

// Leftovers visits what is not stored; see Session.
func (a *Appender) Leftovers(visit Visit) {
	a.session.Leftovers(visit)
}

// Discard drops what is left.
func (a *Appender) Discard() { a.session.Discard() }

// detach leaves the connection; alive tells that it goes on without us.
func (a *Appender) detach(alive bool) {
	if a.link == nil {
		return
	}
	if alive {
		a.link.leave()
		a.shun(a.link.conn)
	}
	a.link = nil
	a.asked = false
	a.moving.finish()
	a.session.Offline(alive)
}

// depart leaves a connection on which nothing is under way.
func (a *Appender) depart() {
	a.link.leave()
	a.link = nil
	a.asked = false
	a.moving.finish()
	a.session.Offline(false)
}

// broken is what follows a failure on the connection: connect again, at once if the
// connection brought progress.
func (a *Appender) broken(alive bool, err error) {
	if a.lost = ""; !alive && a.link != nil {
		a.lost = a.link.conn.Endpoint()
	}
	if a.session.Bytes() > 0 && offence(err) {
		a.offences++
	}
	a.detach(alive)
	if a.fail(background.SetUpAppend, err) {
		a.kick()
	}
}

// fail notes a failure and reports whether to try again. While nothing waits to be
// stored, failures mean nothing: the next event finds out anew.
func (a *Appender) fail(work background.Work, err error) (again bool) {
	if a.session.Empty() && fault.CodeOf(err) != fault.Fenced {
		return false
	}
	a.failures++
	a.trouble = err
	switch a.life.Judge(work, err) {
	case background.Fatal:
		a.Stop()
		a.owner.Failed(a, fault.Wrap(fault.CodeOf(err), "append to segment", a.Name, err))
		return false
	case background.Over:
		return false
	}
	return true
}

// progressed tells that something was stored.
func (a *Appender) progressed() {
	if a.trouble != nil {
		a.life.Judge(background.SetUpAppend, nil)
		a.life.Judge(background.StoreLarge, nil)
	}
	a.failures, a.offences, a.trouble, a.lost = 0, 0, nil, ""
}

// delay is how long to wait before the next try. A connection that fails for the first
// time since it brought progress is replaced at once; that is normal after a seal.
func (a *Appender) delay() time.Duration { return retry.Soon.Delay(a.failures - 1) }

// Waits reports whether something waits for the servers to store it. A large event that
// waits for others to be stored does not.
func (a *Appender) Waits() bool { return !a.session.Empty() && !a.queued }

// GiveUp leaves the connection that the appender is set up on, if any: the server does not
// answer although it lives. Others move from there without a break, as long as the server
// answers them.
func (a *Appender) GiveUp(reason error) {
	if a.link != nil && a.session.UnderWay() > 0 {
		go a.link.conn.Retire() // it takes the locks of all writers
		a.broken(true, reason)
	}
	if a.uploading != nil {
		a.uploading.Close(reason)
	}
}

// link is the appender's part in one connection.
type link struct {
	a     *Appender
	conn  *segmentstore.Conn
	token string          // that it is set up with
	setup chan wire.Reply // the first reply
	gone  chan struct{}   // the connection was lost
	why   error           // set before gone is closed

	distrusted bool // the server does not keep to the protocol, so nothing that it says counts
}

// Send has the caller be the sender.
func (l *link) Send() { l.conn.Now(l) }

// leave ends our part in a connection that is still there.
func (l *link) leave() { l.conn.Unregister(l.a.request) }

// Pull hands frames to the connection's sender.
func (l *link) Pull(frames net.Buffers) net.Buffers {
	a := l.a
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.link != l {
		return frames
	}
	a.asked = false
	frames = a.session.Take(frames)
	a.kick()
	return frames
}

// UnderWay is how many bytes were sent on this connection and not answered.
func (l *link) UnderWay() int {
	a := l.a
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.link != l {
		return 0
	}
	return a.session.UnderWay()
}

// Receive handles a reply of the server.
func (l *link) Receive(reply wire.Reply) {
	a := l.a
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.link != l {
		select {
		case l.setup <- reply:
		default:
		}
		return
	}
	if l.distrusted {
		return
	}
	switch r := reply.(type) {
	case wire.DataAppended:
		if !a.session.Plausible(r.EventNumber) {
			l.distrusted = true
			l.conn.Close(a.implausible(r.EventNumber)) // which has the link lost
			return
		}
		a.progressed()
		a.end.told(r.CurrentSegmentWriteOffset)
		if freed := a.session.Acked(r.EventNumber); freed > 0 {
			a.owner.Stored(a, freed)
		}
		if a.session.Drained() {
			a.moving.finish()
		}
		a.kick()
	case wire.AppendSetup: // belongs to an earlier attempt on this connection
	default:
		l.refused(l.failure(reply))
	}
}

// failure of an append; a reply that no server should send is one too.
func (l *link) failure(reply wire.Reply) error {
	const op = "append to segment"
	if err := segmentstore.Failure(op, l.a.Name, l.conn.Endpoint(), reply); err != nil {
		return err
	}
	return unexpected(op, l.a.Name, reply)
}

// refused handles the server's refusal of an append or of its set-up.
func (l *link) refused(err error) {
	a := l.a
	switch fault.CodeOf(err) {
	case fault.SegmentSealed, fault.NoSuchSegment:
		a.trouble = err
		a.Stop()
		a.owner.Sealed(a)
		return
	}
	if segmentstore.TokenRefused(err) {
		a.stores.Authorizer().Refused(a.Name, segmentstore.Write, l.token)
	}
	a.broken(true, err)
}

// Lost handles the end of the connection.
func (l *link) Lost(err error) {
	l.why = err
	close(l.gone)
	a := l.a
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.link == l {
		a.broken(false, err)
	}
}
