// Package fault is the one list of errors that this client reports, in every
// language: the C header, the Python exceptions and the Java exceptions are
// checked against the table in this package.
package fault

// Code says what kind of failure happened. The numbers are the status values
// of the C ABI and never change; new kinds get new numbers. A Code is itself an
// error, so that errors.Is(err, fault.StreamSealed) asks for the kind.
type Code int32

// The kinds. 0 is success and 1 to 99 are the outcomes of the C ABI that are
// not errors, so every kind is negative: -1 to -19 are found in the process
// itself, -20 to -29 on the way to the servers, -30 and below are answers of
// the servers.
const (
	ABIMismatch     Code = -1
	BadHandle       Code = -2
	WrongKind       Code = -3
	Closed          Code = -4
	Busy            Code = -5
	InvalidArgument Code = -6
	UnknownOption   Code = -7
	WindowFull      Code = -8
	TimedOut        Code = -9
	Cancelled       Code = -10
	Forked          Code = -11
	FromCallback    Code = -12
	EventTooLarge   Code = -13
	NoMemory        Code = -14
	Panic           Code = -15

	Unreachable      Code = -20
	Protocol         Code = -21
	Unauthenticated  Code = -22
	PermissionDenied Code = -23
	TLS              Code = -24

	NoSuchScope        Code = -30
	NoSuchStream       Code = -31
	NoSuchSegment      Code = -32
	NoSuchReaderGroup  Code = -33
	AlreadyExists      Code = -34
	NotEmpty           Code = -35
	StreamSealed       Code = -36
	StreamNotSealed    Code = -37
	SegmentSealed      Code = -38
	SegmentTruncated   Code = -39
	Conflict           Code = -40
	ConfigMismatch     Code = -41
	ReaderNotInGroup   Code = -42
	GroupReinitialized Code = -43
	WrongHost          Code = -44
	ServerError        Code = -45
	OutageTooLong      Code = -46
	Fenced             Code = -47

	TransactionAborted   Code = -48
	TransactionCommitted Code = -49
	NoSuchTransaction    Code = -50
)

// Description of one kind, as it is told in every language.
type Description struct {
	Code Code
	// Name is the name of the kind in CamelCase; C spells it
	// PRAVEGA_E_UPPER_SNAKE, Python and Java derive their class names from it.
	Name string
	// Text says in a line what happened and what the user can do.
	Text string
	// Retriable: the same call may succeed later without any other change.
	Retriable bool
	// Final: the object that reported it will never work again.
	Final bool
}

// Table lists every kind, in the order of the codes.
var Table = []Description{
	{ABIMismatch, "ABIMismatch", "the program was compiled against a header that this library does not serve; rebuild it", false, false},
	{BadHandle, "BadHandle", "the handle is NULL, stale or already closed", false, false},
	{WrongKind, "WrongKind", "the handle belongs to another kind of object", false, false},
	{Closed, "Closed", "the object was closed", false, true},
	{Busy, "Busy", "another call is using the object, or children of it are open", true, false},
	{InvalidArgument, "InvalidArgument", "an argument is outside its documented range", false, false},
	{UnknownOption, "UnknownOption", "no option has this name", false, false},
	{WindowFull, "WindowFull", "the writer's window of unacknowledged bytes is full; wait for acks or allow a time limit", true, false},
	{TimedOut, "TimedOut", "the caller's time limit ended first", true, false},
	{Cancelled, "Cancelled", "the caller's context was cancelled", true, false},
	{Forked, "Forked", "the process is a fork of one that had loaded the library and cannot use it; exec, or fork before loading", false, true},
	{FromCallback, "FromCallback", "this call may not be made from a callback of the library", false, false},
	{EventTooLarge, "EventTooLarge", "the event exceeds writer.large.event.bytes, or 8 MiB (8388608 bytes) in a batch or with others in one call", false, false},
	{NoMemory, "NoMemory", "memory for the object could not be had", true, false},
	{Panic, "Panic", "an internal error was caught at the library's boundary; the object is unusable, please report it", false, true},
	{Unreachable, "Unreachable", "the server cannot be reached or does not answer; check its address and that it runs", true, false},
	{Protocol, "Protocol", "the peer does not speak Pravega's protocol in a version that this client knows", true, false},
	{Unauthenticated, "Unauthenticated", "the credentials are missing, wrong or expired", false, false},
	{PermissionDenied, "PermissionDenied", "the credentials do not allow this operation", false, false},
	{TLS, "TLS", "the TLS handshake failed; check the CA file and the host name", false, false},
	{NoSuchScope, "NoSuchScope", "the scope does not exist", false, false},
	{NoSuchStream, "NoSuchStream", "the stream does not exist", false, false},
	{NoSuchSegment, "NoSuchSegment", "the segment does not exist or was truncated away", false, false},
	{NoSuchReaderGroup, "NoSuchReaderGroup", "the reader group does not exist", false, false},
	{AlreadyExists, "AlreadyExists", "an object of this name exists already", false, false},
	{NotEmpty, "NotEmpty", "the scope still holds streams or reader groups", false, false},
	{StreamSealed, "StreamSealed", "the stream is sealed: nothing more can be written to it", false, true},
	{StreamNotSealed, "StreamNotSealed", "the stream must be sealed first", false, false},
	{SegmentSealed, "SegmentSealed", "the segment is sealed", false, false},
	{SegmentTruncated, "SegmentTruncated", "the offset lies before the segment's first byte: the data was truncated", false, false},
	{Conflict, "Conflict", "another change was under way or came first; read the state and try again", true, false},
	{ConfigMismatch, "ConfigMismatch", "an object of this name exists with another configuration", false, false},
	{ReaderNotInGroup, "ReaderNotInGroup", "the reader was removed from its group; create a new one", false, true},
	{GroupReinitialized, "GroupReinitialized", "the reader group was reset; create a new reader", false, true},
	{WrongHost, "WrongHost", "the segment has moved to another segment store", true, false},
	{ServerError, "ServerError", "the server reported a failure", true, false},
	{OutageTooLong, "OutageTooLong", "the servers were away for longer than max.outage", false, true},
	{Fenced, "Fenced", "a newer writer with the same writer.id has taken over; this one is finished", false, true},
	{TransactionAborted, "TransactionAborted", "the transaction was aborted, by somebody or because its lease ended: nothing of it is stored", false, true},
	{TransactionCommitted, "TransactionCommitted", "the transaction was committed; nothing can be added to it and it cannot be aborted", false, true},
	{NoSuchTransaction, "NoSuchTransaction", "the servers do not know the transaction; one that ended is known for a day", false, true},
}

// Describe returns the table's line for a kind; ok is false for a number that
// is not in the table.
func Describe(c Code) (d Description, ok bool) {
	for _, d := range Table {
		if d.Code == c {
			return d, true
		}
	}
	return Description{Code: c, Name: "Unknown", Text: "unknown error code"}, false
}

// Error makes a Code usable as the target of errors.Is.
func (c Code) Error() string {
	d, _ := Describe(c)
	return d.Text
}

// String is the name of the kind.
func (c Code) String() string {
	d, _ := Describe(c)
	return d.Name
}
