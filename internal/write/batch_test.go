package write

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// numbers are events that hold the numbers first to last.
func numbers(first, last int64) [][]byte {
	var events [][]byte
	for n := first; n <= last; n++ {
		events = append(events, binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	return events
}

// writeBatch writes the events first to last as one.
func writeBatch(t *testing.T, w *Writer, key string, first, last int64) {
	t.Helper()
	if got, err := w.WriteBatch(waittest.Limit(t), []byte(key), numbers(first, last)); got != last || err != nil {
		t.Fatalf("the batch up to %d got number %d: %v", last, got, err)
	}
}

// Batches are appended by one command each, whose count tells of every event;
// lost acks and connections do not take them apart.
func TestBatchesAreStoredWholeOnce(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.BlockBytes = 4 << 10 })
	var appends, told atomic.Int64
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		block, ok := command.(wire.AppendBlockEnd)
		if !ok {
			return storetest.Serve
		}
		first, size, err := wire.NextEvent(block.Data)
		if err != nil || size != wire.EventHeader+8 || int(block.NumEvents) != len(block.Data)/size {
			t.Errorf("a block of %d bytes tells of %d events", len(block.Data), block.NumEvents)
		} else if n := int64(binary.BigEndian.Uint64(first)); n%1000 != 1 || block.LastEventNumber%1000 != 0 {
			t.Errorf("a block holds %d to %d", n, block.LastEventNumber)
		}
		told.Add(int64(block.NumEvents))
		switch appends.Add(1) % 5 {
		case 2:
			return storetest.CloseLate
		case 4:
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	for n := int64(1); n < 20_000; n += 1000 { // each larger than a block
		writeBatch(t, w, "k", n, n+999)
	}
	flush(t, w, 20_000)
	c.Expect(1, 20_000, 0)
}

// A batch moves to a successor whole, whatever block it shares with events of
// other keys.
func TestBatchMovesToTheSuccessorWhole(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	write(t, w, low, 1, 1)
	for n := int64(2); n < 100; n += 7 {
		writeBatch(t, w, low, n, n+2)
		writeBatch(t, w, high, n+3, n+5)
		write(t, w, low, n+6, n+6)
	}
	a, b := naming.NewSegmentID(1, 1), naming.NewSegmentID(2, 1)
	c.Replace([]naming.SegmentID{0}, c.Segment(a, 0, 0.5), c.Segment(b, 0.5, 1))
	c.Seal(c.Name(0))
	c.Set(nil)
	c.CutAll()
	flush(t, w, 99)
	if highs := c.Stored(b); len(highs) != 42 || !slices.IsSorted(highs) {
		t.Fatalf("stored are %v", highs)
	}
	if lows := c.Stored(a); len(lows) != 57 || !slices.IsSorted(lows) {
		t.Fatalf("stored are %v", lows)
	}
}

// Batches without key go to one segment each, and events that are refused take
// no number.
func TestBatchesThatAreRefusedAndThoseThatAreNot(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.WindowBytes = 64 << 10 })
	ctx := waittest.Limit(t)
	for _, refused := range []struct {
		events [][]byte
		code   fault.Code
	}{
		{nil, fault.InvalidArgument},
		{[][]byte{}, fault.InvalidArgument},
		{[][]byte{make([]byte, MaxEventSize/2), make([]byte, MaxEventSize/2)}, fault.EventTooLarge},
		{[][]byte{{}, make([]byte, MaxEventSize-7)}, fault.EventTooLarge},
	} {
		for name, err := range map[string]error{
			"WriteBatch":            enginetest.Second(w.WriteBatch(ctx, []byte("k"), refused.events)),
			"TryWriteBatch":         enginetest.Second(w.TryWriteBatch([]byte("k"), refused.events)),
			"WriteBatchAnywhere":    enginetest.Second(w.WriteBatch(ctx, nil, refused.events)),
			"TryWriteBatchAnywhere": enginetest.Second(w.TryWriteBatch(nil, refused.events)),
		} {
			if !errors.Is(err, refused.code) {
				t.Errorf("%s of %d events: %v", name, len(refused.events), err)
			}
		}
	}
	if _, err := w.WriteBatch(ctx, []byte("\xff"), numbers(1, 2)); !errors.Is(err, fault.InvalidArgument) {
		t.Fatal(err)
	}
	for n := int64(10); n <= 100; n += 10 {
		if got, err := w.WriteBatch(ctx, nil, numbers(n-9, n)); got != n || err != nil {
			t.Fatal(got, err)
		}
	}
	flush(t, w, 100)
	of := func(n int64) int64 { return (n - 1) / 10 }
	for _, id := range c.Current() {
		stored := c.Stored(id)
		if len(stored)%10 != 0 {
			t.Fatalf("segment %d holds %v", id, stored)
		}
		for i, n := range stored {
			if of(n) != of(stored[i-i%10]) {
				t.Fatalf("segment %d holds %v", id, stored)
			}
		}
	}
	// The largest batch is let in when there is room, and is one for the window.
	largest := [][]byte{{}, make([]byte, MaxEventSize-8)}
	if n, err := w.TryWriteBatch([]byte("k"), largest); n != 102 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := w.TryWriteBatch(nil, numbers(1, 1)); err != nil && !errors.Is(err, fault.WindowFull) {
		t.Fatal(err)
	}
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}
