package resume

import (
	"context"
	"sync/atomic"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// durable is the number through which everything that a writer with an id wrote is
// stored, as far as the next one of its id will know. It follows the acknowledged
// number.
type durable struct {
	*register
	raised       atomic.Int64 // what it is, at least
	by           segment.Incarnation
	incarnations incarnations
	calls        xsync.Mutex               // to use what follows
	segments     []controller.SegmentRange // the current ones; the owner of position 0 has the durable number
	announced    naming.SegmentID          // owner that knows the incarnation
}

// raise makes the durable number at least a number.
func (d *durable) raise(ctx context.Context, to int64) error {
	const op = "note the durable number of stream"
	if d.calls.Lock(ctx) != nil {
		return xsync.Busy(ctx, op, d.stream.String())
	}
	defer d.calls.Unlock()
	for attempt := 1; d.raised.Load() < to; attempt++ {
		err := d.tryRaise(ctx, to)
		switch fault.CodeOf(err) {
		case 0:
			return nil
		case fault.SegmentSealed, fault.NoSuchSegment:
		default:
			return err
		}
		if !retry.Soon.Wait(ctx, attempt) {
			return fault.Context(ctx, op, d.stream.String()).Because("", err)
		}
		sealed, err := d.locate(ctx)
		if err != nil {
			return err
		}
		if sealed {
			d.raised.Store(to) // no writer comes after this one
		}
	}
	return nil
}

// tryRaise is raise as long as the segments are the current ones. Where the durable number is,
// the incarnation is known too, although this writer need not write to that segment.
func (d *durable) tryRaise(ctx context.Context, to int64) error {
	owner := cluster.First(d.segments)
	if d.announced != owner.Segment {
		if err := d.incarnations.announce(ctx, d.segments, d.by); err != nil {
			return err
		}
		d.announced = owner.Segment
	}
	value, err := d.change(ctx, owner, func(old legacy) (int64, error) { return max(old.value, to), nil })
	if err == nil {
		d.raised.Store(value)
	}
	return err
}

// locate asks for the current segments, of which a sealed stream has none.
func (d *durable) locate(ctx context.Context) (sealed bool, err error) {
	segments, err := d.cluster.Controller.CurrentSegments(ctx, d.stream)
	if err != nil || len(segments) == 0 {
		return err == nil, err
	}
	d.segments = segments
	return false, nil
}

// newest is the newest incarnation of the writer. Unless the current segments are to
// be located first, it is known late if there was a scale since the durable number was raised.
func (d *durable) newest(ctx context.Context, locate bool) (segment.Incarnation, error) {
	if d.calls.Lock(ctx) != nil {
		return 0, xsync.Busy(ctx, "ask for the newest writer of stream", d.stream.String())
	}
	defer d.calls.Unlock()
	if locate {
		if _, err := d.locate(ctx); err != nil {
			return 0, err
		}
	}
	return d.incarnations.newest(ctx, cluster.First(d.segments))
}
