package wire

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// UUID names a writer or an attribute: the most significant half first, both
// big-endian, as on the wire.
type UUID [16]byte

// NewUUID makes a random UUID (version 4).
func NewUUID() (u UUID) {
	rand.Read(u[:]) // never fails
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u
}

// UUIDOf makes a UUID of its two halves.
func UUIDOf(msb, lsb int64) (u UUID) {
	binary.BigEndian.PutUint64(u[:8], uint64(msb))
	binary.BigEndian.PutUint64(u[8:], uint64(lsb))
	return u
}

// ParseUUID reads the form of String; letters may be of either case.
func ParseUUID(s string) (u UUID, err error) {
	if len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' {
		digits := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
		if _, err := hex.Decode(u[:], []byte(digits)); err == nil {
			return u, nil
		}
	}
	return UUID{}, fmt.Errorf("%.50q is no UUID", s)
}

// Msb is the most significant half.
func (u UUID) Msb() int64 { return int64(binary.BigEndian.Uint64(u[:8])) }

// Lsb is the least significant half.
func (u UUID) Lsb() int64 { return int64(binary.BigEndian.Uint64(u[8:])) }

// String is the usual form of 36 characters, in lower case.
func (u UUID) String() string {
	var s [36]byte
	hex.Encode(s[0:8], u[0:4])
	hex.Encode(s[9:13], u[4:6])
	hex.Encode(s[14:18], u[6:8])
	hex.Encode(s[19:23], u[8:10])
	hex.Encode(s[24:36], u[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}
