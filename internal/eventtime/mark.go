// Package eventtime holds what the controllers make of the times that a stream's
// writers note: marks, a time for a cut of the stream each, and the window of time
// in which whoever reads between them is. It is pure.
package eventtime

import (
	"math"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Mark says of what lies before a cut of a stream that its times are Upper at most,
// and of what lies behind it that they are Lower at least.
type Mark struct {
	Lower, Upper int64
	// Cut has no segments that were read to their end: -1 is the offset of one to
	// which nobody who noted a time has written, so nothing lies before it. Java's
	// readers take it for the end, and stand still until somebody writes there.
	Cut map[naming.SegmentID]streamcut.Place
}

// DecodeMark reads a record of a stream's marks. The error is fault.Protocol.
func DecodeMark(record []byte) (Mark, error) {
	r := versioned.NewReader("time mark", record)
	var m Mark
	r.Single([]func(){func() {
		m.Lower, m.Upper = r.Int64(), r.Int64()
		m.Cut = make(map[naming.SegmentID]streamcut.Place)
		for range r.Count() {
			var id naming.SegmentID
			var keys streamcut.Range
			r.Single([]func(){func() {
				id = naming.SegmentID(r.Int64())
				keys = streamcut.ReadRange(r)
			}})
			m.Cut[id] = streamcut.Place{Offset: r.Int64(), Range: keys}
		}
	}})
	if err := r.Err(); err != nil {
		return Mark{}, err
	}
	return m, nil
}

// side tells where positions in segments lie of a mark's cut: before it (-1), at or
// behind it (1), or before it in one segment and behind it in another (0).
func (m *Mark) side(positions map[naming.SegmentID]streamcut.Place) int {
	var before, behind bool
	see := func(id naming.SegmentID, offset int64, other naming.SegmentID, cut int64) {
		if id != other {
			before, behind = before || id < other, behind || id > other
			return
		}
		before = before || end(offset) < max(cut, 0)
		behind = behind || end(offset) > max(cut, 0)
	}
	for id, place := range positions {
		if cut, same := m.Cut[id]; same {
			see(id, place.Offset, id, cut.Offset)
			continue
		}
		for other, cut := range m.Cut {
			if overlap(place.Range, cut.Range) {
				see(id, place.Offset, other, cut.Offset)
			}
		}
	}
	switch {
	case before && behind:
		return 0
	case before:
		return -1
	}
	return 1
}

// end makes an offset that stands for the end of a segment one behind all others.
func end(offset int64) int64 {
	if offset < 0 {
		return math.MaxInt64
	}
	return offset
}

// overlap reports whether two ranges share positions; one that is unknown may be any.
func overlap(a, b streamcut.Range) bool {
	return a == streamcut.Range{} || b == streamcut.Range{} || a.Low < b.High && b.Low < a.High
}
