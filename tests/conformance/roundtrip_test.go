package conformance

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// Every event that is written to four segments is read once by a group of two
// readers, in order per key, and both end with the sealed stream.
func TestEventsAreReadOnceInOrderUntilTheSealedEnd(t *testing.T) {
	const events, keys = 20000, 50
	c := connect(t)
	scope, stream := newStream(t, c, 4)
	ctx := within(t, 2*time.Minute)

	w, err := c.OpenWriter(ctx, scope, stream, client.DefaultWriterConfig())
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		n, err := w.WriteKeyed(ctx, fmt.Sprint("key", i%keys), fmt.Appendf(nil, "%d %d", i%keys, i))
		if err != nil {
			t.Fatal(err)
		}
		if n != int64(i+1) {
			t.Fatalf("event %d got number %d", i, n)
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

	created, err := c.CreateReaderGroup(ctx, scope, "g", client.DefaultReaderGroupConfig(client.GroupStream{Scope: scope, Stream: stream}))
	if err != nil || !created {
		t.Fatal(created, err)
	}
	g, err := c.OpenReaderGroup(ctx, scope, "g")
	if err != nil {
		t.Fatal(err)
	}
	type event struct{ key, number int }
	read := make(chan event, events+1)
	done := make(chan error)
	const readers = 2
	for i := range readers {
		r, err := g.OpenReader(ctx, fmt.Sprint("r", i), client.DefaultReaderConfig())
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			done <- func() error {
				for {
					s, err := r.Next(ctx)
					if errors.Is(err, client.ErrEnd) {
						return r.Close(ctx)
					}
					if err != nil {
						return err
					}
					for _, payload := range s.Events() {
						var e event
						if _, err := fmt.Sscanf(string(payload), "%d %d", &e.key, &e.number); err != nil {
							return err
						}
						read <- e
					}
					if err := s.Release(); err != nil {
						return err
					}
				}
			}()
		}()
	}
	for range readers {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	close(read)
	seen := make(map[int]bool)
	last := make(map[int]int)
	for e := range read {
		if seen[e.number] {
			t.Fatalf("event %d was read twice", e.number)
		}
		seen[e.number] = true
		if before, ok := last[e.key]; ok && before > e.number {
			t.Fatalf("event %d of key %d was read after %d", e.number, e.key, before)
		}
		last[e.key] = e.number
	}
	if len(seen) != events {
		t.Fatalf("%d of %d events were read", len(seen), events)
	}
}
