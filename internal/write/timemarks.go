package write

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/resume"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// timeMarks is a writer's part in the stream's event time.
type timeMarks struct {
	name  string      // of the writer, for the controllers
	calls xsync.Mutex // so that no position is sent behind a later one
	noted bool        // under calls
}

// NoteTime tells the servers that everything that was written before has an event time up
// to a timestamp. It waits until those events are stored.
func (w *Writer) NoteTime(ctx context.Context, timestamp int64) error {
	if w.config.TimeMarkInterval > 0 {
		return fault.New(fault.InvalidArgument, "note time of stream", w.stream.String(), "the writer does it by itself, as set by writer.time.mark.interval")
	}
	return w.noteTime(ctx, timestamp)
}

func (w *Writer) noteTime(ctx context.Context, timestamp int64) error {
	if err := w.Flush(ctx); err != nil {
		return err
	}
	if w.marks.calls.Lock(ctx) != nil {
		return xsync.Busy(ctx, "note time of stream", w.stream.String())
	}
	defer w.marks.calls.Unlock()
	superseded, err := w.superseded(ctx)
	if err != nil {
		return err // the name may be that of another one
	}
	if superseded {
		w.End(resume.Fenced(w.stream))
	}
	w.mu.Lock()
	members, closing, err := w.routes.members, w.closing, w.err
	w.mu.Unlock()
	switch {
	case err != nil:
		return err
	case closing:
		return fault.New(fault.Closed, "note time of stream", w.stream.String(), "the writer is being closed")
	}
	// As Java's writer, it tells of every segment that it may write to: of one
	// that it has not written to, that nothing of it is there.
	offsets := make(map[naming.SegmentID]int64, len(members))
	for _, m := range members {
		if offsets[m.id], err = m.End(ctx); err != nil {
			return err
		}
	}
	w.marks.noted = true // also if the answer is lost
	return w.cluster.Controller.NoteTime(ctx, w.marks.name, timestamp, streamcut.Cut{Stream: w.stream, Offsets: offsets})
}

// noteTimes notes the wall clock, in milliseconds since 1970, at every interval in
// which something was written, until the writer ends.
func (w *Writer) noteTimes() {
	defer w.work.Done()
	noted := int64(0)
	for w.life.Sleep(w.config.TimeMarkInterval) {
		now, last := time.Now().UnixMilli(), w.Newest()
		if last == noted {
			continue
		}
		verdict, _ := w.life.Do(background.NoteTime, func(ctx context.Context) error { return w.noteTime(ctx, now) })
		if verdict == background.Done {
			noted = last
		}
	}
}

// forgetTime tells the controllers not to wait for this writer's time any more.
func (w *Writer) forgetTime(ctx context.Context) {
	if w.marks.calls.Lock(ctx) != nil {
		return
	}
	defer w.marks.calls.Unlock()
	if !w.marks.noted {
		return
	}
	superseded, err := w.superseded(ctx)
	if superseded {
		return // the name is that of another one
	}
	if err == nil {
		err = w.cluster.Controller.RemoveWriter(ctx, w.stream, w.marks.name)
	}
	if err != nil {
		w.cluster.Log.Debug("the writer is left in the stream's event time", "stream", w.stream.String(), "err", err)
	}
}
