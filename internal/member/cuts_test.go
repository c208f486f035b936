package member

import (
	"errors"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// startAt lets the group start anew at places, and end at others.
func (g *testGroup) startAt(t *testing.T, c *testCluster, from, to map[naming.SegmentID]int64) {
	t.Helper()
	init := readergroup.Init{Config: readergroup.Config{Start: map[naming.Stream]streamcut.Cut{c.Stream: {}}, RefreshMillis: 100, MaxOutstandingCheckpoints: 1},
		Segments: make(map[readergroup.Segment]readergroup.Place), End: make(map[readergroup.Segment]int64)}
	for id, offset := range from {
		init.Segments[readergroup.Segment{Stream: c.Stream, ID: id}] = readergroup.Place{Offset: offset}
	}
	for id, offset := range to {
		init.End[readergroup.Segment{Stream: c.Stream, ID: id}] = offset
	}
	g.note(t, init)
}

// drain reads to the end and returns the events in their order.
func drain(t *testing.T, r *Member) (events []string) {
	t.Helper()
	for {
		s, err := r.Next(waittest.Limit(t))
		if errors.Is(err, read.ErrEnd) {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range s.Events() {
			events = append(events, string(e))
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	left, right, merged = enginetest.Left, enginetest.Right, enginetest.Merged
)

func mergedStream(t *testing.T) *testCluster { return &testCluster{enginetest.MergedStream(t)} }

// A group that starts at a cut in which one of two segments that were merged is
// missing, because it had been read to its end, does not wait for it.
func TestGroupDoesNotWaitForWhatItsCutLacks(t *testing.T) {
	c := mergedStream(t)
	g := c.group()
	g.startAt(t, c, map[naming.SegmentID]int64{right: 0}, nil)
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, r); !slices.Equal(got, []string{"right", "merged"}) {
		t.Fatalf("events were read: %q", got)
	}
}

// A successor waits for a segment that nobody has told of yet, because it comes
// only when what is read now is at its end.
func TestSuccessorWaitsForWhatIsStillToCome(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for _, id := range []naming.SegmentID{left, right} {
		c.Put(c.Name(id), []byte("first"))
	}
	c.Scale([]naming.SegmentID{left}, 0, 0.25, 0.5)
	quarter, second := naming.NewSegmentID(2, 1), naming.NewSegmentID(3, 1)
	c.Scale([]naming.SegmentID{second, right}, 0.25, 1)
	rest := naming.NewSegmentID(4, 2)
	for _, id := range []naming.SegmentID{quarter, second, rest} {
		c.Put(c.Name(id), []byte(id.String()))
	}
	g := c.group()
	g.startAt(t, c, map[naming.SegmentID]int64{left: 0, right: 0}, nil)
	r := g.idleReader(t, "reader")
	if err := r.step(); err != nil {
		t.Fatal(err)
	}
	var slow *read.Slice
	for range 2 { // the right one is at its end, the left one is not
		if s := next(t, r); s.Segment() == c.Name(left) {
			slow = s
		} else if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	waittest.Until(t, "the segment has ended", func() bool {
		return len(r.Reader.Consumed()) == 1
	})
	if err := r.step(); err != nil {
		t.Fatal(err)
	}
	waits, ok := r.state.Future()[readergroup.Segment{Stream: c.Stream, ID: rest}]
	if !ok || !slices.Equal(waits.Predecessors, []naming.SegmentID{second}) {
		t.Fatalf("the successor waits for %v, %v", waits.Predecessors, ok)
	}
	if err := slow.Release(); err != nil {
		t.Fatal(err)
	}
}

// A cut has what was read to its end while its successor waits, and so does one of
// a group that has come to an end of its own there, but nothing that comes later.
func TestCutsAreOfTheWholeStream(t *testing.T) {
	c := mergedStream(t)
	g := c.group()
	for what, tc := range map[string]struct {
		from, to map[naming.SegmentID]int64
		done     naming.SegmentID
		want     map[naming.SegmentID]int64
	}{
		"merged":      {map[naming.SegmentID]int64{left: 0, right: 0}, nil, left, map[naming.SegmentID]int64{left: -1, right: 0}},
		"bounded":     {map[naming.SegmentID]int64{left: 0, right: 0}, map[naming.SegmentID]int64{left: 12, right: 13}, left, map[naming.SegmentID]int64{left: 12, right: 0}},
		"ends later":  {map[naming.SegmentID]int64{left: 0, right: 0}, map[naming.SegmentID]int64{merged: 14}, right, map[naming.SegmentID]int64{left: 0, right: -1}},
		"whole":       {map[naming.SegmentID]int64{left: 0, right: 0}, map[naming.SegmentID]int64{left: math.MaxInt64, right: math.MaxInt64}, left, map[naming.SegmentID]int64{left: -1, right: 0}},
		"not so far":  {map[naming.SegmentID]int64{left: 0, right: 0}, map[naming.SegmentID]int64{merged: 14}, -1, map[naming.SegmentID]int64{left: 0, right: 0}},
		"read wholly": {map[naming.SegmentID]int64{left: 0}, map[naming.SegmentID]int64{left: 12}, left, nil},
	} {
		g.startAt(t, c, tc.from, tc.to)
		if tc.done >= 0 {
			done := readergroup.Segment{Stream: c.Stream, ID: tc.done}
			updates := []readergroup.Update{readergroup.AddReader{Reader: "r"}, readergroup.AcquireSegment{Reader: "r", Segment: done}}
			completed := readergroup.SegmentCompleted{Reader: "r", Segment: done}
			if _, ends := tc.to[tc.done]; !ends {
				completed.Successors = map[readergroup.Segment]readergroup.Successor{
					{Stream: c.Stream, ID: merged}: {Predecessors: []naming.SegmentID{left, right}}}
			}
			g.note(t, append(updates, completed, readergroup.RemoveReader{Reader: "r"})...)
		}
		cuts, err := g.GenerateStreamCuts(waittest.Limit(t))
		switch {
		case err != nil:
			t.Errorf("%s: %v", what, err)
		case tc.want == nil:
			if len(cuts) > 0 {
				t.Errorf("%s: a cut has %v", what, cuts[c.Stream].Offsets)
			}
		case len(cuts) != 1 || !maps.Equal(cuts[c.Stream].Offsets, tc.want):
			t.Errorf("%s: %d cuts, the first has %v, want %v", what, len(cuts), cuts[c.Stream].Offsets, tc.want)
		}
	}
}

// The cut of a checkpoint is whole although what waited for others then is read
// before somebody looks.
func TestCutOfACheckpointIsOfItsTime(t *testing.T) {
	c := mergedStream(t)
	g := c.group()
	g.startAt(t, c, map[naming.SegmentID]int64{left: 0, right: 0}, nil)
	segment := func(id naming.SegmentID) readergroup.Segment { return readergroup.Segment{Stream: c.Stream, ID: id} }
	after := map[readergroup.Segment]readergroup.Successor{segment(merged): {Predecessors: []naming.SegmentID{left, right}}}
	g.note(t, readergroup.AddReader{Reader: "r"},
		readergroup.AcquireSegment{Reader: "r", Segment: segment(left)}, readergroup.AcquireSegment{Reader: "r", Segment: segment(right)},
		readergroup.SegmentCompleted{Reader: "r", Segment: segment(left), Successors: after},
		readergroup.CreateCheckpoint{Checkpoint: "c"},
		readergroup.CheckpointReader{Checkpoint: "c", Reader: "r", Offsets: map[readergroup.Segment]int64{segment(right): -1}},
		readergroup.SegmentCompleted{Reader: "r", Segment: segment(right), Successors: after})
	g.Begun.Store("c", nil)
	checkpoint, err := g.InitiateCheckpoint(waittest.Limit(t), "c")
	if err != nil {
		t.Fatal(err)
	}
	if got := checkpoint[c.Stream].Offsets; !maps.Equal(got, map[naming.SegmentID]int64{left: -1, right: -1}) {
		t.Fatal(got)
	}
}
