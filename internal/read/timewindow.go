package read

import (
	"context"
	"errors"
	"time"

	"github.com/pravega/pravega-client-go/internal/eventtime"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// TimeWindow is where the group is in the event time of one of its streams: what is read from now
// on has at least the time lower, and what was read so far has at most the time upper.
func (r *Reader) TimeWindow(ctx context.Context, scope, stream string) (lower, upper int64, err error) {
	const op = "get time window of stream"
	ctx, cancel := r.config.Cluster.Limit(ctx)
	defer cancel()
	name := naming.Stream{Scope: scope, Name: stream}
	if !r.reads[name] {
		return 0, 0, fault.New(fault.InvalidArgument, op, name.String(), "group %s does not read it", r.config.Group)
	}
	m, err := r.marks(name)
	if err != nil {
		return 0, 0, err
	}
	if m.calls.Lock(ctx) != nil {
		return 0, 0, xsync.Busy(ctx, op, name.String())
	}
	defer m.calls.Unlock()
	if positions, known := r.GroupPositions(name); known {
		if err := m.advance(ctx, r, name, positions); err != nil {
			return 0, 0, err
		}
	}
	lower, upper = m.window.Bounds()
	return lower, upper, nil
}

// marks are those of a stream.
func (r *Reader) marks(stream naming.Stream) (*marks, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return nil, r.err
	}
	m := r.times[stream]
	if m == nil {
		m = &marks{calls: xsync.NewMutex(), window: eventtime.NewWindow(), offset: -1}
		if r.times == nil {
			r.times = make(map[naming.Stream]*marks)
		}
		r.times[stream] = m
	}
	return m, nil
}

// GroupPositions are where the group stands in a stream; known is false until the
// reader has read the group's state.
func (r *Reader) GroupPositions(stream naming.Stream) (positions map[naming.SegmentID]streamcut.Place, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	positions = make(map[naming.SegmentID]streamcut.Place)
	for s, place := range r.groupRead {
		if s.Stream == stream {
			positions[s.ID] = place
		}
	}
	for s, place := range r.stand() {
		if s.Stream == stream {
			positions[s.ID] = place
		}
	}
	return positions, r.groupRead != nil
}

// marks follows a stream's time marks. Under calls.
type marks struct {
	calls  xsync.Mutex
	window *eventtime.Window
	log    *segment.Log // nil until the stream of the marks was found
	offset int64        // of the next mark; -1 for the first
	asked  time.Time    // when there was none
}

// marksPause is how long to wait after there was no further mark.
const marksPause = time.Second

// advance moves the window to the group's positions, over as many marks as it takes.
func (m *marks) advance(ctx context.Context, r *Reader, stream naming.Stream, positions map[naming.SegmentID]streamcut.Place) error {
	if !m.window.Advance(positions) || time.Since(m.asked) < marksPause {
		return nil
	}
	c := r.config.Cluster
	if m.log == nil {
		marks := naming.MarkStream(stream)
		segments, err := c.Controller.CurrentSegments(ctx, marks)
		if errors.Is(err, fault.NoSuchStream) || err == nil && len(segments) != 1 {
			m.asked = time.Now()
			return nil // the stream is gone, or from before there were marks
		}
		if err != nil {
			return err
		}
		m.log = segment.ReadLog(c.Stores, naming.SegmentName(marks, segments[0].Segment))
	}
	err := m.read(ctx, positions)
	switch {
	case errors.Is(err, errSufficient):
		return nil
	case errors.Is(err, fault.NoSuchSegment): // the stream was deleted
		m.log, m.offset = nil, -1
	case err != nil:
		return err
	}
	m.asked = time.Now()
	return nil
}

var errSufficient = errors.New("the marks that were read suffice")

// read takes in marks until there is no other, or they suffice.
func (m *marks) read(ctx context.Context, positions map[naming.SegmentID]streamcut.Place) error {
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return fault.Context(ctx, "read time marks", m.log.Name()).Because(fault.Tried(attempt, "they were truncated while they were read"), nil)
		}
		start, end, err := m.log.Bounds(ctx)
		if err != nil {
			return err
		}
		m.offset = max(m.offset, start)
		err = m.log.Read(ctx, m.offset, end, func(record []byte, next int64) error {
			mark, err := eventtime.DecodeMark(record)
			if err != nil {
				return err
			}
			m.offset = next
			if !m.window.Next(mark, positions) {
				return errSufficient
			}
			return nil
		})
		if !errors.Is(err, fault.SegmentTruncated) {
			return err
		}
	}
}
