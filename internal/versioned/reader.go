package versioned

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Reader takes values from a buffer. After the first failure it is at its end:
// every method returns zero, and [Reader.Err] says what was wrong and where. So
// callers read straight on and ask once. Not safe for concurrent use.
type Reader struct {
	what string
	code fault.Code // of its errors
	buf  []byte
	pos  int
	end  int // of the revision or blob that is being read
	err  error
}

// NewReader reads from data, which it does not change. Its errors are
// fault.Protocol, and say that what was being decoded.
func NewReader(what string, data []byte) *Reader {
	return &Reader{what: what, code: fault.Protocol, buf: data, end: len(data)}
}

// NewArgument is NewReader for data that the user of the library gave, so that
// what is wrong with it is fault.InvalidArgument.
func NewArgument(what string, data []byte) *Reader {
	return &Reader{what: what, code: fault.InvalidArgument, buf: data, end: len(data)}
}

// Err is the first failure, which names the offset, or nil.
func (r *Reader) Err() error { return r.err }

// Len is the number of bytes left in the innermost revision or blob, and 0
// after a failure.
func (r *Reader) Len() int { return r.end - r.pos }

// Fail reports that the value just read makes no sense.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		e := fault.New(r.code, "decode "+r.what, "", format, args...)
		e.Detail = "at byte " + strconv.Itoa(r.pos) + ": " + e.Detail
		r.err = e
	}
	r.pos = r.end
}

// take returns the next n bytes, or nil after a failure.
func (r *Reader) take(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n > r.Len() {
		r.Fail("%d bytes are needed and %d are left", n, r.Len())
		return nil
	}
	r.pos += n
	return r.buf[r.pos-n : r.pos]
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// Bool reads one byte; anything but 0 is true.
func (r *Reader) Bool() bool { return r.Byte() != 0 }

// Int32 reads four bytes.
func (r *Reader) Int32() int32 {
	if b := r.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

// Int64 reads eight bytes.
func (r *Reader) Int64() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

// Float64 reads eight bytes.
func (r *Reader) Float64() float64 { return math.Float64frombits(uint64(r.Int64())) }

// UUID reads sixteen bytes.
func (r *Reader) UUID() (v [16]byte) {
	copy(v[:], r.take(16))
	return v
}

// CompactInt reads what [Writer.CompactInt] writes.
func (r *Reader) CompactInt() int {
	first := r.Byte()
	switch {
	case first>>7 == 0:
		return int(first)
	case first>>6 == 2:
		return int(r.bigEndian(first&0x3f, 1))
	default:
		return int(r.upTo(MaxCompactInt, first&0x3f, 3))
	}
}

// CompactLong reads what [Writer.CompactLong] writes.
func (r *Reader) CompactLong() int64 {
	first := r.Byte()
	return int64(r.upTo(MaxCompactLong, first&0x3f, 1<<(first>>6)-1))
}

// CompactSignedLong reads what [Writer.CompactSignedLong] writes.
func (r *Reader) CompactSignedLong() int64 {
	first := r.Byte()
	v := int64(r.upTo(MaxCompactSignedLong, first&0x1f, 1<<(first>>5&3)-1))
	if first>>7 == 1 && r.err == nil {
		return -v - 1
	}
	return v
}

// upTo is bigEndian for numbers of which the largest have no form.
func (r *Reader) upTo(most uint64, first byte, n int) uint64 {
	v := r.bigEndian(first, n)
	if v > most {
		r.Fail("%d is outside of the compact form", v)
		return 0
	}
	return v
}

// bigEndian reads n more bytes behind the first one.
func (r *Reader) bigEndian(first byte, n int) uint64 {
	v := uint64(first)
	for _, b := range r.take(n) {
		v = v<<8 | uint64(b)
	}
	if r.err != nil {
		return 0
	}
	return v
}

// Count reads the number of entries of a map or a list. More than there are
// bytes left is a failure, because every entry takes at least one.
func (r *Reader) Count() int {
	n := r.CompactInt()
	if n > r.Len() {
		r.Fail("%d entries cannot be in the %d bytes left", n, r.Len())
		return 0
	}
	return n
}

// Blob lets read take what [Writer.Blob] wrote, and skips what it leaves.
func (r *Reader) Blob(read func()) { r.Part(r.CompactInt(), read) }

// Single reads an object whose type is known. Each version that the caller
// knows is the list of its revisions' readers; a version that it does not know
// is a failure.
func (r *Reader) Single(versions ...[]func()) {
	r.format()
	r.Contents(versions...)
}

// Kind reads the start of an object that names its type, and returns the type.
// [Reader.Contents] reads the rest.
func (r *Reader) Kind() byte {
	r.format()
	return r.Byte()
}

// Contents reads what follows an object's format and type: see [Reader.Single].
func (r *Reader) Contents(versions ...[]func()) {
	version, count := r.Byte(), r.Byte()
	if r.err != nil {
		return
	}
	// There is always a first revision.
	if int(version) >= len(versions) || count == 0 || count > math.MaxInt8 {
		r.Fail("version %d with %d revisions is unknown", version, count)
		return
	}
	known := versions[version]
	for i := range int(count) {
		revision, length := r.Byte(), r.Int32()
		read := func() {}
		if i < len(known) {
			if int(revision) != i {
				r.Fail("revision %d stands where %d is expected", revision, i)
			}
			read = known[i]
		}
		if r.Part(int(length), read); r.err != nil {
			return
		}
	}
}

func (r *Reader) format() {
	if v := r.Byte(); v != format {
		r.Fail("format %d is unknown", v)
	}
}

// Part lets read see only the next n bytes, and goes behind them. If there are
// not as many, that is a failure.
func (r *Reader) Part(n int, read func()) {
	if r.err != nil {
		return
	}
	if n < 0 || n > r.Len() {
		r.Fail("a part of %d bytes does not fit in the %d left", n, r.Len())
		return
	}
	outer, end := r.end, r.pos+n
	r.end = end
	read()
	r.end = outer
	if r.err == nil {
		r.pos = end
	} else {
		r.pos = outer
	}
}
