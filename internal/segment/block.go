// Package segment is what a client does with one segment: append to it exactly
// once, read it ahead, and change its attributes.
package segment

import (
	"math"
	"net"
	"sync"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// A Block is a run of events that one append carries: the frame as it goes to
// the socket, and what is needed to trim it or to give its events to other
// segments. All of it lies in a chain of chunks.
type Block struct {
	chunks []chunk // wire prefix and framed events; when closed also the trailer
	data   int     // bytes of the framed events
	events int
	first  int64 // number of the first event
	last   int64 // number of the last event
	closed bool  // was sent once: never changed again
	held   bool  // a connection may still be sending the frame: not to be used again

	// large is the payload of an event that one append cannot carry. Then
	// chunks holds nothing of it but the record, and closed tells that a try to
	// store it was made.
	large []byte

	next, prev *Block // in Progress
}

// size is the bytes of the framed events.
func (b *Block) size() int { return b.data }

// takes reports whether the block may carry one more write, of a framed size.
func (b *Block) takes(last int64, size, limit int) bool {
	return !b.closed && b.large == nil && last-b.first <= math.MaxUint32 && b.data+size <= limit
}

// add takes a write of one or more events, of a framed size in all. Its record
// and its first header are in one chunk; the rest goes on in the next ones.
func (b *Block) add(last int64, position float64, events [][]byte, size int) {
	need := recordSize
	for _, event := range events {
		c := b.tail()
		if c.room() < need+wire.EventHeader {
			c = b.grow(len(event))
		}
		if need > 0 {
			c.note(record{position, uint32(last - b.first), uint32(size)})
			need = 0
		}
		c.bytes = wire.AppendEventHeader(c.bytes, len(event))
		b.append(c, event)
	}
	b.data += size
	b.events += len(events)
	b.last = last
}

// append copies bytes to the end of the frame, which is in c.
func (b *Block) append(c *chunk, p []byte) {
	for {
		n := c.room()
		if n >= len(p) {
			c.bytes = append(c.bytes, p...)
			return
		}
		c.bytes = append(c.bytes, p[:n]...)
		p = p[n:]
		c = b.grow(len(p))
	}
}

func (b *Block) tail() *chunk { return &b.chunks[len(b.chunks)-1] }

// grow adds a chunk to the chain.
func (b *Block) grow(n int) *chunk {
	b.chunks = append(b.chunks, newChunk(len(b.chunks), n))
	return b.tail()
}

// close completes the frame.
func (b *Block) close(writer wire.UUID, request int64) {
	if b.closed {
		return
	}
	wire.PutBlockPrefix(b.chunks[0].bytes, writer, b.data)
	var trailer [wire.BlockTrailer]byte
	b.append(b.tail(), wire.AppendBlockTrailer(trailer[:0], int32(b.events), b.last, request))
	b.closed = true
}

// frame appends the frame of a closed block, piece by piece.
func (b *Block) frame(pieces net.Buffers) net.Buffers {
	for i := range b.chunks {
		pieces = append(pieces, b.chunks[i].bytes)
	}
	return pieces
}

// A Visit is shown a write: the number of its last event, the position of its
// key, and its events, whose bytes stay valid as long as the block.
type Visit func(last int64, position float64, events [][]byte)

// each visits the writes whose last event has a number after the given one.
func (b *Block) each(after int64, visit Visit) {
	if b.large != nil {
		if b.last > after {
			visit(b.last, b.chunks[0].record(0).position, [][]byte{b.large})
		}
		return
	}
	rest := reader{chunks: b.chunks}
	rest.next(wire.BlockPrefix)
	var events [][]byte // lasts until the next write
	for i := range b.chunks {
		c := &b.chunks[i]
		for j := range c.records {
			w := c.record(j)
			data := rest.next(int(w.length))
			last := b.first + int64(w.delta)
			if last <= after {
				continue
			}
			events = events[:0]
			for len(data) > 0 {
				event, size, _ := wire.NextEvent(data) // whole, since add put it there
				events = append(events, event)
				data = data[size:]
			}
			visit(last, w.position, events)
		}
	}
}

var blocks = sync.Pool{New: func() any { return new(Block) }}

// newBlock starts a block with the number of its first event.
func newBlock(first int64) *Block {
	b := blocks.Get().(*Block)
	*b = Block{chunks: b.chunks[:0], first: first, last: first}
	c := b.grow(0)
	c.bytes = c.bytes[:wire.BlockPrefix]
	return b
}

// free gives the block's memory to the next ones.
func (b *Block) free() {
	if b.held {
		return // left to the garbage collector
	}
	for i := range b.chunks {
		b.chunks[i].free()
	}
	clear(b.chunks)
	blocks.Put(b)
}
