package read

import (
	"iter"
	"math"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Slice is a run of whole events of one segment, as they came from the server. It is the engine
// of client.Slice, whose documentation holds for what has the same name here. Not safe for
// concurrent use, but different slices of a reader may be used at the same time.
type Slice struct {
	from  *assignment
	chunk segment.Chunk
	bytes []byte
	given bool // back; guarded by the reader's lock
}

// Scope, Stream and Segment name where the events are from.
func (s *Slice) Scope() string { return s.from.segment.Stream.Scope }

// Stream is the name of the stream that the events are from.
func (s *Slice) Stream() string { return s.from.segment.Stream.Name }

// Segment is the full name of the segment that the events are from.
func (s *Slice) Segment() string { return s.from.name }

// StartOffset is the offset of the first event in the segment.
func (s *Slice) StartOffset() int64 { return s.chunk.Offset }

// EndOffset is the offset behind the last event in the segment.
func (s *Slice) EndOffset() int64 { return s.chunk.Offset + int64(len(s.bytes)) }

// Skipped is how many bytes of the segment right before this slice were truncated away before
// they could be read.
func (s *Slice) Skipped() int64 { return s.chunk.Skipped }

// Bytes are the events as the segment stores them: each an int32 0, the int32
// length of its payload (both big-endian) and the payload.
func (s *Slice) Bytes() []byte { return s.bytes }

// Events iterates over the events: the offset of each in its segment, which
// ReleaseAt takes, and its payload, which is a part of the slice. It allocates
// nothing.
func (s *Slice) Events() iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		rest, offset := s.bytes, s.chunk.Offset
		for len(rest) > 0 {
			event, size, err := wire.NextEvent(rest)
			if err != nil || size == 0 {
				return // the fetcher lets only whole events through
			}
			if !yield(offset, event) {
				return
			}
			rest, offset = rest[size:], offset+int64(size)
		}
	}
}

// Release gives the whole slice back: all its events are consumed.
func (s *Slice) Release() error { return s.ReleaseAt(s.EndOffset()) }

// ReleaseAt gives the slice back up to an event, the first one that was not consumed. Closed
// means that this is not noted.
func (s *Slice) ReleaseAt(next int64) error {
	const op = "release slice of segment"
	r := s.from.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.given {
		return fault.New(fault.Closed, op, s.from.name, "the slice was released before")
	}
	if !s.boundary(next) {
		return fault.New(fault.InvalidArgument, op, s.from.name, "offset %d is not that of an event between %d and %d", next, s.StartOffset(), s.EndOffset())
	}
	s.given = true
	if !s.from.give(s, next) {
		return fault.New(fault.Closed, op, s.from.name, "the reader was closed or does not have the segment any more: its events are delivered again, to whoever has it now")
	}
	return nil
}

// ReleaseRest is Release of a slice that may have been given back.
func (s *Slice) ReleaseRest() error {
	r := s.from.reader
	r.mu.Lock()
	given := s.given
	r.mu.Unlock()
	if given {
		return nil
	}
	return s.Release()
}

// boundary reports whether an event of the slice starts at an offset.
func (s *Slice) boundary(next int64) bool {
	if next == s.EndOffset() || next == s.StartOffset() {
		return true
	}
	for offset := range s.Events() {
		if offset >= next {
			return offset == next
		}
	}
	return false
}

// Pointer points to an event of the slice: both values are those that Events yielded.
func (s *Slice) Pointer(offset int64, event []byte) streamcut.Pointer {
	return streamcut.Pointer{Segment: s.from.segment, Offset: offset, Length: int32(min(len(event)+wire.EventHeader, math.MaxInt32))}
}
