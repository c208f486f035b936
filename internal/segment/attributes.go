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
	return compareAndSet(ctx, stores, "set attribute of segment", name, segmentstore.Write, attribute, expected, next)
}

func compareAndSet(ctx context.Context, stores *segmentstore.Stores, op, name string, access segmentstore.Access, attribute wire.UUID, expected, next int64) (bool, error) {
	reply, err := stores.Call(ctx, op, name, access, func(request int64, token string) wire.Command {
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

// Raise makes an attribute at least a number and returns what it is then; it never goes
// back.
func Raise(ctx context.Context, stores *segmentstore.Stores, name string, attribute wire.UUID, to int64) (int64, error) {
	return Change(ctx, stores, name, attribute, func(value int64) (next int64, err error) { return max(value, to), nil })
}

// Change makes an attribute what next makes of its value, wire.NullAttribute for none,
// however often others do the same meanwhile, and returns that. After an attempt that says
// no although it made the change, since its reply was lost, the attribute shows it.
func Change(ctx context.Context, stores *segmentstore.Stores, name string, attribute wire.UUID, next func(value int64) (int64, error)) (int64, error) {
	for attempt := 0; ; attempt++ {
		doubt := func(err error) error { return err }
		if attempt > 0 {
			doubt = fault.Uncertain
		}
		if !retry.Soon.Wait(ctx, attempt) {
			return 0, doubt(fault.Context(ctx, "change attribute of segment", name).Because(fault.Tried(attempt, "another writer changes it all the time"), nil))
		}
		old, err := Attribute(ctx, stores, name, segmentstore.Write, attribute)
		if err != nil {
			return 0, doubt(err)
		}
		value, err := next(old)
		switch {
		case err != nil:
			return 0, doubt(err)
		case value == old:
			return value, nil
		}
		changed, err := CompareAndSet(ctx, stores, name, attribute, old, value)
		switch {
		case err != nil:
			return 0, doubt(err)
		case changed:
			return value, nil
		}
	}
}
