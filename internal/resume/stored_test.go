package resume

import (
	"math/rand/v2"
	"testing"
)

// Of the pieces that tell of a position, the one with the highest number counts.
func TestStoredTellsTheHighestNumberOfEachPosition(t *testing.T) {
	for range 200 {
		var pieces []piece
		for range rand.IntN(6) {
			low := rand.IntN(10)
			pieces = append(pieces, piece{float64(low) / 10, float64(low+1+rand.IntN(10-low)) / 10, rand.Int64N(100)})
		}
		p, err := newStored(pieces)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 101 {
			x := float64(i) / 100
			var want int64
			for _, q := range pieces {
				if q.low < x && x <= q.high || x == 0 && q.low == 0 {
					want = max(want, q.through)
				}
			}
			if want > 0 && !p.has(x, want) || p.has(x, want+1) {
				t.Fatalf("position %v of %v: want %d", x, pieces, want)
			}
		}
	}
}
