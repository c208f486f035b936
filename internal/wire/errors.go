package wire

// What AuthTokenCheckFailed means by its code.
const (
	TokenUnspecified int32 = -1 // the server is too old to tell
	TokenCheckFailed int32 = 0  // the token is wrong or allows something else
	TokenExpired     int32 = 1  // a new token will do
)

// WrongHost tells that the segment lives on another segment store.
type WrongHost struct {
	RequestID   int64
	Segment     string
	CorrectHost string // servers leave it empty: ask the controller
	StackTrace  string // empty, unless the servers are configured to tell it
}

// Type is TypeWrongHost.
func (c WrongHost) Type() Type { return TypeWrongHost }

// Request is the id of the request that is answered.
func (c WrongHost) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c WrongHost) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.CorrectHost)
	e.string(c.StackTrace)
	return e.end()
}

func decodeWrongHost(c *cursor) Command {
	return WrongHost{
		RequestID:   c.int64("RequestID"),
		Segment:     c.string("Segment"),
		CorrectHost: c.string("CorrectHost"),
		StackTrace:  c.stringOr("StackTrace", ""),
	}
}

// SegmentIsSealed tells that nothing can be appended, or that a read is past the
// end for good. An append that is answered by it may have been stored earlier.
type SegmentIsSealed struct {
	RequestID  int64
	Segment    string
	StackTrace string
	Offset     int64 // of the read, or the event number of the append
}

// Type is TypeSegmentIsSealed.
func (c SegmentIsSealed) Type() Type { return TypeSegmentIsSealed }

// Request is the id of the request that is answered.
func (c SegmentIsSealed) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentIsSealed) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.StackTrace)
	e.int64(c.Offset)
	return e.end()
}

func decodeSegmentIsSealed(c *cursor) Command {
	return SegmentIsSealed{
		RequestID:  c.int64("RequestID"),
		Segment:    c.string("Segment"),
		StackTrace: c.stringOr("StackTrace", ""),
		Offset:     c.int64Or("Offset", -1),
	}
}

// SegmentAlreadyExists answers CreateSegment.
type SegmentAlreadyExists struct {
	RequestID  int64
	Segment    string
	StackTrace string
}

// Type is TypeSegmentAlreadyExists.
func (c SegmentAlreadyExists) Type() Type { return TypeSegmentAlreadyExists }

// Request is the id of the request that is answered.
func (c SegmentAlreadyExists) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentAlreadyExists) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.StackTrace)
	return e.end()
}

func decodeSegmentAlreadyExists(c *cursor) Command {
	return SegmentAlreadyExists{
		RequestID:  c.int64("RequestID"),
		Segment:    c.string("Segment"),
		StackTrace: c.stringOr("StackTrace", ""),
	}
}

// NoSuchSegment tells that the segment never was or is no more.
type NoSuchSegment struct {
	RequestID  int64
	Segment    string
	StackTrace string
	Offset     int64 // of the read, or the event number of the append
}

// Type is TypeNoSuchSegment.
func (c NoSuchSegment) Type() Type { return TypeNoSuchSegment }

// Request is the id of the request that is answered.
func (c NoSuchSegment) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c NoSuchSegment) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.StackTrace)
	e.int64(c.Offset)
	return e.end()
}

func decodeNoSuchSegment(c *cursor) Command {
	return NoSuchSegment{
		RequestID:  c.int64("RequestID"),
		Segment:    c.string("Segment"),
		StackTrace: c.stringOr("StackTrace", ""),
		Offset:     c.int64Or("Offset", -1),
	}
}

// InvalidEventNumber tells that an append went back behind what its writer has
// stored; the server closes the connection after it.
type InvalidEventNumber struct {
	WriterID    UUID
	RequestID   int64
	StackTrace  string
	EventNumber int64
}

// Type is TypeInvalidEventNumber.
func (c InvalidEventNumber) Type() Type { return TypeInvalidEventNumber }

// Request is the id of the request that is answered.
func (c InvalidEventNumber) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c InvalidEventNumber) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.uuid(c.WriterID)
	e.int64(c.RequestID)
	e.string(c.StackTrace)
	e.int64(c.EventNumber)
	return e.end()
}

func decodeInvalidEventNumber(c *cursor) Command {
	return InvalidEventNumber{
		WriterID:    c.uuid("WriterID"),
		RequestID:   c.int64("RequestID"),
		StackTrace:  c.stringOr("StackTrace", ""),
		EventNumber: c.int64Or("EventNumber", -1),
	}
}

// SegmentIsTruncated tells that the bytes asked for were truncated away.
type SegmentIsTruncated struct {
	RequestID   int64
	Segment     string
	StartOffset int64 // the first byte that is left
	StackTrace  string
	Offset      int64 // that was asked for
}

// Type is TypeSegmentIsTruncated.
func (c SegmentIsTruncated) Type() Type { return TypeSegmentIsTruncated }

// Request is the id of the request that is answered.
func (c SegmentIsTruncated) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentIsTruncated) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.int64(c.StartOffset)
	e.string(c.StackTrace)
	e.int64(c.Offset)
	return e.end()
}

func decodeSegmentIsTruncated(c *cursor) Command {
	return SegmentIsTruncated{
		RequestID:   c.int64("RequestID"),
		Segment:     c.string("Segment"),
		StartOffset: c.int64("StartOffset"),
		StackTrace:  c.stringOr("StackTrace", ""),
		Offset:      c.int64Or("Offset", -1),
	}
}

// OperationUnsupported tells that the server does not know this operation.
type OperationUnsupported struct {
	RequestID     int64
	OperationName string
	StackTrace    string
}

// Type is TypeOperationUnsupported.
func (c OperationUnsupported) Type() Type { return TypeOperationUnsupported }

// Request is the id of the request that is answered.
func (c OperationUnsupported) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c OperationUnsupported) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.OperationName)
	e.string(c.StackTrace)
	return e.end()
}

func decodeOperationUnsupported(c *cursor) Command {
	return OperationUnsupported{
		RequestID:     c.int64("RequestID"),
		OperationName: c.string("OperationName"),
		StackTrace:    c.stringOr("StackTrace", ""),
	}
}

// AuthTokenCheckFailed tells that the token does not allow the request. Where it
// answers ReadSegment, servers put the offset in place of the request id.
type AuthTokenCheckFailed struct {
	RequestID  int64
	StackTrace string
	ErrorCode  int32 // one of TokenUnspecified, TokenCheckFailed, TokenExpired
}

// Type is TypeAuthTokenCheckFailed.
func (c AuthTokenCheckFailed) Type() Type { return TypeAuthTokenCheckFailed }

// Request is the id of the request that is answered.
func (c AuthTokenCheckFailed) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c AuthTokenCheckFailed) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.StackTrace)
	e.int32(c.ErrorCode)
	return e.end()
}

func decodeAuthTokenCheckFailed(c *cursor) Command {
	return AuthTokenCheckFailed{
		RequestID:  c.int64("RequestID"),
		StackTrace: c.stringOr("StackTrace", ""),
		ErrorCode:  c.int32Or("ErrorCode", TokenUnspecified),
	}
}

// ErrorMessage tells of any other failure.
type ErrorMessage struct {
	RequestID int64
	Segment   string
	Message   string
	ErrorCode int32 // -1 not told, 0 illegal argument
}

// Type is TypeErrorMessage.
func (c ErrorMessage) Type() Type { return TypeErrorMessage }

// Request is the id of the request that is answered.
func (c ErrorMessage) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c ErrorMessage) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Segment)
	e.string(c.Message)
	e.int32(c.ErrorCode)
	return e.end()
}

func decodeErrorMessage(c *cursor) Command {
	return ErrorMessage{
		RequestID: c.int64("RequestID"),
		Segment:   c.string("Segment"),
		Message:   c.string("Message"),
		ErrorCode: c.int32("ErrorCode"),
	}
}
