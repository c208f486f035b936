package member

import (
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// oneEvent is how many bytes a numbered event takes in a segment.
const oneEvent = wire.EventHeader + 8

// pairs puts two events into each of two segments, and lets a reader have both.
func pairs(t *testing.T) (*testCluster, *testGroup, *Member) {
	t.Helper()
	c := startCluster(t, 0, 0.5, 1)
	for i, id := range c.Current() {
		c.Put(c.Name(id), numbered(uint64(2*i+1)), numbered(uint64(2*i+2)))
	}
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	waittest.Until(t, "both segments were read ahead", func() bool { return r.Reader.Ready() == 2 })
	return c, g, r
}

// A segment that a reader gave away, and that another one has read and left since, may be
// the reader's again before it has looked at the state: reading goes on where the other one
// stood, by this reader or the next.
func TestSegmentThatComesBackIsReadFromWhereOthersStood(t *testing.T) {
	for name, closed := range map[string]bool{"read on": false, "closed at once": true} {
		t.Run(name, func(t *testing.T) {
			_, g, r := pairs(t)
			g.note(t, readergroup.AddReader{Reader: "other"})
			enginetest.Must(t, r.log.Fetch(waittest.Limit(t)))
			enginetest.Must(t, r.giveSegment(time.Now().Add(time.Minute)))
			given := r.state.Unassigned()
			if len(given) != 1 {
				t.Fatalf("%d segments were given away", len(given))
			}
			for s := range given {
				g.note(t, readergroup.AcquireSegment{Reader: "other", Segment: s})
				g.note(t, readergroup.RemoveReader{Reader: "other", Offsets: map[readergroup.Segment]int64{s: oneEvent}})
			}
			enginetest.Must(t, r.takeSegments(time.Now().Add(time.Hour)))
			for s := range given {
				if !r.state.Owns("reader", s) {
					t.Fatal("the segment did not come back")
				}
			}
			if closed {
				enginetest.Must(t, r.Close(waittest.Limit(t)))
				r = g.idleReader(t, "next")
			}
			r.mustStep(t)
			seen := 0
			for range 2 {
				s := next(t, r)
				for range s.Events() {
					seen++
				}
				if _, came := given[segmentOf(t, s)]; came != (s.StartOffset() == oneEvent) {
					t.Errorf("%s is read from offset %d, came back: %v", s.Segment(), s.StartOffset(), came)
				}
				enginetest.Must(t, s.Release())
			}
			if seen != 3 {
				t.Errorf("%d events are read, the other reader has read one of four", seen)
			}
		})
	}
}

// While it is in doubt whether a reader has given a segment away, it hands out nothing of it,
// although it may give away another one by then: what it reads there would be read again.
func TestSegmentThatMayBeGivenAwayIsNotReadOn(t *testing.T) {
	for range 8 { // segments come in any order
		c, g, r := pairs(t)
		g.note(t, readergroup.AddReader{Reader: "other"})
		enginetest.Must(t, r.log.Fetch(waittest.Limit(t)))
		wanted, _ := r.state.SegmentToRelease("reader")
		out := next(t, r)
		if segmentOf(t, out) != wanted { // the other one is offered only while this one is out
			first := out
			out = next(t, r)
			enginetest.Must(t, first.ReleaseAt(first.StartOffset()))
		}
		c.Set(func(_ int, command wire.Command) storetest.Verdict {
			if _, ok := command.(wire.ConditionalAppend); ok {
				return storetest.Ignore
			}
			return storetest.Serve
		})
		r.attemptLimit = 100 * time.Millisecond
		if err := r.giveSegment(time.Now().Add(time.Minute)); err == nil {
			t.Fatal("the release was answered")
		}
		c.Set(nil)
		r.attemptLimit = group.AttemptLimit
		enginetest.Must(t, r.look(waittest.Limit(t))) // it is not stored, and may be yet
		enginetest.Must(t, out.ReleaseAt(out.StartOffset()))
		offered := r.state.Assigned("reader")
		delete(offered, wanted)
		enginetest.Must(t, r.giveSegment(time.Now().Add(time.Hour)))
		for s := range offered {
			if r.state.Owns("reader", s) {
				t.Fatalf("the reader keeps %s, which it may have given away", s)
			}
		}
	}
}

// A segment that has turned out to be given away is not handed out in the moment before the
// reader is told what it has, although there is nothing more to give away.
func TestSegmentThatHasGoneIsNotHandedOut(t *testing.T) {
	_, g, r := pairs(t)
	g.note(t, readergroup.AddReader{Reader: "other"})
	enginetest.Must(t, r.log.Fetch(waittest.Limit(t)))
	wanted, _ := r.state.SegmentToRelease("reader")
	if offered, ok := r.Reader.Offer(wanted, true); !ok || offered != wanted { // and that is in doubt
		t.Fatal(offered, ok)
	}
	g.note(t, readergroup.ReleaseSegment{Reader: "reader", Segment: wanted}, readergroup.AcquireSegment{Reader: "other", Segment: wanted})
	enginetest.Must(t, r.log.Fetch(waittest.Limit(t))) // as when something else is written
	enginetest.Must(t, r.giveSegment(time.Now().Add(time.Hour)))
	if s := next(t, r); segmentOf(t, s) == wanted {
		t.Fatal("a slice is handed out of a segment that is another reader's")
	}
	if s, err := r.TryNext(); fault.CodeOf(err) != fault.TimedOut {
		t.Fatal(s, err)
	}
}
