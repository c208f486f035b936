package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// EventPointer says where one event is stored: keep it to fetch the event again
// later, with Client.FetchEvent. Immutable and comparable.
type EventPointer struct{ pointer streamcut.Pointer }

// ParseEventPointer reads what EventPointer.String and Java's
// EventPointer.toString write. Errors: InvalidArgument.
func ParseEventPointer(text string) (EventPointer, error) {
	p, err := streamcut.ParsePointer(text)
	return EventPointer{p}, err
}

// Scope is that of the event's stream.
func (p EventPointer) Scope() string { return p.pointer.Segment.Stream.Scope }

// Stream is the name of the event's stream.
func (p EventPointer) Stream() string { return p.pointer.Segment.Stream.Name }

// Segment is the full name of the segment that the event is in.
func (p EventPointer) Segment() string { return p.pointer.Segment.String() }

// Offset is that of the event's header in its segment.
func (p EventPointer) Offset() int64 { return p.pointer.Offset }

// Size is that of the event in bytes, without its header.
func (p EventPointer) Size() int { return int(p.pointer.Length) - wire.EventHeader }

// String is the text "segment:offset-length", as Java's toString; the length
// counts the header.
func (p EventPointer) String() string { return p.pointer.String() }

// MarshalBinary makes the bytes that UnmarshalBinary and Java's
// EventPointer.fromBytes read.
func (p EventPointer) MarshalBinary() ([]byte, error) { return p.pointer.Encode() }

// UnmarshalBinary reads what MarshalBinary and Java's EventPointer.toBytes write.
// Errors: InvalidArgument.
func (p *EventPointer) UnmarshalBinary(data []byte) (err error) {
	p.pointer, err = streamcut.DecodePointer(data)
	return err
}

// FetchEvent reads one event. Errors: SegmentTruncated and NoSuchSegment if it was
// truncated away, or its stream was deleted; InvalidArgument if there is no event
// at that place; TimedOut and Cancelled when ctx ends, or request.timeout if it
// has no end.
func (c *Client) FetchEvent(ctx context.Context, p EventPointer) ([]byte, error) {
	ctx, cancel := c.cluster.Limit(ctx)
	defer cancel()
	return segment.ReadEvent(ctx, c.cluster.Stores, p.Segment(), p.pointer.Offset, int(p.pointer.Length))
}
