package member

import (
	"errors"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A reader that gives a sign of life while it is being taken out stays.
func TestHazard15SignOfLifeAtTheLastMoment(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	slow, observer := g.idleReader(t, "slow"), g.idleReader(t, "observer")
	slow.mustStep(t)
	observer.liveness.limit = time.Second
	observer.mustStep(t)
	observer.liveness.heard["slow"] = sign{at: time.Now().Add(-time.Hour)}
	written := false
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok && !written {
			written = true
			record, err := readergroup.EncodeUpdates(readergroup.UpdateDistanceToTail{Reader: "slow"})
			if err != nil {
				t.Error(err)
			}
			c.Put(g.Segment, record)
		}
		return storetest.Serve
	})
	observer.mustStep(t)
	if !written {
		t.Fatal("the silent reader was not to be taken out")
	}
	if state, _, err := g.Read(waittest.Limit(t)); err != nil || !state.Online("slow") {
		t.Fatal("the reader was taken out although it was heard of:", err)
	}
}

// An observer that could not read the group's state gives everybody the whole
// limit again: the others may have been kept from writing by the same outage.
func TestHazard15ObserverThatWasAwayWaitsAnew(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	quiet, observer := g.idleReader(t, "quiet"), g.idleReader(t, "observer")
	quiet.mustStep(t)
	observer.liveness.limit = time.Second
	observer.mustStep(t)
	observer.liveness.heard["quiet"] = sign{at: time.Now().Add(-time.Hour)}
	c.Set(func(int, wire.Command) storetest.Verdict { return storetest.CloseNow })
	observer.refresh = time.Time{}
	observer.attemptLimit = 300 * time.Millisecond
	err := observer.step()
	observer.attemptLimit = group.AttemptLimit
	if err == nil || observer.finished {
		t.Fatal(err)
	}
	c.Set(nil)
	observer.mustStep(t)
	if !observer.state.Online("quiet") {
		t.Fatal("the reader was taken out right after the outage")
	}
}

// Who replaces a crashed reader starts at its last checkpoint: neither where it
// acquired the segment nor where it said it had read to, which may be unprocessed.
func TestHazard16CrashedReaderIsReplacedAtItsLastCheckpoint(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("one"), []byte("two"), []byte("three"))
	g := c.group()
	crashed := g.idleReader(t, "crashed")
	crashed.mustStep(t)
	consume := func() (to int64) { // one event
		t.Helper()
		s, n := next(t, crashed), 0
		to = s.EndOffset()
		for offset := range s.Events() {
			if n++; n == 2 {
				to = offset
			}
		}
		if err := s.ReleaseAt(to); err != nil {
			t.Fatal(err)
		}
		return to
	}
	checkpoint := consume()
	g.note(t, readergroup.CreateCheckpoint{Checkpoint: "c"})
	crashed.mustStep(t)
	told := consume()
	if err := crashed.tellLag(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	g.note(t, readergroup.CreateCheckpoint{Checkpoint: "_SILENT_"}) // none that the application agreed to
	crashed.mustStep(t)
	read := crashed.state.LastRead()[readergroup.Segment{Stream: c.Stream, ID: 0}].Offset
	if checkpoint == 0 || told <= checkpoint || read != told {
		t.Fatalf("checkpoint at %d, read to %d, told %d", checkpoint, told, read)
	}
	heir := g.idleReader(t, "heir")
	heir.liveness.limit = time.Second
	heir.mustStep(t)
	heir.liveness.heard["crashed"] = sign{at: time.Now().Add(-time.Hour)}
	heir.mustStep(t)
	heir.mustStep(t)
	if s := next(t, heir); s.StartOffset() != checkpoint {
		t.Fatalf("the heir starts at %d; the checkpoint was at %d, the reader had told %d", s.StartOffset(), checkpoint, told)
	}
}

// A segment is completed, and what follows it free, only when nothing of it is out;
// it is not given away either.
func TestHazard18SegmentOfWhichASliceIsOutStays(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for _, id := range c.Current() {
		c.Put(c.Name(id), []byte("one"), []byte("two"))
	}
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	out := []*read.Slice{next(t, r), next(t, r)}
	c.Scale(c.Current(), 0, 1)
	waittest.Until(t, "both segments are at their end", func() bool {
		return ended(out[0]) && ended(out[1])
	})
	g.note(t, readergroup.AddReader{Reader: "other"})
	check := func(what string, segments, future int) {
		t.Helper()
		r.mustStep(t)
		if err := r.giveSegment(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		owned, free, waiting := r.state.Assigned("reader"), r.state.Unassigned(), r.state.Future()
		if len(owned) != segments || len(free) > 0 || len(waiting) != future {
			t.Fatalf("%s: the reader owns %v, free are %v, waiting %v", what, owned, free, waiting)
		}
		if s, err := r.TryNext(); !errors.Is(err, fault.TimedOut) {
			t.Fatal(what, s, err)
		}
	}
	check("both are out", 2, 0)
	if err := out[0].Release(); err != nil {
		t.Fatal(err)
	}
	check("one is out", 1, 1) // the successor of both waits
	var two int64
	for offset := range out[1].Events() {
		two = offset
	}
	if err := out[1].ReleaseAt(two); err != nil { // given back, but not all of it
		t.Fatal(err)
	}
	last := next(t, r)
	if last.StartOffset() != two {
		t.Fatalf("a slice from %d, not %d", last.StartOffset(), two)
	}
	check("the rest is out", 1, 1)
	if err := last.Release(); err != nil {
		t.Fatal(err)
	}
	r.mustStep(t)
	r.mustStep(t)
	if owned := r.state.Assigned("reader"); len(owned) != 1 || len(r.state.Future()) != 0 {
		t.Fatalf("the reader owns %v, waiting %v", owned, r.state.Future())
	}
}
