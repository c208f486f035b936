package grouptest

import (
	"fmt"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// Ledger follows the segments of a group from its records alone.
type Ledger struct {
	introduced map[segment][]naming.SegmentID // with the predecessors to complete
	completed  map[naming.SegmentID]bool
}

// See takes the next record into account.
func (l *Ledger) See(r readergroup.Record) {
	for _, u := range r.Updates {
		switch u := u.(type) {
		case readergroup.Init:
			l.introduced, l.completed = make(map[segment][]naming.SegmentID), make(map[naming.SegmentID]bool)
			for s := range u.Segments {
				l.introduced[s] = nil
			}
		case readergroup.SegmentCompleted:
			l.completed[u.Segment.ID] = true
			for s, v := range u.Successors {
				l.introduced[s] = v.Predecessors
			}
		}
	}
}

// Check that the state has every segment in exactly one place, the right one.
func (l *Ledger) Check(s *readergroup.State) error {
	places := make(map[segment][]string)
	for _, reader := range s.Readers() {
		for name := range s.Assigned(reader) {
			places[name] = append(places[name], reader)
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
			waits = waits || !l.completed[id]
		}
		at := places[name]
		switch {
		case l.completed[name.ID]:
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
