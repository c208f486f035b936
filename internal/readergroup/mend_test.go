package readergroup

import (
	"testing"
)

// alike is a group of two streams that both merge segments 0 and 1 into segment 2.
// Reader "a" has completed segment 1 of the first one, and reads the others.
func alike(t *testing.T, then ...Update) *State {
	t.Helper()
	u := Init{Segments: map[Segment]Place{seg(0): {}, seg(1): {}, foreign(0): {}, foreign(1): {}}}
	updates := []Update{u, AddReader{"a"}, AddReader{"b"}}
	for segment := range u.Segments {
		updates = append(updates, AcquireSegment{"a", segment})
	}
	return replay(t, append(append(updates, SegmentCompleted{"a", seg(1), Range{}, merges(seg(2))}), then...)...)
}

func merges(into Segment) map[Segment]Successor { return map[Segment]Successor{into: after(0, 1)} }

// java is what an official member writes when it has read segment 0 of the second
// stream: now segment 2 of the first one is free.
var java = SegmentCompleted{"a", foreign(0), Range{}, merges(foreign(2))}

// complete lets reader "a" complete a segment as members of ours do.
func (s *State) complete(t *testing.T, segment Segment, successors map[Segment]Successor) {
	t.Helper()
	for _, u := range must(s.Complete("a", segment, successors)) {
		if err := s.Apply(u); err != nil {
			t.Fatal(err)
		}
	}
}

// awaits checks how many segments of the first stream a segment waits for; none
// means that it is free.
func (s *State) awaits(t *testing.T, segment Segment, ids int) {
	t.Helper()
	v := s.Future()[segment]
	if _, free := s.Unassigned()[segment]; len(v.Predecessors) != ids || free != (ids == 0) {
		t.Fatalf("%s waits for %v, free: %v", segment, v.Predecessors, free)
	}
}

// A segment that a stream completes does not count for one of another stream.
func TestCompletedSegmentsCountForTheirOwnStream(t *testing.T) {
	s := alike(t)
	s.complete(t, foreign(0), merges(foreign(2)))
	s.awaits(t, seg(2), 1)
	s.awaits(t, foreign(2), 1)
	s.complete(t, seg(0), merges(seg(2)))
	s.awaits(t, seg(2), 0)
	s.awaits(t, foreign(2), 1)
	s.complete(t, foreign(1), merges(foreign(2)))
	s.awaits(t, foreign(2), 0)
}

// What an official member lets get free too early waits again before anybody of
// ours acquires it.
func TestMendTakesBackWhatIsFree(t *testing.T) {
	s := alike(t, java)
	s.awaits(t, seg(2), 0)
	updates := must(s.Acquire("b", 0, nil))
	if len(updates) != 1 {
		t.Fatalf("%+v", updates)
	}
	s = replay(t, updates...)
	s.awaits(t, seg(2), 1)
	s.awaits(t, foreign(2), 1)
	if _, read := s.LastRead()[seg(2)]; read || s.Mend() != nil {
		t.Fatalf("%+v", s.Compact())
	}
}

// A record of the whole state, as an official member compacts it, does not hide from
// those who have read what was before that there is something to mend.
func TestWholeStateHidesNothing(t *testing.T) {
	s := alike(t, CreateCheckpoint{"c"}, java)
	if updates := s.Compaction(); updates != nil {
		t.Fatalf("%+v", updates)
	}
	record := must(DecodeRecord(must(EncodeInit(s.Compact()))))
	if err := s.Apply(record.Updates[0]); err != nil {
		t.Fatal(err)
	}
	if future := s.CheckpointFuture("c"); len(future) != 1 {
		t.Fatalf("at the checkpoint %v was to come", future)
	}
	if s = replay(t, s.Mend()...); len(s.Compaction()) != 1 {
		t.Fatal("the mended state is not compacted")
	}
	s.awaits(t, seg(2), 1)
}

// What was acquired too early stays where it is, or done, and is not waited for
// once more when its last predecessor is completed, by whomever.
func TestNobodyWaitsForWhatWasReadTooEarly(t *testing.T) {
	acquired := AcquireSegment{"b", seg(2)}
	done := SegmentCompleted{"b", seg(2), Range{}, nil}
	for name, s := range map[string]*State{
		"read":         alike(t, java, acquired),
		"done":         alike(t, java, acquired, done),
		"read in Java": alike(t, java, acquired, SegmentCompleted{"a", seg(0), Range{}, merges(seg(2))}),
		"done in Java": alike(t, java, acquired, done, SegmentCompleted{"a", seg(0), Range{}, merges(seg(2))}),
	} {
		if s.Owns("a", seg(0)) {
			if updates := s.Mend(); updates != nil {
				t.Errorf("%s: %+v is to be mended", name, updates)
			}
			s.complete(t, seg(0), merges(seg(2)))
		} else {
			s = replay(t, s.Mend()...)
		}
		if s.Owns("b", seg(2)) {
			if err := s.Apply(done); err != nil {
				t.Fatal(err)
			}
		}
		s.complete(t, foreign(1), merges(foreign(2)))
		s.awaits(t, foreign(2), 0)
		if err := s.Apply(AcquireSegment{"a", foreign(2)}); err != nil {
			t.Fatal(err)
		}
		if s.complete(t, foreign(2), nil); !s.EndOfData() {
			t.Errorf("%s: %+v is left to read", name, s.Compact())
		}
	}
}
