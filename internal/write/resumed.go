package write

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/resume"
	"github.com/pravega/pravega-client-go/internal/segment"
)

// repeatsLocked reports whether an earlier writer with this id has already stored the next events, which
// share a position, and takes their numbers if so.
func (w *Writer) repeatsLocked(position float64, events int) (stored bool, err error) {
	r := w.resumed
	if r == nil {
		return false, nil
	}
	from, to := w.last+1, w.last+int64(events)
	switch {
	case r.Stored(position, to):
		w.last = to
		w.progressedLocked()
		return true, nil
	case r.Stored(position, from):
		return false, fault.New(fault.InvalidArgument, "write to stream", w.stream.String(),
			"event %d is stored, event %d of the same batch is not: after Durable the same batches must be written as before", from, to)
	case to > segment.MaxNumber:
		return false, fault.New(fault.InvalidArgument, "write to stream", w.stream.String(), "the writer id %s has no more numbers; use another", r.ID)
	}
	return false, nil
}

// durableInterval is how often acknowledgements raise the durable number.
const durableInterval = time.Second

// keepDurable raises the durable number while acknowledgements are ahead of it. It also looks for a later
// incarnation, which cannot fence this one while its numbers keep rising.
func (w *Writer) keepDurable() {
	defer w.work.Done()
	for w.life.Sleep(durableInterval) {
		w.life.Do(background.RaiseDurable, func(ctx context.Context) error { return w.resumed.Raise(ctx, w.acked.Load()) })
		var superseded bool
		found, _ := w.life.Do(background.FindLaterWriter, func(ctx context.Context) (err error) {
			superseded, err = w.resumed.Superseded(ctx, false)
			return err
		})
		if found == background.Done && superseded {
			w.End(resume.Fenced(w.stream))
			return
		}
		w.mu.Lock()
		if w.resumed.Raised() >= w.acked.Load() {
			w.keepsDurable = false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
	}
}

// superseded reports whether a later writer with this id was opened, even if this one has been idle
// across a scale.
func (w *Writer) superseded(ctx context.Context) (bool, error) {
	if w.resumed == nil {
		return false, nil
	}
	return w.resumed.Superseded(ctx, true)
}

// settleDurable raises the durable number to what is acknowledged, for callers that were told it is
// stored.
func (w *Writer) settleDurable(ctx context.Context) error {
	if w.resumed == nil {
		return nil
	}
	err := w.resumed.Raise(ctx, w.acked.Load())
	switch fault.CodeOf(err) {
	case 0:
		return nil
	case fault.Fenced:
		w.End(err)
	}
	return &fault.Error{Code: fault.CodeOf(err), Op: "write to stream", Subject: w.stream.String(),
		Detail: "everything is stored, but the next writer of this id may not know it", Err: err, Stored: true}
}
