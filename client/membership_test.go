package client

import (
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// What a reader gives away is for the others: it does not take it back at once.
func TestReaderDoesNotTakeBackWhatItGaveAway(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.step(t)
	g.note(t, readergroup.AddReader{Reader: "other"})
	r.member.release, r.member.acquire = time.Time{}, time.Time{} // both were long ago
	r.step(t)
	if free := len(r.member.state.Unassigned()); free != 1 {
		t.Fatalf("%d segments are free", free)
	}
}

// Group work that could not read the state to its end starts with that again,
// also when it is called for at once: a part of the state is an old one, in which
// the reader may be no member, or own what it gave away.
func TestGroupWorkDoesNotGoByAPartOfTheState(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.step(t)
	state, log := g.replica(nil)
	for range 3 { // the last one truncates what the reader would read next
		if err := log.Fetch(within(t)); err != nil {
			t.Fatal(err)
		}
		if err := log.Compact(within(t), 0, func() ([]byte, error) { return readergroup.EncodeInit(state.Compact()) }); err != nil {
			t.Fatal(err)
		}
	}
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if read, ok := command.(wire.ReadSegment); ok && read.Segment == g.segment {
			c.Greet([]byte("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	r.member.refresh = time.Time{}
	err := r.member.step(r.ctx)
	if CodeOf(err) != ErrProtocol || !r.member.survive(r.ctx, err) {
		t.Fatal(err)
	}
	c.Set(nil)
	c.Greet(nil)
	if err := r.member.step(r.ctx); err != nil { // somebody poked
		t.Fatal(err)
	}
}

// A reader that learns only when it writes that an update of its own is stored
// already is no stranger to its group.
func TestReaderSurvivesDoubtAboutACompletedSegment(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.step(t)
	c.Seal(c.Name(0))
	eventually(t, "the segment was read to its end", func() bool {
		return len(r.assignments(func(a *assignment) bool { return a.consumed() })) == 1
	})
	first := readergroup.Segment{Stream: c.Stream, ID: 0}
	g.note(t, readergroup.SegmentCompleted{Reader: "reader", Segment: first})
	if err := r.member.step(r.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := r.TryNext(); err != ErrEnd {
		t.Fatal(err)
	}
}
