package wire

import (
	"encoding/binary"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// EventHeader is the size of what stands before every event in a segment: an
// int32 0 and the int32 length of the payload. Segment offsets count it.
const EventHeader = 4 + 4

// AppendEvent appends an event as a segment stores it, header and payload, and
// allocates nothing if b has room. The payload's length must fit an int32;
// that it is at most 8 MiB is for the caller to check.
func AppendEvent(b, payload []byte) []byte {
	return append(AppendEventHeader(b, len(payload)), payload...)
}

// AppendEventHeader appends what stands before a payload of so many bytes.
func AppendEventHeader(b []byte, length int) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(uint32(length)))
}

// EventSize tells how many bytes the event at the start of b takes in its
// segment, header included, whether or not all of them are in b. It is 0 if the
// header is incomplete. What is no event's header is a fault.Protocol.
func EventSize(b []byte) (int, error) {
	if len(b) < EventHeader {
		return 0, nil
	}
	kind, length := int32(binary.BigEndian.Uint32(b)), int32(binary.BigEndian.Uint32(b[4:]))
	if kind != 0 || length < 0 {
		return 0, fault.New(fault.Protocol, "read", "event", "no event starts here: type %d, length %d", kind, length)
	}
	return EventHeader + int(length), nil
}

// NextEvent finds the event at the start of b: its payload, a part of b, and
// its size with the header, which is the distance to the next event. Size 0
// means that b does not hold the whole event yet. What is no event's header is
// a fault.Protocol. It allocates nothing but an error.
func NextEvent(b []byte) (payload []byte, size int, err error) {
	size, err = EventSize(b)
	if err != nil || size == 0 || size > len(b) {
		return nil, 0, err
	}
	return b[EventHeader:size:size], size, nil
}
