package versioned

import (
	"encoding/binary"
	"math"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// The largest values of the compact forms.
const (
	MaxCompactInt        = 1<<30 - 2
	MaxCompactLong       = 1<<62 - 2
	MaxCompactSignedLong = 1<<61 - 2
	MinCompactSignedLong = -1<<61 + 1
)

// Writer appends values to a buffer. Values that a form cannot hold are
// remembered as an error, which [Writer.Finish] returns, so that callers write
// straight on. The zero Writer is not usable; see [NewWriter]. Not safe for
// concurrent use.
type Writer struct {
	what string
	buf  []byte
	err  error
}

// NewWriter makes a Writer whose errors say that what was being encoded.
func NewWriter(what string) *Writer { return &Writer{what: what} }

// Finish returns what was written, or the first error: fault.InvalidArgument.
func (w *Writer) Finish() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return w.buf, nil
}

// Fail makes Finish return fault.InvalidArgument, for a value that has no form.
func (w *Writer) Fail(format string, args ...any) {
	if w.err == nil {
		w.err = fault.New(fault.InvalidArgument, "encode "+w.what, "", format, args...)
	}
}

// Byte writes one byte.
func (w *Writer) Byte(v byte) { w.buf = append(w.buf, v) }

// Bool writes one byte, 0 or 1.
func (w *Writer) Bool(v bool) {
	if v {
		w.Byte(1)
	} else {
		w.Byte(0)
	}
}

// Int32 writes four bytes, big endian, as every number.
func (w *Writer) Int32(v int32) { w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(v)) }

// Int64 writes eight bytes.
func (w *Writer) Int64(v int64) { w.buf = binary.BigEndian.AppendUint64(w.buf, uint64(v)) }

// Float64 writes the eight bytes of the IEEE form.
func (w *Writer) Float64(v float64) { w.Int64(int64(math.Float64bits(v))) }

// UUID writes sixteen bytes.
func (w *Writer) UUID(v [16]byte) { w.buf = append(w.buf, v[:]...) }

// CompactInt writes 0 to [MaxCompactInt] in one, two or four bytes.
func (w *Writer) CompactInt(v int) {
	switch {
	case v < 0 || v > MaxCompactInt:
		w.Fail("%d has no compact form", v)
	case v > 0x3fff:
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(v)|0xc000_0000)
	case v > 0x7f:
		w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(v)|0x8000)
	default:
		w.Byte(byte(v))
	}
}

// CompactLong writes 0 to [MaxCompactLong] in one, two, four or eight bytes.
func (w *Writer) CompactLong(v int64) {
	if v < 0 || v > MaxCompactLong {
		w.Fail("%d has no compact form", v)
		return
	}
	w.compact(uint64(v), 6, 0)
}

// CompactSignedLong writes [MinCompactSignedLong] to [MaxCompactSignedLong] in
// one, two, four or eight bytes.
func (w *Writer) CompactSignedLong(v int64) {
	switch {
	case v < MinCompactSignedLong || v > MaxCompactSignedLong:
		w.Fail("%d has no compact form", v)
	case v < 0:
		w.compact(uint64(-v-1), 5, 1)
	default:
		w.compact(uint64(v), 5, 0)
	}
}

// compact writes v behind a head of 8-free bits: the sign, if free is 5, then
// the size as a power of two. free is what the first byte leaves for v.
func (w *Writer) compact(v uint64, free uint, sign uint64) {
	switch {
	case v>>free == 0:
		w.Byte(byte(sign<<7 | v))
	case v>>(free+8) == 0:
		w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(sign<<15|1<<(free+8)|v))
	case v>>(free+24) == 0:
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(sign<<31|2<<(free+24)|v))
	default:
		w.buf = binary.BigEndian.AppendUint64(w.buf, sign<<63|3<<(free+56)|v)
	}
}

// Blob writes what write writes, behind its length as a compact int.
func (w *Writer) Blob(write func()) {
	start := len(w.buf)
	write()
	length := len(w.buf) - start
	end := len(w.buf)
	w.CompactInt(length)
	head := len(w.buf) - end
	// The length comes first, but how many bytes it takes is known only now.
	var prefix [4]byte
	copy(prefix[:], w.buf[end:])
	copy(w.buf[start+head:], w.buf[start:end])
	copy(w.buf[start:], prefix[:head])
}

// Single writes an object whose type the reader knows: its version and its
// revisions, numbered from 0.
func (w *Writer) Single(version byte, revisions ...func()) {
	w.Byte(format)
	w.contents(version, revisions)
}

// Multi writes an object that names its type, from 0 to 127.
func (w *Writer) Multi(kind, version byte, revisions ...func()) {
	w.Byte(format)
	w.Byte(kind)
	w.contents(version, revisions)
}

func (w *Writer) contents(version byte, revisions []func()) {
	w.Byte(version)
	w.Byte(byte(len(revisions)))
	for i, write := range revisions {
		w.Byte(byte(i))
		w.Int32(0)
		start := len(w.buf)
		write()
		binary.BigEndian.PutUint32(w.buf[start-4:], uint32(len(w.buf)-start))
	}
}

// format is the first byte of every object.
const format = 0
