package segment

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// MaxAppend is the most framed bytes that go in one append. An event that takes
// more is large: it goes to a transient segment of its own, in parts, which then
// becomes the end of the segment in one step.
const MaxAppend = wire.EventHeader + 8<<20

// AddLarge takes an event that one append cannot carry. It belongs to the session
// from now on and must not change. It waits until everything before it is
// stored, and what comes after it waits for it.
func (s *Session) AddLarge(number int64, position float64, event []byte) {
	b := newBlock(number)
	b.large = event
	b.chunks[0].note(record{position: position})
	s.queue = append(s.queue, b)
	s.progress.add(b)
	s.large += len(event)
}

// LargeBytes is how many bytes of large events are not known to be stored.
func (s *Session) LargeBytes() int { return s.large }

// LargeIsNext reports whether a large event is to be stored before anything else.
func (s *Session) LargeIsNext() bool {
	return len(s.flight) == 0 && len(s.queue) > 0 && s.queue[0].large != nil
}

// Large is the large event that is next, which from now on may be stored. Trim
// drops it when it is.
func (s *Session) Large() (number int64, event []byte, ok bool) {
	if !s.LargeIsNext() {
		return 0, nil, false
	}
	b := s.queue[0]
	b.closed = true
	s.highest = max(s.highest, b.last)
	return b.last, b.large, true
}

// AddLarge takes the next event, which is too large for an append; see Session.
func (a *Appender) AddLarge(number int64, position float64, event []byte) {
	a.session.AddLarge(number, position, event)
	a.kick()
}

// LargeBytes is how many bytes of large events wait here.
func (a *Appender) LargeBytes() int { return a.session.LargeBytes() }

// storeLarge tries once to store a large event as the writer's next one. Nothing
// of the writer is under way to the segment. The segment takes the event together
// with its number, and only if the writer's last number still is the one that it
// had before: so a try whose reply was lost, or that comes through late, stores
// it but once, and whoever asks for the number learns of it. An error says that
// it is not known to be stored; SegmentSealed and NoSuchSegment are those of the
// segment itself.
func (a *Appender) storeLarge(ctx context.Context, number int64, event []byte) error {
	info, err := Info(ctx, a.stores, a.Name, segmentstore.Write)
	if err != nil {
		return err
	}
	if info.IsSealed {
		return fault.New(fault.SegmentSealed, "append large event to segment", a.Name, "")
	}
	last, done, err := a.has(ctx, number)
	if done || err != nil {
		return err
	}
	conn, err := a.stores.ConnectAlone(ctx, a.Name, a.queue)
	if err != nil {
		return err
	}
	a.lock.Lock()
	a.uploading = conn
	a.lock.Unlock()
	defer func() {
		a.lock.Lock()
		a.uploading = nil
		a.lock.Unlock()
		conn.Close(fault.New(fault.Closed, "append large event to segment", a.Name, "the connection is not needed any more"))
	}()
	t := transient{a: a, conn: conn, writer: wire.NewUUID(), request: a.stores.Request()}
	merged, err := t.store(ctx, event, wire.AttributeUpdate{
		AttributeID: a.session.writer,
		UpdateType:  wire.AttributeReplaceIfEquals,
		NewValue:    number,
		OldValue:    last,
	})
	if merged {
		return nil
	}
	// Also when the condition failed, or the transient segment is gone: an
	// earlier merge may have come through.
	if _, done, asked := a.has(ctx, number); done || asked != nil {
		return asked
	}
	return transientFailure(err)
}

// queue notes whether the appender waits for its turn.
func (a *Appender) queue(waits bool) {
	a.lock.Lock()
	a.queued = waits
	a.lock.Unlock()
}

// has asks whether the segment has an event of the writer, and for the value of
// the last one's number.
func (a *Appender) has(ctx context.Context, number int64) (last int64, done bool, err error) {
	last, err = Attribute(ctx, a.stores, a.Name, segmentstore.Write, a.session.writer)
	if err != nil {
		return 0, false, err
	}
	stored, err := a.lastNumber(last)
	return last, stored >= number, err
}

// transientFailure is an error of the transient segment as one of the try: what is
// sealed or gone need not be the segment itself, which is asked at the next one.
func transientFailure(err error) error {
	switch fault.CodeOf(err) {
	case fault.NoSuchSegment, fault.SegmentSealed, fault.SegmentTruncated, fault.AlreadyExists:
		return fault.Wrap(fault.ServerError, "append large event by transient segment", "", err)
	}
	return err
}

// transient is the segment that takes the parts of one large event in one try. It
// lives on a connection of its own; when a server closes that, it may delete the
// segment.
type transient struct {
	a       *Appender
	conn    *segmentstore.Conn
	writer  wire.UUID // fresh, so that nothing of another try gets in between
	request int64
	name    string
}

// store fills the segment and merges it into its parent under a condition.
func (t *transient) store(ctx context.Context, event []byte, condition wire.AttributeUpdate) (merged bool, err error) {
	const op = "merge large event into segment"
	if err := t.create(ctx); err != nil {
		return false, err
	}
	defer func() {
		if !merged {
			go t.remove()
		}
	}()
	if err := t.fill(ctx, event); err != nil {
		return false, err
	}
	// A merge whose reply is lost is sent again: the answer is the same, or that
	// the transient segment is gone.
	reply, err := t.a.stores.Call(ctx, op, t.a.Name, segmentstore.Write, func(request int64, token string) wire.Command {
		return wire.MergeSegments{RequestID: request, Target: t.a.Name, Source: t.name, Token: token, AttributeUpdates: []wire.AttributeUpdate{condition}}
	})
	if err != nil {
		return false, err
	}
	switch reply.(type) {
	case wire.SegmentsMerged:
		return true, nil
	case wire.SegmentAttributeUpdated:
		return false, fault.New(fault.ServerError, op, t.a.Name, "the writer's number was not the expected one")
	}
	return false, unexpected(op, t.a.Name, reply)
}

// create makes the segment and opens it for its writer.
func (t *transient) create(ctx context.Context) error {
	const op = "create transient segment of segment"
	reply, err := t.exchange(ctx, op, func(token string) wire.Command {
		return wire.CreateTransientSegment{RequestID: t.request, WriterID: t.writer, ParentSegment: t.a.Name, Token: token}
	})
	if err != nil {
		return err
	}
	created, ok := reply.(wire.SegmentCreated)
	if !ok {
		return unexpected(op, t.a.Name, reply)
	}
	t.name = created.Segment
	reply, err = t.exchange(ctx, op, func(token string) wire.Command {
		return wire.SetupAppend{RequestID: t.request, WriterID: t.writer, Segment: t.name, Token: token}
	})
	if err == nil {
		if setup, ok := reply.(wire.AppendSetup); !ok || setup.LastEventNumber != wire.NullAttribute {
			err = unexpected(op, t.name, reply)
		}
	}
	if err != nil {
		go t.remove()
	}
	return err
}

// exchange is one request on the connection of the segment.
func (t *transient) exchange(ctx context.Context, op string, build func(token string) wire.Command) (wire.Reply, error) {
	ctx, cancel := fault.Within(ctx, t.a.stores.SetupTimeout(), op, t.a.Name)
	defer cancel()
	token, _, err := t.a.stores.Authorizer().Token(ctx, t.a.Name, segmentstore.Write)
	if err != nil {
		return nil, err
	}
	frame, err := wire.Encode(nil, build(token))
	if err != nil {
		return nil, err
	}
	reply, _, err := t.conn.Exchange(ctx, t.request, frame)
	lost := err != nil && ctx.Err() == nil // so a store that finds the token expired ends the connection
	if err == nil {
		err = segmentstore.Failure(op, t.a.Name, t.conn.Endpoint(), reply)
	}
	if lost || segmentstore.TokenRefused(err) {
		t.a.stores.Authorizer().Refused(t.a.Name, segmentstore.Write, token)
	}
	return reply, err
}

// remove deletes the segment, also when the appender has stopped; if that fails,
// the servers do it when it has been idle for long.
func (t *transient) remove() {
	const op = "delete transient segment of segment"
	t.a.life.Last(background.DeleteTransient, t.a.stores.SetupTimeout(), func(ctx context.Context) error {
		_, err := t.a.stores.Call(ctx, op, t.a.Name, segmentstore.Write, func(request int64, token string) wire.Command {
			return wire.DeleteSegment{RequestID: request, Segment: t.name, Token: token}
		})
		if fault.CodeOf(err) == fault.NoSuchSegment {
			return nil
		}
		return err
	})
}
