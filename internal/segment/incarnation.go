package segment

import "github.com/pravega/pravega-client-go/internal/wire"

// Incarnation is one opening of a writer that has an id; 0 is a writer without one.
// Above it has the epoch of the segment that owned position 0 at the opening, below it
// counts the openings on that segment. A later opening is therefore greater, and no
// incarnation is issued twice, whatever was deleted meanwhile: a segment whose count is
// gone is never opened on again.
type Incarnation int64

const countBits = 32

// Next is the incarnation after the newest one that the segment of position 0 knows. It
// is 0 if the segment has counted as far as it can.
func (newest Incarnation) Next(epoch int32) Incarnation {
	next := max(newest, Incarnation(epoch)<<countBits) + 1
	if int32(next>>countBits) != epoch {
		return 0
	}
	return next
}

// fenced marks the last number of an incarnation that may not append any more. The
// store refuses whatever it still sends, since no event has a number as high.
const fenced = 1 << 62

// MaxNumber is the highest number of an event.
const MaxNumber = fenced - 1

// lastNumber takes apart the last number that a segment has of an incarnation; the
// number of nothing, wire.NullAttribute, is 0.
func lastNumber(value int64) (number int64, isFenced bool) {
	if value == wire.NullAttribute {
		return 0, false
	}
	return value &^ fenced, value&fenced != 0
}
