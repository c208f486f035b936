package streamcut

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Completed is the offset of a segment that was read to the end.
const Completed = -1

// Range is the part of the key space, within 0 to 1, that a segment holds. The
// zero Range is an unknown one.
type Range struct {
	Low, High float64
}

// Place is where reading of a segment stands: the offset of the next event, or
// [Completed], and the segment's range, if it is known.
type Place struct {
	Offset int64
	Range  Range
}

// Position is where a reader stands: the place in each segment that it owns.
type Position map[Segment]Place

// Offsets is the position without the ranges.
func (p Position) Offsets() map[Segment]int64 {
	offsets := make(map[Segment]int64, len(p))
	for s, place := range p {
		offsets[s] = place.Offset
	}
	return offsets
}

// String is the text "segment=offset, segment=offset", in the order of the
// segments. It has no ranges.
func (p Position) String() string {
	parts := make([]string, 0, len(p))
	for _, s := range slices.SortedFunc(maps.Keys(p), Segment.Compare) {
		parts = append(parts, s.String()+"="+strconv.FormatInt(p[s].Offset, 10))
	}
	return strings.Join(parts, ", ")
}

// ParsePosition reads what [Position.String] and Java's Position.toString
// write. The error is fault.InvalidArgument.
func ParsePosition(text string) (Position, error) {
	p := make(Position)
	if text == "" {
		return p, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, number, _ := strings.Cut(strings.TrimSpace(part), "=")
		s, err := ParseSegment(name)
		if err != nil {
			return nil, err
		}
		offset, err := strconv.ParseInt(number, 10, 64)
		if err != nil || offset < Completed {
			return nil, invalid("position", "%+q is not the offset of an event, nor %d", number, Completed)
		}
		if _, twice := p[s]; twice {
			return nil, invalid("position", "segment %s is named twice", s)
		}
		p[s] = Place{Offset: offset}
	}
	return p, nil
}

// Encode makes the bytes that Java's Position.fromBytes reads. The error is
// fault.InvalidArgument, for an offset of 2^62 or more.
func (p Position) Encode() ([]byte, error) {
	w := versioned.NewWriter("position")
	w.Single(0, func() {
		versioned.WriteMap(w, p, Segment.Compare, func(s Segment) { WriteSegment(w, s) }, func(v Place) {
			if v.Offset < 0 {
				w.CompactLong(versioned.MaxCompactLong)
			} else {
				w.CompactLong(v.Offset)
			}
		})
	}, func() {
		versioned.WriteMap(w, p, Segment.Compare, func(s Segment) { WriteSegment(w, s) }, func(v Place) { WriteRange(w, v.Range) })
	})
	return w.Finish()
}

// DecodePosition reads what [Position.Encode] and Java's Position.toBytes
// write. The error is fault.InvalidArgument.
func DecodePosition(data []byte) (Position, error) {
	r := versioned.NewArgument("position", data)
	p := make(Position)
	segment := func() Segment { return ReadSegment(r) }
	r.Single([]func(){
		func() {
			for s, offset := range versioned.ReadMap(r, segment, r.CompactLong) {
				if offset == versioned.MaxCompactLong {
					offset = Completed
				}
				p[s] = Place{Offset: offset}
			}
		},
		func() {
			for s, keys := range versioned.ReadMap(r, segment, func() Range { return ReadRange(r) }) {
				if place, owned := p[s]; owned {
					p[s] = Place{place.Offset, keys}
				}
			}
		},
	})
	if err := r.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// WriteRange writes a range's bounds, and -1 for both if it is unknown.
func WriteRange(w *versioned.Writer, v Range) {
	if v == (Range{}) {
		v = Range{-1, -1}
	}
	w.Float64(v.Low)
	w.Float64(v.High)
}

// ReadRange reads what [WriteRange] writes.
func ReadRange(r *versioned.Reader) Range {
	v := Range{r.Float64(), r.Float64()}
	switch {
	case v.Low < 0 || v.High < 0:
		return Range{}
	case !(v.Low <= v.High && v.High <= 1):
		r.Fail("%v to %v is not a range of keys", v.Low, v.High)
		return Range{}
	}
	return v
}
