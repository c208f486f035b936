package member

import (
	"context"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// completeSegments tells the group which segments were read to their end, and
// what follows them. While the controllers do not tell that, it notes why.
func (m *Member) completeSegments(time.Time) error {
	m.waits = nil
	if _, pending := m.state.Checkpoint(m.id); pending {
		return nil
	}
	for _, a := range m.Reader.Consumed() {
		var successors map[readergroup.Segment]readergroup.Successor
		err := m.ask(func(ctx context.Context) (err error) {
			successors, err = m.successors(ctx, a)
			return err
		})
		if err != nil || m.waits != nil {
			return err
		}
		err = m.change(background.WriteGroupState, func() ([]readergroup.Update, error) {
			return m.state.Complete(m.id, a.Segment, successors)
		})
		if err != nil {
			return err
		}
		m.acquire = time.Time{} // what follows may be free now
	}
	return nil
}

// mend takes back what official Java readers let go too early. See
// readergroup.State.Mend.
func (m *Member) mend(time.Time) error {
	if m.state.Mend() == nil {
		return nil
	}
	return m.change(background.WriteGroupState, func() ([]readergroup.Update, error) { return m.state.Mend(), nil })
}

// successors of a segment that was read to its end; none if the group ends there.
// A group that started at a cut which lacks a segment that was done with, as cuts
// of a checkpoint by official Java clients may, never reads that one: nobody waits
// for it.
func (m *Member) successors(ctx context.Context, a read.Consumed) (map[readergroup.Segment]readergroup.Successor, error) {
	if _, ends := m.state.EndOffset(a.Segment); ends {
		return nil, nil
	}
	c := m.group.Cluster
	successors, err := c.Successors(ctx, a.Segment)
	if err != nil {
		return nil, err
	}
	if len(successors) == 0 && a.Gone { // nothing is deleted from a stream but what something follows
		anew, err := c.BeginsBehind(ctx, a.Segment.Stream, a.Segment.ID.Number())
		if anew {
			err = m.madeAnew(a.Segment.Stream)
		}
		if err != nil {
			return nil, err
		}
	}
	future, positions := m.state.Future(), m.state.Positions()
	var open []naming.SegmentID // what the group reads of the stream, or will
	for s := range positions {
		if s.Stream == a.Segment.Stream && s != a.Segment {
			open = append(open, s.ID)
		}
	}
	for s := range future {
		if s.Stream == a.Segment.Stream {
			open = append(open, s.ID)
		}
	}
	for s, v := range successors {
		if _, waits := future[s]; waits {
			continue // what it waits for is settled
		}
		comes := map[naming.SegmentID]bool{}
		for _, p := range v.Predecessors {
			if p != a.Segment.ID && !slices.Contains(open, p) {
				if comes, err = c.Ahead(ctx, s.Stream, open, s.ID.Epoch()-1); err != nil {
					return nil, err
				}
				break
			}
		}
		v.Predecessors = slices.DeleteFunc(v.Predecessors, func(p naming.SegmentID) bool {
			return p != a.Segment.ID && !slices.Contains(open, p) && !comes[p]
		})
		successors[s] = v
	}
	return successors, nil
}
