package client

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
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
func (m *membership) confirmEnd(time.Time) error {
	r := m.reader
	if r.ended || !m.state.EndOfData() || m.waits != nil {
		return nil
	}
	if err := m.ask(m.checkEnd); err != nil || m.waits != nil {
		return err
	}
	r.mu.Lock()
	r.ended = true
	r.announce()
	r.mu.Unlock()
	return nil
}

// checkEnd looks for streams that were made anew since the group has read them.
func (m *membership) checkEnd(ctx context.Context) error {
	c, config := m.reader.group.client, m.state.Config()
	for stream := range config.Start {
		if !config.End[stream].Unbounded() {
			continue // there may be more
		}
		var anew bool
		var err error
		if number, known := m.highest[stream]; known {
			anew, err = c.beginsBehind(ctx, stream, number)
		} else {
			anew, err = c.isOpen(ctx, stream)
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

func (m *membership) madeAnew(stream naming.Stream) error {
	return fault.New(fault.NoSuchStream, readWithReader, m.reader.name,
		"stream %s was deleted, and another one was made under its name: reset the group to read that one", stream)
}

// beginsBehind reports whether all segments of a stream have higher numbers: whether it
// is not the one that a segment of this number was in, of which everything was read.
func (c *Client) beginsBehind(ctx context.Context, stream naming.Stream, number int32) (bool, error) {
	head, err := c.cluster.Controller.HeadSegments(ctx, stream)
	for id := range head.Offsets {
		if id.Number() <= number {
			return false, nil
		}
	}
	return len(head.Offsets) > 0, unlessGone(err)
}

// isOpen reports whether a stream can be written to, as one that is sealed or does not
// exist cannot, and one that is being sealed will not.
func (c *Client) isOpen(ctx context.Context, stream naming.Stream) (bool, error) {
	segments, err := c.cluster.Controller.CurrentSegments(ctx, stream)
	for i := 0; i < len(segments) && err == nil; i++ {
		var info wire.StreamSegmentInfo
		info, err = segment.Info(ctx, c.cluster.Stores, naming.SegmentName(stream, segments[i].Segment), segmentstore.Read)
		switch {
		case err == nil && !info.IsSealed:
			return true, nil
		case fault.CodeOf(err) == fault.NoSuchSegment: // deleted meanwhile
			err = nil
		}
	}
	return false, unlessGone(err)
}

// unlessGone is the error of a question about a stream; none if the stream does not
// exist, or the caller may not ask.
func unlessGone(err error) error {
	switch fault.CodeOf(err) {
	case fault.NoSuchStream, fault.NoSuchScope, fault.PermissionDenied:
		return nil
	}
	return err
}
