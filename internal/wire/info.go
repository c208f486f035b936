package wire

// GetStreamSegmentInfo asks for the state of a segment.
type GetStreamSegmentInfo struct {
	RequestID int64
	Segment   string
	Token     string
}

// Type is TypeGetStreamSegmentInfo.
func (c GetStreamSegmentInfo) Type() Type { return TypeGetStreamSegmentInfo }

// Append appends the frame; see Command.
func (c GetStreamSegmentInfo) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.Token)
	return e.end()
}

func decodeGetStreamSegmentInfo(c *cursor) Command {
	return GetStreamSegmentInfo{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
		Token:     c.string("Token"),
	}
}

// StreamSegmentInfo answers GetStreamSegmentInfo.
type StreamSegmentInfo struct {
	RequestID    int64
	Segment      string
	Exists       bool
	IsSealed     bool
	IsDeleted    bool
	LastModified int64 // milliseconds since 1970
	WriteOffset  int64 // where the segment ends
	StartOffset  int64 // the first byte that is not truncated away
}

// Type is TypeStreamSegmentInfo.
func (c StreamSegmentInfo) Type() Type { return TypeStreamSegmentInfo }

// Request is the id of the request that is answered.
func (c StreamSegmentInfo) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c StreamSegmentInfo) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.bool(c.Exists)
	e.bool(c.IsSealed)
	e.bool(c.IsDeleted)
	e.int64(c.LastModified)
	e.int64(c.WriteOffset)
	e.int64(c.StartOffset)
	return e.end()
}

func decodeStreamSegmentInfo(c *cursor) Command {
	return StreamSegmentInfo{
		RequestID:    c.int64("RequestID"),
		Segment:      c.string("Segment"),
		Exists:       c.bool("Exists"),
		IsSealed:     c.bool("IsSealed"),
		IsDeleted:    c.bool("IsDeleted"),
		LastModified: c.int64("LastModified"),
		WriteOffset:  c.int64("WriteOffset"),
		StartOffset:  c.int64Or("StartOffset", 0),
	}
}
