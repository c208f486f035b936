package readergroup

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

var (
	stream = naming.Stream{Scope: "scope", Name: "stream"}
	other  = naming.Stream{Scope: "scope", Name: "other"}
)

// seg is a segment of stream, with the epoch 0.
func seg(number int32) Segment { return Segment{Stream: stream, ID: naming.NewSegmentID(number, 0)} }

// foreign is a segment of the other stream.
func foreign(id naming.SegmentID) Segment { return Segment{Stream: other, ID: id} }

func at(offsets ...int64) map[Segment]int64 {
	m := make(map[Segment]int64)
	for i, offset := range offsets {
		m[seg(int32(i))] = offset
	}
	return m
}

func after(ids ...naming.SegmentID) Successor { return Successor{Predecessors: ids} }

// starting is a group with segments 0, 1, ... at these offsets.
func starting(offsets ...int64) Init {
	u := Init{Config: Config{RefreshMillis: 3000, CheckpointMillis: 30000}, Segments: make(map[Segment]Place)}
	for s, offset := range at(offsets...) {
		u.Segments[s] = Place{Offset: offset}
	}
	return u
}

func replay(t testing.TB, updates ...Update) *State {
	t.Helper()
	var s State
	for _, u := range updates {
		if err := s.Apply(u); err != nil {
			t.Fatalf("%+v: %v", u, err)
		}
	}
	return &s
}

// sketch is a state in a line: who owns which segment number from which offset,
// what is free, what waits for what, what was read, and the checkpoints.
func sketch(s *State) string {
	var parts []string
	for _, reader := range s.Readers() {
		parts = append(parts, fmt.Sprintf("%s[%s]", reader, drawn(s.Assigned(reader))))
	}
	parts = append(parts, fmt.Sprintf("free[%s]", drawn(s.Unassigned())))
	future := s.Future()
	for _, segment := range slices.SortedFunc(maps.Keys(future), Segment.Compare) {
		parts = append(parts, fmt.Sprintf("%d<-%d", segment.ID, future[segment].Predecessors))
	}
	parts = append(parts, fmt.Sprintf("read[%s]", drawn(s.LastRead())))
	for _, name := range s.checkpoints.order {
		text := name + ":"
		if waits := s.CheckpointWaitsFor(name); len(waits) > 0 {
			text += fmt.Sprint(waits)
		} else if offsets, ok := s.CheckpointOffsets(name); ok {
			text += drawn(offsets)
		} else {
			text += "gone"
		}
		parts = append(parts, text)
	}
	if last, ok := s.LastCheckpoint(); ok {
		parts = append(parts, fmt.Sprintf("last[%s]", drawn(last)))
	}
	if !s.LastCheckpointPublished() {
		parts = append(parts, "unpublished")
	}
	if s.UpdatingConfig() {
		parts = append(parts, "updating")
	}
	return strings.Join(parts, " ")
}

func drawn[V any](m map[Segment]V) string {
	var parts []string
	for _, segment := range slices.SortedFunc(maps.Keys(m), Segment.Compare) {
		offset := any(m[segment])
		if place, is := offset.(Place); is {
			offset = place.Offset
		}
		parts = append(parts, fmt.Sprintf("%d@%d", segment.ID, offset))
	}
	return strings.Join(parts, " ")
}

func TestUpdates(t *testing.T) {
	for _, tc := range []struct {
		name    string
		updates []Update
		want    string
	}{
		{"init", []Update{starting(5, 7)}, "free[0@5 1@7] read[0@5 1@7]"},
		{"init again forgets everything", []Update{
			starting(5), AddReader{"a"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"c"}, UpdatingConfig{true}, starting(6, 6),
		}, "free[0@6 1@6] read[0@6 1@6]"},
		{"acquire", []Update{starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(1)}}, "a[1@7] free[0@5] read[0@5 1@7]"},
		{"release", []Update{starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(1)}, ReleaseSegment{"a", seg(1), 9}},
			"a[] free[0@5 1@9] read[0@5 1@9]"},
		{"distance moves what was read, not where to restart", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(1)},
			UpdateDistanceToTail{"a", 1, map[Segment]Place{seg(1): {Offset: 50}, seg(8): {Offset: 8}}},
		}, "a[1@7] free[0@5] read[0@5 1@50]"},
		{"reader leaves at its position", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)}, AcquireSegment{"a", seg(1)}, RemoveReader{"a", at(20, -1)},
		}, "free[0@20 1@-1] read[0@5 1@7]"},
		{"reader lost: back to its acquisition", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)},
			UpdateDistanceToTail{"a", 1, map[Segment]Place{seg(0): {Offset: 50}}}, RemoveReader{"a", nil},
		}, "free[0@5 1@7] read[0@50 1@7]"},
		{"reader lost: back to its last checkpoint", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"c"}, CheckpointReader{"c", "a", at(30)}, RemoveReader{"a", nil},
		}, "free[0@30 1@7] read[0@5 1@7] c:0@30 1@7 last[0@30 1@7] unpublished"},
		{"a silent checkpoint is none to go back to", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"x_SILENT_"}, CheckpointReader{"x_SILENT_", "a", at(30)}, RemoveReader{"a", nil},
		}, "free[0@5 1@7] read[0@5 1@7] x_SILENT_:0@30 1@7"},
		{"unknown reader leaves", []Update{starting(5), RemoveReader{"a", at(9)}}, "free[0@5] read[0@5]"},
		{"checkpoint waits for all who were there", []Update{
			starting(5, 7), AddReader{"a"}, AddReader{"b"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"c"}, AddReader{"late"}, CheckpointReader{"c", "a", at(30)},
		}, "a[0@30] b[] late[] free[1@7] read[0@5 1@7] c:[b]"},
		{"leaving passes a checkpoint", []Update{
			starting(5, 7), AddReader{"a"}, AddReader{"b"}, AcquireSegment{"a", seg(0)}, AcquireSegment{"b", seg(1)}, CreateCheckpoint{"c"},
			CheckpointReader{"c", "a", at(30)}, RemoveReader{"b", map[Segment]int64{seg(1): 70}},
		}, "a[0@30] free[1@70] read[0@5 1@7] c:0@30 1@70 last[0@30 1@70] unpublished"},
		{"of several checkpoints that wait for one who leaves, the last is Java's", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(1)}, CreateCheckpoint{"checkpoint-1"},
			ReleaseSegment{"a", seg(1), 8}, CreateCheckpoint{"checkpoint-0"}, RemoveReader{"a", nil},
		}, "free[0@5 1@8] read[0@5 1@8] checkpoint-1:0@5 checkpoint-0:0@5 1@8 last[0@5] unpublished"},
		{"checkpoint without readers is complete, not last", []Update{starting(5), CreateCheckpoint{"c"}},
			"free[0@5] read[0@5] c:0@5"},
		{"checkpoint of a known name changes nothing", []Update{starting(5), CreateCheckpoint{"c"}, AddReader{"a"}, CreateCheckpoint{"c"}},
			"a[] free[0@5] read[0@5] c:0@5"},
		{"answer to a cleared checkpoint still moves the reader", []Update{
			starting(5), AddReader{"a"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"c"}, CreateCheckpoint{"d"}, ClearCheckpointsBefore{"d"}, CheckpointReader{"c", "a", at(30)},
		}, "a[0@30] free[] read[0@5] d:[a]"},
		{"clear before an unknown one clears nothing", []Update{starting(5), CreateCheckpoint{"c"}, ClearCheckpointsBefore{"x"}}, "free[0@5] read[0@5] c:0@5"},
		{"outstanding ones are given up, silent ones are not", []Update{
			starting(5), AddReader{"a"}, CreateCheckpoint{"done"}, CheckpointReader{"done", "a", nil}, CreateCheckpoint{"c"}, CreateCheckpoint{"_SILENT_"}, RemoveOutstandingCheckpoints{},
		}, "a[] free[0@5] read[0@5] done:0@5 c:gone _SILENT_:[a] last[0@5] unpublished"},
		{"published", []Update{
			starting(5), AddReader{"a"}, CreateCheckpoint{"c"}, CheckpointReader{"c", "a", nil}, UpdateCheckpointPublished{true}, UpdatingConfig{true},
		}, "a[] free[0@5] read[0@5] c:0@5 last[0@5] updating"},
		{"split", []Update{
			starting(5), AddReader{"a"}, AcquireSegment{"a", seg(0)},
			SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(2): after(0), seg(3): after(0)}},
		}, "a[] free[2@0 3@0] read[2@0 3@0]"},
		{"merge waits for the other", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)},
			SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(2): after(0, 1)}},
		}, "a[] free[1@7] 2<-[1] read[1@7]"},
		{"merge is complete", []Update{
			starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)}, AcquireSegment{"a", seg(1)},
			SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(2): after(0, 1)}},
			SegmentCompleted{"a", seg(1), Range{}, map[Segment]Successor{seg(2): after(0, 1)}},
		}, "a[] free[2@0] read[2@0]"},
		{"end of a sealed stream", []Update{
			starting(5), AddReader{"a"}, AcquireSegment{"a", seg(0)}, SegmentCompleted{"a", seg(0), Range{}, nil},
		}, "a[] free[] read[]"},
		{"as in Java, ids are compared without their streams", []Update{
			Init{Segments: map[Segment]Place{seg(0): {}, seg(1): {}, foreign(1): {}}}, AddReader{"a"}, AcquireSegment{"a", seg(0)}, AcquireSegment{"a", foreign(1)},
			SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(2): after(0, 1)}}, SegmentCompleted{"a", foreign(1), Range{}, nil},
		}, "a[] free[1@0 2@0] read[1@0 2@0]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := replay(t, tc.updates...)
			if got := sketch(s); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			// A member that starts with the compacted state goes on alike.
			if got := sketch(replay(t, s.Compact())); got != tc.want {
				t.Errorf("compacted: got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestContradictions(t *testing.T) {
	owned := []Update{starting(5, 7), AddReader{"a"}, AddReader{"b"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"c"}, CheckpointReader{"c", "a", nil}}
	for _, tc := range []struct {
		before []Update
		update Update
	}{
		{nil, AddReader{"a"}},
		{nil, CreateCheckpoint{"c"}},
		{owned, AddReader{"a"}},
		{owned, AcquireSegment{"a", seg(0)}},
		{owned, AcquireSegment{"b", seg(0)}},
		{owned, AcquireSegment{"x", seg(1)}},
		{owned, AcquireSegment{"a", seg(9)}},
		{owned, ReleaseSegment{"b", seg(0), 1}},
		{owned, ReleaseSegment{"x", seg(0), 1}},
		{owned, SegmentCompleted{"a", seg(1), Range{}, nil}},
		{owned, CheckpointReader{"c", "a", nil}},
		{owned, CheckpointReader{"c", "x", nil}},
		{owned, Compact{Checkpoints: Checkpoints{Waiting: []Waiting{{"c", []string{"a"}}}}}},
		{owned, Compact{Checkpoints: Checkpoints{Offsets: map[string]map[Segment]int64{"c": nil}}}},
	} {
		s := replay(t, tc.before...)
		before := sketch(s)
		err := s.Apply(tc.update)
		if !errors.Is(err, fault.Protocol) {
			t.Errorf("%+v: %v, want Protocol", tc.update, err)
		}
		if after := sketch(s); after != before || s.Started() != (tc.before != nil) {
			t.Errorf("%+v was refused, but %s\nbecame %s", tc.update, before, after)
		}
	}
}

// What comes out of a State and what goes in is not shared with it.
func TestStateKeepsItsMaps(t *testing.T) {
	u := starting(5, 7)
	s := replay(t, u, AddReader{"a"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"c"}, CheckpointReader{"c", "a", at(9)},
		SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(2): after(0, 1)}}, AcquireSegment{"a", seg(1)}, CreateCheckpoint{"d"})
	before := sketch(s)
	u.Segments[seg(9)] = Place{}
	compact := s.Compact()
	last, _ := s.LastCheckpoint()
	offsets, _ := s.CheckpointOffsets("c")
	for _, m := range []map[Segment]int64{last, offsets, compact.Checkpoints.Last, compact.Checkpoints.Offsets["c"]} {
		m[seg(9)] = 9
	}
	for _, m := range []map[Segment]Place{s.Assigned("a"), s.Unassigned(), s.LastRead(), s.Positions(), compact.Assigned["a"], compact.Unassigned, compact.LastRead} {
		m[seg(9)] = Place{}
	}
	compact.Checkpoints.Waiting[0].Readers[0] = "x"
	compact.Future[seg(2)].Predecessors[0] = 99
	s.Future()[seg(2)].Predecessors[0] = 99
	if got := sketch(s); got != before {
		t.Errorf("%s\nbecame %s", before, got)
	}
}

func TestQueries(t *testing.T) {
	u := starting(5, 7, 9)
	u.Segments[foreign(0)] = Place{}
	u.End = map[Segment]int64{seg(0): 100, seg(1): math.MaxInt64}
	s := replay(t, u, AddReader{"b"}, AddReader{"a"}, AcquireSegment{"a", seg(0)}, AcquireSegment{"b", seg(1)})
	if got := s.Readers(); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
	if !s.Online("a") || s.Online("c") || s.Assigned("c") != nil || !s.Owns("a", seg(0)) || s.Owns("a", seg(1)) || s.Owns("c", seg(0)) {
		t.Error(sketch(s))
	}
	if s.Segments() != 4 || len(s.Positions()) != 4 || s.EndOfData() {
		t.Error(s.Segments(), s.Positions(), s.EndOfData())
	}
	if got := s.Streams(); !slices.Equal(got, []naming.Stream{other, stream}) {
		t.Error(got)
	}
	for _, tc := range []struct {
		segment Segment
		offset  int64
		atEnd   bool
	}{
		{seg(0), 99, false}, {seg(0), 100, true}, {seg(0), -1, true}, {seg(1), math.MaxInt64, false}, {seg(1), -1, true}, {seg(2), 100, false},
	} {
		if got := s.AtEnd(tc.segment, tc.offset); got != tc.atEnd {
			t.Errorf("AtEnd(%s, %d) = %v", tc.segment, tc.offset, got)
		}
	}
	if end, ends := s.EndOffset(seg(0)); end != 100 || !ends {
		t.Error(end, ends)
	}
	if _, ends := s.EndOffset(seg(2)); ends {
		t.Error("segment 2 ends the group")
	}
	if got := s.Config().RefreshInterval(); got != 3*time.Second {
		t.Error(got)
	}
	var none State
	if none.Started() || none.EndOfData() || none.OngoingCheckpoint() || none.Segments() != 0 || none.Rank("a") != -1 || len(none.Positions()) != 0 {
		t.Error("the zero State is not empty")
	}
}

func TestCheckpointsOfReaders(t *testing.T) {
	s := replay(t, starting(5), AddReader{"a"}, AddReader{"b"}, CreateCheckpoint{"z"}, CreateCheckpoint{"_SILENT_"}, CreateCheckpoint{"c"}, CheckpointReader{"z", "b", nil})
	for reader, want := range map[string]string{"a": "z", "b": "_SILENT_", "x": ""} {
		if got, pending := s.Checkpoint(reader); got != want || pending != (want != "") {
			t.Errorf("reader %s has to pass %q, %v, want %q", reader, got, pending, want)
		}
	}
	if got := s.OutstandingCheckpoints(); !slices.Equal(got, []string{"z", "c"}) || !s.OngoingCheckpoint() {
		t.Error(got)
	}
	if _, complete := s.CheckpointOffsets("z"); complete {
		t.Error("z is complete")
	}
	if _, complete := s.CheckpointOffsets("never"); complete {
		t.Error("a checkpoint that never was is complete")
	}
}
