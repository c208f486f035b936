package member

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// highest are the highest numbers of the segments that a group has had in its streams
// since it was started, as far as the records say that were read: at the end of its data,
// of those that it has completed. They tell a stream that was read to its end from another
// one that was made under its name: a stream that is made anew goes on with the numbers
// where the old one stopped.
type highest map[naming.Stream]int32

// note looks at an update of the group's state. A record of the whole state may stand in
// for the completion of a segment.
func (h highest) note(u readergroup.Update) {
	switch u := u.(type) {
	case readergroup.Init:
		clear(h)
		h.add(maps.Keys(u.Segments))
	case readergroup.Compact:
		h.add(maps.Keys(u.Unassigned))
		h.add(maps.Keys(u.Future))
		for _, segments := range u.Assigned {
			h.add(maps.Keys(segments))
		}
	case readergroup.SegmentCompleted:
		h.add(slices.Values([]readergroup.Segment{u.Segment}))
		h.add(maps.Keys(u.Successors))
	}
}

func (h highest) add(segments iter.Seq[readergroup.Segment]) {
	for s := range segments {
		number := s.ID.Number()
		if before, known := h[s.Stream]; !known || before < number {
			h[s.Stream] = number
		}
	}
}

// confirmEnd lets Next tell the end of the group's data, unless there is more in another
// stream of the name of one that was read.
func (m *Member) confirmEnd(time.Time) error {
	if m.Reader.HasEnded() || !m.state.EndOfData() || m.waits != nil {
		return nil
	}
	if err := m.ask(m.checkEnd); err != nil || m.waits != nil {
		return err
	}
	m.Reader.End()
	return nil
}

// checkEnd looks for streams that were made anew since the group has read them.
func (m *Member) checkEnd(ctx context.Context) error {
	c, config := m.group.Cluster, m.state.Config()
	for stream := range config.Start {
		if !config.End[stream].Unbounded() {
			continue // there may be more
		}
		var anew bool
		var err error
		if number, known := m.highest[stream]; known {
			anew, err = c.BeginsBehind(ctx, stream, number)
		} else {
			anew, err = c.IsOpen(ctx, stream)
		}
		if anew {
			err = m.madeAnew(stream)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *Member) madeAnew(stream naming.Stream) error {
	return fault.New(fault.NoSuchStream, read.Op, m.name,
		"stream %s was deleted, and another one was made under its name: reset the group to read that one", stream)
}
