package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// A writer with an id leaves these traces in the stream, all of them attributes
// of segments:
//
//   - on each segment, the incarnation that may append to it, and the number of
//     that one's last event there: every event of the writer that belongs there
//     and has this number or a lower one is stored there or in a segment before it;
//   - on each segment that follows others, a ceiling: the segments before it are
//     sealed and hold no event of the writer above it;
//   - for the stream, the newest incarnation and the floor.

// opContinue is what all of it is there for, in errors.
const opContinue = "continue the writer of stream"

// resumption is what a writer with an id knows of its earlier incarnations.
type resumption struct {
	identity
	client  *Client
	stream  naming.Stream
	by      segment.Incarnation
	durable int64
	past    past
	ceiling wire.UUID // the attribute
	claims  claims
	floors  *register // the number through which everything is stored

	fresh bool  // there was no earlier incarnation
	floor int64 // when it was opened
	most  int64 // no earlier incarnation stored anything above it
}

// resume takes a writer's id over from its earlier incarnations, which cannot
// store anything from then on, and finds out what they have stored. It returns
// the segments that can be written to.
func (c *Client) resume(ctx context.Context, stream naming.Stream, id string) (_ *resumption, _ []controller.SegmentRange, err error) {
	r := &resumption{identity: newIdentity(id), client: c, stream: stream}
	defer func() {
		if err != nil && r.by > 0 {
			err = fault.Uncertain(err) // the earlier ones are ended, or will be
		}
	}()
	r.ceiling = r.uuid("ceiling")
	r.claims = newClaims(c, stream, r.identity)
	r.floors = newRegister(c, stream, r.uuid("floor"))
	var replaced error
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return nil, nil, fault.Context(ctx, opContinue, stream.String()).Because(fault.Untried, replaced)
		}
		segments, err := c.cluster.Controller.CurrentSegments(ctx, stream)
		if err != nil || len(segments) == 0 {
			return nil, nil, err
		}
		through, err := r.take(ctx, segments)
		switch fault.CodeOf(err) {
		case 0:
			return r, segments, r.lookBack(ctx, segments, through)
		case fault.SegmentSealed, fault.NoSuchSegment:
			replaced = err // meanwhile
		default:
			return nil, nil, err
		}
	}
}

// repeats reports whether the next events, which belong to a position together, are
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

// take fences every segment that can be written to, and returns the number up to
// which each of them has the writer's events.
func (r *resumption) take(ctx context.Context, segments []controller.SegmentRange) ([]int64, error) {
	if err := r.claim(ctx, segments); err != nil {
		return nil, err
	}
	through := make([]int64, len(segments))
	return through, xsync.Together(ctx, opContinue, r.stream.String(), len(segments), func(ctx context.Context, i int) (err error) {
		through[i], err = r.trace(segments[i].Segment).Enter(ctx, r.by, r.floor, true)
		return err
	})
}

// claim takes the next incarnation from the segment that owns position 0.
func (r *resumption) claim(ctx context.Context, segments []controller.SegmentRange) error {
	if r.by != 0 {
		return r.claims.announce(ctx, segments, r.by)
	}
	owner := cluster.First(segments)
	floor, err := r.floors.value(ctx, owner)
	if err != nil {
		return err
	}
	if !floor.whole {
		r.client.cluster.Log.Warn("the segments that knew a writer's durable number were deleted", "stream", r.stream.String(), "writer", r.id)
	}
	r.floor = max(floor.value, 0)
	r.by, r.fresh, err = r.claims.claim(ctx, owner)
	return err
}

// trace is what a segment knows of the writer.
func (r *resumption) trace(id naming.SegmentID) segment.Trace {
	name := naming.SegmentName(r.stream, id)
	return segment.Trace{
		Stores: r.client.cluster.Stores,
		Name:   name,
		Holder: r.claims.holder,
		Wire:   func(by segment.Incarnation) wire.UUID { return r.wire(name, by) },
	}
}

// lookBack finds out what is stored beyond the durable number, in the segments
// that can be written to and in those before them.
func (r *resumption) lookBack(ctx context.Context, segments []controller.SegmentRange, through []int64) error {
	r.durable = through[0]
	for _, n := range through {
		r.durable = min(r.durable, n)
		r.most = max(r.most, n)
	}
	w := walk{resumption: r, lineage: r.client.cluster.Lineage(r.stream), traces: make(map[naming.SegmentID]int64)}
	err := xsync.Together(ctx, opContinue, r.stream.String(), len(segments), func(ctx context.Context, i int) error {
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
	if err := r.announce(ctx); err != nil {
		return err
	}
	return xsync.Together(ctx, opContinue, r.stream.String(), len(successors), func(ctx context.Context, i int) error {
		err := r.enterOne(ctx, r.trace(successors[i].Segment), stored, max(last, r.most))
		switch fault.CodeOf(err) {
		case fault.SegmentSealed, fault.NoSuchSegment:
			return nil // nobody writes to it any more, neither shall we
		}
		return err
	})
}

// announce makes sure that no later incarnation is known where all of them look, and that
// this one is. The successors alone do not tell: a later one need not have come to them,
// and what it had come to may be deleted.
func (r *resumption) announce(ctx context.Context) error {
	var replaced error
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return fault.Context(ctx, "look for later writers on stream", r.stream.String()).Because(fault.Untried, replaced)
		}
		segments, err := r.client.cluster.Controller.CurrentSegments(ctx, r.stream)
		if err != nil || len(segments) == 0 {
			return err
		}
		err = r.claims.announce(ctx, segments, r.by)
		switch fault.CodeOf(err) {
		case fault.SegmentSealed, fault.NoSuchSegment:
			replaced = err // meanwhile
		default:
			return err
		}
	}
}

func (r *resumption) enterOne(ctx context.Context, t segment.Trace, stored, ceiling int64) error {
	if _, err := t.Enter(ctx, r.by, stored, false); err != nil {
		return err
	}
	_, err := segment.Raise(ctx, t.Stores, t.Name, r.ceiling, ceiling)
	return err
}
