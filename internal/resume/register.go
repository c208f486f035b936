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

// register is a number that a writer keeps for a whole stream: as an attribute
// of the segment that owns position 0. A successor has it from its ancestors
// until it is changed; their seals are waited for, so it changes in one place. Safe
// for concurrent use.
type register struct {
	cluster   *cluster.Cluster
	stream    naming.Stream
	attribute wire.UUID

	mu     sync.Mutex
	heir   naming.SegmentID // has inherited, which cannot change any more
	legacy legacy
}

// legacy is what a segment has from its ancestors.
type legacy struct {
	value int64 // wire.NullAttribute for none
	whole bool  // false: nothing was found, but segments that may have known were deleted
}

func newRegister(c *cluster.Cluster, stream naming.Stream, attribute wire.UUID) *register {
	return &register{cluster: c, stream: stream, attribute: attribute, heir: -1}
}

// change makes the number what next makes of it, however many others do the
// same, and returns it. SegmentSealed and NoSuchSegment tell that s does not own
// position 0 any more.
func (r *register) change(ctx context.Context, s controller.SegmentRange, next func(old legacy) (int64, error)) (int64, error) {
	name := naming.SegmentName(r.stream, s.Segment)
	return segment.Change(ctx, r.cluster.Stores, name, r.attribute, func(own int64) (int64, error) {
		old := legacy{own, true}
		if own == wire.NullAttribute {
			var err error
			if old, err = r.inherited(ctx, s); err != nil {
				return 0, err
			}
		}
		return next(old)
	})
}

// value is the number; s owns position 0 now.
func (r *register) value(ctx context.Context, s controller.SegmentRange) (legacy, error) {
	own, err := r.on(ctx, s)
	if own != wire.NullAttribute || err != nil {
		return legacy{own, true}, err
	}
	return r.inherited(ctx, s)
}

func (r *register) on(ctx context.Context, s controller.SegmentRange) (int64, error) {
	return segment.Attribute(ctx, r.cluster.Stores, naming.SegmentName(r.stream, s.Segment), segmentstore.Write, r.attribute)
}

// inherited looks for the nearest ancestor that has a value.
func (r *register) inherited(ctx context.Context, s controller.SegmentRange) (legacy, error) {
	found := legacy{wire.NullAttribute, true}
	lineage := r.cluster.Lineage(r.stream)
	for at := s; found.value == wire.NullAttribute; {
		if legacy, known := r.remembered(at.Segment); known {
			found = legacy
			break
		}
		before, err := lineage.Predecessors(ctx, at)
		if err != nil {
			return found, err
		}
		if len(before) == 0 {
			break
		}
		at = cluster.First(before)
		found.value, err = segment.FinalValue(ctx, r.cluster.Stores, naming.SegmentName(r.stream, at.Segment), r.attribute)
		if fault.CodeOf(err) == fault.NoSuchSegment {
			found = legacy{wire.NullAttribute, false}
			break
		}
		if err != nil {
			return found, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heir, r.legacy = s.Segment, found
	return found, nil
}

func (r *register) remembered(id naming.SegmentID) (found legacy, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.legacy, r.heir == id
}
