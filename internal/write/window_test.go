package write

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// settleAll makes everything up to a number stored; the lock is held.
func (w *Writer) settleAll(number int64) {
	for _, m := range w.routes.members {
		m.Settle(number)
	}
}

// Who waits for room is not woken for every few bytes, but for an eighth of the
// window, or after a moment.
func TestWindowOpensWhenItIsWorthWhile(t *testing.T) {
	w := desk(t)
	event := make([]byte, 1<<10)
	fill := func() {
		for {
			if _, err := w.TryWrite(nil, event); err != nil {
				if fault.CodeOf(err) != fault.WindowFull {
					t.Fatal(err)
				}
				return
			}
		}
	}
	told := make(chan struct{}, 10)
	w.NotifyRoom(func(int64, error) {}, func() { told <- struct{}{} })
	defer func() { w.End(w.noRoom); w.work.Wait() }()

	fill()
	w.mu.Lock()
	w.settleAll(100)
	if !w.window.full || w.late == nil {
		t.Error("the window opened for 100 KiB of 16 MiB")
	}
	w.mu.Unlock()
	<-told // the moment is over

	fill()
	w.mu.Lock()
	w.settleAll(w.last / 2)
	if w.window.full || w.late != nil {
		t.Error("the window did not open for 8 MiB of 16 MiB")
	}
	w.mu.Unlock()
	<-told

	// Who waits in Write is woken by either.
	for _, share := range []int64{1000, 2} {
		fill()
		written := make(chan error, 1)
		go func() {
			_, err := w.Write(waittest.Limit(t), nil, event)
			written <- err
		}()
		waittest.Until(t, "the writer waits", func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.room.Awaited()
		})
		w.mu.Lock()
		oldest := w.progress.Through(w.last)
		w.settleAll(oldest + (w.last-oldest)/share)
		w.mu.Unlock()
		if err := <-written; err != nil {
			t.Fatal(err)
		}
	}
}

// Events larger than half the window come in although many others write small ones
// without a pause, to the same segment and to another.
func TestWindowLetsLargerEventsIn(t *testing.T) {
	const bigs, times = 2, 20
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.WindowBytes, limits.BlockBytes = 64<<10, 4<<10 })
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			time.Sleep(200 * time.Microsecond) // so that there is always some block under way
		}
		return storetest.Serve
	})
	ctx := waittest.Limit(t)
	busy, stop := context.WithCancel(ctx)
	var small, big sync.WaitGroup
	for i := range 8 {
		small.Go(func() {
			for key := fmt.Sprint("small", i); busy.Err() == nil; {
				if _, err := w.Write(ctx, []byte(key), make([]byte, 100)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range bigs {
		big.Go(func() {
			for range times {
				if _, err := w.Write(ctx, []byte(fmt.Sprint("big", i)), make([]byte, 40<<10)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	big.Wait()
	stop()
	small.Wait()
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, id := range c.Current() {
		for _, e := range c.Events(c.Name(id)) {
			if len(e) > 100 {
				found++
			}
		}
	}
	if found != bigs*times {
		t.Fatalf("%d of %d large events are stored", found, bigs*times)
	}
	if w.window.used != 0 {
		t.Fatalf("the window holds %d bytes of nothing", w.window.used)
	}
}

// An event that goes beyond what its segment may hold does not take the room of
// the others.
func TestWindowBeyondItsShareASegmentTakesNothing(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(func(config *cluster.Config, limits *Config) {
		config.ConnectTimeout, config.KeepAliveTimeout, limits.WindowBytes = 200e6, 200e6, 64<<10
	})
	c.Set(silent(c.Name(0)))
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	if _, err := w.TryWrite([]byte(low), make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.TryWrite([]byte(low), nil); fault.CodeOf(err) != fault.WindowFull {
		t.Fatal(err)
	}
	for range 500 {
		if _, err := w.Write(waittest.Limit(t), []byte(high), make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	c.Set(nil)
	if err := w.Flush(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}

// silent is a fault: segments that are down do not answer when they are set up.
func silent(names ...string) storetest.Fault {
	return func(_ int, command wire.Command) storetest.Verdict {
		setup, ok := command.(wire.SetupAppend)
		for _, name := range names {
			if ok && setup.Segment == name {
				return storetest.NoReply
			}
		}
		return storetest.Serve
	}
}

// A segment that is down and full is split into two that are down: who waits has
// room in them at once, up to their shares, and the others still have theirs.
func TestWindowIsSharedAnewAfterASplit(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(func(config *cluster.Config, limits *Config) {
		config.ConnectTimeout, config.KeepAliveTimeout, limits.WindowBytes = 200e6, 200e6, 64<<10
	})
	a, b := naming.NewSegmentID(2, 1), naming.NewSegmentID(3, 1)
	c.Set(silent(c.Name(0), c.Name(a), c.Name(b)))
	lower, upper, high := enginetest.KeyFor(0, 0.25), enginetest.KeyFor(0.25, 0.5), enginetest.KeyFor(0.5, 1)
	fill := func(keys ...string) (taken int) {
		for i := 0; ; i++ {
			if _, err := w.TryWrite([]byte(keys[i%len(keys)]), padded(0)); err != nil {
				if fault.CodeOf(err) != fault.WindowFull {
					t.Fatal(err)
				}
				return i
			}
		}
	}
	total := fill(lower, upper)
	if total != 33 { // 1008 bytes each, the last one goes beyond
		t.Fatalf("the segment that is down took %d kB of 64", total)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := w.Write(waittest.Limit(t), []byte(lower), padded(0))
		waiting <- err
	}()
	waittest.Until(t, "somebody waits", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.room.Awaited()
	})
	c.Replace([]naming.SegmentID{0}, c.Segment(a, 0, 0.25), c.Segment(b, 0.25, 0.5))
	c.Seal(c.Name(0))
	c.Set(silent(c.Name(a), c.Name(b))) // the seal is told
	c.CutAll()
	if err := <-waiting; err != nil {
		t.Fatal(err)
	}
	total++
	of := func(id naming.SegmentID) int {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, m := range w.routes.members {
			if m.id == id {
				return m.Bytes()
			}
		}
		return 0
	}
	total += fill(lower)
	if held := of(a); held < 32<<10 || held > 32<<10+1008 {
		t.Errorf("one successor holds %d bytes", held)
	}
	if held := of(a) + of(b); held != total*1008 || w.window.used != min(of(a), 32<<10)+of(b) {
		t.Errorf("the successors hold %d bytes of %d, %d are counted", held, total*1008, w.window.used)
	}
	for range 200 { // in what is left
		if _, err := w.Write(waittest.Limit(t), []byte(high), binary.BigEndian.AppendUint64(nil, 0)); err != nil {
			t.Fatal(err)
		}
		total++
	}
	c.Set(nil)
	flush(t, w, int64(total))
	if w.window.used != 0 {
		t.Fatalf("the window holds %d bytes of nothing", w.window.used)
	}
}
