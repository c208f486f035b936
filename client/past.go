package client

import (
	"slices"

	"github.com/pravega/pravega-client-go/internal/routing"
)

// past knows which events beyond the durable number the earlier incarnations of
// a writer have stored: for each position, all up to a number.
type past struct {
	ranges  routing.Ranges
	through []int64
	most    int64 // of through
}

// piece says that of a range of positions everything up to a number is stored.
type piece struct {
	low, high float64
	through   int64
}

// newPast puts pieces together, which may overlap.
func newPast(pieces []piece) (past, error) {
	bounds := []float64{1}
	for _, p := range pieces {
		if p.low > 0 {
			bounds = append(bounds, p.low)
		}
		bounds = append(bounds, p.high)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	h := past{through: make([]int64, len(bounds))}
	low := 0.0
	for i, high := range bounds {
		for _, p := range pieces {
			if p.low <= low && high <= p.high {
				h.through[i] = max(h.through[i], p.through)
			}
		}
		h.most = max(h.most, h.through[i])
		low = high
	}
	var err error
	h.ranges, err = routing.NewRanges(bounds)
	return h, err
}

// has reports whether the event of a number, which belongs to a position, is
// stored.
func (p *past) has(position float64, number int64) bool {
	return number <= p.most && number <= p.through[p.ranges.Find(position)]
}
