package segment

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// CompareAndSet sets an attribute of a segment to next if it has the expected
// value, wire.NullAttribute for none, and tells whether it did. After a lost
// reply it may say no although it did: read the attribute again. A sealed
// segment refuses with SegmentSealed.
func CompareAndSet(ctx context.Context, stores *segmentstore.Stores, name string, attribute wire.UUID, expected, next int64) (bool, error) {
	const op = "set attribute of segment"
	reply, err := stores.Call(ctx, op, name, segmentstore.Write, func(request int64, token string) wire.Command {
		return wire.UpdateSegmentAttribute{RequestID: request, Segment: name, AttributeID: attribute, NewValue: next, ExpectedValue: expected, Token: token}
	})
	if err != nil {
		return false, err
	}
	updated, ok := reply.(wire.SegmentAttributeUpdated)
	if !ok {
		return false, fault.Uncertain(unexpected(op, name, reply))
	}
	return updated.Success, nil
}

// Raise makes an attribute at least a number; it never goes back.
func Raise(ctx context.Context, stores *segmentstore.Stores, name string, attribute wire.UUID, to int64) error {
	_, err := change(ctx, stores, name, attribute, func(value int64) (next int64, err error) { return max(value, to), nil })
	return err
}

// Fence keeps every incarnation of a writer before this one from appending to a
// segment: what it still has under way is refused from now on. It returns the
// number up to which the segment has, or need not have, the writer's events: at
// least the given one, through which all are stored anyway. Fenced tells that a
// later incarnation came first. It waits as long as an earlier incarnation lives
// and appends without a pause, since then no number that is read is the last one.
func Fence(ctx context.Context, stores *segmentstore.Stores, name string, writer wire.UUID, by Incarnation, stored int64) (int64, error) {
	value, err := change(ctx, stores, name, writer, func(value int64) (int64, error) {
		switch last, number := FromWire(value); {
		case last > by:
			return 0, Fenced(name)
		case last == by:
			return value, nil
		default:
			return by.OnWire(max(number, stored)), nil
		}
	})
	if err != nil {
		return 0, err
	}
	_, number := FromWire(value)
	return number, nil
}

// change makes an attribute what next makes of it, however often others do the same
// meanwhile, and returns that. After an attempt that says no although it made the change,
// since its reply was lost, the attribute shows it.
func change(ctx context.Context, stores *segmentstore.Stores, name string, attribute wire.UUID, next func(value int64) (int64, error)) (int64, error) {
	for attempt := 0; ; attempt++ {
		doubt := func(err error) error { return err }
		if attempt > 0 {
			doubt = fault.Uncertain
		}
		if retry.Soon.Wait(ctx, attempt) != nil {
			return 0, doubt(fault.Context(ctx, "change attribute of segment", name).Because("another writer changes it all the time", nil))
		}
		old, err := Attribute(ctx, stores, name, segmentstore.Write, attribute)
		if err != nil {
			return 0, doubt(err)
		}
		value, err := next(old)
		if err != nil || value == old {
			return value, err
		}
		if done, err := CompareAndSet(ctx, stores, name, attribute, old, value); done || err != nil {
			return value, err
		}
	}
}

// Fenced is the error of a writer that finds a later incarnation of itself.
func Fenced(name string) error { return fault.New(fault.Fenced, "append to segment", name, "") }
