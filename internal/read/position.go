package read

import (
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// Position is where the reader stands, by what was given back. It does not block.
func (r *Reader) Position() streamcut.Position { return r.Places() }

// Position is where the reader stands once this slice is given back up to an event.
func (s *Slice) Position(next int64) streamcut.Position {
	r := s.from.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	places := r.stand()
	if a := s.from; a.out == s {
		place := readergroup.Place{Offset: next, Range: a.span}
		if next == a.reached() {
			place.Offset = streamcut.Completed
		}
		places[a.segment] = place
	}
	return places
}

// reached is where the segment ended, if the slice that is out has its last events;
// else -1, and for one that the group may leave before its end.
func (a *assignment) reached() int64 {
	if a.ended && a.err == nil && len(a.ready) == 0 && a.out != nil && !a.bounded {
		return a.out.EndOffset()
	}
	return -1
}

// upTo are the offsets of a position in the segments that the reader has. Everything
// before them must have been handed out.
func (r *Reader) upTo(at streamcut.Position) (map[readergroup.Segment]int64, error) {
	offsets := make(map[readergroup.Segment]int64, len(r.order))
	for _, a := range r.order {
		place, ok := at[a.segment]
		if ok && !a.covers(place.Offset) {
			return nil, fault.New(fault.InvalidArgument, "close reader", r.name, "position %d of segment %s is ahead of what was handed out", place.Offset, a.name)
		}
		if ok {
			offsets[a.segment] = place.Offset
		}
	}
	return offsets, nil
}

// covers reports whether everything before an offset of the segment was handed out.
func (a *assignment) covers(offset int64) bool {
	switch {
	case offset == streamcut.Completed:
		return a.place().Offset == streamcut.Completed || a.reached() >= 0
	case a.out != nil:
		return offset <= a.out.EndOffset()
	}
	return offset <= a.position
}
