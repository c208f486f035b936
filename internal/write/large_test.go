package write

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// largeEvent holds its number and is too large for one append.
func largeEvent(n int64) []byte {
	event := make([]byte, MaxEventSize+1+int(n)%7)
	binary.BigEndian.PutUint64(event, uint64(n))
	event[len(event)-1] = byte(n)
	return event
}

func writeLarge(t *testing.T, w *Writer, key string, n int64) {
	t.Helper()
	if got, err := w.Write(waittest.Limit(t), []byte(key), largeEvent(n)); got != n || err != nil {
		t.Fatalf("event %d got number %d: %v", n, got, err)
	}
}

// noTransients waits until nothing is left of the tries.
func (c *testCluster) noTransients() {
	c.T.Helper()
	waittest.Until(c.T, "the transient segments are deleted", func() bool { return c.Transients() == 0 })
}

func isMerge(c wire.Command) bool { _, ok := c.(wire.MergeSegments); return ok }

// isPart reports whether a command appends to a transient segment; the test's
// ordinary blocks are small.
func isPart(c wire.Command) bool {
	block, ok := c.(wire.AppendBlockEnd)
	return ok && len(block.Data) > 1<<20
}

// A large event is one event, in its place among the others.
func TestLargeEventIsStoredInItsPlace(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	writeLarge(t, w, "k", 1) // the first one of all
	write(t, w, "k", 2, 5)
	writeLarge(t, w, "k", 6)
	writeLarge(t, w, "k", 7)
	write(t, w, "k", 8, 10)
	flush(t, w, 10)
	write(t, w, "k", 11, 12)
	flush(t, w, 12)
	c.Expect(1, 12, 0)
	if e := c.Events(c.Name(0))[5]; !slices.Equal(e, largeEvent(6)) {
		t.Fatalf("event 6 has %d bytes", len(e))
	}
	if n := c.Transients(); n != 0 {
		t.Fatalf("%d transient segments are left", n)
	}
}

// A large event is stored also while no controller answers.
func TestLargeEventWithoutControllers(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	write(t, w, "k", 1, 1)
	flush(t, w, 1)
	c.Refuse(func(string) error { return status.Error(codes.Unavailable, "away") })
	writeLarge(t, w, "k", 2)
	write(t, w, "k", 3, 3)
	flush(t, w, 3)
	c.Expect(1, 3, 0)
}

// A large event counts as not stored until it is merged, and so does everything
// behind it, but other segments go on.
func TestHazard8LargeEventIsNotAcknowledgedBeforeItIsMerged(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(nil)
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	var open atomic.Bool
	var merges atomic.Int32
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if isMerge(command) {
			merges.Add(1)
			if !open.Load() {
				return storetest.CloseNow
			}
		}
		return storetest.Serve
	})
	write(t, w, low, 1, 1)
	writeLarge(t, w, low, 2)
	write(t, w, low, 3, 3)
	write(t, w, high, 4, 4)
	waittest.Until(t, "event 4 is stored, and the merge was tried", func() bool { return len(c.Stored(1)) == 1 && merges.Load() > 0 })
	if acked, err := w.Acked(); acked != 1 || err != nil {
		t.Fatal(acked, err)
	}
	open.Store(true)
	flush(t, w, 4)
	c.Expect(1, 3, 0)
	c.noTransients()
}

// Hazard 8: the reply to a merge is lost; the same transient segment is merged
// again, and the answer is that it is merged, or that it is gone.
func TestHazard8MergeWhoseReplyIsLostIsNotDoubled(t *testing.T) {
	for name, forget := range map[string]bool{"told as merged": false, "forgotten": true} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			w := c.writer(nil)
			var merges atomic.Int32
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if !isMerge(command) {
					return storetest.Serve
				}
				if merges.Add(1) == 1 {
					return storetest.CloseLate
				}
				if forget {
					c.ForgetMerges()
				}
				return storetest.Serve
			})
			write(t, w, "k", 1, 1)
			writeLarge(t, w, "k", 2)
			write(t, w, "k", 3, 3)
			flush(t, w, 3)
			c.Expect(1, 3, 0)
			if n := merges.Load(); n != 2 {
				t.Fatalf("%d merges", n)
			}
		})
	}
}

// Hazard 8: the merge of a try that was given up, since its transient segment was
// deleted, is nothing to the next try, which has a transient segment of its own.
func TestHazard8TransientSegmentThatIsGone(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	var merges atomic.Int32
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if r, ok := command.(wire.MergeSegments); ok && merges.Add(1) == 1 {
			c.Delete(r.Source)
		}
		return storetest.Serve
	})
	write(t, w, "k", 1, 1)
	writeLarge(t, w, "k", 2)
	write(t, w, "k", 3, 3)
	flush(t, w, 3)
	c.Expect(1, 3, 0)
	if merges.Load() != 2 {
		t.Fatalf("%d merges", merges.Load())
	}
	c.noTransients()
}

// The parts of a large event are lost with their connection, which the server
// closed: the event is sent again to another transient segment, by a fresh id.
func TestHazard8EveryTryHasATransientSegmentOfItsOwn(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	var parts, created atomic.Int32
	writers := make(map[wire.UUID]bool)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if r, ok := command.(wire.CreateTransientSegment); ok {
			created.Add(1)
			if writers[r.WriterID] {
				t.Error("the id of an earlier try")
			}
			writers[r.WriterID] = true
		}
		if isPart(command) {
			switch parts.Add(1) {
			case 1:
				return storetest.CloseNow
			case 3:
				return storetest.CloseLate
			}
		}
		return storetest.Serve
	})
	writeLarge(t, w, "k", 1)
	write(t, w, "k", 2, 2)
	flush(t, w, 2)
	c.Expect(1, 2, 0)
	if created.Load() != 3 {
		t.Fatalf("%d transient segments", created.Load())
	}
	c.noTransients()
}

// The merge of an event that was merged before fails by its condition, is not an
// error, and stores nothing; the transient segment is deleted.
func TestHazard8FailedConditionAsksTheNumber(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	write(t, w, "k", 1, 1)
	flush(t, w, 1)
	var merges atomic.Int32
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if r, ok := command.(wire.MergeSegments); ok && merges.Add(1) == 1 {
			// Another try of the same event comes through right before this one.
			rival := c.Transient(c.Name(0), largeEvent(2))
			if !c.Merges(wire.MergeSegments{Target: r.Target, Source: rival, AttributeUpdates: slices.Clone(r.AttributeUpdates)}) {
				t.Error("the rival was not merged")
			}
		}
		return storetest.Serve
	})
	writeLarge(t, w, "k", 2)
	write(t, w, "k", 3, 3)
	flush(t, w, 3)
	c.Expect(1, 3, 0)
	if merges.Load() != 1 {
		t.Fatalf("%d merges", merges.Load())
	}
	c.noTransients()
}

// The segment is sealed while a large event is on its way to it: before its parts,
// between them, before the merge, and after a merge whose reply is lost. It goes
// to the successor, or is there already; what is behind it follows.
func TestSealDuringALargeEvent(t *testing.T) {
	for name, at := range map[string]struct {
		is     func(wire.Command) bool
		after  bool // the command took effect
		stored int  // events in the sealed segment
	}{
		"before the set-up":  {func(c wire.Command) bool { _, ok := c.(wire.CreateTransientSegment); return ok }, false, 1},
		"between the parts":  {isPart, false, 1},
		"before the merge":   {isMerge, false, 1},
		"after a lost reply": {isMerge, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			w := c.writer(nil)
			write(t, w, "k", 1, 1)
			flush(t, w, 1)
			next := naming.NewSegmentID(1, 1)
			c.Replace([]naming.SegmentID{0}, c.Segment(next, 0, 1))
			var struck atomic.Bool
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if !at.is(command) || !struck.CompareAndSwap(false, true) {
					return storetest.Serve
				}
				if r, ok := command.(wire.MergeSegments); ok && at.after {
					c.Merges(r)
					c.Seal(c.Name(0))
					return storetest.CloseNow
				}
				c.Seal(c.Name(0))
				return storetest.Serve
			})
			writeLarge(t, w, "k", 2)
			write(t, w, "k", 3, 4)
			flush(t, w, 4)
			c.Expect(1, 4, 0, next)
			if got := len(c.Stored(0)); got != at.stored {
				t.Fatalf("%d events are in the sealed segment", got)
			}
			c.noTransients()
		})
	}
}

// A stream that is sealed during a large event ends the writer with the true
// number.
func TestSealedStreamDuringALargeEvent(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	write(t, w, "k", 1, 1)
	c.Set(enginetest.Once(isMerge, storetest.CloseLate))
	writeLarge(t, w, "k", 2)
	waittest.Until(t, "event 2 is stored", func() bool { return len(c.Stored(0)) == 2 })
	c.Seal(c.Name(0))
	write2 := func() error { _, err := w.Write(waittest.Limit(t), []byte("k"), largeEvent(3)); return err }
	if err := write2(); err != nil && !errors.Is(err, fault.StreamSealed) {
		t.Fatal(err)
	}
	if err := w.Flush(waittest.Limit(t)); !errors.Is(err, fault.StreamSealed) {
		t.Fatal(err)
	}
	if acked, _ := w.Acked(); acked != 2 {
		t.Fatal(acked)
	}
	c.noTransients()
}

// Large events have a window of their own, and what is too large for it is
// refused with the option's name.
func TestLargeEventsHaveAWindowOfTheirOwn(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *cluster.Config, limits *Config) {
		limits.LargeEventBytes = 20 << 20
		limits.WindowBytes = 64 << 10
	})
	var open atomic.Bool
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if isMerge(command) && !open.Load() {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	ctx := waittest.Limit(t)
	if _, err := w.TryWrite(nil, make([]byte, 20<<20+1)); !errors.Is(err, fault.EventTooLarge) || !strings.Contains(err.Error(), "writer.large.event.bytes") || !strings.Contains(err.Error(), "20971520") {
		t.Fatal(err)
	}
	if _, err := w.WriteBatch(ctx, []byte("k"), [][]byte{largeEvent(1), {}}); !errors.Is(err, fault.EventTooLarge) {
		t.Fatal(err)
	}
	if n, _, err := w.TryWriteMany(nil, nil, largeEvent(1), []uint32{MaxEventSize + 1}); n != 0 || !errors.Is(err, fault.EventTooLarge) {
		t.Fatal(err)
	}
	writeLarge(t, w, "k", 1)
	writeLarge(t, w, "k", 2)
	// There is some room, so the largest event is not kept out by smaller ones.
	largest := make([]byte, 20<<20)
	largest[7] = 3
	if n, err := w.TryWrite([]byte("k"), largest); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := w.TryWrite(nil, largeEvent(4)); !errors.Is(err, fault.WindowFull) {
		t.Fatal(err)
	}
	write(t, w, "k", 4, 10) // small events have room
	open.Store(true)
	writeLarge(t, w, "k", 11) // waits
	flush(t, w, 11)
	c.Expect(1, 11, 0)
}
