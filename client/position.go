package client

import (
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
