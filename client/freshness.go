package client

import (
	"fmt"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// freshness says how old a reader's knowledge of its group is. A reader that cannot read
// the group's state does not learn that others have taken it out of the group, and reads
// what they read too. So it hands out nothing once the state is older than others wait
// before they do that. Guarded by the reader's lock.
type freshness struct {
	asOf    moment // when the last successful read of the state began
	limit   time.Duration
	trouble error // why the state was not read since, or nil
	logged  bool  // that the limit is over
}

// stale reports whether the reader must not hand out anything.
func (r *Reader) stale() bool { return r.clock().since(r.knows.asOf) >= r.knows.limit }

// whyStale says why the reader hands out nothing; empty if it does.
func (r *Reader) whyStale() string {
	age := r.clock().since(r.knows.asOf)
	if age < r.knows.limit {
		return ""
	}
	return fmt.Sprintf("the state of group %s was read last %s ago, and others may have taken the reader out of it since: nothing is handed out before it is read again",
		r.group, fault.Span(age))
}

// refreshed notes that the state was read, and that the reader's segments are those of
// the state.
func (r *Reader) refreshed(began moment, limit time.Duration) {
	r.mu.Lock()
	was, logged := r.stale(), r.knows.logged
	r.knows = freshness{asOf: began, limit: limit}
	if was {
		r.announce()
	}
	r.mu.Unlock()
	if logged {
		r.group.client.log.Info("the state of the group is read again: events are handed out", "group", r.group.String(), "reader", r.id)
	}
}

// outdated notes that the state could not be read.
func (r *Reader) outdated(trouble error) {
	r.mu.Lock()
	r.knows.trouble = trouble
	why := r.whyStale()
	first := why != "" && !r.knows.logged
	r.knows.logged = r.knows.logged || first
	r.mu.Unlock()
	if first {
		r.group.client.log.Warn(why, "reader", r.id, "err", trouble)
	}
}
