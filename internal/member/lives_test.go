package member

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// takeOne consumes the first event of a slice and gives the others back unread.
func takeOne(t *testing.T, s *read.Slice) uint64 {
	t.Helper()
	n := binary.BigEndian.Uint64(s.Bytes()[wire.EventHeader:])
	enginetest.Must(t, s.ReleaseAt(s.StartOffset()+oneEvent))
	return n
}

// consumeAll consumes the events of a slice.
func consumeAll(t *testing.T, s *read.Slice) (numbers []uint64) {
	t.Helper()
	for _, event := range s.Events() {
		numbers = append(numbers, binary.BigEndian.Uint64(event))
	}
	enginetest.Must(t, s.Release())
	return numbers
}

// takeAll consumes so many events, whole slices at a time.
func takeAll(t *testing.T, r *Member, most int) (numbers []uint64) {
	t.Helper()
	for len(numbers) < most {
		numbers = append(numbers, consumeAll(t, next(t, r))...)
	}
	return numbers
}

// takeRest is takeAll to the end of the group.
func takeRest(t *testing.T, r *Member) (numbers []uint64) {
	t.Helper()
	for {
		s, err := r.Next(waittest.Limit(t))
		if errors.Is(err, read.ErrEnd) {
			return numbers
		}
		enginetest.Must(t, err)
		numbers = append(numbers, consumeAll(t, s)...)
	}
}

// A reader is taken out of its group with a slice out, and gives it back before it knows, or
// after, while another one has its name. Whoever bears the name goes on from the checkpoint, and
// nothing that the first one does any more changes that.
func TestNameGoesOnFromTheCheckpointWhateverItsFormerBearerDoes(t *testing.T) {
	evict := func(t *testing.T, g *testGroup) { enginetest.Must(t, g.ReaderOffline(waittest.Limit(t), "reader")) }
	for name, tc := range map[string]struct {
		clock func(*clocks) // before the slice is given back
		knows bool          // that it is out, when it gives the slice back
		evict func(*testing.T, *testGroup)
	}{
		"does not know": {evict: evict},
		"knows":         {evict: evict, knows: true},
		"is stale":      {evict: evict, clock: func(c *clocks) { c.pass(time.Minute) }},
		"was silent": {evict: func(t *testing.T, g *testGroup) {
			observer := g.idleReader(t, "observer")
			observer.liveness.limit = time.Second
			observer.mustStep(t)
			observer.liveness.heard["reader"] = sign{at: time.Now().Add(-time.Hour)}
			observer.mustStep(t)
			enginetest.Must(t, observer.Close(waittest.Limit(t)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			for n := range uint64(6) {
				c.Put(c.Name(0), numbered(n+1))
			}
			g := c.group()
			var clock clocks
			g.clock = clock.now
			old := g.idleReader(t, "reader")
			old.mustStep(t)
			takeOne(t, next(t, old))
			takeOne(t, next(t, old))
			g.note(t, readergroup.CreateCheckpoint{Checkpoint: "checkpoint"})
			old.mustStep(t)
			takeOne(t, next(t, old)) // since the checkpoint
			out := next(t, old)
			tc.evict(t, g)
			if tc.clock != nil {
				tc.clock(&clock)
			}
			if tc.knows {
				old.refresh = time.Time{}
				enginetest.Wants(t, old.step(), fault.ReaderNotInGroup, false)
			}
			fresh := g.idleReader(t, "reader")
			fresh.mustStep(t)
			if released := out.Release(); (released == nil) == tc.knows {
				t.Fatal(released)
			}
			if !tc.knows {
				old.lag = time.Time{}
				enginetest.Wants(t, old.tellLag(clock.now().Time()), fault.ReaderNotInGroup, false)
			}
			got := []uint64{takeOne(t, next(t, fresh))}
			enginetest.Must(t, old.Close(waittest.Limit(t)))
			fresh.mustStep(t)
			got = append(got, takeOne(t, next(t, fresh)))
			enginetest.Must(t, fresh.Close(waittest.Limit(t)))
			last := g.idleReader(t, "reader")
			last.mustStep(t)
			if got = append(got, takeAll(t, last, 2)...); !slices.Equal(got, []uint64{3, 4, 5, 6}) {
				t.Fatalf("the bearers of the name read %d", got)
			}
		})
	}
}

// A reader consumes one event of a slice, is closed, and opened again under its name at once,
// over and over, over a scale: each event is read once and in the order of its segment.
func TestReaderThatIsReopenedAtEachEventReadsEachOnce(t *testing.T) {
	const first, all = 10, 30
	c := startCluster(t, keyspace...)
	g := c.group()
	for n := range uint64(first) {
		c.Put(c.Name(0), numbered(n+1))
	}
	c.Scale(c.Current(), 0, 0.5, 1)
	for n := uint64(first); n < all; n++ {
		ids := c.Current()
		c.Put(c.Name(ids[n%2]), numbered(n+1))
	}
	for _, id := range c.Current() {
		c.Seal(c.Name(id))
	}
	seen, ahead := make(enginetest.Tally), make(map[string]int64)
	for over := false; !over; {
		r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
		enginetest.Must(t, err)
		s, err := r.Next(waittest.Limit(t))
		if over = errors.Is(err, read.ErrEnd); !over {
			enginetest.Must(t, err)
			if s.StartOffset() != ahead[s.Segment()] {
				t.Errorf("%s is read from offset %d, not %d", s.Segment(), s.StartOffset(), ahead[s.Segment()])
			}
			ahead[s.Segment()] += oneEvent
			seen[takeOne(t, s)]++
		}
		enginetest.Must(t, r.Close(waittest.Limit(t)))
	}
	seen.Once(t, all)
	if len(seen) != all {
		t.Errorf("%d events were read", len(seen))
	}
}

// A reader is closed while it gives a segment away to another one, at each stage of that: the
// other one reads exactly what was not given back.
func TestReaderIsClosedWhileItGivesASegmentAway(t *testing.T) {
	for name, tc := range map[string]struct {
		wants []uint64
		stage func(t *testing.T, c *testCluster, r *Member, out []*read.Slice)
	}{
		"before anything is given back": {[]uint64{1, 2, 3, 4}, func(*testing.T, *testCluster, *Member, []*read.Slice) {}},
		"when one slice is given back in the middle": {[]uint64{2, 3, 4}, func(t *testing.T, _ *testCluster, _ *Member, out []*read.Slice) {
			takeOne(t, out[0])
		}},
		"when its release is stored": {[]uint64{2, 3, 4}, func(t *testing.T, _ *testCluster, r *Member, out []*read.Slice) {
			takeOne(t, out[0])
			enginetest.Must(t, r.giveSegment(time.Now().Add(time.Minute)))
			if r.state.Size() != 2 || len(r.state.Assigned("reader")) != 1 {
				t.Fatal("nothing was given away")
			}
		}},
		"when it is not known whether its release is stored": {[]uint64{2, 3, 4}, func(t *testing.T, c *testCluster, r *Member, out []*read.Slice) {
			takeOne(t, out[0])
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if _, ok := command.(wire.ConditionalAppend); ok {
					return storetest.NoReply
				}
				return storetest.Serve
			})
			r.attemptLimit = 100 * time.Millisecond
			if err := r.giveSegment(time.Now().Add(time.Minute)); !fault.MayBeStored(err) {
				t.Fatal(err)
			}
			c.Set(nil)
			r.attemptLimit = group.AttemptLimit
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c, g, r := pairs(t)
			out := []*read.Slice{next(t, r), next(t, r)}
			if segmentOf(t, out[0]).ID.Number() != 0 {
				slices.Reverse(out)
			}
			other := g.idleReader(t, "other")
			enginetest.Must(t, r.log.Fetch(waittest.Limit(t)))
			enginetest.Must(t, r.giveSegment(time.Now().Add(time.Minute)))
			tc.stage(t, c, r, out)
			enginetest.Must(t, r.Close(waittest.Limit(t)))
			enginetest.Wants(t, out[1].Release(), fault.Closed, false)
			other.mustStep(t)
			other.acquire = time.Time{}
			other.mustStep(t)
			got := takeAll(t, other, len(tc.wants))
			slices.Sort(got)
			if !slices.Equal(got, tc.wants) {
				t.Fatalf("the other reader reads %d, want %d", got, tc.wants)
			}
			if s, err := other.TryNext(); fault.CodeOf(err) != fault.TimedOut {
				t.Fatal(s, err)
			}
		})
	}
}

// A segment is replaced and truncated away, whole or to its end, under a slice of its last
// events. What the reader has is consumed once, however it is given back, and what follows is
// read; the reader after one that kept the slice reads what follows.
func TestSegmentIsTruncatedAwayUnderItsLastSlice(t *testing.T) {
	for where, truncate := range map[string]func(*testCluster){
		"gone":      func(c *testCluster) { c.Delete(c.Name(0)) },
		"to an end": func(c *testCluster) { c.Truncate(c.Name(0), 2*oneEvent) },
	} {
		for name, tc := range map[string]struct {
			give  func(*testing.T, *read.Slice) []uint64
			close bool
			wants []uint64
		}{
			"whole":                    {give: consumeAll, wants: []uint64{1, 2, 3, 4}},
			"in the middle":            {give: func(t *testing.T, s *read.Slice) []uint64 { return []uint64{takeOne(t, s)} }, wants: []uint64{1, 2, 3, 4}},
			"not at all":               {give: func(*testing.T, *read.Slice) []uint64 { return nil }, close: true, wants: []uint64{3, 4}},
			"whole, then closed":       {give: consumeAll, close: true, wants: []uint64{1, 2, 3, 4}},
			"in the middle and closed": {give: func(t *testing.T, s *read.Slice) []uint64 { return []uint64{takeOne(t, s)} }, close: true, wants: []uint64{1, 3, 4}},
		} {
			t.Run(where+"/"+name, func(t *testing.T) {
				t.Parallel()
				c := startCluster(t, keyspace...)
				c.Put(c.Name(0), numbered(1), numbered(2))
				g := c.group()
				r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
				enginetest.Must(t, err)
				s := next(t, r)
				c.Scale(c.Current(), 0, 0.5, 1)
				truncate(c)
				for i, id := range c.Current() {
					c.Put(c.Name(id), numbered(uint64(3+i)))
					c.Seal(c.Name(id))
				}
				waittest.Until(t, "the segment has ended", func() bool { return ended(s) })
				got := tc.give(t, s)
				if tc.close {
					enginetest.Must(t, r.Close(waittest.Limit(t)))
					r, err = g.OpenReader(waittest.Limit(t), "reader", defaults())
					enginetest.Must(t, err)
				}
				got = append(got, takeRest(t, r)...)
				enginetest.Must(t, r.Close(waittest.Limit(t)))
				slices.Sort(got)
				if !slices.Equal(got, tc.wants) {
					t.Fatalf("consumed are %d, want %d", got, tc.wants)
				}
			})
		}
	}
}

// What became of a slice is settled when it is given back: another attempt says so and changes
// nothing, whatever is truncated meanwhile. What was given back unread stays the reader's.
func TestSliceIsGivenBackOnce(t *testing.T) {
	for name, truncated := range map[string]bool{"as it was": false, "truncated": true} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			c.Put(c.Name(0), numbered(1), numbered(2), numbered(3))
			g := c.group()
			r := g.idleReader(t, "reader")
			r.mustStep(t)
			s := next(t, r)
			enginetest.Wants(t, s.ReleaseAt(oneEvent+1), fault.InvalidArgument, false)
			takeOne(t, s)
			if truncated {
				c.Truncate(c.Name(0), 2*oneEvent)
			}
			for _, again := range []error{s.Release(), s.ReleaseAt(oneEvent), s.ReleaseAt(2 * oneEvent)} {
				enginetest.Wants(t, again, fault.Closed, false)
			}
			s = next(t, r)
			if s.StartOffset() != oneEvent || s.Skipped() != 0 {
				t.Fatalf("the rest is handed out from offset %d, %d bytes skipped", s.StartOffset(), s.Skipped())
			}
			enginetest.Must(t, s.ReleaseAt(oneEvent)) // nothing of it
			enginetest.Must(t, r.Close(waittest.Limit(t)))
			r = g.idleReader(t, "next")
			r.mustStep(t)
			s = next(t, r)
			start, skipped := int64(oneEvent), int64(0)
			if truncated {
				start, skipped = 2*oneEvent, oneEvent
			}
			if s.StartOffset() != start || s.Skipped() != skipped {
				t.Fatalf("the next reader starts at offset %d, %d bytes skipped", s.StartOffset(), s.Skipped())
			}
		})
	}
}

// A reader comes to a final error with slices out, in a segment or in its group work. What it
// gives back then counts, and the next reader reads exactly the rest.
func TestReaderThatFailedHandsOverWhatItDidNotGiveBack(t *testing.T) {
	for name, tc := range map[string]struct {
		fail func(*testCluster, *Member)
		mend func(*testCluster)
		code fault.Code
	}{
		"in a segment": {
			fail: func(c *testCluster, _ *Member) {
				c.PutBytes(c.Name(1), []byte("this was written by something else"))
			},
			mend: func(c *testCluster) {
				c.Delete(c.Name(1))
				c.Create(c.Name(1))
				c.Put(c.Name(1), numbered(3), numbered(4))
			},
			code: fault.Protocol,
		},
		"in its group work": {
			fail: func(_ *testCluster, r *Member) {
				refused := fault.New(fault.PermissionDenied, read.Op, r.name, "")
				_ = r.do(background.ReadGroupState, func(context.Context) error { return refused })
			},
			mend: func(*testCluster) {},
			code: fault.PermissionDenied,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, g, r := pairs(t)
			out := []*read.Slice{next(t, r), next(t, r)}
			if segmentOf(t, out[0]).ID.Number() != 0 {
				slices.Reverse(out)
			}
			tc.fail(c, r)
			waittest.Until(t, "the reader has failed", func() bool { _, err := r.TryNext(); return fault.CodeOf(err) == tc.code })
			got := []uint64{takeOne(t, out[0])}
			tc.mend(c)
			enginetest.Must(t, r.Close(waittest.Limit(t)))
			enginetest.Wants(t, out[1].Release(), fault.Closed, false)
			heir := g.idleReader(t, "heir")
			heir.mustStep(t)
			got = append(got, takeAll(t, heir, 3)...)
			slices.Sort(got)
			if !slices.Equal(got, []uint64{1, 2, 3, 4}) {
				t.Fatalf("consumed are %d", got)
			}
		})
	}
}
