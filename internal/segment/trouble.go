package segment

import (
	"fmt"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Trouble is what has kept the segment's events from being stored since one was, and for
// how long; nil if nothing is known to.
func (a *Appender) Trouble() error {
	if err := a.life.Trouble(); err != nil {
		return err
	}
	return a.trouble
}

// Oldest is the number of the first event that waits to be stored here.
func (a *Appender) Oldest() (number int64, ok bool) { return a.session.Oldest() }

// Unanswered is the error of a store that has not answered appends, whose Detail says how
// many; nil if none is under way.
func (a *Appender) Unanswered() *fault.Error {
	appends := len(a.session.flight)
	if a.link == nil || appends == 0 {
		return nil
	}
	what := "an append"
	if appends > 1 {
		what = fmt.Sprintf("%d appends", appends)
	}
	return fault.New(fault.Unreachable, "append to segment", a.Name, "segment store %s has not answered %s yet", a.link.conn.Endpoint(), what)
}

// calm is how long a fetcher must have a connection for its trouble to be over although
// nothing has come: a read at the tail waits for what is written next.
const calm = 2 * time.Second

// Trouble is what keeps the segment from being read now, and for how long; nil if nothing
// is known to. Safe for concurrent use.
func (f *Fetcher) Trouble() error {
	if since := f.connected.Load(); since != 0 && time.Since(time.Unix(0, since)) >= calm {
		return nil
	}
	return f.life.Trouble()
}
