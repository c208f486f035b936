package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// load writes events of some keys from one goroutine until it is told to stop,
// not faster than the small server under test can keep in its memory.
type load struct {
	writer *client.Writer
	stop   context.CancelFunc
	done   chan error
	count  atomic.Int64
}

func startLoad(ctx context.Context, t *testing.T, c *client.Client, scope, stream string) *load {
	t.Helper()
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	l := &load{writer: w, stop: stop, done: make(chan error, 1)}
	go func() {
		for n := 1; running.Err() == nil; n++ {
			key := fmt.Sprint("key", n%37)
			number, err := w.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, n)})
			if err != nil || number != int64(n) {
				l.done <- fmt.Errorf("event %d got number %d: %w", n, number, err)
				return
			}
			l.count.Store(number)
			if n%500 == 0 {
				time.Sleep(5 * time.Millisecond)
			}
		}
		l.done <- nil
	}()
	return l
}

// finish stops the load, flushes, and returns how many events were written.
func (l *load) finish(ctx context.Context, t *testing.T) int {
	t.Helper()
	l.stop()
	if err := <-l.done; err != nil {
		t.Fatal(err)
	}
	if err := l.writer.Close(ctx); err != nil {
		t.Fatal(err)
	}
	total := l.count.Load()
	if acked, _ := l.writer.Acked(); acked != total {
		t.Fatalf("acknowledged through %d of %d", acked, total)
	}
	return int(total)
}

// more waits until the load has written n more events.
func (l *load) more(t *testing.T, n int64) {
	t.Helper()
	for until := l.count.Load() + n; l.count.Load() < until; time.Sleep(time.Millisecond) {
		select {
		case err := <-l.done:
			t.Fatalf("the load has ended: %v", err)
		default:
		}
	}
}

// Connections that break anywhere, again and again, lose and double nothing, on
// the way in and on the way out.
func TestDroppedConnectionsLoseAndDoubleNothing(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	server, err := harness.Standalone(ctx, harness.Options{Proxied: true})
	if err != nil {
		t.Fatal(err)
	}
	harness.StopAfter(t, server)
	c := connectTo(t, server)
	scope, stream := newStream(t, c, 4)
	l := startLoad(ctx, t, c, scope, stream)
	broken := 0
	for range 25 {
		l.more(t, rand.Int64N(3000))
		broken += server.Proxy().Cut()
	}
	if broken == 0 {
		t.Fatal("no connection went through the proxy")
	}
	total := l.finish(ctx, t)
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	cutting, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; i < 100 && cutting.Err() == nil; i++ {
			time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
			server.Proxy().Cut()
		}
	}()
	o.read(ctx, c, scope, stream, 2)
	stop()
	<-done
	o.check(total)
}

// Segments that are split and merged under load lose and double nothing and
// keep the order of each key.
func TestSplitsAndMergesUnderLoadLoseAndDoubleNothing(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1) // also the least that a scale may leave
	l := startLoad(ctx, t, c, scope, stream)
	for range 3 {
		l.more(t, 2000)
		scaleTo(ctx, t, c, scope, stream, 4)
		l.more(t, 2000)
		scaleTo(ctx, t, c, scope, stream, 1)
		l.more(t, 2000)
		scaleTo(ctx, t, c, scope, stream, 3) // borders that differ from the predecessors'
	}
	total := l.finish(ctx, t)
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 3)
	o.check(total)
}

// scaleTo replaces all segments of a stream by n equal ones.
func scaleTo(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, n int) {
	t.Helper()
	segments, err := c.Segments(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	var seal []int64
	for _, s := range segments {
		seal = append(seal, s.ID)
	}
	var into []client.KeyRange
	for i := range n {
		into = append(into, client.KeyRange{Low: float64(i) / float64(n), High: float64(i+1) / float64(n)})
	}
	err = c.ScaleStream(ctx, scope, stream, seal, into)
	for errors.Is(err, client.ErrConflict) { // the controller still tidies up after the last one
		time.Sleep(10 * time.Millisecond)
		err = c.ScaleStream(ctx, scope, stream, seal, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A stream that is sealed under load ends the writer with a typed error, and
// exactly what was acknowledged is there.
func TestSealUnderLoadStoresExactlyWhatWasAcknowledged(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 3)
	l := startLoad(ctx, t, c, scope, stream)
	l.more(t, 5000)
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	err := <-l.done
	if !errors.Is(err, client.ErrStreamSealed) || !client.IsFinal(err) {
		t.Fatal(err)
	}
	acked, final := l.writer.Acked()
	if !errors.Is(final, client.ErrStreamSealed) {
		t.Fatal(final)
	}
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 1)
	for n := 1; int64(n) <= acked; n++ {
		if !o.seen[n] {
			t.Fatalf("event %d was acknowledged, but is not there", n)
		}
	}
	if later := len(o.seen) > int(acked); later != client.MayBeStored(final) {
		t.Fatalf("%d events are there, %d were acknowledged, but the error says %v", len(o.seen), acked, final)
	}
	if err := l.writer.Close(ctx); err == nil && acked < l.count.Load() {
		t.Fatal("Close did not tell that events are not stored")
	}
}
