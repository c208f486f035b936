// Package routing finds the segment that an event belongs to: from its routing
// key to a position in [0, 1), and from there to the segment whose range of
// keys holds it. Every Pravega client must come to the same answer, or events
// of one key lose their order.
package routing

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unicode/utf8"
	"unsafe"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// seed of the hash, fixed by the protocol.
const seed = 1741865571

// Position of a routing key in [0, 1): the 128-bit murmur3 hash of the key's
// UTF-16 code units, little endian, of which 52 bits become the fraction. The
// empty key is a key like any other. A key that is not valid UTF-8 is refused
// with fault.InvalidArgument, because no other client could name it.
// Position allocates nothing, unless it fails.
func Position(key string) (float64, error) {
	h := hash{h1: seed, h2: seed}
	i := 0
	for i < len(key) {
		// ASCII goes a block at a time, which is eight characters.
		if h.pending == 0 {
			n := min(8, len(key)-i)
			if ascii := load(key[i : i+n]); ascii&0x8080808080808080 == 0 {
				h.k1, h.k2 = widen(uint32(ascii)), widen(uint32(ascii>>32))
				h.gathered(n)
				i += n
				continue
			}
		}
		if c := key[i]; c < utf8.RuneSelf {
			h.unit(uint16(c))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(key[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return 0, fault.New(fault.InvalidArgument, "route", "", "the routing key is not valid UTF-8 at byte %d", i)
		case r >= 0x10000:
			r -= 0x10000
			h.unit(uint16(0xd800 + r>>10))
			h.unit(uint16(0xdc00 + r&0x3ff))
		default:
			h.unit(uint16(r))
		}
		i += size
	}
	return fraction(h.sum()), nil
}

// PositionBytes is Position of a key in a byte slice, which it does not keep.
func PositionBytes(key []byte) (float64, error) {
	return Position(unsafe.String(unsafe.SliceData(key), len(key)))
}

// fraction makes a number in [0, 1) of the upper 52 bits of a hash.
func fraction(h uint64) float64 {
	return math.Float64frombits(0x3ff0000000000000|h>>12) - 1
}

// load reads at most eight bytes, little endian; those that s lacks are 0.
func load(s string) (v uint64) {
	if len(s) == 8 {
		return binary.LittleEndian.Uint64(unsafe.Slice(unsafe.StringData(s), 8))
	}
	for i := len(s) - 1; i >= 0; i-- {
		v = v<<8 | uint64(s[i])
	}
	return v
}

// widen spreads four bytes over four 16-bit units.
func widen(four uint32) uint64 {
	w := uint64(four)
	w = (w | w<<16) & 0x0000ffff0000ffff
	return (w | w<<8) & 0x00ff00ff00ff00ff
}

// hash is murmur3_x64_128 over 16-bit units, of which it keeps only the first
// 64 bits of the result.
type hash struct {
	h1, h2  uint64
	k1, k2  uint64 // the block being gathered
	pending int    // units in it, 0 to 7
	length  uint64 // bytes in all blocks before it
}

const (
	c1 = 0x87c37b91114253d5
	c2 = 0x4cf5ad432745937f
)

func (h *hash) unit(u uint16) {
	if h.pending < 4 {
		h.k1 |= uint64(u) << (16 * h.pending)
	} else {
		h.k2 |= uint64(u) << (16 * (h.pending - 4))
	}
	h.gathered(1)
}

// gathered notes n more units in the block, and mixes it in when it is full.
func (h *hash) gathered(n int) {
	if h.pending += n; h.pending == 8 {
		h.block(h.k1, h.k2)
		h.k1, h.k2, h.pending = 0, 0, 0
	}
}

func (h *hash) block(k1, k2 uint64) {
	h.h1 ^= mix1(k1)
	h.h1 = (bits.RotateLeft64(h.h1, 27)+h.h2)*5 + 0x52dce729
	h.h2 ^= mix2(k2)
	h.h2 = (bits.RotateLeft64(h.h2, 31)+h.h1)*5 + 0x38495ab5
	h.length += 16
}

func (h *hash) sum() uint64 {
	// A part that holds no units is 0, which mixes to 0.
	h1 := h.h1 ^ mix1(h.k1)
	h2 := h.h2 ^ mix2(h.k2)
	length := h.length + 2*uint64(h.pending)
	h1 ^= length
	h2 ^= length
	h1 += h2
	h2 += h1
	return final(h1) + final(h2)
}

func mix1(k uint64) uint64 { return bits.RotateLeft64(k*c1, 31) * c2 }
func mix2(k uint64) uint64 { return bits.RotateLeft64(k*c2, 33) * c1 }

func final(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
