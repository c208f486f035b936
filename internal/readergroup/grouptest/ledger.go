package grouptest

import (
	"fmt"
	"maps"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// Ledger follows the segments of a group from its records alone: who owns them, and
// from where the next owner is to read.
type Ledger struct {
	group      *Group
	introduced map[segment][]naming.SegmentID // with the predecessors to complete
	completed  map[segment]bool
	owner      map[segment]string
	from       map[segment]int64
}

// Ledger makes one that has seen nothing yet.
func (g *Group) Ledger() *Ledger { return &Ledger{group: g} }

// See takes the next record into account.
func (l *Ledger) See(r readergroup.Record) {
	for _, u := range r.Updates {
		switch u := u.(type) {
		case readergroup.Init:
			l.introduced, l.completed = make(map[segment][]naming.SegmentID), make(map[segment]bool)
			l.owner, l.from = make(map[segment]string), make(map[segment]int64)
			for s, place := range u.Segments {
				l.introduced[s] = nil
				l.from[s] = place.Offset
			}
		case readergroup.AcquireSegment:
			l.owner[u.Segment] = u.Reader
		case readergroup.ReleaseSegment:
			delete(l.owner, u.Segment)
			l.from[u.Segment] = u.Offset
		case readergroup.RemoveReader:
			l.tell(u.Reader, u.Offsets)
			maps.DeleteFunc(l.owner, func(_ segment, reader string) bool { return reader == u.Reader })
		case readergroup.CheckpointReader:
			if !readergroup.Silent(u.Checkpoint) {
				l.tell(u.Reader, u.Offsets)
			}
		case readergroup.SegmentCompleted:
			l.complete(u.Segment, u.Successors)
		case readergroup.Compact: // it may be there in place of a SegmentCompleted
			for s, reader := range l.owner {
				if _, owns := u.Assigned[reader][s]; owns {
					continue
				} else if _, ends := u.End[s]; ends {
					l.complete(s, nil)
				} else {
					l.complete(s, l.group.stream(s.Stream).followers[s])
				}
			}
		}
	}
}

func (l *Ledger) complete(s segment, successors map[segment]successor) {
	l.completed[s] = true
	delete(l.owner, s)
	for next, v := range successors {
		l.introduced[next] = v.Predecessors
	}
}

// tell notes where the owner of segments wants them to be read from.
func (l *Ledger) tell(reader string, offsets map[segment]int64) {
	for s, offset := range offsets {
		if l.owner[s] == reader {
			l.from[s] = offset
		}
	}
}

// Check that the state has every segment in exactly one place, the right one.
func (l *Ledger) Check(s *readergroup.State) error {
	places := make(map[segment][]string)
	for _, reader := range s.Readers() {
		for name := range s.Assigned(reader) {
			places[name] = append(places[name], reader)
			if l.owner[name] != reader {
				return fmt.Errorf("%s is %s's, not %q's", name, reader, l.owner[name])
			}
		}
	}
	for name, place := range s.Positions() {
		if place.Offset != l.from[name] {
			return fmt.Errorf("%s goes on at %d, not %d", name, place.Offset, l.from[name])
		}
	}
	for name := range s.Unassigned() {
		places[name] = append(places[name], "free")
	}
	for name := range s.Future() {
		places[name] = append(places[name], "future")
	}
	for name, predecessors := range l.introduced {
		waits := false
		for _, id := range predecessors {
			waits = waits || !l.completed[segment{Stream: name.Stream, ID: id}]
		}
		at := places[name]
		switch {
		case l.completed[name]:
			if len(at) > 0 {
				return fmt.Errorf("%s is completed and at %v", name, at)
			}
		case len(at) != 1:
			return fmt.Errorf("%s is at %v", name, at)
		case waits != (at[0] == "future"):
			return fmt.Errorf("%s is at %v, waits for predecessors: %v", name, at, waits)
		}
		delete(places, name)
	}
	if len(places) > 0 {
		return fmt.Errorf("segments from nowhere: %v", places)
	}
	return nil
}
