package wire

// CreateSegment makes a segment.
type CreateSegment struct {
	RequestID         int64
	Segment           string
	TargetRate        int32 // in the unit of ScaleType
	ScaleType         byte  // 0 fixed, 1 kilobytes a second, 2 events a second
	Token             string
	RolloverSizeBytes int64 // 0 for the server's default
}

// Type is TypeCreateSegment.
func (c CreateSegment) Type() Type { return TypeCreateSegment }

// Append appends the frame; see Command.
func (c CreateSegment) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.int32(c.TargetRate)
	e.byte(c.ScaleType)
	e.string(c.Token)
	e.int64(c.RolloverSizeBytes)
	return e.end()
}

func decodeCreateSegment(c *cursor) Command {
	return CreateSegment{
		RequestID:         c.int64("RequestID"),
		Segment:           c.string("Segment"),
		TargetRate:        c.int32("TargetRate"),
		ScaleType:         c.byte("ScaleType"),
		Token:             c.string("Token"),
		RolloverSizeBytes: c.int64Or("RolloverSizeBytes", 0),
	}
}

// CreateTransientSegment makes a nameless segment beside another, for the parts of
// a large event; SegmentCreated tells its name.
type CreateTransientSegment struct {
	RequestID     int64
	WriterID      UUID
	ParentSegment string
	Token         string
}

// Type is TypeCreateTransientSegment.
func (c CreateTransientSegment) Type() Type { return TypeCreateTransientSegment }

// Append appends the frame; see Command.
func (c CreateTransientSegment) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.uuid(c.WriterID)
	e.string(c.ParentSegment)
	e.string(c.Token)
	return e.end()
}

func decodeCreateTransientSegment(c *cursor) Command {
	return CreateTransientSegment{
		RequestID:     c.int64("RequestID"),
		WriterID:      c.uuid("WriterID"),
		ParentSegment: c.string("ParentSegment"),
		Token:         c.string("Token"),
	}
}

// SegmentCreated answers CreateSegment and CreateTransientSegment.
type SegmentCreated struct {
	RequestID int64
	Segment   string
}

// Type is TypeSegmentCreated.
func (c SegmentCreated) Type() Type { return TypeSegmentCreated }

// Request is the id of the request that is answered.
func (c SegmentCreated) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentCreated) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	return e.end()
}

func decodeSegmentCreated(c *cursor) Command {
	return SegmentCreated{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
	}
}

// SealSegment ends a segment: nothing can be appended afterwards.
type SealSegment struct {
	RequestID int64
	Segment   string
	Token     string
}

// Type is TypeSealSegment.
func (c SealSegment) Type() Type { return TypeSealSegment }

// Append appends the frame; see Command.
func (c SealSegment) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.Token)
	return e.end()
}

func decodeSealSegment(c *cursor) Command {
	return SealSegment{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
		Token:     c.string("Token"),
	}
}

// SegmentSealed answers SealSegment.
type SegmentSealed struct {
	RequestID int64
	Segment   string
}

// Type is TypeSegmentSealed.
func (c SegmentSealed) Type() Type { return TypeSegmentSealed }

// Request is the id of the request that is answered.
func (c SegmentSealed) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentSealed) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	return e.end()
}

func decodeSegmentSealed(c *cursor) Command {
	return SegmentSealed{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
	}
}

// TruncateSegment removes the bytes of a segment before an offset.
type TruncateSegment struct {
	RequestID        int64
	Segment          string
	TruncationOffset int64 // the first byte to stay
	Token            string
}

// Type is TypeTruncateSegment.
func (c TruncateSegment) Type() Type { return TypeTruncateSegment }

// Append appends the frame; see Command.
func (c TruncateSegment) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.int64(c.TruncationOffset)
	e.string(c.Token)
	return e.end()
}

func decodeTruncateSegment(c *cursor) Command {
	return TruncateSegment{
		RequestID:        c.int64("RequestID"),
		Segment:          c.string("Segment"),
		TruncationOffset: c.int64("TruncationOffset"),
		Token:            c.string("Token"),
	}
}

// SegmentTruncated answers TruncateSegment.
type SegmentTruncated struct {
	RequestID int64
	Segment   string
}

// Type is TypeSegmentTruncated.
func (c SegmentTruncated) Type() Type { return TypeSegmentTruncated }

// Request is the id of the request that is answered.
func (c SegmentTruncated) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentTruncated) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	return e.end()
}

func decodeSegmentTruncated(c *cursor) Command {
	return SegmentTruncated{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
	}
}

// DeleteSegment removes a segment.
type DeleteSegment struct {
	RequestID int64
	Segment   string
	Token     string
}

// Type is TypeDeleteSegment.
func (c DeleteSegment) Type() Type { return TypeDeleteSegment }

// Append appends the frame; see Command.
func (c DeleteSegment) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.Token)
	return e.end()
}

func decodeDeleteSegment(c *cursor) Command {
	return DeleteSegment{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
		Token:     c.string("Token"),
	}
}

// SegmentDeleted answers DeleteSegment.
type SegmentDeleted struct {
	RequestID int64
	Segment   string
}

// Type is TypeSegmentDeleted.
func (c SegmentDeleted) Type() Type { return TypeSegmentDeleted }

// Request is the id of the request that is answered.
func (c SegmentDeleted) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentDeleted) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	return e.end()
}

func decodeSegmentDeleted(c *cursor) Command {
	return SegmentDeleted{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
	}
}
