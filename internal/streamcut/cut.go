package streamcut

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Cut is a position in a whole stream: an offset in each of some segments whose
// ranges cover the key space once. The zero Cut is unbounded: the head of any
// stream where reading starts, its tail where reading ends.
type Cut struct {
	Stream naming.Stream
	// Offsets are those of the next events, or [Completed].
	Offsets map[naming.SegmentID]int64
}

// Unbounded reports whether the cut is the head or the tail, as the zero Cut is.
func (c Cut) Unbounded() bool { return c.Stream == naming.Stream{} }

// Equal reports whether two cuts are of one stream and have the same offsets.
func (c Cut) Equal(o Cut) bool { return c.Stream == o.Stream && maps.Equal(c.Offsets, o.Offsets) }

// Segments is the cut by full names of segments.
func (c Cut) Segments() map[Segment]int64 {
	offsets := make(map[Segment]int64, len(c.Offsets))
	for id, offset := range c.Offsets {
		offsets[Segment{c.Stream, id}] = offset
	}
	return offsets
}

// Cuts sorts offsets by stream: one cut for each.
func Cuts(offsets map[Segment]int64) map[naming.Stream]Cut {
	cuts := make(map[naming.Stream]Cut)
	for s, offset := range offsets {
		c, begun := cuts[s.Stream]
		if !begun {
			c = Cut{s.Stream, make(map[naming.SegmentID]int64)}
			cuts[s.Stream] = c
		}
		c.Offsets[s.ID] = offset
	}
	return cuts
}

// String is a form for people, as Java's toString: "scope/stream:0=45, 1=105",
// with whole segment ids, or "UNBOUNDED". [Cut.Text] is the one to keep.
func (c Cut) String() string {
	if c.Unbounded() {
		return unbounded
	}
	parts := make([]string, 0, len(c.Offsets))
	for _, id := range c.ids() {
		parts = append(parts, strconv.FormatInt(int64(id), 10)+"="+strconv.FormatInt(c.Offsets[id], 10))
	}
	return c.Stream.String() + ":" + strings.Join(parts, ", ")
}

func (c Cut) ids() []naming.SegmentID {
	return slices.SortedFunc(maps.Keys(c.Offsets), cmp.Compare[naming.SegmentID])
}

// Encode makes the bytes that Java's StreamCut.fromBytes reads: none for an
// unbounded cut. The error is fault.InvalidArgument, for an offset outside of
// the compact form.
func (c Cut) Encode() ([]byte, error) {
	w := versioned.NewWriter("stream cut")
	if !c.Unbounded() {
		c.write(w)
	}
	return w.Finish()
}

// DecodeCut reads what [Cut.Encode] and Java's StreamCut.toBytes write. The
// error is fault.InvalidArgument.
func DecodeCut(data []byte) (Cut, error) {
	r := versioned.NewArgument("stream cut", data)
	var c Cut
	if len(data) > 0 {
		c = readCut(r)
	}
	if err := r.Err(); err != nil {
		return Cut{}, err
	}
	return c, nil
}

// WriteCut writes a cut behind its length, which is 0 for an unbounded one.
func WriteCut(w *versioned.Writer, c Cut) {
	w.Blob(func() {
		if !c.Unbounded() {
			c.write(w)
		}
	})
}

// ReadCut reads what [WriteCut] writes.
func ReadCut(r *versioned.Reader) (c Cut) {
	r.Blob(func() {
		if r.Len() > 0 {
			c = readCut(r)
		}
	})
	return c
}

func (c Cut) write(w *versioned.Writer) {
	w.Single(1, func() {
		WriteStream(w, c.Stream)
		versioned.WriteMap(w, c.Offsets, cmp.Compare[naming.SegmentID],
			func(id naming.SegmentID) { w.CompactLong(int64(id)) }, w.CompactSignedLong)
	})
}

func readCut(r *versioned.Reader) (c Cut) {
	id := func() naming.SegmentID {
		id := naming.SegmentID(r.CompactLong())
		if id.Number() < 0 {
			r.Fail("%#x is not the id of a segment", int64(id))
		}
		return id
	}
	revision := func(number func() int64) []func() {
		offset := func() int64 {
			v := number()
			if v < Completed {
				r.Fail("%d is not an offset", v)
			}
			return v
		}
		return []func(){func() { c = Cut{ReadStream(r), versioned.ReadMap(r, id, offset)} }}
	}
	// Version 0 could not say that a segment was read to the end.
	r.Single(revision(r.CompactLong), revision(r.CompactSignedLong))
	return c
}
