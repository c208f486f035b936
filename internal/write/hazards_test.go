package write

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
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

// Hazard 1: a server stores a number that it has again, without a word. So
// after a lost ack nothing at or below the last number is sent.
func TestHazard1LostAckIsNotSentAgain(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	c.Set(enginetest.Once(enginetest.IsAppend, storetest.CloseLate))
	write(t, w, "k", 1, 100)
	flush(t, w, 100)
	c.Expect(1, 100, 0)
}

// Hazard 2: "sealed" does not mean "not stored": an append of the dead
// connection landed after the new one was set up, then came the seal.
func TestHazard2SealedSegmentIsAskedWhatItHolds(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	write(t, w, "k", 1, 10)
	flush(t, w, 10)
	// The block of 11 to 20 is lost with its connection, but comes through late.
	next := naming.NewSegmentID(1, 1)
	var late atomic.Pointer[wire.AppendBlockEnd]
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		block, ok := command.(wire.AppendBlockEnd)
		switch {
		case ok && late.Load() == nil:
			late.Store(&block)
			return storetest.CloseNow
		case ok && block.LastEventNumber >= 11 && late.Load() != nil && c.Lands(c.Name(0), *late.Load()):
			c.Replace([]naming.SegmentID{0}, c.Segment(next, 0, 1))
			c.Seal(c.Name(0))
		}
		return storetest.Serve
	})
	write(t, w, "k", 11, 20)
	flush(t, w, 20)
	c.Expect(1, 20, 0, next)
}

// Hazard 6: a successor of two segments is opened only when both are sealed and
// were asked, and gets what is left of both in the order of the numbers.
func TestHazard6MergedSuccessorWaitsForAllPredecessors(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(nil)
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	write(t, w, low, 1, 1)
	write(t, w, high, 2, 2)
	flush(t, w, 2)
	// Segment 1 does not answer any more; segment 0 is sealed first.
	next := naming.NewSegmentID(2, 1)
	merged := c.Segment(next, 0, 1)
	var opened, sealedBoth atomic.Bool
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if setup, ok := command.(wire.SetupAppend); ok && setup.Segment == c.Name(next) {
			opened.Store(true)
			if !sealedBoth.Load() {
				t.Error("the successor was opened before both predecessors were sealed")
			}
		}
		if block, ok := command.(wire.AppendBlockEnd); ok && block.LastEventNumber >= 4 && block.LastEventNumber%2 == 0 && !sealedBoth.Load() {
			return storetest.Ignore // events 4 and 6, on their way to segment 1
		}
		return storetest.Serve
	})
	c.Replace([]naming.SegmentID{0, 1}, merged)
	c.Seal(c.Name(0))
	write(t, w, high, 3, 3)
	waittest.Until(t, "event 3 is stored", func() bool { return len(c.Stored(1)) == 2 })
	write(t, w, high, 4, 4)
	write(t, w, low, 5, 5)
	write(t, w, high, 6, 6)
	write(t, w, low, 7, 7)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		waittest.Until(t, "the writer asks segment 1", func() bool { return c.Asked(c.Name(1)) > 2 })
	}()
	<-asked
	if opened.Load() {
		t.Fatal("the successor was opened while segment 1 was not sealed")
	}
	sealedBoth.Store(true)
	c.Seal(c.Name(1))
	flush(t, w, 7)
	c.Expect(4, 7, next)
}

// Hazard 7: what is left of a split segment goes to the successor of each
// event's own key, whatever block it was in.
func TestHazard7LeftoversAreRoutedByTheirKeys(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	a, b := naming.NewSegmentID(1, 1), naming.NewSegmentID(2, 1)
	var split sync.Once
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if block, ok := command.(wire.AppendBlockEnd); ok && block.RequestID != 0 && len(c.Stored(0)) == 0 {
			split.Do(func() {
				c.Replace([]naming.SegmentID{0}, c.Segment(a, 0, 0.5), c.Segment(b, 0.5, 1))
				c.Seal(c.Name(0))
			})
		}
		return storetest.Serve
	})
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	for n := int64(1); n <= 1000; n++ {
		key := low
		if n%3 == 0 {
			key = high
		}
		write(t, w, key, n, n)
	}
	flush(t, w, 1000)
	lows, highs := c.Stored(a), c.Stored(b)
	if len(lows)+len(highs) != 1000 || len(highs) != 333 {
		t.Fatalf("%d and %d events are stored", len(lows), len(highs))
	}
	for _, stored := range [][]int64{lows, highs} {
		for i := 1; i < len(stored); i++ {
			if stored[i] <= stored[i-1] {
				t.Fatalf("event %d is stored behind %d", stored[i], stored[i-1])
			}
		}
	}
	for _, n := range highs {
		if n%3 != 0 {
			t.Fatalf("event %d is in the wrong segment", n)
		}
	}
}

// Hazard 9: a seal under load closes the connection that other segments share,
// sometimes without a word about the seal; blocks are not pipelined again before
// the first reply.
func TestHazard9SealThatClosesTheConnectionSilently(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(func(config *cluster.Config, limits *Config) {
		config.ConnectionsPerStore = 1
		limits.BlockBytes = 4 << 10
	})
	next := naming.NewSegmentID(2, 1)
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	write(t, w, low, 1, 1)
	flush(t, w, 1)
	c.Replace([]naming.SegmentID{0}, c.Segment(next, 0, 0.5))
	c.Seal(c.Name(0))
	var told atomic.Int32
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		// The first two times, the connection dies before the answer "sealed".
		if block, ok := command.(wire.AppendBlockEnd); ok && block.LastEventNumber%2 == 0 && told.Add(1) <= 2 {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	for n := int64(2); n <= 4000; n += 2 {
		write(t, w, low, n, n)
		write(t, w, high, n+1, n+1)
	}
	flush(t, w, 4001)
	if total := len(c.Stored(0)) + len(c.Stored(1)) + len(c.Stored(next)); total != 4001 {
		t.Fatalf("%d events are stored", total)
	}
}

// Hazard 10: an InvalidEventNumber closes the connection and loses the acks of
// appends that did succeed.
func TestHazard10InvalidEventNumberLosesAcks(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.BlockBytes = 4 << 10 })
	write(t, w, "k", 1, 1)
	flush(t, w, 1)
	var appends atomic.Int32
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			switch n := appends.Add(1); {
			case n < 5:
				return storetest.NoReply
			case n == 5:
				return storetest.CloseLate
			}
		}
		return storetest.Serve
	})
	write(t, w, "k", 2, 5000)
	flush(t, w, 5000)
	c.Expect(1, 5000, 0)
}

// Hazard 11: no data goes out before AppendSetup, and a set-up that is not
// answered is not repeated on a connection where something may be under way.
func TestHazard11SetUpThatIsNotAnswered(t *testing.T) {
	// So many connections are shared, and on each of them one set-up is lost.
	for _, connections := range []int{1, 2} {
		t.Run(fmt.Sprint(connections), func(t *testing.T) { setUpThatIsNotAnswered(t, connections) })
	}
}

func setUpThatIsNotAnswered(t *testing.T, connections int) {
	c := startCluster(t, keyspace...)
	setUp := make(map[int]int) // by connection; the store serves one after another
	var lost atomic.Int32
	c.Set(func(conn int, command wire.Command) storetest.Verdict {
		switch command.(type) {
		case wire.SetupAppend:
			setUp[conn]++
			if setUp[conn] > 1 {
				t.Errorf("connection %d was set up again", conn)
			}
			if lost.Add(1) <= int32(connections) {
				return storetest.NoReply
			}
		case wire.AppendBlockEnd:
			if setUp[conn] == 0 {
				t.Errorf("data came before the set-up")
			}
		}
		return storetest.Serve
	})
	w := c.writer(func(config *cluster.Config, _ *Config) {
		config.ConnectTimeout, config.KeepAliveTimeout = 200e6, 200e6
		config.ConnectionsPerStore = connections // so that only the rule leads to another one
	})
	write(t, w, "k", 1, 100)
	flush(t, w, 100)
	c.Expect(1, 100, 0)
}

// Hazard 14: a function that is told of acknowledgements may write, also more than
// the window holds: the room that Write waits for comes without it.
func TestHazard14WriteInsideAnAckCallback(t *testing.T) {
	const inside = 300 // of 1000 bytes; the window holds 64 KiB
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.WindowBytes = 64 << 10 })
	ctx := waittest.Limit(t)
	done := make(chan error, 1)
	var once sync.Once
	w.Notify(func(int64, error) {
		once.Do(func() {
			for n := int64(2); n < 2+inside; n++ {
				if got, err := w.Write(ctx, []byte("k"), padded(n)); err != nil || got != n {
					done <- fmt.Errorf("event %d got number %d: %w", n, got, err)
					return
				}
			}
			for { // and without waiting
				if _, err := w.TryWrite([]byte("k"), padded(2+inside)); !errors.Is(err, fault.WindowFull) {
					done <- err
					return
				}
			}
		})
	})
	if _, err := w.Write(ctx, []byte("k"), padded(1)); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	flush(t, w, 2+inside)
	c.Expect(1, 2+inside, 0)
}

// padded is an event of 1000 bytes that begins with its number.
func padded(n int64) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(n)), make([]byte, 992)...)
}

// A sealed stream ends the writer with a typed error after it has asked what is
// stored: what was acknowledged is exactly what is there.
func TestSealedStreamEndsTheWriterWithTheTrueNumber(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	write(t, w, "k", 1, 10)
	flush(t, w, 10)
	c.Set(enginetest.Once(enginetest.IsAppend, storetest.CloseLate)) // stored, but not acknowledged before the seal
	write(t, w, "k", 11, 11)
	waittest.Until(t, "event 11 is stored", func() bool { return len(c.Stored(0)) == 11 })
	c.Seal(c.Name(0))
	for n := int64(12); ; n++ {
		if _, err := w.Write(waittest.Limit(t), []byte("k"), []byte("12345678")); err != nil {
			if !errors.Is(err, fault.StreamSealed) || !fault.Final(err) || fault.MayBeStored(err) {
				t.Fatal(err)
			}
			break
		}
	}
	if acked, err := w.Acked(); acked != 11 || !errors.Is(err, fault.StreamSealed) {
		t.Fatalf("acknowledged through %d, %v", acked, err)
	}
	c.Expect(1, 11, 0)
}

// Two scales, of which the writer notices the second one first: the merged
// segment is entered only after the segment in whose place one of its
// predecessors stands was replaced, so that it takes all numbers in their order.
func TestSuccessorWhosePredecessorsAreNotAllKnown(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(nil)
	left, middle, merged := naming.NewSegmentID(2, 1), naming.NewSegmentID(3, 1), naming.NewSegmentID(4, 2)
	c.Replace([]naming.SegmentID{0}, c.Segment(left, 0, 0.25), c.Segment(middle, 0.25, 0.5))
	c.Replace([]naming.SegmentID{middle, 1}, c.Segment(merged, 0.25, 1))
	for _, id := range []naming.SegmentID{0, 1, middle} {
		c.Seal(c.Name(id))
	}
	low, high := enginetest.KeyFor(0.25, 0.5), enginetest.KeyFor(0.5, 1)
	write(t, w, high, 1, 10)
	flush(t, w, 10)
	write(t, w, low, 11, 20)
	write(t, w, high, 21, 30)
	flush(t, w, 30)
	if got := len(c.Stored(merged)); got != 30 {
		t.Fatalf("%d of 30 events are in the merged segment", got)
	}
	one, other := naming.NewSegmentID(5, 3), naming.NewSegmentID(6, 3)
	c.Replace([]naming.SegmentID{merged}, c.Segment(one, 0.25, 0.4), c.Segment(other, 0.4, 1))
	c.Seal(c.Name(merged))
	write(t, w, high, 31, 40)
	flush(t, w, 40)
	write(t, w, enginetest.KeyFor(0.25, 0.4), 41, 50)
	write(t, w, enginetest.KeyFor(0.4, 0.5), 51, 60)
	flush(t, w, 60)
	c.Expect(41, 50, one)
	if got := len(c.Stored(other)); got != 20 {
		t.Fatalf("%d of 20 events are in the last segment", got)
	}
}

// A sealed stream of two segments, of which one has stored what comes behind an
// event that the other one has not: the error does not deny it.
func TestSealedStreamTellsThatSomeEventsAreStored(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(nil)
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if block, ok := command.(wire.AppendBlockEnd); ok && block.LastEventNumber == 1 {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	write(t, w, low, 1, 1)
	write(t, w, high, 2, 2)
	waittest.Until(t, "event 2 is stored", func() bool { return len(c.Stored(1)) == 1 })
	c.Set(nil)
	c.Seal(c.Name(0))
	c.Seal(c.Name(1))
	c.CutAll()
	if err := w.Flush(waittest.Limit(t)); !errors.Is(err, fault.StreamSealed) || !fault.MayBeStored(err) {
		t.Fatal(err)
	}
	if acked, _ := w.Acked(); acked != 0 {
		t.Fatal(acked)
	}
}
