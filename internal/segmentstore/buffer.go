package segmentstore

import (
	"sync"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// ReadLength is how many bytes to ask for in one ReadSegment so that the reply
// fits a pooled buffer. With all that stands around the data the reply has less than
// 1 MiB: one of more takes a server a third more of time.
const ReadLength = 1<<20 - 4<<10

// Headroom is the least room kept in front of the payload of a SegmentRead, for the
// start of an event whose rest the payload brings.
const Headroom = 4 << 10

// Buffers of the size that a full reply takes are used again and again;
// smaller ones are left to the garbage collector.
const (
	bufferSize = ReadLength + Headroom + 1<<10
	pooledFrom = bufferSize / 2
)

var pool = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// Buffer holds the data of one SegmentRead where the socket put it. It has one
// owner at a time and is not safe for concurrent use.
type Buffer struct {
	array      []byte
	start, end int
}

// Allocate makes memory of n bytes for a buffer.
func Allocate(n int) []byte {
	if n < pooledFrom || n > bufferSize {
		return make([]byte, n)
	}
	return pool.Get().(*[bufferSize]byte)[:n]
}

// NewBuffer makes a buffer of memory that is its own from now on.
func NewBuffer(array []byte) *Buffer { return &Buffer{array: array, end: len(array)} }

// Bytes is the data. It is valid until Release.
func (b *Buffer) Bytes() []byte { return b.array[b.start:b.end] }

// Size is the memory that the buffer keeps, in bytes.
func (b *Buffer) Size() int { return cap(b.array) }

// Room is how many bytes Prepend can put in front of the data.
func (b *Buffer) Room() int { return b.start }

// Prepend puts the start of an event in front of the data that continues it, for
// which there must be room.
func (b *Buffer) Prepend(head []byte) {
	b.start -= len(head)
	copy(b.array[b.start:], head)
}

// Cut keeps the first n bytes of the data.
func (b *Buffer) Cut(n int) { b.end = b.start + n }

// Skip drops the first n bytes of the data.
func (b *Buffer) Skip(n int) { b.start += n }

// Release gives the memory back. Nothing may use Bytes any more.
func (b *Buffer) Release() {
	if cap(b.array) == bufferSize {
		pool.Put((*[bufferSize]byte)(b.array[:bufferSize]))
	}
	b.array, b.start, b.end = nil, 0, 0
}

// Data is the SegmentRead that a Receiver gets. Its Data lies in Buffer, which
// is the receiver's to release.
type Data struct {
	wire.SegmentRead
	Buffer *Buffer
}
