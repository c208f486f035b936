package versioned

import (
	"encoding/binary"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF writes a string in Java's modified UTF-8, behind its length in two bytes:
// NUL takes two bytes, and a character beyond the first plane six, as its two
// surrogates. At most 65535 bytes. A string that is not valid UTF-8 is refused,
// except that a lone surrogate is accepted as [Reader.UTF] returns it.
func (w *Writer) UTF(s string) {
	start := len(w.buf)
	w.buf = append(w.buf, 0, 0)
	if at := units(s, w.unit); at < len(s) {
		w.Fail("a string is not valid UTF-8 at byte %d", at)
		return
	}
	length := len(w.buf) - start - 2
	if length > math.MaxUint16 {
		w.Fail("a string of %d bytes is longer than %d", length, math.MaxUint16)
		return
	}
	binary.BigEndian.PutUint16(w.buf[start:], uint16(length))
}

// unit writes a UTF-16 unit.
func (w *Writer) unit(u uint16) {
	switch {
	case u == 0 || (u >= 0x80 && u < 0x800):
		w.buf = append(w.buf, 0xc0|byte(u>>6), 0x80|byte(u&0x3f))
	case u < 0x80:
		w.buf = append(w.buf, byte(u))
	default:
		w.buf = appendUnit(w.buf, u)
	}
}

// HashCode is Java's hash code of a string as [Reader.UTF] returns it.
func HashCode(s string) (hash int32) {
	units(s, func(u uint16) { hash = 31*hash + int32(u) })
	return hash
}

// units visits the UTF-16 units of a string, and returns how many of its bytes it
// could make sense of.
func units(s string, visit func(uint16)) (understood int) {
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		if c == utf8.RuneError && size <= 1 {
			if c = loneSurrogate(s[i:]); c == 0 {
				return i
			}
			size = 3
		}
		if i += size; c < 0x10000 {
			visit(uint16(c))
			continue
		}
		high, low := utf16.EncodeRune(c)
		visit(uint16(high))
		visit(uint16(low))
	}
	return len(s)
}

// UTF reads a string in Java's modified UTF-8. A Java string may hold a
// surrogate without its other half, which UTF-8 cannot say; it comes back as
// the three bytes that UTF-8 would use if it could, so that strings which
// differ stay different.
func (r *Reader) UTF() string {
	var length uint16
	if b := r.take(2); b != nil {
		length = binary.BigEndian.Uint16(b)
	}
	start := r.pos
	in := r.take(int(length))
	ascii := true
	for _, c := range in {
		ascii = ascii && c != 0 && c < utf8.RuneSelf
	}
	if ascii {
		return string(in)
	}
	out := make([]byte, 0, len(in))
	var high uint16 // a surrogate that waits for its other half
	for i := 0; i < len(in); {
		unit, size := unitAt(in[i:])
		if size == 0 {
			r.Fail("the string at %d is not modified UTF-8 in its byte %d", start, i)
			return ""
		}
		i += size
		switch {
		case high != 0 && unit>>10 == 0xdc00>>10:
			out = out[:len(out)-3]
			out = utf8.AppendRune(out, 0x10000+rune(high-0xd800)<<10|rune(unit-0xdc00))
			high = 0
			continue
		case unit>>11 == 0xd800>>11:
			out = appendUnit(out, unit)
		default:
			out = utf8.AppendRune(out, rune(unit))
		}
		high = 0
		if unit>>10 == 0xd800>>10 {
			high = unit
		}
	}
	return string(out)
}

// unitAt decodes the first UTF-16 unit of b, as leniently as Java does: longer
// forms than needed are accepted. size is 0 if there is none.
func unitAt(b []byte) (unit uint16, size int) {
	follows := func(i int) bool { return i < len(b) && b[i]>>6 == 2 }
	switch c := b[0]; {
	case c < 0x80:
		return uint16(c), 1
	case c>>5 == 6 && follows(1):
		return uint16(c&0x1f)<<6 | uint16(b[1]&0x3f), 2
	case c>>4 == 14 && follows(1) && follows(2):
		return uint16(c&0xf)<<12 | uint16(b[1]&0x3f)<<6 | uint16(b[2]&0x3f), 3
	}
	return 0, 0
}

// loneSurrogate is the surrogate whose three bytes s starts with, or 0.
func loneSurrogate(s string) rune {
	if len(s) >= 3 && s[0] == 0xed && s[1]>>5 == 5 && s[2]>>6 == 2 {
		return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f)
	}
	return 0
}

// appendUnit writes a unit of 0x800 or more in its three bytes.
func appendUnit(b []byte, u uint16) []byte {
	return append(b, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
}
