package wire

import (
	"encoding/binary"
	"fmt"
)

// cursor reads the fields of a payload in their order. The first field that is
// malformed stops it: it remembers which one, and whatever is read afterwards
// is zero, so that a decode function needs no checks of its own.
type cursor struct {
	payload []byte
	at      int    // the offset of the next byte
	field   string // the field that was malformed
	wrong   string // what was wrong with it, "" as long as nothing is
}

func (c *cursor) refuse(field, format string, args ...any) {
	if c.wrong == "" {
		c.field, c.wrong = field, fmt.Sprintf(format, args...)
	}
}

func (c *cursor) left() int { return len(c.payload) - c.at }

// more reports whether another field follows; an older peer may have left it out.
func (c *cursor) more() bool { return c.wrong == "" && c.left() > 0 }

// take returns the next n bytes, nil if they are not there.
func (c *cursor) take(field string, n int) []byte {
	switch {
	case c.wrong != "":
		return nil
	case n < 0 || n > c.left():
		c.refuse(field, "%d bytes expected, %d left", n, c.left())
		return nil
	}
	b := c.payload[c.at : c.at+n : c.at+n]
	c.at += n
	return b
}

func (c *cursor) byte(field string) byte {
	if b := c.take(field, 1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) bool(field string) bool { return c.byte(field) != 0 }

func (c *cursor) uint16(field string) uint16 {
	if b := c.take(field, 2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) int32(field string) int32 {
	if b := c.take(field, 4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (c *cursor) int64(field string) int64 {
	if b := c.take(field, 8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (c *cursor) uuid(field string) (id UUID) {
	copy(id[:], c.take(field, len(id)))
	return id
}

func (c *cursor) string(field string) string {
	return string(c.take(field, int(c.uint16(field))))
}

// bytes returns a part of the payload, not a copy; nil if it is empty.
func (c *cursor) bytes(field string) []byte {
	b := c.take(field, int(c.int32(field)))
	if len(b) == 0 {
		return nil
	}
	return b
}

// count reads how many items follow, of at least size bytes each. A number that
// the rest of the payload cannot hold is refused before anybody allocates it.
func (c *cursor) count(field string, size int) int {
	n := int(c.int32(field))
	if n < 0 || n > c.left()/size {
		c.refuse(field, "%d items of at least %d bytes expected, %d bytes left", n, size, c.left())
		return 0
	}
	return n
}

func (c *cursor) int32Or(field string, missing int32) int32 {
	if !c.more() {
		return missing
	}
	return c.int32(field)
}

func (c *cursor) int64Or(field string, missing int64) int64 {
	if !c.more() {
		return missing
	}
	return c.int64(field)
}

func (c *cursor) stringOr(field string, missing string) string {
	if !c.more() {
		return missing
	}
	return c.string(field)
}
