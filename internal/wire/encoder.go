package wire

import "encoding/binary"

// encoder appends one frame to a buffer: begin, the fields in their order, end.
type encoder struct {
	b       []byte
	start   int  // where the frame begins in b
	tooLong bool // a string did not fit its length field
}

func begin(b []byte, t Type) encoder {
	e := encoder{b: b, start: len(b)}
	e.int32(int32(t))
	e.int32(0) // the length, known at the end
	return e
}

// end puts the length in and returns the buffer, without the frame if the frame
// cannot be expressed.
func (e *encoder) end() []byte {
	size := len(e.b) - e.start
	if e.tooLong || size > MaxFrame {
		return e.b[:e.start]
	}
	binary.BigEndian.PutUint32(e.b[e.start+4:], uint32(size-HeaderSize))
	return e.b
}

func (e *encoder) byte(v byte)   { e.b = append(e.b, v) }
func (e *encoder) int32(v int32) { e.b = binary.BigEndian.AppendUint32(e.b, uint32(v)) }
func (e *encoder) int64(v int64) { e.b = binary.BigEndian.AppendUint64(e.b, uint64(v)) }
func (e *encoder) uuid(v UUID)   { e.b = append(e.b, v[:]...) }

func (e *encoder) bool(v bool) {
	if v {
		e.byte(1)
	} else {
		e.byte(0)
	}
}

// string appends the length and the bytes. The servers mean Java's modified
// UTF-8, which for names and tokens, all ASCII, is the same.
func (e *encoder) string(v string) {
	if len(v) > MaxString {
		e.tooLong = true
		return
	}
	e.b = binary.BigEndian.AppendUint16(e.b, uint16(len(v)))
	e.b = append(e.b, v...)
}

// bytes appends the length and the bytes; end refuses what is too long for it.
func (e *encoder) bytes(v []byte) {
	e.int32(int32(len(v)))
	e.b = append(e.b, v...)
}
