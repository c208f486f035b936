//go:build cluster

package cluster

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// load writes events of some keys from one goroutine, about 5,000 a second, until
// it is told to stop.
type load struct {
	client        *client.Client
	scope, stream string
	writer        *client.Writer
	stop          context.CancelFunc
	done          chan error
	written       atomic.Int64 // events that the writer has accepted
	acks          acks
}

func startLoad(ctx context.Context, t *testing.T, c *client.Client) *load {
	t.Helper()
	scope, stream := newStream(ctx, t, c)
	w, err := c.OpenWriter(ctx, scope, stream, client.DefaultWriterConfig())
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	l := &load{client: c, scope: scope, stream: stream, writer: w, stop: stop, done: make(chan error, 1)}
	w.Notify(l.acks.note)
	go func() { l.done <- l.run(ctx, running) }()
	return l
}

// run writes as long as running lasts. Only the end of ctx interrupts a write.
func (l *load) run(ctx, running context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n := int64(1); ; n++ {
		if n%25 == 0 {
			<-tick.C
			if running.Err() != nil {
				return nil
			}
		}
		key := fmt.Sprint("key", n%101)
		number, err := l.writer.WriteKeyed(ctx, key, payload(key, n))
		if err != nil || number != n {
			return fmt.Errorf("event %d got number %d: %w", n, number, err)
		}
		l.written.Store(n)
	}
}

// flow waits until events are acknowledged that were written after the call.
func (l *load) flow(ctx context.Context, t *testing.T) {
	t.Helper()
	begun := time.Now()
	for until := l.written.Load() + 5000; ; time.Sleep(5 * time.Millisecond) {
		acked, err := l.writer.Acked()
		if err != nil {
			t.Fatal(err)
		}
		if acked >= until {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%d of %d events are acknowledged, %v after the last disturbance", acked, until, time.Since(begun))
		}
		select {
		case err := <-l.done:
			t.Fatalf("the load has ended: %v", err)
		default:
		}
	}
}

// check ends the load and shows that each of its events is stored once, in the
// order of its key. All members must run.
func (l *load) check(ctx context.Context, t *testing.T, cluster *harness.Cluster) {
	t.Helper()
	l.stop()
	if err := <-l.done; err != nil {
		t.Fatal(err)
	}
	total := l.written.Load()
	if err := l.writer.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if acked, err := l.writer.Acked(); acked != total {
		t.Fatalf("%d of %d events are acknowledged: %v", acked, total, err)
	}
	if err := cluster.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := l.client.SealStream(ctx, l.scope, l.stream); err != nil {
		t.Fatal(err)
	}
	sealed := time.Now()
	o := newOracle(t)
	o.read(ctx, l.client, l.scope, l.stream)
	o.check(total)
	t.Logf("%d events, sealed in %v, read in %v", total, sealed.Sub(begun), time.Since(sealed))
}

// acks measures the time between acknowledgements. Safe for concurrent use; the
// zero value is ready.
type acks struct {
	mu      sync.Mutex
	acked   int64
	last    time.Time // when acked became what it is
	longest time.Duration
}

// note is told by a writer through which number all is stored.
func (a *acks) note(acked int64, _ error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if acked <= a.acked {
		return
	}
	now := time.Now()
	if !a.last.IsZero() {
		a.longest = max(a.longest, now.Sub(a.last))
	}
	a.acked, a.last = acked, now
}

// longestGap returns the longest time without an acknowledgement since the last
// call.
func (a *acks) longestGap() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	longest := a.longest
	a.longest = 0
	return longest
}
