package write

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Trouble is what keeps the writer's events from being stored now, if anything does.
func (w *Writer) Trouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, trouble := w.obstacle(time.Now())
	return trouble
}

// Waiting says what the events wait for while there is no Trouble.
func (w *Writer) Waiting() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiting, _ := w.obstacle(time.Now())
	return waiting
}

// outOfTime is the error of a wait that ended first.
func (w *Writer) outOfTime(ctx context.Context, op string) *fault.Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fault.Context(ctx, op, w.stream.String()).Because(w.obstacle(time.Now()))
}

// overdue is how long nothing may be acknowledged before that is a trouble by itself.
const overdue = time.Second

// obstacle returns what keeps the writer's events from being acknowledged. If nothing is known to,
// waiting says what they wait for: the segment of the oldest event knows, or one that is replaced
// together with it. The lock is held.
func (w *Writer) obstacle(now time.Time) (waiting string, trouble error) {
	next := w.acked.Load() + 1
	if next > w.last {
		return "", nil
	}
	for _, m := range w.routes.members {
		if oldest, waits := m.Oldest(); waits && oldest == next {
			waiting, trouble = m.obstacle(now)
		}
	}
	for _, m := range w.routes.members {
		if trouble == nil {
			_, trouble = m.obstacle(now)
		}
	}
	if waiting == "" {
		waiting = fault.Count(int(w.last-next+1), "event") + " not acknowledged yet"
	}
	return waiting, trouble
}

// obstacle is what keeps the segment's events from being stored, or what it waits for.
func (m *member) obstacle(now time.Time) (waiting string, trouble error) {
	if m.asks != nil {
		return "segment " + m.Name + " is being replaced", m.asks.Trouble()
	}
	if trouble = m.Trouble(); trouble != nil {
		return "", trouble
	}
	unanswered := m.Unanswered()
	if unanswered == nil {
		return "", nil
	}
	if stalled := m.stall.lasts(now); stalled >= overdue {
		trouble = fault.Lasting(unanswered, stalled)
	}
	return unanswered.Detail, trouble
}

// lasts is how long nothing was stored, at least: the watch does not look all the time.
func (s *stall) lasts(now time.Time) time.Duration {
	if s.since.IsZero() || s.progress != s.seen {
		return 0
	}
	return now.Sub(s.since)
}
