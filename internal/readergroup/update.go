package readergroup

import "github.com/pravega/pravega-client-go/internal/naming"

// Update is one change of a group's state. What is written to the group's
// stream is never changed afterwards, so an Update must not be changed once it
// was applied or encoded.
type Update interface {
	kind() byte
	encode(*encoder)
	apply(*State) error
}

// Init starts a group, or starts it again with another config: no readers, no
// checkpoints, and every segment free.
type Init struct {
	Config   Config
	Segments map[Segment]Place
	// End holds the segments in which reading ends and where: an offset, or
	// math.MaxInt64 for the segment's own end.
	End map[Segment]int64
	// UpdatingConfig: see [UpdatingConfig].
	UpdatingConfig bool
}

// Compact is a whole state, so that what was written before it can be truncated
// away. See the methods of [State] for what the fields mean.
type Compact struct {
	Config         Config
	Checkpoints    Checkpoints
	Lag            map[string]int64
	Future         map[Segment]Successor
	Assigned       map[string]map[Segment]Place
	Unassigned     map[Segment]Place
	LastRead       map[Segment]Place
	End            map[Segment]int64
	UpdatingConfig bool
}

// AddReader brings a reader into the group. It owns nothing yet.
type AddReader struct{ Reader string }

// RemoveReader takes a reader out of the group and frees its segments, at these
// offsets or else where its last checkpoint, or its acquisition, was.
type RemoveReader struct {
	Reader  string
	Offsets map[Segment]int64
}

// ReleaseSegment gives a segment free, at the offset from which its next owner
// is to read.
type ReleaseSegment struct {
	Reader  string
	Segment Segment
	Offset  int64
}

// AcquireSegment gives a free segment to a reader.
type AcquireSegment struct {
	Reader  string
	Segment Segment
}

// UpdateDistanceToTail tells how far a reader is behind, as a weight for its
// segments, and how far it has read. See [State.LagToTell].
type UpdateDistanceToTail struct {
	Reader   string
	Lag      int64 // in milliseconds; less than 30000 counts as 30000
	LastRead map[Segment]Place
}

// Successor is a segment that follows others after a scale.
type Successor struct {
	Range Range
	// Predecessors are the segments that must be completed before it may be read,
	// of the same stream.
	Predecessors []naming.SegmentID
}

// SegmentCompleted tells that a reader has read a segment to its end.
type SegmentCompleted struct {
	Reader     string
	Segment    Segment
	Range      Range
	Successors map[Segment]Successor
}

// CheckpointReader tells where a reader stood when it passed a checkpoint.
type CheckpointReader struct {
	Checkpoint string
	Reader     string
	Offsets    map[Segment]int64
}

// CreateCheckpoint starts a checkpoint: every reader of now is to pass it.
type CreateCheckpoint struct{ Checkpoint string }

// ClearCheckpointsBefore forgets all checkpoints that were created before this
// one, whether they are complete or not.
type ClearCheckpointsBefore struct{ Checkpoint string }

// UpdateCheckpointPublished reports whether the controller knows the last
// completed checkpoint; see [ReleaseAtCheckpoints].
type UpdateCheckpointPublished struct{ Published bool }

// UpdatingConfig tells that the config at the controller is about to change, so
// that members ask there for a newer one.
type UpdatingConfig struct{ Updating bool }

// RemoveOutstandingCheckpoints gives up every checkpoint that still waits for
// readers, except silent ones.
type RemoveOutstandingCheckpoints struct{}

// Author is the reader that wrote an update; empty if it may have been anybody.
func Author(u Update) string {
	switch u := u.(type) {
	case AddReader:
		return u.Reader
	case ReleaseSegment:
		return u.Reader
	case AcquireSegment:
		return u.Reader
	case UpdateDistanceToTail:
		return u.Reader
	case SegmentCompleted:
		return u.Reader
	case CheckpointReader:
		return u.Reader
	}
	return ""
}
