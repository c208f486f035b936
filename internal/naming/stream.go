package naming

import "strings"

// Stream is the full name of a stream.
type Stream struct {
	Scope string
	Name  string
}

// ReaderGroupStream is the stream that holds the state of a reader group. It
// has one segment.
func ReaderGroupStream(scope, group string) Stream {
	return Stream{Scope: scope, Name: readerGroupPrefix + group}
}

const readerGroupPrefix = "_RG"

// ReaderGroupOf is the name of the reader group whose state a stream of this name
// holds; ok is false if it holds none.
func ReaderGroupOf(stream string) (group string, ok bool) {
	group, ok = strings.CutPrefix(stream, readerGroupPrefix)
	return group, ok && Check("", "reader group", group) == nil
}

// MarkStream is the stream that holds the times that the controllers make of what a
// stream's writers note. It has one segment.
func MarkStream(s Stream) Stream { return Stream{Scope: s.Scope, Name: "_MARK" + s.Name} }

// String is "scope/stream".
func (s Stream) String() string { return s.Scope + "/" + s.Name }

// Check reports whether a user may create a stream of this name; see [Check].
func (s Stream) Check(op string) error {
	if err := Check(op, "scope", s.Scope); err != nil {
		return err
	}
	return Check(op, "stream", s.Name)
}

// CheckInternal is Check for streams that Pravega may have created itself; see
// [CheckInternal].
func (s Stream) CheckInternal(op string) error {
	if err := CheckInternal(op, "scope", s.Scope); err != nil {
		return err
	}
	return CheckInternal(op, "stream", s.Name)
}
