package segmentstore_test

import (
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A server remembers every writer that was set up on a connection until the
// connection ends, so none is used for any number of them.
func TestConnectionRetiresAfterManySetUps(t *testing.T) {
	all := stores(t, storetest.Start(t), dialer)
	ctx := waittest.Within(t, 20*time.Second)
	seen := make(map[*segmentstore.Conn]int)
	for range 20_000 {
		conn, err := all.Connect(ctx, segment, segmentstore.Appends)
		if err != nil {
			t.Fatal(err)
		}
		if conn.ExpireBy(time.Time{}) {
			seen[conn]++
		}
	}
	for _, n := range seen {
		if n > 4096 {
			t.Errorf("%d writers were set up on one connection", n)
		}
	}
	if len(seen) < 4 {
		t.Errorf("only %d connections", len(seen))
	}
	for { // two are shared
		alive := 0
		for conn := range seen {
			if !conn.Gone() {
				alive++
			}
		}
		if alive <= 2 {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("%d connections are alive", alive)
		}
		time.Sleep(time.Millisecond)
	}
}
