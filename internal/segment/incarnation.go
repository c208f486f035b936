package segment

import "github.com/pravega/pravega-client-go/internal/wire"

// Incarnation counts the openings of a writer that has an id, from 1; 0 is a
// writer without one. On the wire it stands above the event's own number, so
// that a server refuses whatever an earlier incarnation still sends.
type Incarnation int64

const numberBits = 48

// The highest event number and incarnation that fit together.
const (
	MaxNumber      = 1<<numberBits - 1
	MaxIncarnation = 1<<(63-numberBits) - 1
)

// OnWire is the number by which a segment knows an event of this incarnation.
func (i Incarnation) OnWire(number int64) int64 { return int64(i)<<numberBits | number }

// FromWire takes a number apart. The number of nothing, wire.NullAttribute, is
// 0 of incarnation 0.
func FromWire(value int64) (Incarnation, int64) {
	if value == wire.NullAttribute {
		return 0, 0
	}
	return Incarnation(value >> numberBits), value & MaxNumber
}
