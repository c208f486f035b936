package client

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// floor is the number through which everything that a writer with an id wrote is
// stored, as far as the next one of its id will know. It follows the acknowledged
// number.
type floor struct {
	*register
	raised  atomic.Int64            // what it is, at least
	turn    chan struct{}           // holds one token while somebody raises it
	owner   controller.SegmentRange // of position 0
	keeping bool                    // its goroutine runs; guarded by the writer's lock
}

// floorInterval is how often acknowledgements raise the floor.
const floorInterval = time.Second

// raise makes the floor at least a number.
func (f *floor) raise(ctx context.Context, to int64) error {
	const op = "note the durable number of stream"
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return fault.Context(ctx, op, f.stream.String())
	}
	for attempt := 1; f.raised.Load() < to; attempt++ {
		value, err := f.change(ctx, f.owner, func(old legacy) (int64, error) { return max(old.value, to), nil })
		switch fault.CodeOf(err) {
		case 0:
			f.raised.Store(value)
			return nil
		case fault.SegmentSealed, fault.NoSuchSegment:
		default:
			return err
		}
		if retry.Soon.Wait(ctx, attempt) != nil {
			return fault.Context(ctx, op, f.stream.String())
		}
		segments, err := f.client.controller.CurrentSegments(ctx, f.stream)
		if err != nil {
			return err
		}
		if len(segments) == 0 {
			f.raised.Store(to) // the stream is sealed: no writer comes after this one
			return nil
		}
		f.owner = first(segments)
	}
	return nil
}

// keepFloor raises the floor as long as acknowledgements are ahead of it.
func (w *Writer) keepFloor() {
	defer w.work.Done()
	timer := time.NewTimer(floorInterval)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-w.ctx.Done():
			return
		}
		if err := w.floor.raise(w.ctx, w.acked.Load()); err != nil {
			w.client.log.Debug("the durable number is noted later", "stream", w.stream.String(), "err", err)
		}
		w.mu.Lock()
		if w.floor.raised.Load() >= w.acked.Load() {
			w.floor.keeping = false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		timer.Reset(floorInterval)
	}
}

// settleFloor raises the floor to what is acknowledged, for callers that were
// told that it is stored.
func (w *Writer) settleFloor(ctx context.Context) error {
	if w.floor == nil {
		return nil
	}
	err := w.floor.raise(ctx, w.acked.Load())
	if err == nil {
		return nil
	}
	return &fault.Error{Code: fault.CodeOf(err), Op: "write to stream", Subject: w.stream.String(),
		Detail: "everything is stored, but the next writer of this id may not know it", Err: err}
}
