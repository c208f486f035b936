package cluster

import (
	"context"
	"slices"
	"sync"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// Lineage knows from which segments those of a stream have come, for one walk back from
// the current ones: it remembers every epoch that it asked for, which never change. Safe
// for concurrent use.
type Lineage struct {
	controller *controller.Controller
	stream     naming.Stream

	mu     sync.Mutex
	epochs map[int32][]controller.SegmentRange
}

// Lineage of a stream.
func (c *Cluster) Lineage(stream naming.Stream) *Lineage {
	return &Lineage{controller: c.Controller, stream: stream, epochs: make(map[int32][]controller.SegmentRange)}
}

// Predecessors lists the predecessors of a segment: those that shared positions with
// it in the epoch before it was made.
func (l *Lineage) Predecessors(ctx context.Context, s controller.SegmentRange) ([]controller.SegmentRange, error) {
	epoch := s.Segment.Epoch() - 1
	if epoch < 0 {
		return nil, nil
	}
	l.mu.Lock()
	segments, known := l.epochs[epoch]
	l.mu.Unlock()
	if !known {
		var err error
		if segments, err = l.controller.EpochSegments(ctx, l.stream, epoch); err != nil {
			return nil, err
		}
		l.mu.Lock()
		l.epochs[epoch] = segments
		l.mu.Unlock()
	}
	return slices.DeleteFunc(slices.Clone(segments), func(p controller.SegmentRange) bool {
		return p.Low >= s.High || s.Low >= p.High
	}), nil
}

// First is the segment that owns position 0.
func First(segments []controller.SegmentRange) controller.SegmentRange {
	return slices.MinFunc(segments, func(a, b controller.SegmentRange) int {
		if a.Low < b.Low {
			return -1
		}
		return 1
	})
}
