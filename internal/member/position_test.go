package member

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A position follows what is given back, and what is about to be; it keeps as text
// and as bytes.
func TestPositionsFollowWhatIsGivenBack(t *testing.T) {
	c := mergedStream(t)
	g := c.group()
	g.startAt(t, c, map[naming.SegmentID]int64{left: 0, right: 0}, nil)
	r := g.idleReader(t, "reader")
	if got := r.Reader.Position(); got.String() != "" || len(got.Offsets()) != 0 {
		t.Errorf("a reader without segments stands at %q", got)
	}
	if err := r.step(); err != nil {
		t.Fatal(err)
	}
	s := next(t, r)
	waittest.Until(t, "the segment has ended", func() bool { return ended(s) })
	of, other := segmentOf(t, s), readergroup.Segment{Stream: c.Stream, ID: left}
	if of == other {
		other.ID = right
	}
	for what, tc := range map[string]struct {
		position streamcut.Position
		offset   int64
	}{
		"out":                {r.Reader.Position(), 0},
		"at its first event": {s.Position(0), 0},
		"behind all":         {s.Position(s.EndOffset()), -1},
	} {
		if want := map[readergroup.Segment]int64{of: tc.offset, other: 0}; !maps.Equal(tc.position.Offsets(), want) {
			t.Errorf("%s: the position has %v, want %v", what, tc.position.Offsets(), want)
		}
		bytes, err := tc.position.Encode()
		if err != nil {
			t.Fatal(err)
		}
		kept, err := streamcut.DecodePosition(bytes)
		if err != nil || !maps.Equal(kept.Offsets(), tc.position.Offsets()) {
			t.Errorf("%s: the bytes have %v, %v", what, kept.Offsets(), err)
		}
		if kept, err = streamcut.ParsePosition(tc.position.String()); err != nil || !maps.Equal(kept.Offsets(), tc.position.Offsets()) {
			t.Errorf("%s: the text has %v, %v", what, kept.Offsets(), err)
		}
	}
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	if got := r.Reader.Position().Offsets(); got[of] != -1 || got[other] != 0 {
		t.Errorf("when a segment was given back, the position is %v", got)
	}
	if got := s.Position(0).Offsets(); got[of] != -1 {
		t.Errorf("a slice that was given back has the position %v", got)
	}
	for _, bad := range []string{"x", "scope/stream/0.#epoch.0=-2", "scope/stream/0.#epoch.0"} {
		if _, err := streamcut.ParsePosition(bad); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A reader is closed at a position before or behind what it has given back, but not
// ahead of what it was handed out.
func TestReaderIsClosedAtAPosition(t *testing.T) {
	const size = 8 + 1
	for what, tc := range map[string]struct {
		release, at int64 // events
		want        []string
	}{
		"before":      {2, 1, []string{"b", "c", "d"}},
		"at":          {2, 2, []string{"c", "d"}},
		"behind":      {2, 3, []string{"d"}},
		"at the end":  {2, 4, nil},
		"ahead of it": {2, 5, []string{"c", "d"}},
	} {
		c := startCluster(t, keyspace...)
		c.Put(c.Name(0), []byte("a"), []byte("b"), []byte("c"), []byte("d"))
		g := c.group()
		r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
		if err != nil {
			t.Fatal(err)
		}
		s := next(t, r)
		if err := s.ReleaseAt(tc.release * size); err != nil {
			t.Fatal(err)
		}
		if s = next(t, r); s.EndOffset() != 4*size {
			t.Fatal("not all events came at once")
		}
		at := s.Position(tc.at * size)
		err = r.CloseAt(waittest.Limit(t), at)
		if tc.at > 4 {
			if !errors.Is(err, fault.InvalidArgument) {
				t.Errorf("%s: %v", what, err)
			}
			err = r.Close(waittest.Limit(t))
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Seal(c.Name(0))
		last, err := g.OpenReader(waittest.Limit(t), "last", defaults())
		if err != nil {
			t.Fatal(err)
		}
		if got := drain(t, last); !slices.Equal(got, tc.want) {
			t.Errorf("%s: then %q are read, want %q", what, got, tc.want)
		}
	}
}
