package write

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Close refuses further writes, waits as Flush does, and releases the writer. Later calls
// wait for the first one.
func (w *Writer) Close(ctx context.Context) error {
	const op = "close writer of stream"
	w.mu.Lock()
	if first := w.ending; first != nil {
		w.mu.Unlock()
		if err := first.Wait(ctx, op, w.stream.String()); err != nil {
			return err
		}
		return w.unstored()
	}
	w.ending = xsync.NewEnding()
	w.emptyInboxLocked(true)
	w.closing = true
	last := w.last
	w.mu.Unlock()
	err := w.Wait(ctx, last)
	if err == nil {
		err = w.settleDurable(ctx)
	}
	w.End(fault.New(fault.Closed, "write to stream", w.stream.String(), "the writer was closed"))
	w.work.Wait()
	w.forgetTime(ctx)
	_ = w.ending.Finish(nil)
	if left := w.unstored(); left != nil { // by an end that nobody goes on to store it after
		return fault.Marked(err, fault.MayBeStored(left))
	}
	return err
}

// Closed reports whether a Close has ended.
func (w *Writer) Closed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ending.Over()
}

// unstored returns nil if everything accepted is stored, and the final error if not.
func (w *Writer) unstored() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.acked.Load() == w.last {
		return nil
	}
	return w.err
}

func (w *Writer) beingClosed() error {
	return fault.New(fault.Closed, "write to stream", w.stream.String(), "the writer is being closed")
}

// Refuse makes the writer accept no more events.
func (w *Writer) Refuse() {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
}

// End makes err the writer's final error, unless it has one, and releases everything it holds.
func (w *Writer) End(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failLocked(err)
}

// failLocked is End with the lock held.
func (w *Writer) failLocked(err error) {
	if w.err != nil {
		return
	}
	w.emptyInboxLocked(true) // they have numbers, which nobody may take for acknowledged
	err = fault.During("write to stream", w.stream.String(), err)
	if w.leavesDoubtLocked(err) {
		err = fault.Uncertain(err)
	}
	w.err = err
	w.closeInboxLocked()
	w.stopWatchLocked()
	w.life.End()
	for _, m := range w.routes.members {
		m.Stop()
	}
	w.reopenLocked()
	w.changed.Notify()
}

// leavesDoubtLocked reports whether events above the acknowledged number are stored, or may be, when
// the writer ends with err.
func (w *Writer) leavesDoubtLocked(err error) bool {
	above := w.last - w.acked.Load()
	switch fault.CodeOf(err) {
	case fault.StreamSealed, fault.TransactionAborted, fault.TransactionCommitted:
		return false // the error was made after the segments had been asked, and says so itself
	case fault.Fenced:
		return above > 0 // the later writer may have been given what was under way
	}
	if w.doubtful > w.acked.Load() {
		return true
	}
	for _, m := range w.routes.members {
		if m.Doubtful() {
			return true
		}
		m.Leftovers(func(_ int64, _ float64, events [][]byte) { above -= int64(len(events)) })
	}
	return above > 0 // stored behind an event that is not
}
