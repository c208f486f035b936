package write

import (
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// watch notices that nothing of a segment is stored any more, whatever the reason: no endpoint, token,
// connection, answer, seal or successors. It looks now and then while something waits, so no clock is
// read for an event. Each segment is watched by itself, since progress elsewhere says nothing about it.
// Guarded by the writer's lock.
type watch struct {
	on    bool
	timer *time.Timer
}

// stall is what the watch knows of one segment.
type stall struct {
	progress int       // counts how often something was stored
	seen     int       // what it was at the last look
	since    time.Time // when waiting without progress began; zero if nothing waits
	tried    time.Time // when the connection was given up last
}

// look returns how long something has waited without progress.
func (s *stall) look(waits bool, now time.Time) time.Duration {
	switch {
	case !waits:
		s.since = time.Time{}
		return 0
	case s.since.IsZero() || s.progress != s.seen:
		s.since, s.seen = now, s.progress
	}
	return now.Sub(s.since)
}

// looks is how often the watch looks within the shortest of its limits.
const looks = 8

func (w *Writer) startWatchLocked() {
	w.watch.on = true
	if w.watch.timer == nil {
		w.watch.timer = time.AfterFunc(w.pace(), w.look)
		return
	}
	w.watch.timer.Reset(w.pace())
}

func (w *Writer) stopWatchLocked() {
	if w.watch.timer != nil {
		w.watch.timer.Stop()
	}
}

func (w *Writer) pace() time.Duration {
	limit := w.cluster.RequestTimeout
	if most := w.config.MaxOutage; most > 0 {
		limit = min(limit, most)
	}
	return max(limit/looks, time.Millisecond)
}

// look is what the watch does at its times.
func (w *Writer) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	now := time.Now()
	for _, m := range w.routes.members {
		if w.stalledLocked(m, m.stall.look(m.Waits(), now), now) {
			return
		}
	}
	if w.watch.on = w.acked.Load() < w.last; w.watch.on {
		w.watch.timer.Reset(w.pace())
	}
}

// stalledLocked acts on how long something has waited, and reports whether that ended the writer.
func (w *Writer) stalledLocked(m *member, waited time.Duration, now time.Time) bool {
	if most := w.config.MaxOutage; most > 0 && waited >= most {
		w.failLocked(w.outageErrorLocked(m, waited))
		return true
	}
	if limit := w.cluster.RequestTimeout; waited >= limit && now.Sub(m.stall.tried) >= limit {
		m.stall.tried = now
		m.GiveUp(fault.New(fault.Unreachable, "wait for acknowledgement of segment", m.Name, "none for %v", waited.Round(time.Millisecond)))
	}
	return false
}

// outageErrorLocked is the final error of a writer when a segment's servers were away for too long.
// Everything up to the acknowledged number is stored.
func (w *Writer) outageErrorLocked(m *member, waited time.Duration) error {
	err := fault.New(fault.OutageTooLong, "write to stream", w.stream.String(),
		"segment %s has stored nothing for %v; acknowledged through event %d", m.Name, waited.Round(time.Millisecond), w.acked.Load())
	_, err.Err = m.obstacle(time.Now())
	return err
}
