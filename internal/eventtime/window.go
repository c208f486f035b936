package eventtime

import (
	"math"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// Bounds of a window that are not known.
const (
	NoLower = math.MinInt64
	NoUpper = math.MaxInt64
)

// Window follows who reads a stream through its marks. Its zero value, of one who
// has seen none, is made by [NewWindow].
type Window struct {
	passed int64  // the time of the newest mark that lies before the positions
	ahead  []Mark // that do not, oldest first
	upper  int64  // that of the newest one, if it lies before the positions nowhere
}

// NewWindow makes the window of one who has seen no marks.
func NewWindow() *Window { return &Window{passed: NoLower, upper: NoUpper} }

// Bounds are those of the times at the positions that were told last: what follows has
// the lower one at least, what was read the upper one at most. Java's readers tell the
// upper bound of the last mark also when they are behind it in some segments, where
// they have read what it says nothing of.
func (w *Window) Bounds() (lower, upper int64) { return w.passed, w.upper }

// Advance moves to positions of the segments that are being read, with their ranges,
// as far as the marks go that it has: more tells that the next mark counts too.
func (w *Window) Advance(positions map[naming.SegmentID]streamcut.Place) (more bool) {
	for len(w.ahead) > 0 && w.ahead[0].side(positions) > 0 {
		w.passed = w.ahead[0].Lower
		w.ahead = w.ahead[1:]
	}
	w.upper = NoUpper
	newest := len(w.ahead) - 1
	if newest < 0 || w.ahead[newest].side(positions) >= 0 {
		return true
	}
	w.upper = w.ahead[newest].Upper
	return false
}

// Next takes in the next mark.
func (w *Window) Next(m Mark, positions map[naming.SegmentID]streamcut.Place) (more bool) {
	w.ahead = append(w.ahead, m)
	return w.Advance(positions)
}
