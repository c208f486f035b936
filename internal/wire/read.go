package wire

// ReadSegment asks for bytes of a segment. A read at or beyond the segment's end
// is answered when something is appended there, or the segment is sealed.
type ReadSegment struct {
	Segment         string
	Offset          int64
	SuggestedLength int32 // the most bytes wanted; a server sends at most 2 MiB
	Token           string
	RequestID       int64
}

// Type is TypeReadSegment.
func (c ReadSegment) Type() Type { return TypeReadSegment }

// Append appends the frame; see Command.
func (c ReadSegment) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.string(c.Segment)
	e.int64(c.Offset)
	e.int32(c.SuggestedLength)
	e.string(c.Token)
	e.int64(c.RequestID)
	return e.end()
}

func decodeReadSegment(c *cursor) Command {
	return ReadSegment{
		Segment:         c.string("Segment"),
		Offset:          c.int64("Offset"),
		SuggestedLength: c.int32("SuggestedLength"),
		Token:           c.string("Token"),
		RequestID:       c.int64Or("RequestID", -1),
	}
}

// SegmentRead answers ReadSegment.
type SegmentRead struct {
	Segment      string
	Offset       int64  // of the first byte of Data
	AtTail       bool   // a hint: false may mean that the server does not know
	EndOfSegment bool   // nothing follows Data, ever
	Data         []byte // part of the payload when decoded
	RequestID    int64
}

// Type is TypeSegmentRead.
func (c SegmentRead) Type() Type { return TypeSegmentRead }

// Request is the id of the request that is answered.
func (c SegmentRead) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentRead) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.string(c.Segment)
	e.int64(c.Offset)
	e.bool(c.AtTail)
	e.bool(c.EndOfSegment)
	e.bytes(c.Data)
	e.int64(c.RequestID)
	return e.end()
}

func decodeSegmentRead(c *cursor) Command {
	return SegmentRead{
		Segment:      c.string("Segment"),
		Offset:       c.int64("Offset"),
		AtTail:       c.bool("AtTail"),
		EndOfSegment: c.bool("EndOfSegment"),
		Data:         c.bytes("Data"),
		RequestID:    c.int64Or("RequestID", -1),
	}
}
