package member

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// What a reader gives away is for the others: it does not take it back at once.
func TestReaderDoesNotTakeBackWhatItGaveAway(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	g.note(t, readergroup.AddReader{Reader: "other"})
	r.release, r.acquire = time.Time{}, time.Time{} // both were long ago
	r.mustStep(t)
	if free := len(r.state.Unassigned()); free != 1 {
		t.Fatalf("%d segments are free", free)
	}
}

// compacted lets another member compact the group's state so often that what was
// written before is truncated away.
func (g *testGroup) compacted(t *testing.T) {
	t.Helper()
	state, log := g.Replica(nil)
	for range 3 {
		if err := log.Fetch(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
		if err := log.Compact(waittest.Limit(t), 0, func() ([]byte, error) { return readergroup.EncodeInit(state.Compact()) }); err != nil {
			t.Fatal(err)
		}
	}
}

// A reader that was away so long that the records are gone which tell that another
// one has its name now finds that out, and does not mistake itself for another.
func TestReaderKnowsItsNamesakeBehindTruncation(t *testing.T) {
	s := readergroup.Segment{Stream: naming.Stream{Scope: "scope", Name: "stream"}}
	taken := []readergroup.Update{readergroup.RemoveReader{Reader: "reader", Offsets: map[readergroup.Segment]int64{s: 5}}, readergroup.AddReader{Reader: "reader"}}
	for name, tc := range map[string]struct {
		before, after []readergroup.Update // around what is truncated away
		doubt         bool                 // whether the reader's acquisition was stored
		later         []readergroup.Update // after the reader has looked, and found nothing
		want          fault.Code
	}{
		"nobody":           {},
		"lost answer":      {doubt: true},
		"idle namesake":    {before: taken, want: fault.ReaderNotInGroup},
		"busy namesake":    {before: append(taken, readergroup.AcquireSegment{Reader: "reader", Segment: s}), want: fault.ReaderNotInGroup},
		"doubt, namesake":  {before: append(taken, readergroup.AcquireSegment{Reader: "reader", Segment: s}), doubt: true, want: fault.ReaderNotInGroup},
		"talking namesake": {after: []readergroup.Update{readergroup.UpdateDistanceToTail{Reader: "reader"}}, want: fault.ReaderNotInGroup},
		"left":             {before: taken[:1], want: fault.ReaderNotInGroup},
		"namesake that has just the same": {
			before: []readergroup.Update{readergroup.RemoveReader{Reader: "reader"}, readergroup.AddReader{Reader: "reader"}, readergroup.AcquireSegment{Reader: "reader", Segment: s}},
			later:  []readergroup.Update{readergroup.UpdateDistanceToTail{Reader: "reader"}},
			want:   fault.ReaderNotInGroup},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, keyspace...)
			if s.Stream != c.Stream {
				t.Fatal(c.Stream)
			}
			g := c.group()
			r := g.idleReader(t, "reader")
			if tc.doubt {
				c.Set(func(_ int, command wire.Command) storetest.Verdict {
					if _, ok := command.(wire.ConditionalAppend); ok {
						return storetest.NoReply
					}
					return storetest.Serve
				})
				r.attemptLimit = 2 * time.Second
				if err := r.takeSegments(time.Now()); err == nil {
					t.Fatal("the answer was not lost")
				}
				c.Set(nil)
				r.attemptLimit = group.AttemptLimit
			} else {
				r.mustStep(t)
			}
			if len(tc.before) > 0 {
				g.note(t, tc.before...)
			}
			g.compacted(t)
			if len(tc.after) > 0 {
				g.note(t, tc.after...)
			}
			if len(tc.later) > 0 {
				r.mustStep(t)
				r.lag = time.Time{}
				r.mustStep(t) // what it writes itself is no namesake's
				g.note(t, tc.later...)
			}
			r.refresh = time.Time{}
			if err := r.step(); fault.CodeOf(err) != tc.want {
				t.Fatal(err)
			}
			if tc.want == 0 {
				r.lag = time.Time{}
				r.mustStep(t)
				r.mustStep(t)
				if !r.state.Owns("reader", s) {
					t.Fatal("the reader has lost its segment")
				}
			}
		})
	}
}

// Group work that could not read the state to its end starts with that again,
// also when it is called for at once: a part of the state is an old one, in which
// the reader may be no member, or own what it gave away.
func TestGroupWorkDoesNotGoByAPartOfTheState(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	g.compacted(t)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if read, ok := command.(wire.ReadSegment); ok && read.Segment == g.Segment {
			c.Greet([]byte("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	r.refresh = time.Time{}
	err := r.step()
	if fault.CodeOf(err) != fault.Protocol || r.finished {
		t.Fatal(err)
	}
	c.Set(nil)
	c.Greet(nil)
	if err := r.step(); err != nil { // somebody poked
		t.Fatal(err)
	}
}

// A reader that learns only when it writes that an update of its own is stored
// already is no stranger to its group.
func TestReaderSurvivesDoubtAboutACompletedSegment(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	c.Seal(c.Name(0))
	waittest.Until(t, "the segment was read to its end", func() bool {
		return len(r.Reader.Consumed()) == 1
	})
	first := readergroup.Segment{Stream: c.Stream, ID: 0}
	g.note(t, readergroup.SegmentCompleted{Reader: "reader", Segment: first})
	if err := r.step(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.TryNext(); err != read.ErrEnd {
		t.Fatal(err)
	}
}

// While the controllers are away a reader whose segment has ended waits with that
// one only: it takes free segments, and the others see that it is alive.
func TestGroupWorkGoesOnWithoutControllers(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.attemptLimit = 2 * time.Second
	first, second := readergroup.Segment{Stream: c.Stream, ID: 0}, readergroup.Segment{Stream: c.Stream, ID: 1}
	g.note(t, readergroup.AddReader{Reader: "other"}, readergroup.AcquireSegment{Reader: "other", Segment: second})
	r.mustStep(t)
	c.Seal(c.Name(0))
	waittest.Until(t, "the segment was read to its end", func() bool {
		return len(r.Reader.Consumed()) == 1
	})
	c.SetCalls(func(method string, _ int) storetest.Verdict {
		if method == "getSegmentsImmediatelyFollowing" {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	g.note(t, readergroup.RemoveReader{Reader: "other"}, readergroup.CreateCheckpoint{Checkpoint: "named"})
	r.refresh, r.lag, r.acquire = time.Time{}, time.Time{}, time.Time{}
	err := r.step()
	if !fault.Retriable(err) || r.finished {
		t.Fatal(err)
	}
	var told bool
	state, log := g.Replica(func(u readergroup.Update) {
		if lag, ok := u.(readergroup.UpdateDistanceToTail); ok && lag.LastRead[first].Offset < 0 {
			told = true
		}
	})
	if err := log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if _, passed := state.CheckpointOffsets("named"); !passed || !told || !state.Owns("reader", second) {
		t.Fatalf("checkpoint passed: %v, place told: %v, reader owns %v", passed, told, state.Assigned("reader"))
	}
	if len(r.Reader.Places()) != 2 {
		t.Fatal("the segment that was taken is not read")
	}
	c.SetCalls(nil)
	waittest.Until(t, "the segment is completed", func() bool { return r.step() == nil && !r.state.Owns("reader", first) })
}

// Events are read while the group's state is being written, however long that
// takes.
func TestEventsComeWhileTheGroupsStateIsWritten(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	c.Put(c.Name(0), []byte("first"))
	if err := next(t, r).Release(); err != nil {
		t.Fatal(err)
	}
	var writes atomic.Int64
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok {
			writes.Add(1)
			return storetest.Ignore
		}
		return storetest.Serve
	})
	waittest.Until(t, "the reader tells how far it is", func() bool { return writes.Load() > 0 })
	for n := range 100 {
		want := fmt.Appendf(nil, "event %d", n)
		c.Put(c.Name(0), want)
		s := next(t, r)
		for _, got := range s.Events() {
			if !bytes.Equal(got, want) {
				t.Fatalf("%q is read, want %q", got, want)
			}
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	c.Set(nil)
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}
