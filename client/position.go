package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// Position is where a reader stands in the segments that it has: the offset of the
// first event that is not done with in each, or -1 for one that was read to its end.
// An application that keeps it with its results knows, after a crash, from where the
// group is to go on: ReaderGroup.ReaderOfflineAt. Immutable.
type Position struct{ position streamcut.Position }

// ParsePosition reads what Position.String and Java's Position.toString write.
// Errors: InvalidArgument.
func ParsePosition(text string) (Position, error) {
	p, err := streamcut.ParsePosition(text)
	return Position{p}, err
}

// String is the text "segment=offset, segment=offset", sorted, as Java's toString;
// empty for a reader without segments.
func (p Position) String() string { return p.position.String() }

// MarshalBinary makes the bytes that UnmarshalBinary and Java's Position.fromBytes
// read.
func (p Position) MarshalBinary() ([]byte, error) { return p.position.Encode() }

// UnmarshalBinary reads what MarshalBinary and Java's Position.toBytes write.
// Errors: InvalidArgument.
func (p *Position) UnmarshalBinary(data []byte) (err error) {
	p.position, err = streamcut.DecodePosition(data)
	return err
}

// Offsets are those of the next events by full names of segments; -1 stands for the
// end of a segment.
func (p Position) Offsets() map[string]int64 {
	offsets := make(map[string]int64, len(p.position))
	for s, place := range p.position {
		offsets[s.String()] = place.Offset
	}
	return offsets
}

// Position is where the reader stands, by what was given back. It does not block.
func (r *Reader) Position() Position { return Position{r.places()} }

// Position is where the reader stands once this slice is given back up to an event:
// next is an offset that Events yielded, or EndOffset. An application notes it with
// what it made of the events before. It does not block.
func (s *Slice) Position(next int64) Position {
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
	return Position{places}
}

// reached is where the segment ended, if the slice that is out has its last events;
// else -1, and for one that the group may leave before its end.
func (a *assignment) reached() int64 {
	if a.ended && a.err == nil && len(a.ready) == 0 && a.out != nil && !a.bounded {
		return a.out.EndOffset()
	}
	return -1
}

// CloseAt is Close for an application that is done with the events before a
// position, one of this reader's, whatever it has given back: the other readers go
// on there. In segments that the position lacks they go on from the reader's last
// checkpoint, or from where it acquired them. A segment that was given back to its end
// is done with, if the group knows already. Errors: InvalidArgument if the position
// is ahead of what was handed out, and then the reader stays open; as Close.
func (r *Reader) CloseAt(ctx context.Context, at Position) error { return r.close(ctx, &at) }

// upTo are the offsets of a position in the segments that the reader has. Everything
// before them must have been handed out.
func (r *Reader) upTo(at Position) (map[readergroup.Segment]int64, error) {
	offsets := make(map[readergroup.Segment]int64, len(r.order))
	for _, a := range r.order {
		place, ok := at.position[a.segment]
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
