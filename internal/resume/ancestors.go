package resume

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

// ancestors goes from segments back to their ancestors, as far as these may hold
// events beyond the durable number. A segment's own number does not tell: it may
// have been given what was left of one predecessor while another one holds
// higher numbers. Its ceiling does. Safe for concurrent use.
type ancestors struct {
	*Writer
	lineage *cluster.Lineage

	mu     sync.Mutex
	traces map[naming.SegmentID]int64 // of ancestors
	pieces []piece
}

// from walks from a segment that can be written to and has the writer's events
// up to a number. It leaves a ceiling, so that the next walk need not go as far.
func (a *ancestors) from(ctx context.Context, s controller.SegmentRange, through int64) error {
	name := naming.SegmentName(a.stream, s.Segment)
	a.note(s.Low, s.High, through)
	if s.Segment.Epoch() == 0 {
		return nil
	}
	ceiling, err := a.ceilingOf(ctx, name)
	if err != nil {
		return err
	}
	if ceiling != wire.NullAttribute && ceiling <= max(through, a.Durable) {
		return nil
	}
	var highest int64
	if !a.first {
		if highest, err = a.before(ctx, s, s.Low, s.High); err != nil {
			return err
		}
	}
	if ceiling != wire.NullAttribute {
		return nil
	}
	_, err = segment.Raise(ctx, a.cluster.Stores, name, a.ceiling, highest)
	if code := fault.CodeOf(err); code == fault.SegmentSealed || code == fault.NoSuchSegment {
		return nil // it will be walked through again
	}
	return err
}

// before walks through the predecessors of a segment, for a part of its range,
// and returns the highest number that any of them may hold.
func (a *ancestors) before(ctx context.Context, s controller.SegmentRange, low, high float64) (highest int64, err error) {
	predecessors, err := a.lineage.Predecessors(ctx, s)
	if err != nil {
		return 0, err
	}
	for _, p := range predecessors {
		low, high := max(low, p.Low), min(high, p.High)
		if low >= high {
			continue
		}
		n, err := a.through(ctx, p, low, high)
		if err != nil {
			return 0, err
		}
		highest = max(highest, n)
	}
	return highest, nil
}

// through walks from an ancestor, for a part of its range, and returns the
// highest number that it or those before it may hold.
func (a *ancestors) through(ctx context.Context, s controller.SegmentRange, low, high float64) (int64, error) {
	name := naming.SegmentName(a.stream, s.Segment)
	number, err := a.final(ctx, s.Segment)
	if fault.CodeOf(err) == fault.NoSuchSegment {
		return 0, nil // deleted by retention or truncation: nobody reads what it held
	}
	if err != nil {
		return 0, err
	}
	a.note(low, high, number)
	ceiling, err := a.ceilingOf(ctx, name)
	if fault.CodeOf(err) == fault.NoSuchSegment {
		return number, nil
	}
	if err != nil {
		return 0, err
	}
	highest := max(number, ceiling)
	if ceiling != wire.NullAttribute && ceiling <= max(number, a.Durable) {
		return highest, nil
	}
	older, err := a.before(ctx, s, low, high)
	return max(highest, older), err
}

// final is the last number that an ancestor has of the writer. It is sealed, or
// about to be: what follows a segment is there before.
func (a *ancestors) final(ctx context.Context, id naming.SegmentID) (int64, error) {
	a.mu.Lock()
	number, known := a.traces[id]
	a.mu.Unlock()
	if known {
		return number, nil
	}
	number, err := a.trace(id).Final(ctx, a.By)
	if err != nil {
		return 0, err
	}
	a.mu.Lock()
	a.traces[id] = number
	a.mu.Unlock()
	return number, nil
}

func (a *ancestors) ceilingOf(ctx context.Context, name string) (int64, error) {
	return segment.Attribute(ctx, a.cluster.Stores, name, segmentstore.Write, a.ceiling)
}

// note keeps what is stored of a range.
func (a *ancestors) note(low, high float64, through int64) {
	if through <= a.Durable {
		return // not asked for
	}
	a.mu.Lock()
	a.pieces = append(a.pieces, piece{low, high, through})
	a.Most = max(a.Most, through)
	a.mu.Unlock()
}
