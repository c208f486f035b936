package resume

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// incarnations is the register of a writer's newest incarnation.
type incarnations struct {
	*register
	holder wire.UUID // attribute of every segment: the incarnation that may append
}

func newIncarnations(c *cluster.Cluster, stream naming.Stream, i Identity) incarnations {
	return incarnations{newRegister(c, stream, i.UUID("incarnation")), i.UUID("holder")}
}

// claim takes the next incarnation from the owner of position 0, and reports whether it
// certainly is the first one.
func (i incarnations) claim(ctx context.Context, owner controller.SegmentRange) (by segment.Incarnation, first bool, err error) {
	claimed, err := i.change(ctx, owner, func(newest legacy) (int64, error) {
		first = newest.value <= 0 && newest.whole
		next := segment.Incarnation(newest.value).Next(owner.Segment.Epoch())
		if next == 0 {
			return 0, fault.New(fault.InvalidArgument, "open writer", i.stream.String(), "its id was opened too often; use another")
		}
		return int64(next), nil
	})
	return segment.Incarnation(claimed), first, err
}

// announce makes the owner of position 0 know an incarnation, so that earlier ones learn
// of it there. Fenced says that a later one is known: there, or if the segments that knew
// were deleted, anywhere.
func (i incarnations) announce(ctx context.Context, segments []controller.SegmentRange, by segment.Incarnation) error {
	_, err := i.change(ctx, cluster.First(segments), func(newest legacy) (int64, error) {
		if newest.value > int64(by) {
			return 0, Fenced(i.stream)
		}
		if newest.whole {
			return int64(by), nil
		}
		return int64(by), i.survey(ctx, segments, by)
	})
	return err
}

// newest is the newest incarnation that the owner of position 0 knows.
func (i incarnations) newest(ctx context.Context, owner controller.SegmentRange) (segment.Incarnation, error) {
	known, err := i.value(ctx, owner)
	return segment.Incarnation(known.value), err
}

// survey looks for a later incarnation that has held any segment that is left.
func (i incarnations) survey(ctx context.Context, segments []controller.SegmentRange, by segment.Incarnation) error {
	lineage := i.cluster.Lineage(i.stream)
	seen := make(map[naming.SegmentID]bool)
	for len(segments) > 0 {
		older := make([][]controller.SegmentRange, len(segments))
		err := xsync.Together(ctx, "look for later writers on stream", i.stream.String(), len(segments), func(ctx context.Context, at int) error {
			s := segments[at]
			holder, err := segment.Attribute(ctx, i.cluster.Stores, naming.SegmentName(i.stream, s.Segment), segmentstore.Write, i.holder)
			switch {
			case fault.CodeOf(err) == fault.NoSuchSegment:
				return nil // and so are those before it
			case err == nil && holder > int64(by):
				return Fenced(i.stream)
			case err == nil:
				older[at], err = lineage.Predecessors(ctx, s)
			}
			return err
		})
		if err != nil {
			return err
		}
		segments = nil
		for _, list := range older {
			for _, s := range list {
				if !seen[s.Segment] {
					seen[s.Segment] = true
					segments = append(segments, s)
				}
			}
		}
	}
	return nil
}
