package client

import (
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// watch notices that nothing gets stored any more, whatever the reason: no
// endpoint, no token, no connection, no answer, no seal, no successors. It looks
// now and then while something waits, so that no clock is read for an event.
// All of it is guarded by the writer's lock.
type watch struct {
	on    bool
	timer *time.Timer
	acked int64     // at the last look
	since time.Time // so long it has been that
	tried time.Time // when the connection was given up last
}

// looks is how often the watch looks within the shortest of its limits.
const looks = 8

func (w *Writer) startWatch() {
	w.watch.on = true
	w.watch.acked, w.watch.since = w.acked.Load(), time.Now()
	if w.watch.timer == nil {
		w.watch.timer = time.AfterFunc(w.pace(), w.look)
		return
	}
	w.watch.timer.Reset(w.pace())
}

func (w *Writer) stopWatch() {
	if w.watch.timer != nil {
		w.watch.timer.Stop()
	}
}

func (w *Writer) pace() time.Duration {
	limit := w.client.config.RequestTimeout
	if most := w.client.config.MaxOutage; most > 0 {
		limit = min(limit, most)
	}
	return max(limit/looks, time.Millisecond)
}

// look is what the watch does at its times. The oldest event that waits has the
// answer for all: as long as its segment stores anything, the number rises.
func (w *Writer) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	acked := w.acked.Load()
	now := time.Now()
	switch {
	case w.err != nil:
		return
	case acked == w.last:
		w.watch.on = false
		return
	case acked != w.watch.acked:
		w.watch.acked, w.watch.since = acked, now
	default:
		w.stalled(now)
	}
	if w.err == nil {
		w.watch.timer.Reset(w.pace())
	}
}

// stalled handles a time without progress.
func (w *Writer) stalled(now time.Time) {
	config := &w.client.config
	waited := now.Sub(w.watch.since)
	if config.MaxOutage > 0 && waited >= config.MaxOutage {
		w.fail(w.outage(waited))
		return
	}
	if waited < config.RequestTimeout || now.Sub(w.watch.tried) < config.RequestTimeout {
		return
	}
	w.watch.tried = now
	reason := fault.New(fault.Unreachable, "wait for acknowledgement of stream", w.stream.String(), "none for %v", waited.Round(time.Millisecond))
	for _, m := range w.table.members {
		if waits, _ := m.Waiting(w.acked.Load() + 1); waits {
			m.GiveUp(reason)
		}
	}
}

// outage is the final error of a writer whose servers were away for too long. It
// tells what is known: everything up to the acknowledged number is stored.
func (w *Writer) outage(waited time.Duration) error {
	acked := w.acked.Load()
	err := fault.New(fault.OutageTooLong, "write to stream", w.stream.String(),
		"acknowledged through event %[2]d, and nothing more for %[1]v", waited.Round(time.Millisecond), acked)
	for _, m := range w.table.members {
		if waits, trouble := m.Waiting(acked + 1); waits {
			err.Err = trouble
		}
	}
	for _, m := range w.table.members {
		if m.trouble != nil {
			err.Err = m.trouble
		}
	}
	err.Stored = slices.ContainsFunc(w.table.members, func(m *member) bool { return m.Doubtful() })
	return err
}
