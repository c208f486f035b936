package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Batches of several keys, over segments that split and merge, are stored whole:
// their events lie one directly behind another.
func TestBatchesAreStoredTogether(t *testing.T) {
	const size, batches = 7, 600
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1) // also the least that a scale may leave
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for b := range batches {
		key := fmt.Sprint("key", b%11)
		var events [][]byte
		for i := range size {
			events = append(events, payload(key, b*size+i+1))
		}
		if n, err := w.WriteBatch(ctx, []byte(key), events...); n != int64((b+1)*size) || err != nil {
			t.Fatal(n, err)
		}
		switch b {
		case 200:
			scaleTo(ctx, t, c, scope, stream, 3)
		case 400:
			scaleTo(ctx, t, c, scope, stream, 1)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	next := make(map[string]int) // by segment: the event that must follow, in the middle of a batch
	o.look = func(s *client.Slice) {
		for _, event := range s.Events() {
			n := number(t, event)
			if want := next[s.Segment()]; want != 0 && n != want {
				t.Errorf("event %d follows %d", n, want-1)
			}
			if next[s.Segment()] = n + 1; n%size == 0 {
				next[s.Segment()] = 0
			}
		}
	}
	o.read(ctx, c, scope, stream, 1)
	o.check(batches * size)
}

// number of an event that payload made.
func number(t *testing.T, event []byte) int {
	t.Helper()
	var key string
	var n int
	if _, err := fmt.Sscanf(string(event), "%s %d", &key, &n); err != nil {
		t.Fatalf("event %q was never written", event)
	}
	return n
}
