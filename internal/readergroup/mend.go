package readergroup

import "slices"

// Mend is what a member writes when the state lets segments get free that wait in
// truth for predecessors, or wait for what is done: nothing if it does not. Java's
// rule for completed segments compares ids without their streams, and segments of
// different streams have equal ids. So a segment that another stream completes
// counts for one that is still being read, if a segment after that one was known
// already. The rule is everybody's, but a member may write the whole state as it
// ought to be: a [Compact], alone in its record.
//
// What was acquired too early is not taken away again.
func (s *State) Mend() []Update {
	var mended *Compact
	change := func() *Compact {
		if mended == nil {
			whole := s.Compact()
			mended = &whole
		}
		return mended
	}
	for segment, v := range s.waiting {
		known, waits := s.future[segment]
		if waits && slices.Equal(known.Predecessors, v.Predecessors) {
			continue
		}
		if !waits {
			if place, free := s.unassigned[segment]; !free || place.Offset != 0 {
				continue
			}
			delete(change().Unassigned, segment)
			delete(change().LastRead, segment)
		}
		change().Future[segment] = Successor{v.Range, slices.Clone(v.Predecessors)}
	}
	for segment := range s.future {
		if _, waits := s.waiting[segment]; !waits {
			delete(change().Future, segment)
		}
	}
	if mended == nil {
		return nil
	}
	return []Update{*mended}
}
