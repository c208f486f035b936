// Package wire is the language of the segment stores: one struct a command,
// encoding by appending to the caller's buffer, decoding in place. It does no
// I/O and keeps no state; everything in it may be used by many goroutines at
// once, as long as they do not share a buffer.
//
// A frame is an int32 type, an int32 length of what follows, and the payload,
// all big-endian. Commands only ever grow at their end, so a decoder takes what
// an older peer leaves out for its default and ignores what a newer peer adds.
package wire

import (
	"encoding/binary"
	"math"
	"sync"

	"github.com/pravega/pravega-client-go/internal/fault"
)

const (
	// HeaderSize is the size of the type and the length in front of a payload.
	HeaderSize = 4 + 4
	// MaxFrame is the most bytes of a frame, header included, in either
	// direction: the servers count the header too.
	MaxFrame = 0xFFFFFF
	// MaxString is the most bytes of a string field: its length is a uint16.
	MaxString = math.MaxUint16
	// NullAttribute stands for the value of an attribute that a segment does
	// not have, and for the last event number of a writer it does not know.
	NullAttribute = math.MinInt64
)

// A Command is one message between a client and a segment store.
type Command interface {
	Type() Type
	// Append appends the whole frame, header included, to b and returns the
	// extended buffer. A command that cannot be expressed, since one of its
	// strings is longer than MaxString or its frame than MaxFrame, appends
	// nothing: half a frame or a cut name would corrupt what follows on the
	// connection. Encode tells such a command by an error.
	Append(b []byte) []byte
}

// A Reply is a command by which a server answers one request.
type Reply interface {
	Command
	// Request is the id of the request that is answered.
	Request() int64
}

// Encode appends the frame of c to b. A command that cannot be expressed is a
// fault.InvalidArgument, and b is returned as it was.
func Encode(b []byte, c Command) ([]byte, error) {
	frame := c.Append(b)
	if len(frame) == len(b) {
		return b, fault.New(fault.InvalidArgument, "encode", c.Type().String(),
			"a string is longer than %d bytes or the command longer than %d", MaxString, MaxFrame)
	}
	return frame, nil
}

// ParseHeader reads the first HeaderSize bytes of a frame: the type of the
// command and the length of the payload that follows. A length that is negative
// or beyond MaxFrame is a fault.Protocol: nothing sensible can follow it.
func ParseHeader(h []byte) (t Type, length int, err error) {
	if len(h) < HeaderSize {
		return 0, 0, fault.New(fault.Protocol, "decode", "header", "%d bytes, needs %d", len(h), HeaderSize)
	}
	t = Type(binary.BigEndian.Uint32(h))
	n := int32(binary.BigEndian.Uint32(h[4:]))
	if n < 0 || n > MaxFrame-HeaderSize {
		return 0, 0, fault.New(fault.Protocol, "decode", t.String(), "length %d is not within 0 and %d", n, MaxFrame-HeaderSize)
	}
	return t, int(n), nil
}

// Decode reads the payload of a frame. Byte slices in the command (Data, Event)
// are parts of payload and live as long as it does; strings are copies. An
// unknown type, or a payload that is malformed, is a fault.Protocol that names
// the command, the field and the offset in the payload.
func Decode(t Type, payload []byte) (Command, error) {
	known, ok := commands[t]
	if !ok {
		return nil, fault.New(fault.Protocol, "decode", t.String(), "unknown command")
	}
	c := cursors.Get().(*cursor) // one for each ack would be most of what there is to collect
	defer cursors.Put(c)
	*c = cursor{payload: payload}
	command := known.decode(c)
	c.payload = nil
	if c.wrong != "" {
		return nil, fault.New(fault.Protocol, "decode", t.String(), "field %s at byte %d: %s", c.field, c.at, c.wrong)
	}
	return command, nil
}

var cursors = sync.Pool{New: func() any { return new(cursor) }}
