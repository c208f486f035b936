//go:build cluster

package cluster

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// load writes the script from one goroutine, about 5,000 events a second, until it
// is told to stop.
type load struct {
	client        *client.Client
	scope, stream string
	writer        *client.Writer
	name          string // of the writer, in its events
	stop          context.CancelFunc
	done          chan error
	written       atomic.Int64 // events that the writer has accepted
	acks          acks
	time          int64    // that the writer has noted
	readers       *readers // that read along; nil if there are none
}

// startLoad begins to write to a new stream, and to read what is written with two
// readers of a group.
func startLoad(ctx context.Context, t *testing.T, c *client.Client, segments int) *load {
	t.Helper()
	scope, stream := newStream(ctx, t, c, segments)
	l := startWriting(ctx, t, c, scope, stream)
	l.readers = startReaders(ctx, t, c, scope, l.group("ours"))
	return l
}

// startWriting begins to write to a stream. It makes the groups that will read what
// is written: for half a minute after the end of a store, controllers are slow to.
func startWriting(ctx context.Context, t *testing.T, c *client.Client, scope, stream string) *load {
	t.Helper()
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	l := &load{client: c, scope: scope, stream: stream, writer: w, name: fmt.Sprintf("writer%d", writers.Add(1)), stop: stop, done: make(chan error, 1)}
	createGroup(ctx, t, c, scope, stream, l.group("ours"))
	createGroup(ctx, t, c, scope, stream, l.group("java"))
	w.Notify(l.acks.note)
	go func() { l.done <- l.run(ctx, running) }()
	return l
}

// group that reads the load.
func (l *load) group(of string) string { return of + "-" + l.name }

// atOnce is how many times a load writes until it pauses.
const atOnce = 25

// writers that loads have opened.
var writers atomic.Int64

// run writes as long as running lasts. Only the end of ctx interrupts a write.
func (l *load) run(ctx, running context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for last := int64(0); ; {
		for range atOnce {
			var err error
			if last, err = put(ctx, l.writer, l.name, last+1); err != nil {
				return err
			}
			l.written.Store(last)
		}
		<-tick.C
		if running.Err() != nil {
			return nil
		}
	}
}

// flow waits until events are acknowledged that were written after the call.
func (l *load) flow(ctx context.Context, t *testing.T) {
	t.Helper()
	begun := time.Now()
	for until := l.written.Load() + either(3000, 30000); ; time.Sleep(5 * time.Millisecond) {
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

// disturb does something to the cluster and tells the longest gaps until all flows
// again, which is then noted as the time of the next unit.
func (l *load) disturb(ctx context.Context, t *testing.T, what string, do func()) {
	t.Helper()
	l.flow(ctx, t)
	l.acks.Longest()
	l.readers.gaps.Longest()
	do()
	l.flow(ctx, t)
	l.time++
	if err := l.writer.NoteTime(ctx, l.time); err != nil {
		t.Fatalf("time %d is not noted: %v", l.time, err)
	}
	t.Logf("%s: longest gap in acknowledgements %v, in reading %v", what,
		l.acks.Longest().Round(time.Millisecond), l.readers.gaps.Longest().Round(time.Millisecond))
}

// check ends the load, of which all must be stored once, in the order of its
// keys.
func (l *load) check(ctx context.Context, t *testing.T, cluster *harness.Cluster) {
	t.Helper()
	l.stop()
	if err := <-l.done; err != nil {
		t.Fatal(err)
	}
	if err := l.writer.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if acked, err := l.writer.Acked(); acked != l.written.Load() {
		t.Fatalf("%d of %d events are acknowledged: %v", acked, l.written.Load(), err)
	}
	l.readBack(ctx, t, cluster, l.written.Load())
}

// readBack shows that the official Java client and the readers that read along,
// or else new ones of ours, find what was acknowledged once, and what was not at
// most once. The writer has ended, and the stream ends here.
func (l *load) readBack(ctx context.Context, t *testing.T, cluster *harness.Cluster, acked int64) {
	t.Helper()
	settle(ctx, t, cluster)
	if err := l.client.SealStream(ctx, l.scope, l.stream); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if l.readers == nil {
		l.readers = startReaders(ctx, t, l.client, l.scope, l.group("ours"))
	}
	ours := l.readers.finish(t)
	ours.check(t, "our readers", l.name, acked, l.written.Load())
	read := time.Now()
	theirs := newOracle()
	java.readBack(ctx, t, cluster, l.scope, l.group("java"), theirs.take)
	theirs.check(t, "the official Java client", l.name, acked, l.written.Load())
	t.Logf("%d events, %d acknowledged; read to the end in %v by ours, %v by the official Java client", l.written.Load(), acked,
		read.Sub(begun).Round(time.Millisecond), time.Since(read).Round(time.Millisecond))
}
