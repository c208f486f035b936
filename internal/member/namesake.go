package member

import (
	"maps"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// namesake is how a reader knows whether a name is still its own when it was away until
// the records that would tell were truncated away: all that the group has of the
// reader must be what it wrote itself.
type namesake struct {
	// doubts are what the reader owns if writes whose answers were lost are stored.
	doubts []map[readergroup.Segment]readergroup.Place
	// skips: records were skipped, and those behind are being read.
	skips bool
	owned []map[readergroup.Segment]readergroup.Place // what it may own then
}

// skipped notes what the reader owned by the last record that it has read. Of those
// that are gone none but the doubtful ones are its own. They may have held signs of life
// of all others, and the begin of another reset.
func (m *Member) skipped() {
	m.liveness.restart()
	m.renew, m.renewals = time.Time{}, 0
	m.namesake.skips, m.missed = true, true
	m.namesake.owned = append(m.namesake.doubts, m.state.Assigned(m.id))
}

// isAnother reports whether an update behind skipped records is not the reader's own, or what
// the bearer of the name owns by it is not what the reader itself has left. A namesake may have
// just that at first, but it writes something some time.
func (m *Member) isAnother(u readergroup.Update) bool {
	if _, whole := u.(readergroup.Compact); whole {
		owns := m.state.Assigned(m.id)
		return m.namesake.skips && !slices.ContainsFunc(m.namesake.owned, func(o map[readergroup.Segment]readergroup.Place) bool {
			return maps.EqualFunc(o, owns, func(a, b readergroup.Place) bool { return a.Offset == b.Offset })
		})
	}
	return m.missed && readergroup.Author(u) == m.id && m.log.Offset() != m.proposed
}
