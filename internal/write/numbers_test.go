package write

import (
	"context"
	"math"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Only numbers that were given out can be waited for, and lower ones; in an inbox they
// were given out, too.
func TestNumbersThatWereNeverGivenOutAreRefused(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	y := &tray{}
	w.UseInbox(y, 1<<10)
	enginetest.Must(t, w.Wait(waittest.Limit(t), 0))
	c.Set(enginetest.On(enginetest.IsAppend, storetest.Ignore))
	last := fillInbox(t, w, y, 1)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	enginetest.Wants(t, w.Wait(over, last), fault.Cancelled, true)
	for _, n := range []int64{-1, math.MinInt64, last + 1, 1e9, math.MaxInt64} {
		enginetest.Wants(t, w.Wait(over, n), fault.InvalidArgument, false)
	}
	c.Set(nil)
	c.CutAll()
	enginetest.Must(t, w.Wait(waittest.Limit(t), last))
	enginetest.Must(t, w.Close(waittest.Limit(t)))
	enginetest.Must(t, w.Wait(waittest.Limit(t), last))
	enginetest.Wants(t, w.Wait(waittest.Limit(t), last+1), fault.Closed, false)
	enginetest.Wants(t, w.Wait(waittest.Limit(t), -1), fault.InvalidArgument, false)
}
