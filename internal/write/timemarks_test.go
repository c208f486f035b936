package write

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller/clustertest"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// marked is the only mark there is.
func (c *testCluster) marked(at int64, position map[int64]int64) {
	c.T.Helper()
	marks := c.Marks()
	if len(marks) != 1 || marks[0].Time != at || !maps.Equal(marks[0].Position, position) {
		c.T.Fatalf("marks %v, want %d at %v", marks, at, position)
	}
}

const small = wire.EventHeader + 8 // an event of write

// A time is noted with where every event that was written before has its end,
// when all of them are stored, however the writer learned of it.
func TestTimeIsNotedBehindWhatIsStored(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(nil)
	low := enginetest.KeyFor(0, 0.5)
	write(t, w, low, 1, 10)
	note := func(at int64) {
		t.Helper()
		if err := w.NoteTime(waittest.Limit(t), at); err != nil {
			t.Fatal(err)
		}
	}
	note(1000)
	c.marked(1000, map[int64]int64{0: 10 * small, 1: -1})
	note(1000) // the same again is no step back
	// The ack is lost: the writer learns from the set-up that the event is stored.
	c.Set(enginetest.Once(enginetest.IsAppend, storetest.CloseLate))
	write(t, w, low, 11, 11)
	note(1001)
	c.marked(1001, map[int64]int64{0: 11 * small, 1: -1})
	writeLarge(t, w, low, 12)
	note(1002)
	c.marked(1002, map[int64]int64{0: 11*small + wire.EventHeader + int64(len(largeEvent(12))), 1: -1})
	// Both successors count, and what is stored in the predecessor does not.
	a, b := naming.NewSegmentID(2, 1), naming.NewSegmentID(3, 1)
	c.Replace([]naming.SegmentID{0}, c.Segment(a, 0, 0.25), c.Segment(b, 0.25, 0.5))
	c.Seal(c.Name(0))
	write(t, w, enginetest.KeyFor(0.25, 0.5), 13, 14)
	note(1003)
	c.marked(1003, map[int64]int64{int64(a): -1, int64(b): 2 * small, 1: -1})
	if err := w.NoteTime(waittest.Limit(t), 1002); !errors.Is(err, fault.InvalidArgument) {
		t.Fatal(err)
	}
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if marks := c.Marks(); len(marks) != 0 {
		t.Fatalf("the closed writer left %v", marks)
	}
	if err := w.NoteTime(waittest.Limit(t), 1004); !errors.Is(err, fault.Closed) {
		t.Fatal(err)
	}
}

// No time is noted before what was written is stored.
func TestTimeWaitsForTheEvents(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	write(t, w, "k", 1, 1)
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := w.NoteTime(short, 1); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
	if marks := c.Marks(); len(marks) != 0 {
		t.Fatal(marks)
	}
	c.Set(nil)
	c.CutAll()
	if err := w.NoteTime(waittest.Limit(t), 1); err != nil {
		t.Fatal(err)
	}
	c.marked(1, map[int64]int64{0: small})
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}

// The wall clock is noted by itself while something is written.
func TestTimeIsNotedByItself(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.TimeMarkInterval = 5 * time.Millisecond })
	if err := w.NoteTime(waittest.Limit(t), 1); !errors.Is(err, fault.InvalidArgument) {
		t.Fatal(err)
	}
	begun := time.Now().UnixMilli()
	write(t, w, "k", 1, 1)
	var mark clustertest.Mark
	waittest.Until(t, "the time is noted", func() bool {
		if marks := c.Marks(); len(marks) == 1 {
			mark = marks[0]
		}
		return mark.Position != nil
	})
	if now := time.Now().UnixMilli(); mark.Time < begun || mark.Time > now || mark.Position[0] != small {
		t.Fatal(mark, begun, now)
	}
	calls := c.Calls("noteTimestampFromWriter")
	time.Sleep(20 * time.Millisecond) // nothing was written: nothing is noted
	if more := c.Calls("noteTimestampFromWriter"); more != calls {
		t.Fatalf("%d marks, then %d", calls, more)
	}
	write(t, w, "k", 2, 2)
	waittest.Until(t, "the time is noted again", func() bool {
		marks := c.Marks()
		return len(marks) == 1 && marks[0].Position[0] == 2*small
	})
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if marks := c.Marks(); len(marks) != 0 {
		t.Fatalf("the closed writer left %v", marks)
	}
}

// A writer that has been idle over a scale tells where it stands in the segments
// that it wrote to. When it goes on in one of them, it tells of all that were
// replaced together, also of those that it has nothing for.
func TestTimeOfAWriterThatWasIdleOverAScale(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(nil)
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	write(t, w, low, 1, 3)
	write(t, w, high, 4, 8)
	note := func(at int64) {
		t.Helper()
		if err := w.NoteTime(waittest.Limit(t), at); err != nil {
			t.Fatal(err)
		}
	}
	note(1000)
	c.Scale(c.Current(), 0, 1)
	merged := c.Current()[0]
	c.Put(c.Name(merged), make([]byte, 8)) // others go on
	note(1001)
	c.marked(1001, map[int64]int64{0: 3 * small, 1: 5 * small})
	write(t, w, high, 9, 9)
	note(1002)
	c.marked(1002, map[int64]int64{int64(merged): 2 * small})
	c.Scale(c.Current(), 0, 0.25, 0.5, 1)
	c.Scale(c.Current()[:2], 0, 0.5) // both unnoticed
	note(1003)
	c.marked(1003, map[int64]int64{int64(merged): 2 * small})
	write(t, w, low, 10, 10)
	note(1004)
	last := c.Current()
	c.marked(1004, map[int64]int64{int64(last[0]): small, int64(last[1]): -1})
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if marks := c.Marks(); len(marks) != 0 {
		t.Fatalf("the closed writer left %v", marks)
	}
}

// Writers of one id are one in the stream's event time: a later one goes on from
// what the last one has noted, which cannot note or take back anything any more.
func TestTimeIsNotedByTheLastWriterOfItsID(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	noted := func(at int64) {
		t.Helper()
		marks := c.Marks()
		if len(marks) != 1 || marks[0].Writer != "script" || marks[0].Time != at {
			t.Fatalf("marks %v, want one at %d", marks, at)
		}
		for id, offset := range marks[0].Position {
			if stored := len(c.Stored(naming.SegmentID(id))) * small; offset != int64(stored) {
				t.Errorf("the mark is at %d of the %d bytes of segment %d", offset, stored, id)
			}
		}
	}
	one := c.mustProcess()
	one.playTo(t, 100)
	if err := one.NoteTime(waittest.Limit(t), 1000); err != nil {
		t.Fatal(err)
	}
	noted(1000)
	one.kill()
	noted(1000)

	two := c.mustProcess()
	if err := two.NoteTime(waittest.Limit(t), 999); !errors.Is(err, fault.InvalidArgument) {
		t.Fatal(err)
	}
	if err := two.NoteTime(waittest.Limit(t), 2000); err != nil {
		t.Fatal(err) // although it has written nothing
	}
	noted(2000)

	three := c.mustProcess()
	if err := two.NoteTime(waittest.Limit(t), 9000); !errors.Is(err, fault.Fenced) {
		t.Fatal(err)
	}
	if err := two.Close(waittest.Limit(t)); !errors.Is(err, fault.Fenced) && err != nil {
		t.Fatal(err)
	}
	two.client.Close()
	noted(2000)
	three.playTo(t, 110)
	if err := three.NoteTime(waittest.Limit(t), 3000); err != nil {
		t.Fatal(err)
	}
	noted(3000)

	four := c.mustProcess()
	if err := three.Close(waittest.Limit(t)); err != nil { // it did not know of the fourth
		t.Fatal(err)
	}
	three.client.Close()
	noted(3000)
	if err := four.NoteTime(waittest.Limit(t), 4000); err != nil {
		t.Fatal(err)
	}
	if err := four.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	four.client.Close()
	if marks := c.Marks(); len(marks) != 0 {
		t.Fatalf("the closed writer left %v", marks)
	}
}

// An earlier writer of an id that has been idle over a scale, and so does not know
// the segments in which a later one has taken the id over, neither notes nor takes
// back anything; nor does it while nobody can tell whether there is a later one.
func TestTimeIsNotNotedByAnEarlierWriterThatWasIdleOverAScale(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	notes := c.mustProcess()
	notes.playTo(t, 100)
	if err := notes.NoteTime(waittest.Limit(t), 1000); err != nil {
		t.Fatal(err)
	}
	c.Scale(c.Current(), 0, 0.3, 1)
	if err := notes.NoteTime(waittest.Limit(t), 1001); err != nil { // it is the last one still
		t.Fatal(err)
	}
	c.marked(1001, map[int64]int64{0: int64(len(c.Stored(0))) * small, 1: int64(len(c.Stored(1))) * small})

	left := c.mustProcess()
	left.playTo(t, 200)
	if err := left.NoteTime(waittest.Limit(t), 2000); err != nil {
		t.Fatal(err)
	}
	expect := func(at int64) {
		t.Helper()
		position := make(map[int64]int64)
		for _, id := range c.Current() {
			position[int64(id)] = int64(len(c.Stored(id))) * small
		}
		c.marked(at, position)
	}
	expect(2000)
	c.Away("getCurrentSegments")
	asked := c.Calls("getCurrentSegments")
	tried := waittest.DeadlineWhen(t, func() bool { return c.Calls("getCurrentSegments") > asked+1 })
	if err := notes.NoteTime(tried, 9000); !errors.Is(err, fault.Unreachable) {
		t.Fatal(err)
	}
	expect(2000)
	c.Refuse(nil)
	if err := notes.NoteTime(waittest.Limit(t), 9000); !errors.Is(err, fault.Fenced) {
		t.Fatal(err)
	}
	notes.client.Close()
	expect(2000)

	c.Scale(c.Current(), 0, 0.6, 1)
	last := c.mustProcess()
	last.playTo(t, 300)
	if err := last.NoteTime(waittest.Limit(t), 3000); err != nil {
		t.Fatal(err)
	}
	expect(3000)
	if err := left.Close(waittest.Limit(t)); err != nil { // it did not know of the last one
		t.Fatal(err)
	}
	left.client.Close()
	expect(3000)
	if err := last.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	last.client.Close()
	if marks := c.Marks(); len(marks) != 0 {
		t.Fatalf("the closed writer left %v", marks)
	}
}
