package client

import (
	"iter"

	"github.com/pravega/pravega-client-go/internal/read"
)

// Slice is a run of whole events of one segment, as they came from the server.
// The application loops over them and gives the slice back, whole or up to an
// event; only then does the reader hand out the next one of that segment. Its
// bytes are valid until then. Not safe for concurrent use, but different slices
// of a reader may be used at the same time.
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

// Skipped is how many bytes of the segment right before this slice, headers of
// events included, were truncated away before they could be read; 0 in the normal
// case. It counts from where the reader, or the group before it, stood. It does not
// count what was truncated before anything could be read of the segment behind it:
// a segment of which nothing is left, or of which nothing follows.
func (s *Slice) Skipped() int64 { return s.engine.Skipped() }

// Bytes are the events as the segment stores them: each an int32 0, the int32
// length of its payload (both big-endian) and the payload.
func (s *Slice) Bytes() []byte { return s.engine.Bytes() }

// Events iterates over the events: the offset of each in its segment, which
// ReleaseAt takes, and its payload, which is a part of the slice. It allocates
// nothing.
func (s *Slice) Events() iter.Seq2[int64, []byte] { return s.engine.Events() }

// Release gives the whole slice back: all its events are consumed. Success means
// that this is noted: the next reader of the segment goes on behind them, once this
// one has left the group or passed a checkpoint. Closed means that it is not: the
// slice was released before, Close of its reader or client was called before, or the
// reader found out before that it is not in the group any more. The events are
// delivered again then; after CloseAt, only the events after its position are. It does not block.
func (s *Slice) Release() error { return s.engine.Release() }

// ReleaseAt gives the slice back up to an event, the first one that was not
// consumed: it and the events after it are handed out again, first. The offset is
// one that Events yielded, or EndOffset; else the error is InvalidArgument and
// the slice stays out. It does not block.
func (s *Slice) ReleaseAt(next int64) error { return s.engine.ReleaseAt(next) }

// Pointer points to an event of the slice: both values are those that Events
// yielded. The pointer stays good when the slice is gone.
func (s *Slice) Pointer(offset int64, event []byte) EventPointer {
	return EventPointer{s.engine.Pointer(offset, event)}
}

// Position is where the reader stands once this slice is given back up to an event:
// next is an offset that Events yielded, or EndOffset. An application notes it with
// what it made of the events before. It does not block.
func (s *Slice) Position(next int64) Position { return Position{s.engine.Position(next)} }
