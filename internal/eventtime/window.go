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
}

// NewWindow makes the window of one who has seen no marks.
func NewWindow() *Window { return &Window{passed: NoLower} }

// Bounds are those of the times at the positions that were told last.
func (w *Window) Bounds() (lower, upper int64) {
	if len(w.ahead) == 0 {
		return w.passed, NoUpper
	}
	return w.passed, w.ahead[len(w.ahead)-1].Upper
}

// Advance moves to positions of the segments that are being read, with their ranges,
// as far as the marks go that it has: more tells that the next mark counts too.
func (w *Window) Advance(positions map[naming.SegmentID]streamcut.Place) (more bool) {
	for len(w.ahead) > 0 && w.ahead[0].side(positions) > 0 {
		w.passed = w.ahead[0].Lower
		w.ahead = w.ahead[1:]
	}
	return len(w.ahead) == 0 || w.ahead[len(w.ahead)-1].side(positions) >= 0
}

// Next takes in the next mark.
func (w *Window) Next(m Mark, positions map[naming.SegmentID]streamcut.Place) (more bool) {
	w.ahead = append(w.ahead, m)
	return w.Advance(positions)
}
