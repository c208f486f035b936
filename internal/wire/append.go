package wire

// SetupAppend opens a segment for a writer on a connection. A connection binds a
// writer id to the segment of its latest SetupAppend.
type SetupAppend struct {
	RequestID int64
	WriterID  UUID
	Segment   string
	Token     string
}

// Type is TypeSetupAppend.
func (c SetupAppend) Type() Type { return TypeSetupAppend }

// Append appends the frame; see Command.
func (c SetupAppend) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.uuid(c.WriterID)
	e.string(c.Segment)
	e.string(c.Token)
	return e.end()
}

func decodeSetupAppend(c *cursor) Command {
	return SetupAppend{
		RequestID: c.int64("RequestID"),
		WriterID:  c.uuid("WriterID"),
		Segment:   c.string("Segment"),
		Token:     c.string("Token"),
	}
}

// AppendSetup answers SetupAppend.
type AppendSetup struct {
	RequestID       int64
	Segment         string
	WriterID        UUID
	LastEventNumber int64 // everything up to it is stored; NullAttribute for a writer that the segment does not know
}

// Type is TypeAppendSetup.
func (c AppendSetup) Type() Type { return TypeAppendSetup }

// Request is the id of the request that is answered.
func (c AppendSetup) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c AppendSetup) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.uuid(c.WriterID)
	e.int64(c.LastEventNumber)
	return e.end()
}

func decodeAppendSetup(c *cursor) Command {
	return AppendSetup{
		RequestID:       c.int64("RequestID"),
		Segment:         c.string("Segment"),
		WriterID:        c.uuid("WriterID"),
		LastEventNumber: c.int64("LastEventNumber"),
	}
}

// AppendBlockEnd appends a run of whole events to the segment of its writer;
// DataAppended answers it. The hot path builds it in place, see BlockPrefix.
type AppendBlockEnd struct {
	WriterID          UUID
	SizeOfWholeEvents int32  // the length of Data, as no AppendBlock goes before
	Data              []byte // events with their headers; part of the payload when decoded
	NumEvents         int32  // at least 1
	LastEventNumber   int64  // the number of the last event, which rises from block to block
	RequestID         int64
}

// Type is TypeAppendBlockEnd.
func (c AppendBlockEnd) Type() Type { return TypeAppendBlockEnd }

// Append appends the frame; see Command.
func (c AppendBlockEnd) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.uuid(c.WriterID)
	e.int32(c.SizeOfWholeEvents)
	e.bytes(c.Data)
	e.int32(c.NumEvents)
	e.int64(c.LastEventNumber)
	e.int64(c.RequestID)
	return e.end()
}

func decodeAppendBlockEnd(c *cursor) Command {
	return AppendBlockEnd{
		WriterID:          c.uuid("WriterID"),
		SizeOfWholeEvents: c.int32("SizeOfWholeEvents"),
		Data:              c.bytes("Data"),
		NumEvents:         c.int32("NumEvents"),
		LastEventNumber:   c.int64("LastEventNumber"),
		RequestID:         c.int64Or("RequestID", -1),
	}
}

// DataAppended tells that events are stored.
type DataAppended struct {
	WriterID                  UUID
	EventNumber               int64 // this number and all before it are stored
	PreviousEventNumber       int64 // what the previous DataAppended said
	RequestID                 int64
	CurrentSegmentWriteOffset int64 // the segment's end after the append
}

// Type is TypeDataAppended.
func (c DataAppended) Type() Type { return TypeDataAppended }

// Request is the id of the request that is answered.
func (c DataAppended) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c DataAppended) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.uuid(c.WriterID)
	e.int64(c.EventNumber)
	e.int64(c.PreviousEventNumber)
	e.int64(c.RequestID)
	e.int64(c.CurrentSegmentWriteOffset)
	return e.end()
}

func decodeDataAppended(c *cursor) Command {
	return DataAppended{
		WriterID:                  c.uuid("WriterID"),
		EventNumber:               c.int64("EventNumber"),
		PreviousEventNumber:       c.int64Or("PreviousEventNumber", -1),
		RequestID:                 c.int64Or("RequestID", -1),
		CurrentSegmentWriteOffset: c.int64Or("CurrentSegmentWriteOffset", -1),
	}
}
