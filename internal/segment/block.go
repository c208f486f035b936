// Package segment is what a client does with one segment: append to it exactly
// once, read it ahead, and change its attributes.
package segment

import (
	"math"
	"sync"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// A Block is a run of events that one append carries: the frame as it goes to
// the socket, and what is needed to trim it or to give its events to other
// segments.
type Block struct {
	frame  []byte   // wire prefix and framed events; when closed also the trailer
	events []record // in the order of their numbers
	first  int64    // number of the first event
	last   int64    // number of the last event
	closed bool     // was sent once: never changed again
	held   bool     // a connection may still be sending the frame: not to be used again

	next, prev *Block // in Progress
}

// record is what is kept of an event beside its bytes.
type record struct {
	position float64 // of its routing key
	delta    uint32  // its number less the block's first one
	length   uint32  // of its payload
}

// size is the bytes of the framed events.
func (b *Block) size() int {
	if b.closed {
		return len(b.frame) - wire.BlockPrefix - wire.BlockTrailer
	}
	return len(b.frame) - wire.BlockPrefix
}

// takes tells whether the block may carry one more event.
func (b *Block) takes(number int64, length, limit int) bool {
	return !b.closed && number-b.first <= math.MaxUint32 && b.size()+wire.EventHeader+length <= limit
}

func (b *Block) add(number int64, position float64, event []byte) {
	b.reserve(wire.EventHeader + len(event))
	b.frame = wire.AppendEvent(b.frame, event)
	b.events = append(b.events, record{position, uint32(number - b.first), uint32(len(event))})
	b.last = number
}

// close completes the frame.
func (b *Block) close(writer wire.UUID, request int64) {
	if b.closed {
		return
	}
	data := b.size()
	wire.PutBlockPrefix(b.frame, writer, data)
	b.reserve(wire.BlockTrailer)
	b.frame = wire.AppendBlockTrailer(b.frame, int32(len(b.events)), b.last, request)
	b.closed = true
}

// each visits the events after a number.
func (b *Block) each(after int64, visit func(number int64, position float64, event []byte)) {
	at := wire.BlockPrefix
	for _, e := range b.events {
		start := at + wire.EventHeader
		at = start + int(e.length)
		if number := b.first + int64(e.delta); number > after {
			visit(number, e.position, b.frame[start:at])
		}
	}
}

// Frames come in few sizes, each four times the last, so that a lone event
// takes little memory and a full block is copied little while it grows.
var frames = [...]struct {
	size int
	pool sync.Pool
}{{size: 1 << 11}, {size: 1 << 13}, {size: 1 << 15}, {size: 1 << 17}, {size: 1<<18 + 1<<12}, {size: 1 << 20}}

// reserve makes room for n more bytes of the frame.
func (b *Block) reserve(n int) {
	if cap(b.frame)-len(b.frame) >= n {
		return
	}
	old := b.frame
	b.frame = append(newFrame(len(old)+n), old...)
	freeFrame(old)
}

func newFrame(n int) []byte {
	for i := range frames {
		if n <= frames[i].size {
			if f, ok := frames[i].pool.Get().(*[]byte); ok {
				return (*f)[:0]
			}
			return make([]byte, 0, frames[i].size)
		}
	}
	return make([]byte, 0, n)
}

func freeFrame(f []byte) {
	for i := range frames {
		if cap(f) == frames[i].size {
			f = f[:0]
			frames[i].pool.Put(&f)
			return
		}
	}
}

var blocks = sync.Pool{New: func() any { return new(Block) }}

// newBlock starts a block with the number of its first event, and room for as
// much as a block like it took.
func newBlock(first int64, like measure) *Block {
	b := blocks.Get().(*Block)
	*b = Block{events: b.events[:0], first: first, last: first}
	if cap(b.events) < like.events {
		b.events = make([]record, 0, like.events+like.events/8)
	}
	b.frame = newFrame(max(like.frame, wire.BlockPrefix+1))[:wire.BlockPrefix]
	return b
}

// measure is how much a block took.
type measure struct{ frame, events int }

func (b *Block) measure() measure { return measure{len(b.frame), len(b.events)} }

// free gives the block's memory to the next ones.
func (b *Block) free() {
	if b.held {
		return // left to the garbage collector
	}
	freeFrame(b.frame)
	b.frame = nil
	blocks.Put(b)
}
