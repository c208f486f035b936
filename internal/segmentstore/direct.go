package segmentstore

import (
	"net"
	"syscall"
)

// direct writes to a socket what it takes at once. It is owned by whoever sends.
type direct struct {
	raw    syscall.RawConn // nil if the socket does more than carry bytes
	try    func(fd uintptr) bool
	data   []byte
	frames net.Buffers // memory to be used again
	rest   net.Buffers // what the socket did not take
}

func newDirect(socket net.Conn) *direct {
	d := new(direct)
	if plain, ok := socket.(syscall.Conn); ok {
		d.raw, _ = plain.SyscallConn()
	}
	d.try = func(fd uintptr) bool {
		d.data = d.data[writeSome(fd, d.data):]
		return true
	}
	return d
}

// write never blocks. Several frames are left to the sender, which has one call
// for all of them.
func (d *direct) write(frames net.Buffers) {
	d.frames, d.rest = frames, frames
	if len(frames) != 1 {
		return
	}
	d.data = frames[0]
	_ = d.raw.Write(d.try) // the sender meets the same error
	if frames[0], d.data = d.data, nil; len(frames[0]) == 0 {
		d.rest = nil
	}
}

// clear lets go of the frames.
func (d *direct) clear() {
	clear(d.frames)
	d.rest = nil
}
