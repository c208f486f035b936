package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Every event that is written to four segments is read once by a group of two
// readers, in order per key, and both end with the sealed stream.
func TestEventsAreReadOnceInOrderUntilTheSealedEnd(t *testing.T) {
	const events, keys = 20000, 50
	c := connect(t)
	scope, stream := newStream(t, c, 4)
	ctx := waittest.Within(t, 2*time.Minute)

	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= events; i++ {
		key := fmt.Sprint("key", i%keys)
		n, err := w.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, i)})
		if err != nil || n != int64(i) {
			t.Fatalf("event %d got number %d: %v", i, n, err)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if acked, _ := w.Acked(); acked != events {
		t.Fatalf("acknowledged through %d of %d", acked, events)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	o.check(events)
}
