package member

import (
	"fmt"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// starves says why the reader has no segment.
func (m *Member) starves() string {
	all := m.state.Segments()
	var others []string
	for _, id := range m.state.Readers() {
		if id != m.id {
			others = append(others, id)
		}
	}
	const most = 5
	if len(others) > most {
		others = append(others[:most], "others")
	}
	switch free := len(m.state.SegmentsToAcquire(m.id)); {
	case free > 0:
		return fmt.Sprintf("the reader is about to take %s", fault.Count(free, "segment"))
	case all == 0 || len(others) == 0:
		return "the group has no segment to read now"
	}
	return fmt.Sprintf("other readers (%s) have the group's %s; those of a reader that has crashed are free once it is taken offline",
		strings.Join(others, ", "), fault.Count(all, "segment"))
}
