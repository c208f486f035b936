package write

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Acked returns the number through which every event is stored, and the final error.
func (w *Writer) Acked() (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.acked.Load(), w.err
}

// Wait returns when every event up to a number is stored. The error of a wait that ctx
// ends says MayBeStored, as the writer goes on.
func (w *Writer) Wait(ctx context.Context, number int64) error {
	const op = "wait for acknowledgement of stream"
	for over := false; ; {
		changed, err := w.waitsFor(op, number)
		if changed == nil {
			return err
		}
		if over {
			err := w.outOfTime(ctx, op)
			err.Stored = true
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			over = true // unless the events are stored just now
		}
	}
}

// waitsFor returns a channel that is closed at the next progress, while the events up to number
// may still become stored. Otherwise it returns nil, and the error if they will not.
func (w *Writer) waitsFor(op string, number int64) (<-chan struct{}, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if number > w.last {
		w.emptyInboxLocked(false) // what is there has its number
	}
	switch {
	case number >= 0 && number <= w.acked.Load():
		return nil, nil
	case number >= 0 && w.err != nil:
		return nil, w.err
	case number < 0 || number > w.last:
		return nil, fault.New(fault.InvalidArgument, op, w.stream.String(), "no event has the number %d", number)
	}
	return w.changed.Next(), nil
}

// Flush waits until everything that was accepted is stored, and until the next writer of
// this id will know.
func (w *Writer) Flush(ctx context.Context) error {
	if err := w.Wait(ctx, w.Newest()); err != nil {
		return err
	}
	return w.settleDurable(ctx)
}

// Newest is the number of the last event that was accepted.
func (w *Writer) Newest() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emptyInboxLocked(false)
	return w.last
}

// leftLocked accounts for bytes of a segment that have left the window.
func (w *Writer) leftLocked(bytes, ofSegment int) {
	segments := len(w.routes.members)
	w.window.moved(ofSegment+bytes, ofSegment, segments)
	switch {
	case !w.window.full:
	case w.window.roomy(ofSegment, segments):
		w.reopenLocked()
	case w.late == nil: // the rest may belong to segments that are down
		w.late = time.AfterFunc(lateness, w.reopenLate)
	}
	w.inbox.alone = 0
	w.emptyInboxLocked(false)
	w.progressedLocked()
}

// reshareLocked gives every segment of new routes its share of the window, which may make room for
// calls that the window had refused.
func (w *Writer) reshareLocked() {
	w.window.used = 0
	for _, m := range w.routes.members {
		w.window.used += w.window.share(m.Bytes(), len(w.routes.members))
	}
	if w.window.full {
		w.reopenLocked()
	}
}

// progressedLocked publishes the acknowledged number after more was stored.
func (w *Writer) progressedLocked() {
	w.acked.Store(w.progress.Through(w.last))
	if r := w.resumed; r != nil && !w.keepsDurable && w.err == nil && r.Raised() < w.acked.Load() {
		w.keepsDurable = true
		w.work.Add(1)
		go w.keepDurable()
	}
	w.changed.Notify()
	w.hook.wake()
}

// lateness is how long refused calls are kept waiting while there is only a little room.
const lateness = 10 * time.Millisecond

func (w *Writer) reopenLate() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.window.full {
		w.reopenLocked()
	}
}

// reopenLocked wakes the callers that the window had refused.
func (w *Writer) reopenLocked() {
	w.window.full = false
	if w.late != nil {
		w.late.Stop()
		w.late = nil
	}
	w.room.Notify()
	w.hook.room = true
	w.hook.wake()
}
