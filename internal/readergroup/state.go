package readergroup

import (
	"maps"
	"math"
	"slices"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// State is what the records of a group's stream add up to. The zero State is of
// a group that was not started; [Init] and [Compact] start it. Maps that its
// methods return belong to the caller. Not safe for concurrent use.
type State struct {
	started     bool
	config      Config
	checkpoints checkpoints
	// lag in milliseconds, of readers and sometimes of former ones
	lag map[string]int64
	// future segments wait for their predecessors, as Java sees it; those are a [set]
	future map[Segment]Successor
	// waiting segments do so in truth; see Mend. It is in no record.
	waiting    map[Segment]Successor
	assigned   map[string]map[Segment]Place
	unassigned map[Segment]Place
	// lastRead is what readers told last, not what they processed
	lastRead       map[Segment]Place
	end            map[Segment]int64
	updatingConfig bool
}

// Started reports whether the group has a state at all.
func (s *State) Started() bool { return s.started }

// Config is the group's configuration. It must not be changed.
func (s *State) Config() Config { return s.config }

// UpdatingConfig reports whether the controller may have a newer configuration.
func (s *State) UpdatingConfig() bool { return s.updatingConfig }

// Readers lists the readers in the group, sorted.
func (s *State) Readers() []string { return slices.Sorted(maps.Keys(s.assigned)) }

// Size is how many readers are in the group.
func (s *State) Size() int { return len(s.assigned) }

// Online reports whether a reader is in the group.
func (s *State) Online(reader string) bool {
	_, online := s.assigned[reader]
	return online
}

// Assigned is what a reader owns, with the offsets at its last checkpoint or, if
// that is later, at acquisition. It is nil if the reader is not in the group.
func (s *State) Assigned(reader string) map[Segment]Place { return maps.Clone(s.assigned[reader]) }

// Owns reports whether a segment is assigned to a reader.
func (s *State) Owns(reader string, segment Segment) bool {
	_, owns := s.assigned[reader][segment]
	return owns
}

// Unassigned is what may be acquired, and from where to read it.
func (s *State) Unassigned() map[Segment]Place { return maps.Clone(s.unassigned) }

// Future is what may be acquired when what it waits for is completed.
func (s *State) Future() map[Segment]Successor { return cloneFuture(s.future) }

// EndOffset is where the group stops reading a segment: an offset, or
// math.MaxInt64 for the segment's own end. ok is false for a segment in which
// the group does not end: it goes on with the successors.
func (s *State) EndOffset(segment Segment) (offset int64, ok bool) {
	offset, ok = s.end[segment]
	return offset, ok
}

// Ends is where the group stops reading each segment in which it ends: an offset,
// or [streamcut.Completed] for the segment's own end.
func (s *State) Ends() map[Segment]int64 {
	ends := make(map[Segment]int64, len(s.end))
	for segment, offset := range s.end {
		if offset == math.MaxInt64 {
			offset = streamcut.Completed
		}
		ends[segment] = offset
	}
	return ends
}

// Segments is the number of segments that are assigned or free.
func (s *State) Segments() int {
	n := len(s.unassigned)
	for _, owned := range s.assigned {
		n += len(owned)
	}
	return n
}

// EndOfData reports whether the group has read all it was to read.
func (s *State) EndOfData() bool { return s.started && len(s.future) == 0 && s.Segments() == 0 }

// Streams lists the streams of which segments are assigned or free, sorted.
func (s *State) Streams() []naming.Stream {
	seen := make(map[naming.Stream]struct{})
	for segment := range s.Positions() {
		seen[segment.Stream] = struct{}{}
	}
	return slices.SortedFunc(maps.Keys(seen), streamcut.CompareStreams)
}

// Positions is where reading would go on if all readers were gone: the offsets
// of free segments, and of assigned ones as in [State.Assigned].
func (s *State) Positions() map[Segment]Place {
	all := maps.Clone(s.unassigned)
	for _, owned := range s.assigned {
		maps.Copy(all, owned)
	}
	return all
}

// present reports whether a segment is assigned or free.
func (s *State) present(segment Segment) bool {
	_, present := s.unassigned[segment]
	for _, owned := range s.assigned {
		if _, owns := owned[segment]; owns {
			return true
		}
	}
	return present
}

// LastRead is how far readers say they have read. What they were handed last
// may be unprocessed, so it is a measure of progress and no place to restart.
func (s *State) LastRead() map[Segment]Place { return maps.Clone(s.lastRead) }

// Progress is how far each segment that is assigned or free was read: what its
// owner told, or if that is less, where it took it over.
func (s *State) Progress() map[Segment]int64 {
	progress := make(map[Segment]int64)
	for segment, place := range s.unassigned {
		progress[segment] = place.Offset
	}
	for _, owned := range s.assigned {
		for segment, place := range owned {
			progress[segment] = place.Offset
			if told, ok := s.lastRead[segment]; ok && place.Offset >= 0 && (told.Offset < 0 || told.Offset > place.Offset) {
				progress[segment] = told.Offset
			}
		}
	}
	return progress
}

// Checkpoint is the one that a reader has to pass next, the oldest if there are
// several. While there is one, the reader neither acquires nor gives away
// segments.
func (s *State) Checkpoint(reader string) (name string, ok bool) { return s.checkpoints.next(reader) }

// OngoingCheckpoint reports whether a checkpoint, silent or not, waits for readers.
func (s *State) OngoingCheckpoint() bool { return s.checkpoints.waiting.size > 0 }

// OutstandingCheckpoints lists the checkpoints that wait for readers, oldest
// first, without silent ones.
func (s *State) OutstandingCheckpoints() []string { return s.checkpoints.outstanding() }

// CheckpointWaitsFor lists the readers that have not passed a checkpoint, sorted.
func (s *State) CheckpointWaitsFor(name string) []string {
	return slices.Sorted(slices.Values(s.checkpoints.waiting.get(name)))
}

// CheckpointOffsets is where the group stood at a checkpoint that all readers
// have passed. ok is false if it is not complete, was cleared or never created.
func (s *State) CheckpointOffsets(name string) (offsets map[Segment]int64, ok bool) {
	offsets, known := s.checkpoints.offsets[name]
	if !known || !s.checkpoints.complete(name) {
		return nil, false
	}
	return maps.Clone(offsets), true
}

// LastCheckpoint is where the group stood at the last completed checkpoint that
// was not silent. ok is false if there was none, or if everything had been read
// by then: the record of a compacted state cannot tell one from the other.
func (s *State) LastCheckpoint() (offsets map[Segment]int64, ok bool) {
	return maps.Clone(s.checkpoints.last), len(s.checkpoints.last) > 0
}

// CheckpointFuture is what was to come, as [State.Future] tells it, for what stands
// in the offsets of a checkpoint: when it was created, or now, if the state has been
// compacted since.
func (s *State) CheckpointFuture(name string) map[Segment]Successor {
	return s.past(s.checkpoints.future[name])
}

// LastCheckpointFuture is [State.CheckpointFuture] for [State.LastCheckpoint].
func (s *State) LastCheckpointFuture() map[Segment]Successor {
	return s.past(s.checkpoints.lastFuture)
}

func (s *State) past(future map[Segment]Successor) map[Segment]Successor {
	if future == nil {
		return s.Future()
	}
	return cloneFuture(future)
}

// LastCheckpointPublished reports whether the controller knows the last completed
// checkpoint.
func (s *State) LastCheckpointPublished() bool { return s.checkpoints.published }

// With is what updates would make of the state, which stays as it is. The error is
// that of [State.Apply].
func (s *State) With(updates ...Update) (*State, error) {
	after := s.clone()
	for _, u := range updates {
		if err := after.Apply(u); err != nil {
			return nil, err
		}
	}
	return after, nil
}

func (s *State) clone() *State {
	return &State{
		started:        s.started,
		config:         s.config,
		checkpoints:    s.checkpoints.clone(),
		lag:            maps.Clone(s.lag),
		future:         cloneFuture(s.future),
		waiting:        cloneFuture(s.waiting),
		assigned:       cloneAssigned(s.assigned),
		unassigned:     maps.Clone(s.unassigned),
		lastRead:       maps.Clone(s.lastRead),
		end:            maps.Clone(s.end),
		updatingConfig: s.updatingConfig,
	}
}

// Compact is the whole state as one update.
func (s *State) Compact() Compact {
	return Compact{
		Config:         s.config,
		Checkpoints:    s.checkpoints.record(),
		Lag:            maps.Clone(s.lag),
		Future:         s.Future(),
		Assigned:       cloneAssigned(s.assigned),
		Unassigned:     maps.Clone(s.unassigned),
		LastRead:       maps.Clone(s.lastRead),
		End:            maps.Clone(s.end),
		UpdatingConfig: s.updatingConfig,
	}
}

func cloneAssigned(assigned map[string]map[Segment]Place) map[string]map[Segment]Place {
	copied := make(map[string]map[Segment]Place, len(assigned))
	for reader, owned := range assigned {
		copied[reader] = clone(owned)
	}
	return copied
}

func cloneFuture(future map[Segment]Successor) map[Segment]Successor {
	copied := make(map[Segment]Successor, len(future))
	for segment, v := range future {
		copied[segment] = Successor{v.Range, set(v.Predecessors)}
	}
	return copied
}

// set is a list in order, without repetitions.
func set(ids []naming.SegmentID) []naming.SegmentID {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// clone copies a map and makes one of nil.
func clone[K comparable, V any](m map[K]V) map[K]V {
	copied := make(map[K]V, len(m))
	maps.Copy(copied, m)
	return copied
}
