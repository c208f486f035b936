package conformance

import (
	"context"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// sized is a payload as the oracle knows it, filled up to a size; its end is the
// checksum of what stands before.
func sized(key string, n, size int) []byte {
	event := make([]byte, size-8)
	random := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = random.Read(event)
	copy(event, fmt.Appendf(nil, "%s %d ", key, n))
	return fmt.Appendf(event, "%08x", crc32.ChecksumIEEE(event))
}

// intact reports whether an event that sized made is what it was.
func intact(event []byte) bool {
	end := len(event) - 8
	return string(event[end:]) == fmt.Sprintf("%08x", crc32.ChecksumIEEE(event[:end]))
}

// writeSizes writes events of one key, of the given sizes; 0 is a small one.
func writeSizes(ctx context.Context, t *testing.T, w *client.Writer, key string, sizes []int, between func(n int)) {
	t.Helper()
	for i, size := range sizes {
		event := payload(key, i+1)
		if size > 0 {
			event = sized(key, i+1, size)
		}
		if n, err := w.Write(ctx, client.Event{Key: []byte(key), Data: event}); n != int64(i+1) || err != nil {
			t.Fatalf("event %d got number %d: %v", i+1, n, err)
		}
		if between != nil {
			between(i + 1)
		}
	}
}

// readSizes reads a sealed stream and checks that every event is there, once, in
// order and intact, with a buffer that is smaller than the large ones. It calls
// begun when it has read something.
func readSizes(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, sizes []int, begun func()) {
	t.Helper()
	o := newOracle(t)
	var first sync.Once
	o.look = func(s *client.Slice) {
		if begun != nil {
			first.Do(begun)
		}
		for _, event := range s.Events() {
			if n := number(t, event[:min(len(event), 100)]); n <= len(sizes) && sizes[n-1] > 0 && (len(event) != sizes[n-1] || !intact(event)) {
				t.Errorf("event %d of %d bytes was read as %d others", n, sizes[n-1], len(event))
			}
		}
	}
	o.read(ctx, c, scope, stream, 1)
	o.check(len(sizes))
}

// Events of 20 and 64 MiB, among small ones of the same key and just below and
// above what one append carries, are stored once, in order, and read as one event
// each.
func TestLargeEventsAreReadAsOne(t *testing.T) {
	ctx := waittest.Within(t, 4*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	sizes := []int{0, 20 << 20, 0, 0, client.MaxEventSize, client.MaxEventSize + 1, 0, 64 << 20, 0}
	writeSizes(ctx, t, w, "k", sizes, nil)
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	readSizes(ctx, t, c, scope, stream, sizes, nil)
}

// A large event survives connections that break while its parts, its merge and
// what stands around it are on their way; reading survives it too.
func TestLargeEventsSurviveDroppedConnections(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	server, err := harness.Standalone(ctx, harness.Options{Proxied: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	c := connectTo(t, server)
	scope, stream := newStream(t, c, 1)
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	cutting := func(limit int, most time.Duration) (stop func()) {
		running, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := 0; i < limit && running.Err() == nil; i++ {
				time.Sleep(time.Duration(rand.Int64N(int64(most))))
				server.Proxy().Cut()
			}
		}()
		return func() { cancel(); <-done }
	}
	var sizes []int
	for range 3 {
		sizes = append(sizes, 0, 10<<20, 0, 9<<20, 0, 0)
	}
	stop := cutting(60, 400*time.Millisecond)
	writeSizes(ctx, t, w, "k", sizes, nil)
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	// Not before: the controllers' own connections break as well, and make what
	// opening a reader asks of them slow.
	readSizes(ctx, t, c, scope, stream, sizes, func() { stop = cutting(40, 100*time.Millisecond) })
	stop()
}

// Segments that are split and merged while large events are on their way to them
// lose and double none.
func TestScalesDuringLargeEvents(t *testing.T) {
	ctx := waittest.Within(t, 4*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1) // also the least that a scale may leave
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	sizes := []int{0, 12 << 20, 0, 12 << 20, 0, 12 << 20, 0, 0}
	writeSizes(ctx, t, w, "k", sizes, func(n int) {
		if n%2 == 0 && n < 8 {
			time.Sleep(time.Duration(rand.Int64N(int64(60 * time.Millisecond))))
			scaleTo(ctx, t, c, scope, stream, 1+n/2%2)
		}
	})
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	readSizes(ctx, t, c, scope, stream, sizes, nil)
}
