package cluster

import (
	"context"
	"slices"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// Ahead finds segments of a stream and all that follow them, up to those that were
// made in an epoch.
func (c *Cluster) Ahead(ctx context.Context, stream naming.Stream, from []naming.SegmentID, epoch int32) (map[naming.SegmentID]bool, error) {
	ahead := make(map[naming.SegmentID]bool)
	for ; len(from) > 0; from = from[1:] {
		id := from[0]
		if ahead[id] {
			continue
		}
		if ahead[id] = true; id.Epoch() >= epoch { // what follows is of later ones
			continue
		}
		successors, err := c.Successors(ctx, readergroup.Segment{Stream: stream, ID: id})
		if err != nil {
			return nil, err
		}
		for s := range successors {
			from = append(from, s.ID)
		}
	}
	return ahead, nil
}

// Successors of a segment; none if its stream was deleted.
func (c *Cluster) Successors(ctx context.Context, s readergroup.Segment) (map[readergroup.Segment]readergroup.Successor, error) {
	found, err := c.Controller.Successors(ctx, s.Stream, s.ID)
	switch fault.CodeOf(err) {
	case 0:
	case fault.NoSuchStream, fault.NoSuchSegment, fault.NoSuchScope:
		return nil, nil
	default:
		return nil, err
	}
	successors := make(map[readergroup.Segment]readergroup.Successor, len(found))
	for _, next := range found {
		successors[readergroup.Segment{Stream: s.Stream, ID: next.Segment}] = readergroup.Successor{
			Range:        readergroup.Range{Low: next.Low, High: next.High},
			Predecessors: slices.Clone(next.Predecessors),
		}
	}
	return successors, nil
}
