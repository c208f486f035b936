package segment

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Info asks for the state of a segment; NoSuchSegment if there is none.
func Info(ctx context.Context, stores *segmentstore.Stores, name string, access segmentstore.Access) (wire.StreamSegmentInfo, error) {
	const op = "get state of segment"
	reply, err := stores.Call(ctx, op, name, access, func(request int64, token string) wire.Command {
		return wire.GetStreamSegmentInfo{RequestID: request, Segment: name, Token: token}
	})
	if err != nil {
		return wire.StreamSegmentInfo{}, err
	}
	info, ok := reply.(wire.StreamSegmentInfo)
	if !ok {
		return info, unexpected(op, name, reply)
	}
	if !info.Exists || info.IsDeleted {
		return info, fault.New(fault.NoSuchSegment, op, name, "")
	}
	return info, nil
}

// Attribute asks for the value of an attribute; wire.NullAttribute if the
// segment does not have it.
func Attribute(ctx context.Context, stores *segmentstore.Stores, name string, access segmentstore.Access, attribute wire.UUID) (int64, error) {
	const op = "get attribute of segment"
	reply, err := stores.Call(ctx, op, name, access, func(request int64, token string) wire.Command {
		return wire.GetSegmentAttribute{RequestID: request, Segment: name, AttributeID: attribute, Token: token}
	})
	if err != nil {
		return 0, err
	}
	value, ok := reply.(wire.SegmentAttribute)
	if !ok {
		return 0, unexpected(op, name, reply)
	}
	return value.Value, nil
}

// FinalValue waits until a segment is sealed and returns the value of an attribute,
// which cannot change any more; wire.NullAttribute if the segment does not have it.
func FinalValue(ctx context.Context, stores *segmentstore.Stores, name string, attribute wire.UUID) (int64, error) {
	return afterSeal(ctx, stores, name, func() (int64, error) {
		return Attribute(ctx, stores, name, segmentstore.Write, attribute)
	})
}

// afterSeal waits until a segment is sealed and reads something of it that cannot
// change any more. It asks until the segment is sealed, or ctx ends, or the answer is an
// error, such as NoSuchSegment.
func afterSeal(ctx context.Context, stores *segmentstore.Stores, name string, read func() (int64, error)) (int64, error) {
	const op, unsealed = "wait for the seal of segment", "the servers have not sealed it yet"
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return 0, fault.Context(ctx, op, name).Because(fault.Tried(attempt, unsealed), nil)
		}
		info, err := Info(ctx, stores, name, segmentstore.Write)
		if err != nil {
			return 0, err
		}
		if info.IsSealed {
			return read()
		}
		fault.Trouble(ctx, fault.New(fault.Conflict, op, name, unsealed))
	}
}

func unexpected(op, name string, reply wire.Reply) error {
	return fault.New(fault.Protocol, op, name, "unexpected reply %v", reply.Type())
}
