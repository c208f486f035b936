//go:build cluster

package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/client"
)

// padding makes events about 100 bytes long.
var padding = strings.Repeat(".", 85)

// payload of event n of a load, counted from 1.
func payload(key string, n int64) []byte { return fmt.Appendf(nil, "%s %d %s", key, n, padding) }

// oracle checks that each event of a load is read once, in order per key.
type oracle struct {
	t  *testing.T
	mu sync.Mutex
	// seen are the numbers, last the latest of each key.
	seen map[int64]bool
	last map[string]int64
}

func newOracle(t *testing.T) *oracle {
	return &oracle{t: t, seen: make(map[int64]bool), last: make(map[string]int64)}
}

// take notes an event that was read.
func (o *oracle) take(event []byte) {
	var key, rest string
	var n int64
	if _, err := fmt.Sscanf(string(event), "%s %d %s", &key, &n, &rest); err != nil || rest != padding {
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

// check that the events 1 to total were read, and no other.
func (o *oracle) check(total int64) {
	o.t.Helper()
	missing := int64(0)
	for n := int64(1); n <= total; n++ {
		if !o.seen[n] {
			if missing++; missing < 10 {
				o.t.Errorf("event %d was not read", n)
			}
		}
	}
	if got := int64(len(o.seen)); got != total || missing != 0 {
		o.t.Errorf("%d events were written, %d were read, %d are missing", total, got, missing)
	}
}

// read reads a sealed stream to its end with a group of two readers.
func (o *oracle) read(ctx context.Context, c *client.Client, scope, stream string) {
	o.t.Helper()
	config := client.DefaultReaderGroupConfig(client.GroupStream{Scope: scope, Stream: stream})
	if _, err := c.CreateReaderGroup(ctx, scope, "oracle", config); err != nil {
		o.t.Fatal(err)
	}
	g, err := c.OpenReaderGroup(ctx, scope, "oracle")
	if err != nil {
		o.t.Fatal(err)
	}
	var readers []*client.Reader
	for i := range 2 {
		r, err := g.OpenReader(ctx, fmt.Sprint("reader-", i), client.DefaultReaderConfig())
		if err != nil {
			o.t.Fatal(err)
		}
		readers = append(readers, r)
	}
	var work sync.WaitGroup
	for _, r := range readers {
		work.Go(func() {
			if err := o.drain(ctx, r); err != nil {
				o.t.Error(err)
			}
		})
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
		for _, event := range s.Events() {
			o.take(event)
		}
		if err := s.Release(); err != nil {
			return err
		}
	}
}
