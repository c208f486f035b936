package segment

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Trace is what a segment knows of a writer that has an id: which incarnation may
// append, and the number of each incarnation's last event. Every incarnation appends
// under a wire id of its own, so that no store takes its events for another one's.
type Trace struct {
	Stores *segmentstore.Stores
	Name   string                      // of the segment
	Holder wire.UUID                   // attribute: the incarnation that may append
	Wire   func(Incarnation) wire.UUID // wire id, and attribute: the number of the last event
}

// Enter makes an incarnation the holder of the segment and returns the number up to
// which the segment has, or need not have, the writer's events: at least the given one,
// through which all are stored anyway, and if it continues what the earlier ones wrote,
// the number of their last event. What an earlier incarnation still sends is refused from
// then on. Fenced says that a later incarnation came first. Enter waits for as long as an
// earlier incarnation appends without a pause, since then no number that is read is the
// last one.
func (t Trace) Enter(ctx context.Context, by Incarnation, stored int64, continues bool) (int64, error) {
	e := entry{Trace: t, by: by, stored: stored, continues: continues}
	for attempt := 0; ; attempt++ {
		var entered bool
		err := error(nil)
		if !retry.Soon.Wait(ctx, attempt) {
			err = fault.Context(ctx, "enter segment", t.Name).Because(fault.Tried(attempt, "others enter it all the time"), nil)
		} else if entered, err = e.try(ctx); entered {
			return e.stored, nil
		}
		switch {
		case err != nil && e.changed:
			return 0, fault.Uncertain(err)
		case err != nil:
			return 0, err
		}
	}
}

// entry is what Enter has come to.
type entry struct {
	Trace
	by        Incarnation
	stored    int64
	continues bool
	changed   bool // something of the trace, maybe
}

// try fails if somebody else changes the trace meanwhile. The order matters: the segment
// has the number of a holder before it has the holder, and nobody becomes the holder while
// the one before can append.
func (e *entry) try(ctx context.Context) (entered bool, err error) {
	value, err := e.attribute(ctx, e.Holder)
	if err != nil {
		return false, err
	}
	holder := max(Incarnation(value), 0)
	switch {
	case holder > e.by:
		return false, Fenced(e.Name)
	case holder == e.by:
		err := e.again(ctx)
		return err == nil, err
	case holder > 0:
		last, err := e.fence(ctx, holder)
		if err != nil {
			return false, err
		}
		e.changed = true
		if e.continues {
			e.stored = max(e.stored, last)
		}
	}
	if e.stored > 0 {
		if e.stored, err = Raise(ctx, e.Stores, e.Name, e.Wire(e.by), e.stored); err != nil {
			return false, err
		}
		e.changed = true
	}
	entered, err = CompareAndSet(ctx, e.Stores, e.Name, e.Holder, value, int64(e.by))
	e.changed = e.changed || err == nil // also if it says no, as the reply to an earlier try may be lost
	return entered, err
}

// again finds where the incarnation was when it entered before.
func (e *entry) again(ctx context.Context) error {
	last, err := e.attribute(ctx, e.Wire(e.by))
	if err != nil {
		return err
	}
	var isFenced bool
	if e.stored, isFenced = lastNumber(last); isFenced {
		return Fenced(e.Name)
	}
	return nil
}

// fence ends an incarnation's appends and returns the number of its last event.
func (t Trace) fence(ctx context.Context, holder Incarnation) (int64, error) {
	last, err := Change(ctx, t.Stores, t.Name, t.Wire(holder), func(value int64) (int64, error) {
		number, _ := lastNumber(value)
		return number | fenced, nil
	})
	number, _ := lastNumber(last)
	return number, err
}

// Final waits until the segment is sealed and returns the number of the last event that
// it holds of the writer. Fenced says that an incarnation after the given one has held it.
func (t Trace) Final(ctx context.Context, by Incarnation) (int64, error) {
	value, err := afterSeal(ctx, t.Stores, t.Name, func() (int64, error) {
		holder, err := t.attribute(ctx, t.Holder)
		switch {
		case err != nil:
			return 0, err
		case Incarnation(holder) > by:
			return 0, Fenced(t.Name)
		case holder <= 0:
			return wire.NullAttribute, nil
		}
		return t.attribute(ctx, t.Wire(Incarnation(holder)))
	})
	number, _ := lastNumber(value)
	return number, err
}

func (t Trace) attribute(ctx context.Context, id wire.UUID) (int64, error) {
	return Attribute(ctx, t.Stores, t.Name, segmentstore.Write, id)
}

// Fenced is the error of a writer that finds a later incarnation of itself.
func Fenced(name string) error { return fault.New(fault.Fenced, "append to segment", name, "") }
