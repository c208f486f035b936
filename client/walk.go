package client

import (
	"context"
	"sync"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// walk goes from segments back to their ancestors, as far as these may hold
// events beyond the durable number. A segment's own number does not tell: it may
// have been given what was left of one predecessor while another one holds
// higher numbers. Its ceiling does. Safe for concurrent use.
type walk struct {
	*resumption
	lineage *cluster.Lineage

	mu     sync.Mutex
	traces map[naming.SegmentID]int64 // of ancestors
	pieces []piece
}

// from walks from a segment that can be written to and has the writer's events
// up to a number. It leaves a ceiling, so that the next walk need not go as far.
func (w *walk) from(ctx context.Context, s controller.SegmentRange, through int64) error {
	name := naming.SegmentName(w.stream, s.Segment)
	w.note(s.Low, s.High, through)
	if s.Segment.Epoch() == 0 {
		return nil
	}
	ceiling, err := w.ceilingOf(ctx, name)
	if err != nil {
		return err
	}
	if ceiling != wire.NullAttribute && ceiling <= max(through, w.durable) {
		return nil
	}
	var highest int64
	if !w.fresh {
		if highest, err = w.before(ctx, s, s.Low, s.High); err != nil {
			return err
		}
	}
	if ceiling != wire.NullAttribute {
		return nil
	}
	_, err = segment.Raise(ctx, w.client.cluster.Stores, name, w.ceiling, highest)
	if code := fault.CodeOf(err); code == fault.SegmentSealed || code == fault.NoSuchSegment {
		return nil // it will be walked through again
	}
	return err
}

// before walks through the predecessors of a segment, for a part of its range,
// and returns the highest number that any of them may hold.
func (w *walk) before(ctx context.Context, s controller.SegmentRange, low, high float64) (highest int64, err error) {
	predecessors, err := w.lineage.Predecessors(ctx, s)
	if err != nil {
		return 0, err
	}
	for _, p := range predecessors {
		low, high := max(low, p.Low), min(high, p.High)
		if low >= high {
			continue
		}
		n, err := w.through(ctx, p, low, high)
		if err != nil {
			return 0, err
		}
		highest = max(highest, n)
	}
	return highest, nil
}

// through walks from an ancestor, for a part of its range, and returns the
// highest number that it or those before it may hold.
func (w *walk) through(ctx context.Context, s controller.SegmentRange, low, high float64) (int64, error) {
	name := naming.SegmentName(w.stream, s.Segment)
	number, err := w.final(ctx, s.Segment)
	if fault.CodeOf(err) == fault.NoSuchSegment {
		return 0, nil // deleted by retention or truncation: nobody reads what it held
	}
	if err != nil {
		return 0, err
	}
	w.note(low, high, number)
	ceiling, err := w.ceilingOf(ctx, name)
	if fault.CodeOf(err) == fault.NoSuchSegment {
		return number, nil
	}
	if err != nil {
		return 0, err
	}
	highest := max(number, ceiling)
	if ceiling != wire.NullAttribute && ceiling <= max(number, w.durable) {
		return highest, nil
	}
	older, err := w.before(ctx, s, low, high)
	return max(highest, older), err
}

// final is the last number that an ancestor has of the writer. It is sealed, or
// about to be: what follows a segment is there before.
func (w *walk) final(ctx context.Context, id naming.SegmentID) (int64, error) {
	w.mu.Lock()
	number, known := w.traces[id]
	w.mu.Unlock()
	if known {
		return number, nil
	}
	number, err := w.trace(id).Final(ctx, w.by)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	w.traces[id] = number
	w.mu.Unlock()
	return number, nil
}

func (w *walk) ceilingOf(ctx context.Context, name string) (int64, error) {
	return segment.Attribute(ctx, w.client.cluster.Stores, name, segmentstore.Write, w.resumption.ceiling)
}

// note keeps what is stored of a range.
func (w *walk) note(low, high float64, through int64) {
	if through <= w.durable {
		return // not asked for
	}
	w.mu.Lock()
	w.pieces = append(w.pieces, piece{low, high, through})
	w.most = max(w.most, through)
	w.mu.Unlock()
}
