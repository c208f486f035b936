package segment

import (
	"bytes"
	"encoding/binary"
	"math"
	"net"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// store is what a segment store does with the appends of one writer: each is
// stored if its number is not below the last one. An equal number is stored
// again, as the real one does, so a session must never send one.
type store struct {
	last   int64
	events []int64
}

// append stores one frame and returns the number to acknowledge.
func (s *store) append(t interface{ Fatalf(string, ...any) }, frame []byte) int64 {
	block := decode(t, frame)
	if block.LastEventNumber <= s.last {
		t.Fatalf("number %d was sent, %d is stored", block.LastEventNumber, s.last)
	}
	s.last = block.LastEventNumber
	for data := block.Data; len(data) > 0; {
		event, size, err := wire.NextEvent(data)
		if err != nil || size == 0 {
			t.Fatalf("data holds no whole event: %v", err)
		}
		n := int64(binary.BigEndian.Uint64(event))
		if !bytes.Equal(event, numbered(n, len(event)-8)) {
			t.Fatalf("event %d of %d bytes is damaged", n, len(event))
		}
		s.events = append(s.events, n)
		data = data[size:]
	}
	return s.last
}

func decode(t interface{ Fatalf(string, ...any) }, frame []byte) wire.AppendBlockEnd {
	kind, length, err := wire.ParseHeader(frame)
	if err != nil || kind != wire.TypeAppendBlockEnd || length != len(frame)-wire.HeaderSize {
		t.Fatalf("a frame of type %v with %d bytes in %d: %v", kind, length, len(frame), err)
	}
	command, err := wire.Decode(kind, frame[wire.HeaderSize:])
	if err != nil {
		t.Fatalf("frame: %v", err)
	}
	return command.(wire.AppendBlockEnd)
}

// numbered is an event whose bytes tell its number, and where they belong.
func numbered(n int64, padding int) []byte {
	event := binary.BigEndian.AppendUint64(nil, uint64(n))
	for i := range padding {
		event = append(event, byte(int(n)+i+i>>8))
	}
	return event
}

// take is Take with the pieces of each frame put together.
func take(s *Session, frames net.Buffers) net.Buffers {
	for stream := bytes.Join(s.Take(nil), nil); len(stream) > 0; {
		_, length, err := wire.ParseHeader(stream)
		if err != nil {
			panic(err)
		}
		frames = append(frames, stream[:wire.HeaderSize+length])
		stream = stream[wire.HeaderSize+length:]
	}
	return frames
}

// Any interleaving of writes, sends, acks and lost connections stores every
// event once, in order (hazards 1 and 11), and no part of a batch without the rest. Of
// the server only numbers are plausible that were sent.
func TestSessionStoresEveryEventOnceWhateverBreaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var progress Progress
		s := NewSession(wire.NewUUID(), 7, rapid.SampledFrom([]int{64, 4096, 256 << 10}).Draw(t, "block"), &progress, 0)
		server := &store{last: math.MinInt64}
		var wire net.Buffers // on the way to the server
		var acks []int64     // on the way back
		var last, sent int64
		var accepted []int64
		ends := map[int64]bool{math.MinInt64: true} // numbers of the last events of writes
		steps := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 200).Draw(t, "steps")
		for _, step := range append(steps, 9, 3, 4, 5, 3, 4, 5, 3, 4, 5) {
			switch step {
			case 0, 1, 2:
				last += int64(rapid.IntRange(0, 2).Draw(t, "gap")) // other segments take numbers too
				var events [][]byte
				for range max(1, rapid.IntRange(-2, 9).Draw(t, "batch")) {
					last++
					accepted = append(accepted, last)
					events = append(events, numbered(last, rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(0, 100_000)).Draw(t, "size")))
				}
				ends[last] = true
				s.Add(last, 0.5, events...)
			case 3:
				for s.Sendable() {
					before := len(wire)
					if wire = take(&s, wire); len(wire) == before {
						t.Fatalf("sendable, but nothing was taken")
					}
					sent = max(sent, decode(t, wire[len(wire)-1]).LastEventNumber)
				}
			case 4, 6:
				if len(wire) > 0 && step == 6 { // the server takes one frame
					acks = append(acks, server.append(t, wire[0]))
					wire = wire[1:]
				}
				for ; len(wire) > 0 && step == 4; wire = wire[1:] {
					acks = append(acks, server.append(t, wire[0]))
				}
			case 5, 7:
				for ; len(acks) > 0; acks = acks[1:] {
					s.Acked(acks[0])
				}
			case 8: // the connection is lost, with what is on the way
				wire, acks = nil, nil
				s.Offline(rapid.Bool().Draw(t, "shared"))
			case 9:
				wire, acks = nil, nil
				s.Offline(false)
				s.Online(server.last)
			}
			if s.Plausible(-1) || !s.Plausible(max(server.last, 0)) || !s.Plausible(sent) || s.Plausible(sent+1) {
				t.Fatalf("%d was sent, the server has %d; plausible are the former: %v, the latter: %v, the next: %v", sent, server.last, s.Plausible(sent), s.Plausible(max(server.last, 0)), s.Plausible(sent+1))
			}
			if !ends[server.last] {
				t.Fatalf("a batch is stored in part, up to %d", server.last)
			}
			for _, n := range accepted {
				if through := progress.Through(last); n <= through && n > server.last {
					t.Fatalf("acknowledged through %d, the server has %d", through, server.last)
				}
			}
		}
		// Let everything through.
		for s.Bytes() > 0 {
			wire = take(&s, wire[:0])
			for _, frame := range wire {
				s.Acked(server.append(t, frame))
			}
		}
		if through := progress.Through(last); through != last {
			t.Fatalf("acknowledged through %d of %d", through, last)
		}
		if !slices.Equal(server.events, accepted) {
			t.Fatalf("stored %v of %v", server.events, accepted)
		}
	})
}

// Hazard 9: on a new connection one block is sent, and no other before the first
// reply: a sealed segment would close the connection at the second one.
func TestHazard9OneBlockUntilTheFirstReply(t *testing.T) {
	var progress Progress
	s := NewSession(wire.NewUUID(), 7, 64, &progress, 0)
	for n := range int64(10) {
		s.Add(n+1, 0.5, numbered(n+1, 60)) // each a block
	}
	for range 2 {
		s.Online(math.MinInt64)
		if frames := take(&s, nil); len(frames) != 1 || s.Sendable() {
			t.Fatalf("%d blocks were sent before a reply, more are to follow: %v", len(frames), s.Sendable())
		}
		s.Offline(false)
	}
	s.Online(math.MinInt64)
	s.Take(nil)
	s.Acked(1)
	if frames := take(&s, nil); len(frames) != 9 {
		t.Fatalf("%d of 9 blocks were pipelined", len(frames))
	}
}
