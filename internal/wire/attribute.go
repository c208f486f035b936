package wire

// GetSegmentAttribute asks for the value of an attribute.
type GetSegmentAttribute struct {
	RequestID   int64
	Segment     string
	AttributeID UUID
	Token       string
}

// Type is TypeGetSegmentAttribute.
func (c GetSegmentAttribute) Type() Type { return TypeGetSegmentAttribute }

// Append appends the frame; see Command.
func (c GetSegmentAttribute) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.uuid(c.AttributeID)
	e.string(c.Token)
	return e.end()
}

func decodeGetSegmentAttribute(c *cursor) Command {
	return GetSegmentAttribute{
		RequestID:   c.int64("RequestID"),
		Segment:     c.string("Segment"),
		AttributeID: c.uuid("AttributeID"),
		Token:       c.string("Token"),
	}
}

// SegmentAttribute answers GetSegmentAttribute.
type SegmentAttribute struct {
	RequestID int64
	Value     int64 // NullAttribute if the segment does not have it
}

// Type is TypeSegmentAttribute.
func (c SegmentAttribute) Type() Type { return TypeSegmentAttribute }

// Request is the id of the request that is answered.
func (c SegmentAttribute) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentAttribute) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.int64(c.Value)
	return e.end()
}

func decodeSegmentAttribute(c *cursor) Command {
	return SegmentAttribute{
		RequestID: c.int64("RequestID"),
		Value:     c.int64("Value"),
	}
}

// UpdateSegmentAttribute sets an attribute if it has the expected value.
type UpdateSegmentAttribute struct {
	RequestID     int64
	Segment       string
	AttributeID   UUID
	NewValue      int64
	ExpectedValue int64 // NullAttribute for one that is not there yet
	Token         string
}

// Type is TypeUpdateSegmentAttribute.
func (c UpdateSegmentAttribute) Type() Type { return TypeUpdateSegmentAttribute }

// Append appends the frame; see Command.
func (c UpdateSegmentAttribute) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.uuid(c.AttributeID)
	e.int64(c.NewValue)
	e.int64(c.ExpectedValue)
	e.string(c.Token)
	return e.end()
}

func decodeUpdateSegmentAttribute(c *cursor) Command {
	return UpdateSegmentAttribute{
		RequestID:     c.int64("RequestID"),
		Segment:       c.string("Segment"),
		AttributeID:   c.uuid("AttributeID"),
		NewValue:      c.int64("NewValue"),
		ExpectedValue: c.int64("ExpectedValue"),
		Token:         c.string("Token"),
	}
}

// SegmentAttributeUpdated answers UpdateSegmentAttribute, and MergeSegments whose
// conditions did not hold.
type SegmentAttributeUpdated struct {
	RequestID int64
	Success   bool // false: the value was not the expected one
}

// Type is TypeSegmentAttributeUpdated.
func (c SegmentAttributeUpdated) Type() Type { return TypeSegmentAttributeUpdated }

// Request is the id of the request that is answered.
func (c SegmentAttributeUpdated) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentAttributeUpdated) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.bool(c.Success)
	return e.end()
}

func decodeSegmentAttributeUpdated(c *cursor) Command {
	return SegmentAttributeUpdated{
		RequestID: c.int64("RequestID"),
		Success:   c.bool("Success"),
	}
}
