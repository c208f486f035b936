package client

import "github.com/pravega/pravega-client-go/internal/streamcut"

// StreamCut is a position in a whole stream: an offset in each of some segments
// that cover the key space once. The zero StreamCut is unbounded: the head of
// the stream where reading starts, its end where reading ends. Immutable.
type StreamCut struct{ cut streamcut.Cut }

// ParseStreamCut reads what StreamCut.String and Java's StreamCut.asText write.
func ParseStreamCut(text string) (StreamCut, error) {
	cut, err := streamcut.ParseText(text)
	return StreamCut{cut}, err
}

// String is the text to keep and to hand to other programs: Java's
// StreamCut.from reads it.
func (c StreamCut) String() string { return c.cut.Text() }

// MarshalBinary makes the bytes that UnmarshalBinary and Java's
// StreamCut.fromBytes read.
func (c StreamCut) MarshalBinary() ([]byte, error) { return c.cut.Encode() }

// UnmarshalBinary reads what MarshalBinary and Java's StreamCut.toBytes write.
// Errors: InvalidArgument.
func (c *StreamCut) UnmarshalBinary(data []byte) (err error) {
	c.cut, err = streamcut.DecodeCut(data)
	return err
}

// Unbounded reports whether it is the zero StreamCut.
func (c StreamCut) Unbounded() bool { return c.cut.Unbounded() }

// Scope is that of the cut's stream; empty if it is unbounded.
func (c StreamCut) Scope() string { return c.cut.Stream.Scope }

// Stream is the name of the cut's stream; empty if it is unbounded.
func (c StreamCut) Stream() string { return c.cut.Stream.Name }

// Offsets are those of the next events by segment id (epoch<<32 | number); -1
// stands for the end of a segment.
func (c StreamCut) Offsets() map[int64]int64 {
	offsets := make(map[int64]int64, len(c.cut.Offsets))
	for id, offset := range c.cut.Offsets {
		offsets[int64(id)] = offset
	}
	return offsets
}
