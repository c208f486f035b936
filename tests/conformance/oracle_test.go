package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// oracle knows what was written: event n of the test, counted from 1, holds "key
// n". It checks that all of it is read, once, in order per key.
type oracle struct {
	t    *testing.T
	mu   sync.Mutex
	seen map[int]bool
	last map[string]int

	written int                 // for tests that write more and more
	look    func(*client.Slice) // sees each slice before its events are taken, if set
}

func newOracle(t *testing.T) *oracle {
	return &oracle{t: t, seen: make(map[int]bool), last: make(map[string]int)}
}

// payload of an event.
func payload(key string, n int) []byte { return fmt.Appendf(nil, "%s %d", key, n) }

// take notes an event that was read. The events of one key may not be taken by
// two goroutines at the same time.
func (o *oracle) take(event []byte) {
	var key string
	var n int
	if _, err := fmt.Sscanf(string(event), "%s %d", &key, &n); err != nil {
		o.t.Errorf("event %q was never written", event)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[n] {
		o.t.Errorf("event %d of key %s was read twice", n, key)
	}
	o.seen[n] = true
	if o.last[key] > n {
		o.t.Errorf("event %d of key %s was read after %d", n, key, o.last[key])
	}
	o.last[key] = n
}

// check that the events 1 to total were read.
func (o *oracle) check(total int) {
	o.t.Helper()
	missing := 0
	for n := 1; n <= total; n++ {
		if !o.seen[n] {
			if missing++; missing < 10 {
				o.t.Errorf("event %d was not read", n)
			}
		}
	}
	if len(o.seen)+missing != total {
		o.t.Errorf("%d events were read, %d were written", len(o.seen), total)
	}
}

// waitFor waits until that many events were read.
func (o *oracle) waitFor(ctx context.Context, n int) {
	o.t.Helper()
	for {
		o.mu.Lock()
		got := len(o.seen)
		o.mu.Unlock()
		if got >= n {
			return
		}
		if ctx.Err() != nil {
			o.t.Fatalf("%d of %d events were read", got, n)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// read reads a sealed stream to its end with a group of readers at once.
func (o *oracle) read(ctx context.Context, c *client.Client, scope, stream string, readers int) {
	o.t.Helper()
	config := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}}
	if _, err := c.CreateReaderGroup(ctx, scope, "oracle", config); err != nil {
		o.t.Fatal(err)
	}
	g, err := c.OpenReaderGroup(ctx, scope, "oracle")
	if err != nil {
		o.t.Fatal(err)
	}
	var work sync.WaitGroup
	for i := range readers {
		r, err := g.OpenReader(ctx, fmt.Sprint("reader-", i), client.ReaderConfig{})
		if err != nil {
			o.t.Fatal(err)
		}
		work.Add(1)
		go func() {
			defer work.Done()
			if err := o.drain(ctx, r); err != nil {
				o.t.Error(err)
			}
		}()
	}
	work.Wait()
}

// drain reads until the end.
func (o *oracle) drain(ctx context.Context, r *client.Reader) error {
	for {
		s, err := r.Next(ctx)
		if errors.Is(err, client.ErrEnd) {
			return r.Close(ctx)
		}
		if err != nil {
			return err
		}
		if o.look != nil {
			o.look(s)
		}
		for _, event := range s.Events() {
			o.take(event)
		}
		if err := s.Release(); err != nil {
			return err
		}
	}
}
