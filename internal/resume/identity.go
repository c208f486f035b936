package resume

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Identity is what a writer's id leads to. It must be the same in every process
// and every version of this library, or a writer would not find its traces.
type Identity struct {
	ID   string
	seed uint64 // of the positions of events without key
}

// NewIdentity derives all of it from the id.
func NewIdentity(id string) Identity {
	i := Identity{ID: id}
	u := i.UUID("position")
	i.seed = binary.BigEndian.Uint64(u[:])
	return i
}

// UUID names what this writer keeps for a purpose.
func (i Identity) UUID(purpose string) wire.UUID {
	hash := sha256.Sum256([]byte("pravega writer " + i.ID + "\n" + purpose))
	u := wire.UUID(hash[:16])
	u[6] = u[6]&0x0f | 0x80 // version 8: made by a rule of its own
	u[8] = u[8]&0x3f | 0x80
	return u
}

// Wire is the id by which a segment knows an incarnation of this writer. It differs for
// each segment, since on one connection a store binds an id to one segment.
func (i Identity) Wire(segment string, by segment.Incarnation) wire.UUID {
	return i.UUID("segment " + segment + "\n" + strconv.FormatInt(int64(by), 10))
}

// Position is where an event without key belongs: drawn, but always the same for
// the same number, so that an event that is written again meets itself.
func (i Identity) Position(number int64) float64 {
	x := i.seed + uint64(number)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>12) / (1 << 52)
}
