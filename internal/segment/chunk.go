package segment

import (
	"encoding/binary"
	"math"
	"math/bits"
	"sync"
)

// A chunk is a piece of a block's memory: bytes of the frame from its front, the
// records of the writes that start here from its back.
type chunk struct {
	bytes   []byte // of the frame; the rest of the array is room and records
	records int
}

// record is what is kept of a write beside its bytes: an event, or several that
// stay together.
type record struct {
	position float64 // of the routing key
	delta    uint32  // the number of its last event less the block's first one
	length   uint32  // of its framed events
}

const recordSize = 8 + 4 + 4

// room is how many bytes there are for the frame and for records.
func (c *chunk) room() int { return cap(c.bytes) - len(c.bytes) - c.records*recordSize }

// note keeps a record.
func (c *chunk) note(r record) {
	c.records++
	at := c.at(c.records - 1)
	binary.NativeEndian.PutUint64(at[0:], math.Float64bits(r.position))
	binary.NativeEndian.PutUint32(at[8:], r.delta)
	binary.NativeEndian.PutUint32(at[12:], r.length)
}

// record is the one of the write that starts here as number i, counted from 0.
func (c *chunk) record(i int) record {
	at := c.at(i)
	return record{
		position: math.Float64frombits(binary.NativeEndian.Uint64(at[0:])),
		delta:    binary.NativeEndian.Uint32(at[8:]),
		length:   binary.NativeEndian.Uint32(at[12:]),
	}
}

func (c *chunk) at(i int) []byte {
	end := cap(c.bytes) - i*recordSize
	return c.bytes[:cap(c.bytes)][end-recordSize : end]
}

// A reader goes through the bytes of a chain.
type reader struct {
	chunks []chunk // those left
	at     int     // in the first of them
}

// next is the next n bytes, in place unless they lie in several chunks.
func (r *reader) next(n int) []byte {
	var whole []byte
	for {
		part := r.chunks[0].bytes[r.at:]
		if len(part) >= n {
			r.at += n
			if whole == nil {
				return part[:n:n]
			}
			return append(whole, part[:n]...)
		}
		whole = append(whole, part...)
		n -= len(part)
		r.chunks, r.at = r.chunks[1:], 0
	}
}

// Chunks come in few sizes, each twice the last, and a block takes two of each: a
// lone event needs little memory, a full block not much more than it fills. Some are
// kept for the blocks to come, no more than a writer with the default window uses,
// with its records and what its blocks do not fill: many writers may have been busy
// at once and be idle now.
const (
	smallest = 2 << 10
	sizes    = 5
	spares   = 24 << 20 // bytes
)

var spare struct {
	sync.Mutex
	arrays [sizes][][]byte
	bytes  int
}

// newChunk makes the chunk at a place in the chain, for n bytes at least if
// there is a size for them; a larger one if there is one to spare.
func newChunk(place, n int) chunk {
	size := min(place/2, sizes-1)
	for size < sizes-1 && smallest<<size < n {
		size++
	}
	spare.Lock()
	defer spare.Unlock()
	for larger := size; larger < sizes; larger++ {
		if len(spare.arrays[larger]) > 0 {
			return chunk{bytes: takeSpare(larger)}
		}
	}
	return chunk{bytes: make([]byte, 0, smallest<<size)}
}

// takeSpare takes one of a size, of which there are some.
func takeSpare(size int) []byte {
	all := spare.arrays[size]
	last := len(all) - 1
	array := all[last]
	all[last] = nil
	spare.arrays[size] = all[:last]
	spare.bytes -= cap(array)
	return array
}

// free leaves the chunk's memory to others. If there is too much of it, that goes of
// which there is most: what blocks of another kind have left does not stay.
func (c *chunk) free() {
	size := bits.TrailingZeros(uint(cap(c.bytes) / smallest))
	spare.Lock()
	spare.arrays[size] = append(spare.arrays[size], c.bytes[:0])
	spare.bytes += cap(c.bytes)
	for spare.bytes > spares {
		most := 0
		for i := range spare.arrays {
			if len(spare.arrays[i])<<i > len(spare.arrays[most])<<most {
				most = i
			}
		}
		takeSpare(most)
	}
	spare.Unlock()
	c.bytes = nil
}
