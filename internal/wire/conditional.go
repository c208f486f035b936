package wire

// ConditionalAppend appends one event if the segment ends at an offset;
// DataAppended or ConditionalCheckFailed answers it.
type ConditionalAppend struct {
	WriterID       UUID
	EventNumber    int64
	ExpectedOffset int64  // where the segment must end
	Event          []byte // the event's payload, without its header; part of the payload when decoded
	RequestID      int64
}

// Type is TypeConditionalAppend.
func (c ConditionalAppend) Type() Type { return TypeConditionalAppend }

// Append appends the frame; see Command.
func (c ConditionalAppend) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.uuid(c.WriterID)
	e.int64(c.EventNumber)
	e.int64(c.ExpectedOffset)
	e.int32(0)
	e.bytes(c.Event)
	e.int64(c.RequestID)
	return e.end()
}

func decodeConditionalAppend(c *cursor) Command {
	return ConditionalAppend{
		WriterID:       c.uuid("WriterID"),
		EventNumber:    c.int64("EventNumber"),
		ExpectedOffset: c.int64("ExpectedOffset"),
		Event:          decodeEvent(c),
		RequestID:      c.int64Or("RequestID", -1),
	}
}

// ConditionalBlockEnd appends bytes, stored as they are, if the segment ends at
// an offset; DataAppended or ConditionalCheckFailed answers it.
type ConditionalBlockEnd struct {
	WriterID       UUID
	EventNumber    int64
	ExpectedOffset int64  // where the segment must end
	Data           []byte // part of the payload when decoded
	RequestID      int64
}

// Type is TypeConditionalBlockEnd.
func (c ConditionalBlockEnd) Type() Type { return TypeConditionalBlockEnd }

// Append appends the frame; see Command.
func (c ConditionalBlockEnd) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.uuid(c.WriterID)
	e.int64(c.EventNumber)
	e.int64(c.ExpectedOffset)
	e.bytes(c.Data)
	e.int64(c.RequestID)
	return e.end()
}

func decodeConditionalBlockEnd(c *cursor) Command {
	return ConditionalBlockEnd{
		WriterID:       c.uuid("WriterID"),
		EventNumber:    c.int64("EventNumber"),
		ExpectedOffset: c.int64("ExpectedOffset"),
		Data:           c.bytes("Data"),
		RequestID:      c.int64("RequestID"),
	}
}

// ConditionalCheckFailed tells that the segment ends elsewhere: nothing of the
// conditional append was stored.
type ConditionalCheckFailed struct {
	WriterID    UUID
	EventNumber int64
	RequestID   int64
}

// Type is TypeConditionalCheckFailed.
func (c ConditionalCheckFailed) Type() Type { return TypeConditionalCheckFailed }

// Request is the id of the request that is answered.
func (c ConditionalCheckFailed) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c ConditionalCheckFailed) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.uuid(c.WriterID)
	e.int64(c.EventNumber)
	e.int64(c.RequestID)
	return e.end()
}

func decodeConditionalCheckFailed(c *cursor) Command {
	return ConditionalCheckFailed{
		WriterID:    c.uuid("WriterID"),
		EventNumber: c.int64("EventNumber"),
		RequestID:   c.int64Or("RequestID", -1),
	}
}

// decodeEvent reads an event with its header and returns its payload.
func decodeEvent(c *cursor) []byte {
	if kind := c.int32("Event"); kind != 0 {
		c.refuse("Event", "type 0 expected, found %d", kind)
	}
	return c.bytes("Event")
}
