package write

import (
	"slices"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/routing"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// routes finds the segment for a position among those that a writer writes to.
type routes struct {
	members []*member // by their ranges, ascending
	ranges  routing.Ranges
}

// member is one of a writer's segments.
type member struct {
	*segment.Appender
	writer *Writer
	id     naming.SegmentID
	low    float64 // of its range of positions
	high   float64
	sealed func() // as in Segment
	stall  stall
	// Once it is sealed.
	asks      *background.Life // the questions to the servers that its replacement takes
	replacing bool             // a goroutine replaces it, with those that are replaced together
}

func newRoutes(members []*member) (routes, error) {
	slices.SortFunc(members, func(a, b *member) int {
		switch {
		case a.high < b.high:
			return -1
		case a.high > b.high:
			return 1
		}
		return 0
	})
	highs := make([]float64, len(members))
	for i, m := range members {
		highs[i] = m.high
	}
	ranges, err := routing.NewRanges(highs)
	return routes{members, ranges}, err
}

func (r *routes) find(position float64) *member { return r.members[r.ranges.Find(position)] }

// holds reports whether all of some members are in the routes.
func (r *routes) holds(some []*member) bool {
	for _, m := range some {
		if !slices.Contains(r.members, m) {
			return false
		}
	}
	return true
}

// overlapping lists the members that share positions with a segment.
func (r *routes) overlapping(s controller.SegmentRange) []*member {
	var list []*member
	for _, m := range r.members {
		if m.low < s.High && s.Low < m.high {
			list = append(list, m)
		}
	}
	return list
}

func (w *Writer) newMember(s Segment) *member {
	m := &member{writer: w, id: s.Segment, low: s.Low, high: s.High, sealed: s.Sealed}
	// Without a writer's id, the wire id is random: another handle of the same transaction
	// has its own numbers.
	id, known := wire.NewUUID(), int64(0)
	r := w.resumed
	if r != nil {
		id, known = r.Wire(s.Name, r.By), max(r.Most, w.acked.Load())
	}
	m.Appender = segment.NewAppender(w.life.Child(s.Name), segment.Config{
		Lock:       &w.mu,
		Stores:     w.cluster.Stores,
		Owner:      m,
		Progress:   &w.progress,
		BlockBytes: w.config.BlockBytes,
		Resumed:    r != nil,
		Known:      known,
	}, s.Name, id)
	return m
}

// Stored is called when events of the segment, or parts of a large one, are known to be
// stored.
func (m *member) Stored(_ *segment.Appender, bytes int) {
	m.stall.progress++
	m.writer.leftLocked(bytes, m.Bytes())
}

// Failed is called when the segment cannot be written to.
func (m *member) Failed(_ *segment.Appender, err error) {
	m.writer.failLocked(err)
}

// Sealed is called when the segment takes no more events.
func (m *member) Sealed(*segment.Appender) {
	if m.sealed != nil {
		m.sealed()
		return
	}
	w := m.writer
	if w.err != nil {
		return
	}
	m.asks = w.life.Child(m.Name)
	w.work.Add(1)
	go w.reroute(m)
}
