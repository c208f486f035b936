package client

import (
	"slices"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/routing"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// table finds the segment for a position among those that a writer writes to.
type table struct {
	members []*member // by their ranges, ascending
	ranges  routing.Ranges
}

// member is one of a writer's segments.
type member struct {
	*segment.Appender
	writer *Writer
	id     naming.SegmentID
	high   float64 // of its range of positions
}

func newTable(members []*member) (table, error) {
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
	return table{members, ranges}, err
}

func (t *table) find(position float64) *member { return t.members[t.ranges.Find(position)] }

// of lists the members that write to a segment: several if its predecessors
// were replaced at different times.
func (t *table) of(id naming.SegmentID) []*member {
	var list []*member
	for _, m := range t.members {
		if m.id == id {
			list = append(list, m)
		}
	}
	return list
}

// replaced lists the members with successors in the place of old ones. For each
// run of old neighbours a successor is entered anew, and with no more than their
// range: its other predecessors may have been replaced before, or not be known
// yet. A segment that is entered twice has two wire ids, since the numbers of
// one key's events say nothing of those of another's.
func (t *table) replaced(old []*member, successors []controller.SegmentRange, enter func(controller.SegmentRange) *member) []*member {
	var members []*member
	low := 0.0
	for i := 0; i < len(t.members); {
		m := t.members[i]
		i++
		if !slices.Contains(old, m) {
			members = append(members, m)
			low = m.high
			continue
		}
		for i < len(t.members) && slices.Contains(old, t.members[i]) {
			m = t.members[i]
			i++
		}
		for _, s := range successors {
			if s.Low < m.high && s.High > low {
				s.High = min(s.High, m.high)
				members = append(members, enter(s))
			}
		}
		low = m.high
	}
	return members
}

func (w *Writer) newMember(s controller.SegmentRange) *member {
	m := &member{writer: w, id: s.Segment, high: s.High}
	m.Appender = segment.NewAppender(w.ctx, segment.Config{
		Lock:       &w.mu,
		Stores:     w.client.stores,
		Owner:      m,
		Progress:   &w.progress,
		BlockBytes: w.config.BlockBytes,
		MaxOutage:  w.client.config.MaxOutage,
	}, naming.SegmentName(w.stream, s.Segment), wire.NewUUID())
	return m
}

// Stored is called when events of the segment are known to be stored.
func (m *member) Stored(_ *segment.Appender, bytes int) {
	m.writer.window.used -= bytes
	m.writer.progressed()
}

// Failed is called when the segment cannot be written to.
func (m *member) Failed(_ *segment.Appender, err error) {
	if slices.ContainsFunc(m.writer.table.members, func(m *member) bool { return m.Doubtful() }) {
		err = m.writer.unknown(err)
	}
	m.writer.fail(err)
}

// Sealed is called when the segment takes no more events.
func (m *member) Sealed(*segment.Appender) {
	w := m.writer
	if w.err != nil {
		return
	}
	w.sealed = append(w.sealed, m)
	if !w.moving {
		w.moving = true
		w.work.Add(1)
		go w.reroute()
	}
}
