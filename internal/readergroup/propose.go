package readergroup

import (
	"maps"
	"slices"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Join is what a reader writes to enter the group. The error is
// fault.AlreadyExists if the group has a reader of this name.
func (s *State) Join(reader string) ([]Update, error) {
	if s.Online(reader) {
		return nil, fault.New(fault.AlreadyExists, "add reader", reader,
			"the group has a reader of this name; if it is gone for good, take it offline")
	}
	return []Update{AddReader{reader}}, nil
}

// Leave is what takes a reader out of the group: nothing if it is not in it.
// offsets are where it stands; for segments that are not in them, reading goes
// on where the reader stood at its last checkpoint.
func (s *State) Leave(reader string, offsets map[Segment]int64) []Update {
	if !s.Online(reader) {
		return nil
	}
	return []Update{RemoveReader{reader, maps.Clone(offsets)}}
}

// Acquire is what a reader writes to take the segments that are its due, none if
// it should not take any, or first what [State.Mend] tells. lag is
// [State.LagToTell], and read where it stands. The error is fault.ReaderNotInGroup.
func (s *State) Acquire(reader string, lag int64, read map[Segment]Place) ([]Update, error) {
	if !s.Online(reader) {
		return nil, removed(reader)
	}
	segments := s.SegmentsToAcquire(reader)
	if len(segments) == 0 {
		return nil, nil
	}
	if mended := s.Mend(); mended != nil {
		return mended, nil
	}
	var updates []Update
	for _, segment := range segments {
		updates = append(updates, AcquireSegment{reader, segment})
	}
	return append(updates, UpdateDistanceToTail{reader, lag, maps.Clone(read)}), nil
}

// Release is what a reader writes to give away a segment from this offset,
// nothing if it should keep it. The error is fault.ReaderNotInGroup.
func (s *State) Release(reader string, segment Segment, offset, lag int64, read map[Segment]Place) ([]Update, error) {
	if !s.Online(reader) {
		return nil, removed(reader)
	}
	if !s.Owns(reader, segment) || !s.mayRelease(reader) {
		return nil, nil
	}
	return []Update{
		ReleaseSegment{reader, segment, offset},
		UpdateDistanceToTail{reader, lag, maps.Clone(read)},
	}, nil
}

// Complete is what a reader writes when it has read a segment to its end, and
// everything before was processed; nothing while a checkpoint waits for it, or if
// it does not own the segment any more: it was in doubt whether an earlier update
// was stored. successors are the controller's, or none if the group ends in the
// segment, as [State.EndOffset] tells. Where Java's rule would let a segment of
// another stream get free too early, it is the whole state after it, as by
// [State.Mend]. The error is fault.ReaderNotInGroup.
func (s *State) Complete(reader string, segment Segment, successors map[Segment]Successor) ([]Update, error) {
	if !s.Online(reader) {
		return nil, removed(reader)
	}
	if _, pending := s.Checkpoint(reader); pending || !s.Owns(reader, segment) {
		return nil, nil
	}
	news := make(map[Segment]Successor, len(successors))
	for successor, v := range successors {
		// One that got free too early would wait for ever for a predecessor that is
		// done, or be read again.
		_, waits := s.waiting[successor]
		_, known := s.future[successor]
		if !s.present(successor) && waits == known {
			news[successor] = Successor{v.Range, slices.Clone(v.Predecessors)}
		}
	}
	completed := SegmentCompleted{reader, segment, s.assigned[reader][segment].Range, news}
	after, err := s.With(completed)
	if err != nil {
		return nil, err
	}
	if mended := after.Mend(); mended != nil {
		return mended, nil
	}
	return []Update{completed}, nil
}

// Pass is what a reader writes when it has passed a checkpoint and stands at
// these offsets: nothing if it has to pass another one first. The error is
// fault.ReaderNotInGroup.
func (s *State) Pass(reader, checkpoint string, offsets map[Segment]int64) ([]Update, error) {
	if !s.Online(reader) {
		return nil, removed(reader)
	}
	if next, pending := s.Checkpoint(reader); !pending || next != checkpoint {
		return nil, nil
	}
	return []Update{CheckpointReader{checkpoint, reader, maps.Clone(offsets)}}, nil
}

// StartAutomatic is what a member writes to start an automatic checkpoint of
// this name, which must be new: nothing if one is under way. Earlier ones are
// forgotten with it.
func (s *State) StartAutomatic(checkpoint string) []Update {
	if s.OngoingCheckpoint() {
		return nil
	}
	return []Update{CreateCheckpoint{checkpoint}, ClearCheckpointsBefore{checkpoint}}
}

// StartCheckpoint is what starts a checkpoint of this name: nothing
// if it is under way. The error is fault.Conflict if too many are, and
// fault.AlreadyExists if there was one of this name: readers would not pass it
// again. Silent ones do not count.
func (s *State) StartCheckpoint(name string) ([]Update, error) {
	const op = "start checkpoint"
	switch {
	case !s.started:
		return nil, fault.New(fault.NoSuchReaderGroup, op, name, "the group has no state yet: create it")
	case !s.checkpoints.complete(name):
		return nil, nil
	case slices.Contains(s.checkpoints.order, name):
		return nil, fault.New(fault.AlreadyExists, op, name, "")
	}
	if under, limit := len(s.checkpoints.outstanding()), int(s.config.MaxOutstandingCheckpoints); under >= limit && !Silent(name) {
		return nil, fault.New(fault.Conflict, op, name, "%d are under way, the group allows %d", under, limit)
	}
	return []Update{CreateCheckpoint{name}}, nil
}

// ForgetCheckpoints is written once the result of a checkpoint is known, so that they do
// not become more and more: nothing while there are few. The newest ones
// stay, because others may still want their results; Java forgets all that are
// older than the one that it waited for.
func (s *State) ForgetCheckpoints() []Update {
	order := s.checkpoints.order
	newest := 2 * max(0, int(s.config.MaxOutstandingCheckpoints)) // others may have written any limit
	for at := len(order) - 1 - newest; at > 0; at-- {
		_, known := s.checkpoints.offsets[order[at]]
		if known && !slices.ContainsFunc(order[:at], func(name string) bool { return !s.checkpoints.complete(name) }) {
			return []Update{ClearCheckpointsBefore{order[at]}}
		}
	}
	return nil
}

// Compaction is what a member writes so that what is before it can be truncated away:
// nothing while there is something to mend, which a member that reads no more
// than the whole state would not see.
func (s *State) Compaction() []Update {
	if !s.started || s.Mend() != nil {
		return nil
	}
	return []Update{s.Compact()}
}

// Renew is what a member writes when the controller has a newer configuration:
// nothing if the state has it already. See [NewInit].
func (s *State) Renew(init Init) []Update {
	if s.config.Generation >= init.Config.Generation {
		return nil
	}
	return []Update{init}
}

func removed(reader string) error {
	return fault.New(fault.ReaderNotInGroup, "update reader group", reader, "")
}
