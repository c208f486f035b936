package segment

import (
	"net"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// Session is the exactly-once conversation of one writer with one segment:
// events in, blocks out; replies in, progress out. It survives connections.
// Pure: no I/O, no lock, no clock.
type Session struct {
	writer   wire.UUID
	request  int64
	limit    int // bytes of a block
	progress *Progress

	queue  []*Block // to send, in order; the last one may take more events
	flight []*Block // sent on this connection, not answered
	state  sessionState
	bytes  int // framed bytes not stored yet, without large events
	large  int // bytes of large events not stored yet

	highest int64 // number that a store may have of this writer: sent, or known before
	settled bool  // what is left is not stored
}

type sessionState int

const (
	offline  sessionState = iota
	probing               // set up; one block may be under way until the first reply
	running               // blocks are pipelined
	draining              // nothing more is sent on this connection
)

// pullLimit bounds what one Take hands out, so that the segments which share a
// connection take turns.
const pullLimit = 1 << 20

// NewSession starts offline. Progress is shared by the sessions of a writer. The store
// may have events of the writer up to known before anything is sent.
func NewSession(writer wire.UUID, request int64, blockBytes int, progress *Progress, known int64) Session {
	return Session{writer: writer, request: request, limit: blockBytes, progress: progress, highest: known}
}

// Bytes is how many framed bytes are not known to be stored, without those of
// large events.
func (s *Session) Bytes() int { return s.bytes }

// Empty reports whether everything is stored.
func (s *Session) Empty() bool { return len(s.queue) == 0 && len(s.flight) == 0 }

// Doubtful reports whether something was sent of which nobody knows whether it is stored.
func (s *Session) Doubtful() bool {
	return !s.settled && (len(s.flight) > 0 || len(s.queue) > 0 && s.queue[0].closed)
}

// Oldest is the number of the first event that is not known to be stored.
func (s *Session) Oldest() (number int64, ok bool) {
	switch {
	case len(s.flight) > 0:
		return s.flight[0].first, true
	case len(s.queue) > 0:
		return s.queue[0].first, true
	}
	return 0, false
}

// UnderWay is how many framed bytes were sent on this connection and not
// answered.
func (s *Session) UnderWay() int {
	bytes := 0
	for _, b := range s.flight {
		bytes += b.size()
	}
	return bytes
}

// Add takes an event, or several that are stored together or not at all. They
// have the numbers up to last, one after another. Numbers must rise.
func (s *Session) Add(last int64, position float64, events ...[]byte) {
	var open *Block
	if n := len(s.queue); n > 0 {
		open = s.queue[n-1]
	}
	size := FramedSize(events)
	if open == nil || !open.takes(last, size, s.limit) {
		open = newBlock(firstOf(last, events))
		s.queue = append(s.queue, open)
		s.progress.add(open)
	}
	open.add(last, position, events, size)
	s.bytes += size
}

// FramedSize is how many bytes events take in a segment.
func FramedSize(events [][]byte) int {
	size := wire.EventHeader * len(events)
	for _, event := range events {
		size += len(event)
	}
	return size
}

// firstOf is the number of the first of several events.
func firstOf(last int64, events [][]byte) int64 { return last - int64(len(events)) + 1 }

// Sendable reports whether Take would hand out anything. A block that is small
// leaves at once only behind few others: else it fills until one of them is
// answered, so that a writer of many segments does not send each event alone.
func (s *Session) Sendable() bool {
	switch {
	case len(s.queue) == 0 || s.queue[0].large != nil:
		return false
	case s.state == probing:
		return len(s.flight) == 0
	case s.state == running:
		return len(s.flight) < few || s.queue[0].size() >= s.limit/4
	}
	return false
}

// few is how many blocks may be under way before a small one: two, so that there
// is one to store while the answer to the other comes back.
const few = 2

// Take appends frames to be sent in order, each as several pieces. Ask again while Sendable.
func (s *Session) Take(frames net.Buffers) net.Buffers {
	for taken := 0; taken < pullLimit && s.Sendable(); {
		b := s.queue[0]
		s.queue[0] = nil
		s.queue = s.queue[1:]
		b.close(s.writer, s.request)
		s.highest = max(s.highest, b.last)
		s.flight = append(s.flight, b)
		frames = b.frame(frames)
		taken += b.size()
	}
	return frames
}

// Plausible reports whether a store may say that a number is the last one that it has:
// one that was never sent is none of its business.
func (s *Session) Plausible(number int64) bool { return 0 <= number && number <= s.highest }

// Acked drops what is stored: every block up to a number that is plausible. It returns
// how many bytes that were.
func (s *Session) Acked(number int64) int {
	if s.state == probing {
		s.state = running
	}
	n := 0
	freed := 0
	for n < len(s.flight) && s.flight[n].last <= number {
		freed += s.drop(s.flight[n])
		s.flight[n] = nil
		n++
	}
	s.flight = s.flight[n:]
	s.bytes -= freed
	return freed
}

// drop forgets a block and returns its bytes.
func (s *Session) drop(b *Block) int {
	size := b.size()
	s.large -= len(b.large)
	s.progress.remove(b)
	b.free()
	return size
}

// Online starts over on a new connection whose server has stored everything up to a
// number that is plausible. What lies above it is sent again under its old numbers; a
// number at or below it never is, since a server stores an equal one twice. It returns
// how many bytes turned out to be stored.
func (s *Session) Online(stored int64) int {
	freed := s.Trim(stored)
	s.state = probing
	return freed
}

// Drain stops sending until the session is online again.
func (s *Session) Drain() { s.state = draining }

// Drained reports whether everything that was sent is answered after Drain.
func (s *Session) Drained() bool { return s.state == draining && len(s.flight) == 0 }

// Offline takes back what is under way: the connection is gone. If it is not
// gone for the others who share it, its sender may still hold the frames.
func (s *Session) Offline(shared bool) {
	s.state = offline
	if shared {
		for _, b := range s.flight {
			b.held = true
		}
	}
	s.queue = append(s.flight, s.queue...)
	s.flight = nil
}

// Trim drops every event up to a number from a session that is offline. It
// returns how many bytes that were.
func (s *Session) Trim(stored int64) int {
	before := s.bytes
	kept := s.queue[:0]
	for _, b := range s.queue {
		switch {
		case b.first > stored:
			kept = append(kept, b)
		case b.last <= stored:
			s.bytes -= s.drop(b)
		default:
			kept = append(kept, s.trimmed(b, stored))
		}
	}
	clear(s.queue[len(kept):])
	s.queue = kept
	return before - s.bytes
}

// Settle is Trim for a session to whose segment nothing more is appended.
func (s *Session) Settle(stored int64) int {
	s.settled = true
	return s.Trim(stored)
}

// trimmed is the block without the writes up to a number.
func (s *Session) trimmed(b *Block, stored int64) *Block {
	var rest *Block
	b.each(stored, func(last int64, position float64, events [][]byte) {
		if rest == nil {
			rest = newBlock(firstOf(last, events))
		}
		rest.add(last, position, events, FramedSize(events))
	})
	s.bytes += rest.size() - s.drop(b)
	s.progress.add(rest)
	return rest
}

// Leftovers visits every write that is not stored, in the order of the numbers,
// of a session that is offline.
func (s *Session) Leftovers(visit Visit) {
	for _, b := range s.queue {
		b.each(b.first-1, visit)
	}
}

// Discard drops everything; the events went to another session or failed.
func (s *Session) Discard() {
	for _, b := range s.queue {
		s.drop(b)
	}
	s.queue, s.bytes = nil, 0
}
