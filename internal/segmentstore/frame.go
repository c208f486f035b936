package segmentstore

import (
	"bufio"
	"io"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// readCommand reads one frame. The data of a SegmentRead lands in a Buffer of
// its own; any other command lives in scratch until the next call.
func readCommand(in *bufio.Reader, scratch *[]byte) (wire.Command, error) {
	header, err := in.Peek(wire.HeaderSize)
	if err != nil {
		return nil, err
	}
	kind, length, err := wire.ParseHeader(header)
	if err != nil {
		return nil, err
	}
	_, _ = in.Discard(wire.HeaderSize)
	if kind == wire.TypeSegmentRead {
		return readData(in, length)
	}
	if cap(*scratch) < length {
		*scratch = make([]byte, length)
	}
	payload := (*scratch)[:length]
	if _, err := io.ReadFull(in, payload); err != nil {
		return nil, err
	}
	return wire.Decode(kind, payload)
}

func readData(in *bufio.Reader, length int) (wire.Command, error) {
	buffer := &Buffer{array: Allocate(Headroom + length)}
	payload := buffer.array[Headroom:]
	if _, err := io.ReadFull(in, payload); err != nil {
		buffer.Release()
		return nil, err
	}
	command, err := wire.Decode(wire.TypeSegmentRead, payload)
	if err != nil {
		buffer.Release()
		return nil, err
	}
	read := command.(wire.SegmentRead)
	// Before the data stand the segment's name, the offset, two flags and the length.
	buffer.start = Headroom + 2 + len(read.Segment) + 8 + 1 + 1 + 4
	buffer.end = buffer.start + len(read.Data)
	return Data{read, buffer}, nil
}
