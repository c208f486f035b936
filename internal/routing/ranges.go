package routing

import (
	"math"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Ranges divides the positions from 0 to 1 among the segments of a stream.
// Range i reaches from above the upper bound of range i-1 to its own,
// inclusive. A Ranges does not change.
type Ranges struct {
	highs []float64
}

// NewRanges takes the upper bounds of all ranges, ascending; the last one is 1.
// It keeps the slice. Bounds that do not cover every position once, as a
// server should never give them, are fault.Protocol.
func NewRanges(highs []float64) (Ranges, error) {
	last := 0.0
	for i, high := range highs {
		if !(high > last) || math.IsInf(high, 0) {
			return Ranges{}, fault.New(fault.Protocol, "route", "", "bound %d of the segments' key ranges is %v after %v", i, high, last)
		}
		last = high
	}
	if last < 1 {
		return Ranges{}, fault.New(fault.Protocol, "route", "", "the segments' key ranges end at %v, not at 1", last)
	}
	return Ranges{highs: highs}, nil
}

// Len is the number of ranges.
func (r Ranges) Len() int { return len(r.highs) }

// Find is the index of the range that holds x, a position in [0, 1].
func (r Ranges) Find(x float64) int {
	// Halving a length leaves no branch for the processor to guess wrong.
	low := 0
	for n := len(r.highs); n > 1; {
		half := n / 2
		next := low + half
		if r.highs[next-1] < x {
			low = next
		}
		n -= half
	}
	return low
}
