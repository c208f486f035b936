// Package streamcut holds the forms in which Pravega's Java client tells where
// reading stands: stream cuts, positions, event pointers and checkpoints, as
// text for people and configuration files, and as bytes for segments and
// applications' own stores. What it writes Java reads, and the other way round.
package streamcut

import (
	"cmp"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Segment is a segment of any stream.
type Segment struct {
	Stream naming.Stream
	ID     naming.SegmentID
}

// ParseSegment takes the name "scope/stream/number.#epoch.epoch" apart. The
// error is fault.InvalidArgument.
func ParseSegment(name string) (Segment, error) {
	stream, id, err := naming.ParseSegmentName(name)
	return Segment{stream, id}, err
}

// String is the segment's name, as on the wire.
func (s Segment) String() string { return naming.SegmentName(s.Stream, s.ID) }

// Compare orders segments by stream, then by id.
func (s Segment) Compare(o Segment) int {
	return cmp.Or(CompareStreams(s.Stream, o.Stream), cmp.Compare(s.ID, o.ID))
}

// CompareStreams orders streams by scope, then by name.
func CompareStreams(a, b naming.Stream) int {
	return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Name, b.Name))
}

// WriteSegment writes a segment's name.
func WriteSegment(w *versioned.Writer, s Segment) { w.UTF(s.String()) }

// ReadSegment reads a segment's name.
func ReadSegment(r *versioned.Reader) Segment {
	name := r.UTF()
	if r.Err() != nil {
		return Segment{}
	}
	s, err := ParseSegment(name)
	if err != nil {
		r.Fail("%+q is not the name of a segment", name)
	}
	return s
}

// WriteStream writes a stream's full name.
func WriteStream(w *versioned.Writer, s naming.Stream) { w.UTF(s.String()) }

// ReadStream reads a stream's full name.
func ReadStream(r *versioned.Reader) naming.Stream {
	name := r.UTF()
	if r.Err() != nil {
		return naming.Stream{}
	}
	s, ok := parseStream(name)
	if !ok {
		r.Fail("%+q is not the name of a stream", name)
	}
	return s
}

func parseStream(name string) (naming.Stream, bool) {
	scope, stream, _ := strings.Cut(name, "/")
	s := naming.Stream{Scope: scope, Name: stream}
	if s.CheckInternal("") != nil {
		return naming.Stream{}, false
	}
	return s, true
}

// invalid is the error for text that is not in the expected form.
func invalid(what, format string, args ...any) error {
	return fault.New(fault.InvalidArgument, "parse "+what, "", format, args...)
}
