// Package resume continues writers with an id: it takes the id over from the writers that
// had it before, and finds out what these have stored.
//
// A writer with an id leaves these traces in its stream, all of them attributes of
// segments:
//
//   - on each segment, the incarnation that may append to it, and the number of that
//     one's last event there: every event of the writer that belongs there and has this
//     number or a lower one is stored there or in a segment before it;
//   - on each segment that follows others, a ceiling: the segments before it are sealed
//     and hold no event of the writer above it;
//   - for the stream, the newest incarnation and the durable number.
package resume

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

// opContinue is what all of it is there for, in errors.
const opContinue = "continue the writer of stream"

// Writer is a writer with an id, as its traces in the stream know it. Safe for concurrent
// use.
type Writer struct {
	Identity
	By      segment.Incarnation // the incarnation that this writer is
	Durable int64               // everything up to it was stored when the writer was opened
	Most    int64               // no earlier incarnation stored anything above it

	cluster      *cluster.Cluster
	stream       naming.Stream
	stored       stored    // beyond Durable
	ceiling      wire.UUID // the attribute
	incarnations incarnations
	noted        *register // the number that durable keeps
	durable      *durable

	first bool  // there was no earlier incarnation
	known int64 // the durable number that earlier incarnations have noted
}

// Open takes a writer's id over from its earlier incarnations, which cannot store anything
// from then on, and finds out what they have stored. It returns the segments that can be
// written to; none if the stream is sealed.
func Open(ctx context.Context, c *cluster.Cluster, stream naming.Stream, id string) (_ *Writer, _ []controller.SegmentRange, err error) {
	w := &Writer{Identity: NewIdentity(id), cluster: c, stream: stream}
	defer func() {
		if err != nil && w.By > 0 {
			err = fault.Uncertain(err) // the earlier ones are ended, or will be
		}
	}()
	w.ceiling = w.UUID("ceiling")
	w.incarnations = newIncarnations(c, stream, w.Identity)
	w.noted = newRegister(c, stream, w.UUID("floor"))
	var replaced error
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return nil, nil, fault.Context(ctx, opContinue, stream.String()).Because(fault.Untried, replaced)
		}
		segments, err := c.Controller.CurrentSegments(ctx, stream)
		if err != nil || len(segments) == 0 {
			return nil, nil, err
		}
		through, err := w.take(ctx, segments)
		switch fault.CodeOf(err) {
		case 0:
			return w, segments, w.begin(ctx, segments, through)
		case fault.SegmentSealed, fault.NoSuchSegment:
			replaced = err // meanwhile
		default:
			return nil, nil, err
		}
	}
}

// begin is the rest of Open when every segment is fenced.
func (w *Writer) begin(ctx context.Context, segments []controller.SegmentRange, through []int64) error {
	if err := w.lookBack(ctx, segments, through); err != nil {
		return err
	}
	w.durable = &durable{register: w.noted, by: w.By, incarnations: w.incarnations, calls: xsync.NewMutex(), segments: segments, announced: cluster.First(segments).Segment}
	// The next writer finds this number too, whatever is deleted meanwhile.
	return w.Raise(ctx, w.Durable)
}

// Stored reports whether the event of a number, which belongs to a position, is stored
// since an earlier incarnation.
func (w *Writer) Stored(position float64, number int64) bool { return w.stored.has(position, number) }

// Raise makes the number through which the next writer of this id will know that everything
// is stored at least as high as to. Fenced means that a later one has come.
func (w *Writer) Raise(ctx context.Context, to int64) error { return w.durable.raise(ctx, to) }

// Raised is the number that Raise has reached, or a later one.
func (w *Writer) Raised() int64 { return w.durable.raised.Load() }

// Superseded reports whether a later writer of this id was opened. Unless the current
// segments are to be located first, that is seen late if there was a scale since the last
// Raise.
func (w *Writer) Superseded(ctx context.Context, locate bool) (bool, error) {
	newest, err := w.durable.newest(ctx, locate)
	return err == nil && newest > w.By, err
}

// Fenced is the final error of a writer that was superseded by a later one of its id.
func Fenced(stream naming.Stream) error {
	return fault.New(fault.Fenced, "write to stream", stream.String(), "")
}

// take fences every segment that can be written to, and returns the number up to
// which each of them has the writer's events.
func (w *Writer) take(ctx context.Context, segments []controller.SegmentRange) ([]int64, error) {
	if err := w.claim(ctx, segments); err != nil {
		return nil, err
	}
	through := make([]int64, len(segments))
	return through, xsync.Together(ctx, opContinue, w.stream.String(), len(segments), func(ctx context.Context, i int) (err error) {
		through[i], err = w.trace(segments[i].Segment).Enter(ctx, w.By, w.known, true)
		return err
	})
}

// claim takes the next incarnation from the segment that owns position 0.
func (w *Writer) claim(ctx context.Context, segments []controller.SegmentRange) error {
	if w.By != 0 {
		return w.incarnations.announce(ctx, segments, w.By)
	}
	owner := cluster.First(segments)
	noted, err := w.noted.value(ctx, owner)
	if err != nil {
		return err
	}
	if !noted.whole {
		w.cluster.Log.Warn("the segments that knew a writer's durable number were deleted", "stream", w.stream.String(), "writer", w.ID)
	}
	w.known = max(noted.value, 0)
	w.By, w.first, err = w.incarnations.claim(ctx, owner)
	return err
}

// trace is what a segment knows of the writer.
func (w *Writer) trace(id naming.SegmentID) segment.Trace {
	name := naming.SegmentName(w.stream, id)
	return segment.Trace{
		Stores: w.cluster.Stores,
		Name:   name,
		Holder: w.incarnations.holder,
		Wire:   func(by segment.Incarnation) wire.UUID { return w.Wire(name, by) },
	}
}

// lookBack finds out what is stored beyond the durable number, in the segments
// that can be written to and in those before them.
func (w *Writer) lookBack(ctx context.Context, segments []controller.SegmentRange, through []int64) error {
	w.Durable = through[0]
	for _, n := range through {
		w.Durable = min(w.Durable, n)
		w.Most = max(w.Most, n)
	}
	before := ancestors{Writer: w, lineage: w.cluster.Lineage(w.stream), traces: make(map[naming.SegmentID]int64)}
	err := xsync.Together(ctx, opContinue, w.stream.String(), len(segments), func(ctx context.Context, i int) error {
		return before.from(ctx, segments[i], through[i])
	})
	if err != nil {
		return err
	}
	w.stored, err = newStored(before.pieces)
	return err
}

// Enter makes successors ready to be written to, after all their predecessors
// were settled. Everything up to stored is; the writer has given out no number
// above last.
func (w *Writer) Enter(ctx context.Context, successors []controller.SegmentRange, stored, last int64) error {
	if err := w.announce(ctx); err != nil {
		return err
	}
	return xsync.Together(ctx, opContinue, w.stream.String(), len(successors), func(ctx context.Context, i int) error {
		err := w.enterOne(ctx, w.trace(successors[i].Segment), stored, max(last, w.Most))
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
func (w *Writer) announce(ctx context.Context) error {
	var replaced error
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return fault.Context(ctx, "look for later writers on stream", w.stream.String()).Because(fault.Untried, replaced)
		}
		segments, err := w.cluster.Controller.CurrentSegments(ctx, w.stream)
		if err != nil || len(segments) == 0 {
			return err
		}
		err = w.incarnations.announce(ctx, segments, w.By)
		switch fault.CodeOf(err) {
		case fault.SegmentSealed, fault.NoSuchSegment:
			replaced = err // meanwhile
		default:
			return err
		}
	}
}

func (w *Writer) enterOne(ctx context.Context, t segment.Trace, stored, ceiling int64) error {
	if _, err := t.Enter(ctx, w.By, stored, false); err != nil {
		return err
	}
	_, err := segment.Raise(ctx, t.Stores, t.Name, w.ceiling, ceiling)
	return err
}
