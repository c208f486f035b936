package client

import (
	"runtime"
	"testing"
	"weak"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A thousand open transactions cost a goroutine and some kilobytes each, share the
// connections, and leave nothing when they have ended.
func TestAThousandOpenTransactions(t *testing.T) {
	const thousand = 1000
	c := startCluster(t, 0, 0.25, 0.5, 0.75, 1)
	w := c.transactions(nil)
	used := func() (bytes int64) {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc + m.StackInuse)
	}
	goroutines, before := runtime.NumGoroutine(), used()
	open := make([]*Transaction, thousand)
	refs := make([]weak.Pointer[Transaction], thousand)
	for i := range open {
		open[i] = begin(t, w)
		refs[i] = weak.Make(open[i])
	}
	if c.Dialled() != 0 {
		t.Error("a connection was opened for nothing")
	}
	if n := (used() - before) / thousand; n > 32<<10 { // with what the controller keeps of one
		t.Errorf("an open transaction takes %d bytes", n)
	}
	if n := runtime.NumGoroutine() - goroutines; n > thousand+100 {
		t.Errorf("they have %d goroutines", n)
	}
	for i, txn := range open {
		put(t, txn, enginetest.KeyFor(float64(i%4)/4, float64(i%4+1)/4), 1, 1)
	}
	for i, txn := range open {
		if i%2 == 0 {
			enginetest.Must(t, txn.Commit(waittest.Limit(t)))
		} else {
			enginetest.Must(t, txn.Abort(waittest.Limit(t)))
		}
	}
	if n := c.Peak(); n > 8 {
		t.Errorf("%d connections to one store", n)
	}
	if got := len(c.Stored(0, 1, 2, 3)); got != thousand/2 {
		t.Errorf("%d events of %d", got, thousand/2)
	}
	clear(open)
	waittest.Until(t, "they are forgotten", func() bool {
		runtime.GC()
		for _, ref := range refs {
			if ref.Value() != nil {
				return false
			}
		}
		return runtime.NumGoroutine() < goroutines+100
	})
}
