package eventtime

import (
	"errors"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

type places = map[naming.SegmentID]streamcut.Place

var (
	whole = naming.NewSegmentID(0, 0)
	low   = naming.NewSegmentID(1, 1)
	high  = naming.NewSegmentID(2, 1)
	again = naming.NewSegmentID(3, 2) // both merged

	all, lower, upper = streamcut.Range{Low: 0, High: 1}, streamcut.Range{Low: 0, High: 0.5}, streamcut.Range{Low: 0.5, High: 1}
)

func at(offset int64, keys streamcut.Range) streamcut.Place {
	return streamcut.Place{Offset: offset, Range: keys}
}

func encode(m Mark) []byte {
	w := versioned.NewWriter("time mark")
	w.Single(0, func() {
		w.Int64(m.Lower)
		w.Int64(m.Upper)
		w.CompactInt(len(m.Cut))
		for id, place := range m.Cut {
			w.Single(0, func() {
				w.Int64(int64(id))
				w.Float64(place.Range.Low)
				w.Float64(place.Range.High)
			})
			w.Int64(place.Offset)
		}
	})
	data, err := w.Finish()
	if err != nil {
		panic(err)
	}
	return data
}

func TestMarksAreDecoded(t *testing.T) {
	data := encode(Mark{-5, 7, places{low: at(3, lower), high: at(-1, upper)}})
	m, err := DecodeMark(data)
	if err != nil || m.Lower != -5 || m.Upper != 7 || len(m.Cut) != 2 || m.Cut[low] != at(3, lower) || m.Cut[high] != at(-1, upper) {
		t.Fatal(m, err)
	}
	for n := range data {
		if _, err := DecodeMark(data[:n]); !errors.Is(err, fault.Protocol) {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
}

func FuzzDecodeMark(f *testing.F) {
	f.Add(encode(Mark{1, 2, places{low: at(3, lower)}}))
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = DecodeMark(data) })
}

// On which side of a cut positions lie, segment by segment and over scales.
func TestSidesOfAMark(t *testing.T) {
	split := Mark{Cut: places{low: at(10, lower), high: at(20, upper)}}
	unwritten := Mark{Cut: places{low: at(10, lower), high: at(-1, upper)}}
	for what, tc := range map[string]struct {
		mark      Mark
		positions places
		want      int
	}{
		"before":                         {split, places{low: at(9, lower), high: at(20, upper)}, -1},
		"at":                             {split, places{low: at(10, lower), high: at(20, upper)}, 1},
		"behind":                         {split, places{low: at(10, lower), high: at(21, upper)}, 1},
		"between":                        {split, places{low: at(11, lower), high: at(19, upper)}, 0},
		"at an end":                      {split, places{low: at(-1, lower), high: at(20, upper)}, 1},
		"a predecessor":                  {split, places{whole: at(100, all)}, -1},
		"the end of a predecessor":       {split, places{whole: at(-1, all)}, -1},
		"a successor":                    {split, places{again: at(0, all)}, 1},
		"with a part that is done":       {split, places{high: at(19, upper)}, -1},
		"a range that is not known":      {split, places{whole: at(5, streamcut.Range{})}, -1},
		"an own range that is not known": {split, places{low: at(10, streamcut.Range{}), high: at(20, streamcut.Range{})}, 1},
		"all is read":                    {split, places{}, 1},
		"nothing was written there":      {unwritten, places{low: at(10, lower), high: at(0, upper)}, 1},
		"before, and nothing there":      {unwritten, places{low: at(9, lower), high: at(0, upper)}, -1},
	} {
		if got := tc.mark.side(tc.positions); got != tc.want {
			t.Errorf("%s: %d, want %d", what, got, tc.want)
		}
	}
}

// A window opens between the marks before and behind the positions, asks for no more
// marks than it needs, and never goes back.
func TestWindowMovesOverMarks(t *testing.T) {
	var marks []Mark
	for n := range int64(5) {
		marks = append(marks, Mark{100 + 10*n, 105 + 10*n, places{whole: at(10+10*n, all)}})
	}
	w := NewWindow()
	taken := 0
	for _, step := range []struct{ offset, lower, upper int64 }{
		{0, NoLower, 105},
		{9, NoLower, 105},
		{10, 100, 115},
		{35, 120, 135},
		{30, 120, 135}, // older positions
		{50, 140, NoUpper},
		{1000, 140, NoUpper},
	} {
		positions := places{whole: at(step.offset, all)}
		for more := w.Advance(positions); more && taken < len(marks); taken++ {
			more = w.Next(marks[taken], positions)
		}
		if l, u := w.Bounds(); l != step.lower || u != step.upper {
			t.Errorf("at %d the window is from %d to %d, want %d to %d", step.offset, l, u, step.lower, step.upper)
		}
		if want := int(min(step.offset/10+1, 5)); step.offset != 30 && taken != want {
			t.Errorf("at %d %d marks were taken, want %d", step.offset, taken, want)
		}
	}
}

// Behind a mark in one segment and before it in another, what was read may have any
// time, until there is a mark that lies ahead in all.
func TestWindowHasNoUpperBoundBehindAMarkInSomeSegments(t *testing.T) {
	mark := func(offset, time int64) Mark {
		return Mark{time, time + 5, places{low: at(offset, lower), high: at(offset, upper)}}
	}
	w := NewWindow()
	check := func(what string, more, wantMore bool, wantLower, wantUpper int64) {
		t.Helper()
		if l, u := w.Bounds(); more != wantMore || l != wantLower || u != wantUpper {
			t.Errorf("%s: the window is from %d to %d, more marks count: %v", what, l, u, more)
		}
	}
	positions := places{low: at(9, lower), high: at(10, upper)}
	check("nowhere behind it", w.Next(mark(10, 100), positions), false, NoLower, 105)
	positions[high] = at(11, upper)
	check("in between", w.Advance(positions), true, NoLower, NoUpper)
	check("a further mark", w.Next(mark(20, 110), positions), false, NoLower, 115)
	positions[high] = at(21, upper)
	check("in between of both", w.Advance(positions), true, NoLower, NoUpper)
	positions[low] = at(10, lower)
	check("behind the first one", w.Advance(positions), true, 100, NoUpper)
}
