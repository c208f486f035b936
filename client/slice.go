package client

import (
	"iter"

	"github.com/pravega/pravega-client-go/internal/read"
)

// Slice is a run of whole events of one segment, as they came from the server. The
// application iterates over it and gives it back, whole or up to an event; only then
// does the reader hand out the next slice of that segment. Its bytes are valid until
// then. Not safe for concurrent use, but different slices of a reader may be used at the
// same time.
type Slice struct{ engine *read.Slice }

// Scope, Stream and Segment name where the events are from.
func (s *Slice) Scope() string { return s.engine.Scope() }

// Stream is the name of the stream that the events are from.
func (s *Slice) Stream() string { return s.engine.Stream() }

// Segment is the full name of the segment that the events are from.
func (s *Slice) Segment() string { return s.engine.Segment() }

// StartOffset is the offset of the first event in the segment.
func (s *Slice) StartOffset() int64 { return s.engine.StartOffset() }

// EndOffset is the offset behind the last event in the segment.
func (s *Slice) EndOffset() int64 { return s.engine.EndOffset() }

// Skipped returns how many bytes of the segment right before this slice, including
// headers of events, were truncated before they could be read; normally 0. It counts from
// the position of the reader, or of the group before it. It does not count what was
// truncated when nothing more of the segment could be read.
func (s *Slice) Skipped() int64 { return s.engine.Skipped() }

// Bytes returns the events as the segment stores them: for each an int32 0, the int32
// length of its payload (both big-endian) and the payload.
func (s *Slice) Bytes() []byte { return s.engine.Bytes() }

// Events iterates over the events: the offset of each in its segment, for ReleaseAt, and
// its payload, which is part of the slice. It allocates nothing.
func (s *Slice) Events() iter.Seq2[int64, []byte] { return s.engine.Events() }

// Release gives the whole slice back: all its events are consumed. If it succeeds, this is
// noted, and the next reader of the segment continues after them once this reader has
// left the group or passed a checkpoint.
//
// Closed means that it is not noted, because the slice was released before, because the
// reader or its client is being closed, or because the reader has found out that it is not
// in the group any more. The events are delivered again then; after CloseAt, only those
// after its position. It does not block.
func (s *Slice) Release() error { return s.engine.Release() }

// ReleaseAt gives the slice back up to an event, the first one that was not consumed. That
// event and those after it are handed out again first. The offset is one that Events
// yielded, or EndOffset; any other is InvalidArgument, and the slice stays out. It does not
// block.
func (s *Slice) ReleaseAt(next int64) error { return s.engine.ReleaseAt(next) }

// Pointer points to an event of the slice: both values are those that Events
// yielded. The pointer stays good when the slice is gone.
func (s *Slice) Pointer(offset int64, event []byte) EventPointer {
	return EventPointer{s.engine.Pointer(offset, event)}
}

// Position returns where the reader stands once this slice is given back up to next, which
// is an offset that Events yielded, or EndOffset. An application stores it with the results
// of the events before. It does not block.
func (s *Slice) Position(next int64) Position { return Position{s.engine.Position(next)} }
