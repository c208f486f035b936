package client

import (
	"context"
	"math"
	"testing"

	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Only numbers that were given out can be waited for, and lower ones; in an inbox they
// were given out, too.
func TestNumbersThatWereNeverGivenOutAreRefused(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	y := &tray{}
	w.UseInbox(y, 1<<10)
	must(t, w.Wait(waittest.Limit(t), 0))
	c.Set(noAppends)
	last := fillInbox(t, w, y, 1)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	wants(t, w.Wait(over, last), ErrCancelled, true)
	for _, n := range []int64{-1, math.MinInt64, last + 1, 1e9, math.MaxInt64} {
		wants(t, w.Wait(over, n), ErrInvalidArgument, false)
	}
	c.Set(nil)
	c.CutAll()
	must(t, w.Wait(waittest.Limit(t), last))
	must(t, w.Close(waittest.Limit(t)))
	must(t, w.Wait(waittest.Limit(t), last))
	wants(t, w.Wait(waittest.Limit(t), last+1), ErrClosed, false)
	wants(t, w.Wait(waittest.Limit(t), -1), ErrInvalidArgument, false)
}
