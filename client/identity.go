package client

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// identity is what a writer's id leads to. It must be the same in every process
// and every version of this library, or a writer would not find its traces.
type identity struct {
	id   string
	seed uint64 // of the positions of events without key
}

func newIdentity(id string) identity {
	i := identity{id: id}
	u := i.uuid("position")
	i.seed = binary.BigEndian.Uint64(u[:])
	return i
}

// uuid names what this writer keeps for a purpose.
func (i identity) uuid(purpose string) wire.UUID {
	hash := sha256.Sum256([]byte("pravega writer " + i.id + "\n" + purpose))
	u := wire.UUID(hash[:16])
	u[6] = u[6]&0x0f | 0x80 // version 8: made by a rule of its own
	u[8] = u[8]&0x3f | 0x80
	return u
}

// wire is the id by which a segment knows an incarnation of this writer. It differs for
// each segment, since on one connection a store binds an id to one segment.
func (i identity) wire(segment string, by segment.Incarnation) wire.UUID {
	return i.uuid("segment " + segment + "\n" + strconv.FormatInt(int64(by), 10))
}

// position is where an event without key belongs: drawn, but always the same for
// the same number, so that an event that is written again meets itself.
func (i identity) position(number int64) float64 {
	x := i.seed + uint64(number)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>12) / (1 << 52)
}
