package readergroup

import (
	"maps"
	"slices"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// Apply changes the state as an update says. The state keeps nothing of the
// update. The error is fault.Protocol: the update contradicts the state, which
// stays as it was. Members write such updates only on condition that nobody
// changed the state before, so an error means that the log or this copy of the
// state is damaged.
func (s *State) Apply(u Update) error {
	if !s.started && u.kind() != kindInit && u.kind() != kindCompact {
		return contradiction("the group was not started")
	}
	return u.apply(s)
}

func contradiction(format string, args ...any) error {
	return fault.New(fault.Protocol, "apply reader group update", "", format, args...)
}

func (u Init) apply(s *State) error {
	*s = State{
		started:        true,
		config:         u.Config,
		checkpoints:    newCheckpoints(),
		lag:            make(map[string]int64),
		future:         make(map[Segment]Successor),
		waiting:        make(map[Segment]Successor),
		assigned:       make(map[string]map[Segment]Place),
		unassigned:     clone(u.Segments),
		lastRead:       clone(u.Segments),
		end:            clone(u.End),
		updatingConfig: u.UpdatingConfig,
	}
	return nil
}

func (u Compact) apply(s *State) error {
	if !u.Checkpoints.consistent() {
		return contradiction("the checkpoints of a compacted state do not hang together")
	}
	checkpoints, waiting := u.Checkpoints.checkpoints(), u.Future
	if s.repeatedBy(u) { // what is in no record is still known
		checkpoints.future, checkpoints.lastFuture, waiting = s.checkpoints.future, s.checkpoints.lastFuture, s.waiting
	}
	*s = State{
		started:        true,
		config:         u.Config,
		checkpoints:    checkpoints,
		lag:            clone(u.Lag),
		future:         cloneFuture(u.Future),
		waiting:        cloneFuture(waiting),
		assigned:       cloneAssigned(u.Assigned),
		unassigned:     clone(u.Unassigned),
		lastRead:       clone(u.LastRead),
		end:            clone(u.End),
		updatingConfig: u.UpdatingConfig,
	}
	return nil
}

// repeatedBy reports whether a record of the whole state says of the segments what is
// known, as that of a compaction does.
func (s *State) repeatedBy(u Compact) bool {
	places := func(a, b map[Segment]Place) bool {
		return maps.EqualFunc(a, b, func(a, b Place) bool { return a.Offset == b.Offset })
	}
	return s.started && places(s.unassigned, u.Unassigned) && maps.EqualFunc(s.assigned, u.Assigned, places) &&
		maps.EqualFunc(s.future, u.Future, func(a, b Successor) bool { return slices.Equal(a.Predecessors, set(b.Predecessors)) })
}

func (u AddReader) apply(s *State) error {
	if s.Online(u.Reader) {
		return contradiction("reader %+q is in the group already", u.Reader)
	}
	s.assigned[u.Reader] = make(map[Segment]Place)
	// A former reader's lag stays, as Java has it. It counts only while the
	// reader owns segments, and then it has told a new one.
	if _, known := s.lag[u.Reader]; !known {
		s.lag[u.Reader] = unknownLag
	}
	return nil
}

func (u RemoveReader) apply(s *State) error {
	final := make(map[Segment]int64)
	for segment, place := range s.assigned[u.Reader] {
		if offset, told := u.Offsets[segment]; told {
			place.Offset = offset
		}
		final[segment] = place.Offset
		s.unassigned[segment] = place
	}
	delete(s.assigned, u.Reader)
	delete(s.lag, u.Reader)
	s.checkpoints.leave(u.Reader, final)
	return nil
}

func (u ReleaseSegment) apply(s *State) error {
	place, owned := s.assigned[u.Reader][u.Segment]
	if !owned {
		return contradiction("reader %+q releases %s, which it does not own", u.Reader, u.Segment)
	}
	delete(s.assigned[u.Reader], u.Segment)
	place.Offset = u.Offset
	s.unassigned[u.Segment] = place
	s.read(u.Segment, u.Offset)
	return nil
}

func (u AcquireSegment) apply(s *State) error {
	place, free := s.unassigned[u.Segment]
	if !s.Online(u.Reader) || !free {
		return contradiction("reader %+q acquires %s: in the group %v, free %v", u.Reader, u.Segment, s.Online(u.Reader), free)
	}
	delete(s.unassigned, u.Segment)
	s.assigned[u.Reader][u.Segment] = place
	return nil
}

func (u UpdateDistanceToTail) apply(s *State) error {
	// Written without condition, so the reader may have left the group.
	s.lag[u.Reader] = max(leastLag, u.Lag)
	for segment, place := range u.LastRead {
		s.read(segment, place.Offset)
	}
	return nil
}

// read notes how far a segment was read, unless it was completed meanwhile.
func (s *State) read(segment Segment, offset int64) {
	if place, current := s.lastRead[segment]; current {
		s.lastRead[segment] = Place{Offset: offset, Range: place.Range}
	}
}

func (u SegmentCompleted) apply(s *State) error {
	if !s.Owns(u.Reader, u.Segment) {
		return contradiction("reader %+q completes %s, which it does not own", u.Reader, u.Segment)
	}
	delete(s.assigned[u.Reader], u.Segment)
	delete(s.lastRead, u.Segment)
	for segment, v := range u.Successors {
		v.Predecessors = set(v.Predecessors)
		if _, known := s.future[segment]; !known {
			s.future[segment] = v
		}
		if _, known := s.waiting[segment]; !known && !s.present(segment) {
			s.waiting[segment] = v
		}
	}
	// Java compares ids without their streams. So in a group of several streams a
	// segment gets free before its last predecessor is completed, if another stream
	// completes a segment with that one's id. All members must agree; see Mend.
	for segment, span := range settle(s.future, func(p Segment) bool { return p.ID == u.Segment.ID }) {
		s.unassigned[segment] = Place{Range: span}
		if _, read := s.lastRead[segment]; !read {
			s.lastRead[segment] = Place{Range: span}
		}
	}
	settle(s.waiting, func(p Segment) bool { return p == u.Segment })
	return nil
}

// settle lets segments wait no more for predecessors that are done, and returns
// those that wait for none then: they are taken out.
func settle(waiting map[Segment]Successor, done func(predecessor Segment) bool) map[Segment]Range {
	free := make(map[Segment]Range)
	for segment, v := range waiting {
		v.Predecessors = slices.DeleteFunc(slices.Clone(v.Predecessors), func(id naming.SegmentID) bool {
			return done(Segment{Stream: segment.Stream, ID: id})
		})
		if waiting[segment] = v; len(v.Predecessors) == 0 {
			delete(waiting, segment)
			free[segment] = v.Range
		}
	}
	return free
}

func (u CheckpointReader) apply(s *State) error {
	silent := Silent(u.Checkpoint)
	switch {
	case !silent && !s.Online(u.Reader):
		return contradiction("reader %+q passes checkpoint %+q, but is not in the group", u.Reader, u.Checkpoint)
	case s.checkpoints.complete(u.Checkpoint):
	case !s.checkpoints.waitsFor(u.Checkpoint, u.Reader):
		return contradiction("checkpoint %+q does not wait for reader %+q", u.Checkpoint, u.Reader)
	default:
		s.checkpoints.pass(u.Checkpoint, u.Reader, u.Offsets)
	}
	// A silent checkpoint is no place to restart from: the application has not
	// agreed to it.
	if silent {
		return nil
	}
	for segment, place := range s.assigned[u.Reader] {
		if offset, told := u.Offsets[segment]; told {
			s.assigned[u.Reader][segment] = Place{Offset: offset, Range: place.Range}
		}
	}
	return nil
}

func (u CreateCheckpoint) apply(s *State) error {
	free := make(map[Segment]int64, len(s.unassigned))
	for segment, place := range s.unassigned {
		free[segment] = place.Offset
	}
	s.checkpoints.begin(u.Checkpoint, s.Readers(), free, maps.Clone(s.waiting))
	return nil
}

func (u ClearCheckpointsBefore) apply(s *State) error {
	s.checkpoints.clearBefore(u.Checkpoint)
	return nil
}

func (u UpdateCheckpointPublished) apply(s *State) error {
	s.checkpoints.published = u.Published
	return nil
}

func (u UpdatingConfig) apply(s *State) error {
	s.updatingConfig = u.Updating
	return nil
}

func (u RemoveOutstandingCheckpoints) apply(s *State) error {
	s.checkpoints.removeOutstanding()
	return nil
}
