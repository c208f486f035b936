package resume

import (
	"slices"

	"github.com/pravega/pravega-client-go/internal/routing"
)

// stored knows which events beyond the durable number the earlier incarnations of
// a writer have stored: for each position, all up to a number.
type stored struct {
	ranges  routing.Ranges
	through []int64
	most    int64 // of through
}

// piece says that of a range of positions everything up to a number is stored.
type piece struct {
	low, high float64
	through   int64
}

// newStored puts pieces together, which may overlap.
func newStored(pieces []piece) (stored, error) {
	bounds := []float64{1}
	for _, p := range pieces {
		if p.low > 0 {
			bounds = append(bounds, p.low)
		}
		bounds = append(bounds, p.high)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	s := stored{through: make([]int64, len(bounds))}
	low := 0.0
	for i, high := range bounds {
		for _, p := range pieces {
			if p.low <= low && high <= p.high {
				s.through[i] = max(s.through[i], p.through)
			}
		}
		s.most = max(s.most, s.through[i])
		low = high
	}
	var err error
	s.ranges, err = routing.NewRanges(bounds)
	return s, err
}

// has reports whether the event of a number, which belongs to a position, is
// stored.
func (s *stored) has(position float64, number int64) bool {
	return number <= s.most && number <= s.through[s.ranges.Find(position)]
}
