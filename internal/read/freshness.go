package read

import (
	"fmt"
	"time"

	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// freshness says how long a reader and its group have not known of each other. Others take
// a reader out of the group when they have seen no sign of its life for long, and read what
// it has. A reader that cannot read the group's state does not learn of that, and one that
// cannot write to it gives no sign. So it hands out nothing once either has lasted as long
// as others wait. Guarded by the reader's lock.
type freshness struct {
	asOf    clock.Moment // when the last successful read of the state began
	sign    clock.Moment // when the last sign of life that others can see was about to be given
	limit   time.Duration
	trouble error // why the state was not read or written since, or nil
	logged  bool  // that the limit is over
}

// Stale reports whether the reader hands out nothing because it and its group have not known of
// each other for too long.
func (r *Reader) Stale() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stale()
}

// stale reports whether the reader must not hand out anything.
func (r *Reader) stale() bool {
	now := r.config.Clock()
	return max(now.Since(r.knows.asOf), now.Since(r.knows.sign)) >= r.knows.limit
}

// whyStale says why the reader hands out nothing; empty if it does.
func (r *Reader) whyStale() string {
	const then = "others may have taken the reader out of it since: nothing is handed out before it is"
	now := r.config.Clock()
	if age := now.Since(r.knows.asOf); age >= r.knows.limit {
		return fmt.Sprintf("the state of group %s was read last %s ago, and %s read again", r.config.Group, fault.Span(age), then)
	}
	if age := now.Since(r.knows.sign); age >= r.knows.limit {
		return fmt.Sprintf("the state of group %s was written last %s ago, and %s written again", r.config.Group, fault.Span(age), then)
	}
	return ""
}

// Refreshed notes that the state was read, and that the reader's segments are those of
// the state.
func (r *Reader) Refreshed(began clock.Moment, limit time.Duration) {
	r.learn(func() { r.knows.asOf, r.knows.limit = began, limit })
}

// seen notes that others can see a sign of life that was about to be given at a time.
func (r *Reader) Seen(at clock.Moment) {
	r.learn(func() { r.knows.sign = at })
}

// learn notes what ends being stale, or one of its causes.
func (r *Reader) learn(note func()) {
	r.mu.Lock()
	was := r.stale()
	note()
	stale, logged := r.stale(), r.knows.logged
	over := was && !stale
	if !stale {
		r.knows.trouble, r.knows.logged = nil, false
	}
	if over {
		r.announce()
	}
	r.mu.Unlock()
	if over && logged {
		r.config.Cluster.Log.Info("the state of the group is read and written again: events are handed out", "group", r.config.Group, "reader", r.config.ID)
	}
}

// Outdated notes that the state could not be read or written.
func (r *Reader) Outdated(trouble error) {
	r.mu.Lock()
	r.knows.trouble = trouble
	why := r.whyStale()
	first := why != "" && !r.knows.logged
	r.knows.logged = r.knows.logged || first
	r.mu.Unlock()
	if first {
		r.config.Cluster.Log.Warn(why, "reader", r.config.ID, "err", trouble)
	}
}
