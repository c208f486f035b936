package client

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// floor is the number through which everything that a writer with an id wrote is
// stored, as far as the next one of its id will know. It follows the acknowledged
// number.
type floor struct {
	*register
	raised    atomic.Int64 // what it is, at least
	by        segment.Incarnation
	claims    claims
	calls     xsync.Mutex               // to use what follows
	segments  []controller.SegmentRange // the current ones; the owner of position 0 has the floor
	announced naming.SegmentID          // owner that knows the incarnation
	keeping   bool                      // its goroutine runs; guarded by the writer's lock
}

// floorInterval is how often acknowledgements raise the floor.
const floorInterval = time.Second

// raise makes the floor at least a number.
func (f *floor) raise(ctx context.Context, to int64) error {
	const op = "note the durable number of stream"
	if f.calls.Lock(ctx) != nil {
		return xsync.Busy(ctx, op, f.stream.String())
	}
	defer f.calls.Unlock()
	for attempt := 1; f.raised.Load() < to; attempt++ {
		err := f.tryRaise(ctx, to)
		switch fault.CodeOf(err) {
		case 0:
			return nil
		case fault.SegmentSealed, fault.NoSuchSegment:
		default:
			return err
		}
		if !retry.Soon.Wait(ctx, attempt) {
			return fault.Context(ctx, op, f.stream.String()).Because("", err)
		}
		sealed, err := f.locate(ctx)
		if err != nil {
			return err
		}
		if sealed {
			f.raised.Store(to) // no writer comes after this one
		}
	}
	return nil
}

// tryRaise is raise as long as the segments are the current ones. Where the floor is,
// the incarnation is known too, although this writer need not write to that segment.
func (f *floor) tryRaise(ctx context.Context, to int64) error {
	owner := cluster.First(f.segments)
	if f.announced != owner.Segment {
		if err := f.claims.announce(ctx, f.segments, f.by); err != nil {
			return err
		}
		f.announced = owner.Segment
	}
	value, err := f.change(ctx, owner, func(old legacy) (int64, error) { return max(old.value, to), nil })
	if err == nil {
		f.raised.Store(value)
	}
	return err
}

// locate asks for the current segments, of which a sealed stream has none.
func (f *floor) locate(ctx context.Context) (sealed bool, err error) {
	segments, err := f.client.cluster.Controller.CurrentSegments(ctx, f.stream)
	if err != nil || len(segments) == 0 {
		return err == nil, err
	}
	f.segments = segments
	return false, nil
}

// newest is the newest incarnation of the writer. Unless the current segments are to
// be located first, it is known late if there was a scale since the floor was raised.
func (f *floor) newest(ctx context.Context, locate bool) (segment.Incarnation, error) {
	if f.calls.Lock(ctx) != nil {
		return 0, xsync.Busy(ctx, "ask for the newest writer of stream", f.stream.String())
	}
	defer f.calls.Unlock()
	if locate {
		if _, err := f.locate(ctx); err != nil {
			return 0, err
		}
	}
	return f.claims.newest(ctx, cluster.First(f.segments))
}

// keepFloor raises the floor as long as acknowledgements are ahead of it. As often
// it looks whether a later incarnation has come, which cannot fence this one as
// long as its numbers keep rising.
func (w *Writer) keepFloor() {
	defer w.work.Done()
	for w.life.Sleep(floorInterval) {
		w.life.Do(background.RaiseDurable, func(ctx context.Context) error { return w.floor.raise(ctx, w.acked.Load()) })
		var newest segment.Incarnation
		found, _ := w.life.Do(background.FindLaterWriter, func(ctx context.Context) (err error) {
			newest, err = w.floor.newest(ctx, false)
			return err
		})
		if found == background.Done && newest > w.resumed.by {
			w.end(fenced(w.stream))
			return
		}
		w.mu.Lock()
		if w.floor.raised.Load() >= w.acked.Load() {
			w.floor.keeping = false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
	}
}

// followed reports whether a later writer of this one's id was opened, also of a
// writer that has been idle over a scale.
func (w *Writer) followed(ctx context.Context) (bool, error) {
	if w.floor == nil {
		return false, nil
	}
	newest, err := w.floor.newest(ctx, true)
	return err == nil && newest > w.resumed.by, err
}

// fenced is the final error of a writer that was followed by a later one of its id.
func fenced(stream naming.Stream) error {
	return fault.New(fault.Fenced, "write to stream", stream.String(), "")
}

// settleFloor raises the floor to what is acknowledged, for callers that were
// told that it is stored.
func (w *Writer) settleFloor(ctx context.Context) error {
	if w.floor == nil {
		return nil
	}
	err := w.floor.raise(ctx, w.acked.Load())
	switch fault.CodeOf(err) {
	case 0:
		return nil
	case fault.Fenced:
		w.end(err)
	}
	return &fault.Error{Code: fault.CodeOf(err), Op: "write to stream", Subject: w.stream.String(),
		Detail: "everything is stored, but the next writer of this id may not know it", Err: err, Stored: true}
}
