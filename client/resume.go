package client

import (
	"context"
	"sync"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A writer with an id leaves these traces in the stream, all of them attributes
// of segments:
//
//   - on each segment, the number of its last event there, behind its
//     incarnation: every event of the writer that belongs there and has this
//     number or a lower one is stored there or in a segment before it;
//   - on each segment that follows others, a ceiling: the segments before it are
//     sealed and hold no event of the writer above it;
//   - for the stream, the newest incarnation and the floor.

// resumption is what a writer with an id knows of its earlier incarnations.
type resumption struct {
	identity
	client  *Client
	stream  naming.Stream
	by      segment.Incarnation
	durable int64
	past    past
	ceiling wire.UUID // the attribute
	claims  *register // the newest incarnation
	floors  *register // the number through which everything is stored

	fresh bool  // no earlier incarnation stored anything
	floor int64 // when it was opened
	most  int64 // no earlier incarnation stored anything above it
}

// resume takes a writer's id over from its earlier incarnations, which cannot
// store anything from then on, and finds out what they have stored. It returns
// the segments that can be written to.
func (c *Client) resume(ctx context.Context, stream naming.Stream, id string) (*resumption, []controller.SegmentRange, error) {
	r := &resumption{identity: newIdentity(id), client: c, stream: stream}
	r.ceiling = r.uuid("ceiling")
	r.claims = newRegister(c, stream, r.uuid("incarnation"))
	r.floors = newRegister(c, stream, r.uuid("floor"))
	for attempt := 0; ; attempt++ {
		if retry.Soon.Wait(ctx, attempt) != nil {
			return nil, nil, fault.Context(ctx, "continue the writer of stream", stream.String())
		}
		segments, err := c.controller.CurrentSegments(ctx, stream)
		if err != nil || len(segments) == 0 {
			return nil, nil, err
		}
		through, err := r.take(ctx, segments)
		switch fault.CodeOf(err) {
		case 0:
			return r, segments, r.lookBack(ctx, segments, through)
		case fault.SegmentSealed, fault.NoSuchSegment: // replaced meanwhile
		default:
			return nil, nil, err
		}
	}
}

// repeats tells whether the next events, which belong to a position together, are
// stored since an earlier writer of this one's id, and takes their numbers if so.
func (w *Writer) repeats(position float64, events int) (stored bool, err error) {
	r := w.resumed
	if r == nil {
		return false, nil
	}
	from, to := w.last+1, w.last+int64(events)
	switch {
	case r.past.has(position, to):
		w.last = to
		w.progressed()
		return true, nil
	case r.past.has(position, from):
		return false, fault.New(fault.InvalidArgument, "write to stream", r.stream.String(),
			"event %d is stored, event %d of the same batch is not: after Durable the same batches must be written as before", from, to)
	case to > segment.MaxNumber:
		return false, fault.New(fault.InvalidArgument, "write to stream", r.stream.String(), "the writer id %s has no more numbers; use another", r.id)
	}
	return false, nil
}

// trace is the number that a segment has of the writer.
func (r *resumption) trace(ctx context.Context, name string) (int64, error) {
	return segment.Attribute(ctx, r.client.stores, name, segmentstore.Write, r.writer(name))
}

// take fences every segment that can be written to, and returns the number up to
// which each of them has the writer's events.
func (r *resumption) take(ctx context.Context, segments []controller.SegmentRange) ([]int64, error) {
	if r.by == 0 {
		if err := r.claim(ctx, segments); err != nil {
			return nil, err
		}
	}
	through := make([]int64, len(segments))
	return through, together(ctx, len(segments), func(ctx context.Context, i int) (err error) {
		name := naming.SegmentName(r.stream, segments[i].Segment)
		through[i], err = segment.Fence(ctx, r.client.stores, name, r.writer(name), r.by, r.floor)
		return err
	})
}

// claim takes an incarnation that nobody else has.
func (r *resumption) claim(ctx context.Context, segments []controller.SegmentRange) error {
	newest := make([]segment.Incarnation, len(segments))
	err := together(ctx, len(segments), func(ctx context.Context, i int) error {
		value, err := r.trace(ctx, naming.SegmentName(r.stream, segments[i].Segment))
		newest[i], _ = segment.FromWire(value)
		return err
	})
	if err != nil {
		return err
	}
	owner := first(segments)
	floor, err := r.floors.value(ctx, owner)
	if err != nil {
		return err
	}
	if !floor.whole {
		r.client.log.Warn("the segments that knew a writer's durable number were deleted", "stream", r.stream.String(), "writer", r.id)
	}
	claimed, err := r.claims.change(ctx, owner, func(old legacy) (int64, error) {
		// The traces count too, in case that the register was deleted.
		next := max(segment.Incarnation(old.value), 0)
		for _, n := range newest {
			next = max(next, n)
		}
		r.fresh = next == 0 && old.whole
		if next >= segment.MaxIncarnation {
			return 0, fault.New(fault.InvalidArgument, "open writer", r.stream.String(), "the writer id %s was opened %d times; use another", r.id, next)
		}
		return int64(next) + 1, nil
	})
	if err != nil {
		return err
	}
	r.by, r.floor = segment.Incarnation(claimed), max(floor.value, 0)
	return nil
}

// lookBack finds out what is stored beyond the durable number, in the segments
// that can be written to and in those before them.
func (r *resumption) lookBack(ctx context.Context, segments []controller.SegmentRange, through []int64) error {
	r.durable = through[0]
	for _, n := range through {
		r.durable = min(r.durable, n)
		r.most = max(r.most, n)
	}
	w := walk{resumption: r, lineage: r.client.lineage(r.stream), traces: make(map[naming.SegmentID]int64)}
	err := together(ctx, len(segments), func(ctx context.Context, i int) error {
		return w.from(ctx, segments[i], through[i])
	})
	if err != nil {
		return err
	}
	r.past, err = newPast(w.pieces)
	return err
}

// enter makes successors ready to be written to, after all their predecessors
// were settled. Everything up to stored is; the writer has given out no number
// above last.
func (r *resumption) enter(ctx context.Context, successors []controller.SegmentRange, stored, last int64) error {
	return together(ctx, len(successors), func(ctx context.Context, i int) error {
		s := successors[i]
		err := r.enterOne(ctx, s, naming.SegmentName(r.stream, s.Segment), stored, max(last, r.most))
		switch fault.CodeOf(err) {
		case fault.SegmentSealed, fault.NoSuchSegment:
			return nil // nobody writes to it any more, neither shall we
		}
		return err
	})
}

func (r *resumption) enterOne(ctx context.Context, s controller.SegmentRange, name string, stored, ceiling int64) error {
	if s.Low == 0 {
		// So that the incarnation is known as long as any segment.
		_, err := r.claims.change(ctx, s, func(old legacy) (int64, error) {
			if old.value > int64(r.by) {
				return 0, segment.Fenced(name)
			}
			return int64(r.by), nil
		})
		if err != nil {
			return err
		}
	}
	if err := segment.Raise(ctx, r.client.stores, name, r.ceiling, ceiling); err != nil {
		return err
	}
	_, err := segment.Fence(ctx, r.client.stores, name, r.writer(name), r.by, stored)
	return err
}

// atOnce is how many requests about segments are under way at once.
const atOnce = 16

// together calls f for 0 to n-1, some at a time, until one fails.
func together(ctx context.Context, n int, f func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var work sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	for i := range n {
		turns <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		work.Go(func() {
			defer func() { <-turns }()
			if err := f(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	work.Wait()
	return context.Cause(ctx)
}
