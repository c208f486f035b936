package readergroup

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// A checkpoint can be waited for by several, is not started twice, and no more
// than the group allows are under way.
func TestStartCheckpoint(t *testing.T) {
	begin := starting(1, 2)
	begin.Config.MaxOutstandingCheckpoints = 2
	s := replay(t, begin, AddReader{"a"}, AddReader{"b"})
	start := func(name string, want error) bool {
		t.Helper()
		updates, err := s.StartCheckpoint(name)
		if !errors.Is(err, want) {
			t.Fatalf("%s: %v, want %v", name, err, want)
		}
		for _, u := range updates {
			if err := s.Apply(u); err != nil {
				t.Fatal(err)
			}
		}
		return len(updates) > 0
	}
	if !start("1", nil) || start("1", nil) || !start("2", nil) {
		t.Fatal(s.OutstandingCheckpoints())
	}
	start("3", fault.Conflict)
	if !start("x_SILENT_", nil) {
		t.Fatal("stream cuts wait for checkpoints")
	}
	for _, u := range []Update{CheckpointReader{Checkpoint: "1", Reader: "a"}, CheckpointReader{Checkpoint: "1", Reader: "b"}} {
		if err := s.Apply(u); err != nil {
			t.Fatal(err)
		}
	}
	start("1", fault.AlreadyExists)
	if !start("3", nil) {
		t.Fatal(s.OutstandingCheckpoints())
	}
	if _, err := new(State).StartCheckpoint("1"); !errors.Is(err, fault.NoSuchReaderGroup) {
		t.Fatal(err)
	}
}

// Results of checkpoints are forgotten, but neither the newest, which others may
// still want, nor those that wait or follow one that waits.
func TestForgetCheckpoints(t *testing.T) {
	begin := starting(1)
	begin.Config.MaxOutstandingCheckpoints = 2
	s := replay(t, begin)
	apply := func(updates ...Update) {
		t.Helper()
		for _, u := range updates {
			if err := s.Apply(u); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range 20 {
		apply(CreateCheckpoint{fmt.Sprint(n)})
		apply(s.ForgetCheckpoints()...)
		if kept := len(s.checkpoints.order); kept > 5 {
			t.Fatalf("%d are kept", kept)
		}
		for back := range min(n+1, 4) {
			if _, ok := s.CheckpointOffsets(fmt.Sprint(n - back)); !ok {
				t.Fatalf("after %d, %d is forgotten", n, n-back)
			}
		}
	}
	apply(AddReader{"a"}, CreateCheckpoint{"waits"})
	apply(RemoveReader{Reader: "a"}, AddReader{"b"}, CreateCheckpoint{"waits too"}, AddReader{"c"})
	for n := range 20 {
		apply(CreateCheckpoint{fmt.Sprint("later", n)}, CheckpointReader{Checkpoint: fmt.Sprint("later", n), Reader: "c"})
		apply(s.ForgetCheckpoints()...)
	}
	if got := s.CheckpointWaitsFor("waits too"); len(got) != 1 {
		t.Fatal("a checkpoint that waits is forgotten")
	}
}

// A limit that makes no sense, which others may have written, does no harm.
func TestForgetCheckpointsWithoutASensibleLimit(t *testing.T) {
	for _, limit := range []int32{0, -1, math.MinInt32, math.MaxInt32} {
		begin := starting(1)
		begin.Config.MaxOutstandingCheckpoints = limit
		s := replay(t, begin, CreateCheckpoint{"1"}, CreateCheckpoint{"2"}, CreateCheckpoint{"3"})
		for _, u := range s.ForgetCheckpoints() {
			if err := s.Apply(u); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok := s.CheckpointOffsets("3"); !ok {
			t.Errorf("limit %d: the newest is forgotten", limit)
		}
	}
}

// What was to come at a checkpoint is what was when it was created: a reader that
// has passed it goes on before the others have.
func TestWhatWasToComeAtACheckpoint(t *testing.T) {
	before := []Update{starting(5, 7), AddReader{"a"}, AddReader{"b"}, AcquireSegment{"a", seg(0)}, AcquireSegment{"b", seg(1)},
		SegmentCompleted{"a", seg(0), Range{}, merges(seg(2))}, CreateCheckpoint{"c"}}
	waits := func(s *State, future map[Segment]Successor, ids ...naming.SegmentID) {
		t.Helper()
		if v, ok := future[seg(2)]; ok != (len(ids) > 0) || !slices.Equal(v.Predecessors, ids) {
			t.Errorf("%s: was to come: %v", sketch(s), future)
		}
	}
	s := replay(t, append(before, CheckpointReader{"c", "b", at(0, 9)}, SegmentCompleted{"b", seg(1), Range{}, merges(seg(2))})...)
	waits(s, s.Future())
	waits(s, s.CheckpointFuture("c"), 1)
	waits(s, s.LastCheckpointFuture()) // there was none
	for _, u := range []Update{CheckpointReader{"c", "a", nil}, CreateCheckpoint{"d"}, CreateCheckpoint{"c"}, ClearCheckpointsBefore{"d"}} {
		if err := s.Apply(u); err != nil {
			t.Fatal(err)
		}
		waits(s, s.LastCheckpointFuture(), 1)
	}
	waits(s, s.CheckpointFuture("d"))
	// A record of the whole state does not tell; what is to come now is the next best.
	event, err := EncodeInit(replay(t, before...).Compact())
	if err != nil {
		t.Fatal(err)
	}
	s = replay(t, must(DecodeRecord(event)).Updates...)
	waits(s, s.CheckpointFuture("c"), 1)
}
