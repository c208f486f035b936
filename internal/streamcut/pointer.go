package streamcut

import (
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Pointer tells where one event is stored.
type Pointer struct {
	Segment Segment
	Offset  int64 // of the event's header
	Length  int32 // in bytes, with the 8 of the header
}

// String is the text "segment:offset-length".
func (p Pointer) String() string {
	return p.Segment.String() + ":" + strconv.FormatInt(p.Offset, 10) + "-" + strconv.Itoa(int(p.Length))
}

// ParsePointer reads what [Pointer.String] and Java's EventPointer.toString
// write. The error is fault.InvalidArgument.
func ParsePointer(text string) (Pointer, error) {
	at := strings.LastIndexByte(text, ':')
	if at < 0 {
		return Pointer{}, invalid("event pointer", "%+q is not segment:offset-length", text)
	}
	s, err := ParseSegment(text[:at])
	if err != nil {
		return Pointer{}, err
	}
	first, second, _ := strings.Cut(text[at+1:], "-")
	offset, err1 := strconv.ParseUint(first, 10, 63)
	length, err2 := strconv.ParseUint(second, 10, 31)
	if err1 != nil || err2 != nil {
		return Pointer{}, invalid("event pointer", "%+q is not offset-length", text[at+1:])
	}
	return Pointer{s, int64(offset), int32(length)}, nil
}

// Encode makes the bytes that Java's EventPointer.fromBytes reads. The error is
// fault.InvalidArgument, for numbers that have no compact form.
func (p Pointer) Encode() ([]byte, error) {
	w := versioned.NewWriter("event pointer")
	w.Single(0, func() {
		WriteSegment(w, p.Segment)
		w.CompactLong(p.Offset)
		w.CompactInt(int(p.Length))
	})
	return w.Finish()
}

// DecodePointer reads what [Pointer.Encode] and Java's EventPointer.toBytes
// write. The error is fault.InvalidArgument.
func DecodePointer(data []byte) (Pointer, error) {
	r := versioned.NewArgument("event pointer", data)
	var p Pointer
	r.Single([]func(){func() {
		p = Pointer{ReadSegment(r), r.CompactLong(), int32(r.CompactInt())}
	}})
	if err := r.Err(); err != nil {
		return Pointer{}, err
	}
	return p, nil
}
