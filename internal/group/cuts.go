package group

import (
	"context"
	"maps"
	"slices"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// Cuts makes cuts of the offsets at which a group with some ends stood, and of what
// was to come then. The offsets know nothing of segments that the group had done with: read to the end while their successors
// waited for others, or up to where the group ends. A cut has them too, since it
// covers the whole stream. Without, the controllers refuse it, and whoever starts
// there waits for what is done or takes what was not read for done.
func (g *Group) Cuts(ctx context.Context, done map[readergroup.Segment]int64, future map[readergroup.Segment]readergroup.Successor, offsets map[readergroup.Segment]int64) (map[naming.Stream]streamcut.Cut, error) {
	for s, waits := range future {
		if len(waits.Predecessors) == 0 {
			continue
		}
		successors, err := g.Cluster.Successors(ctx, readergroup.Segment{Stream: s.Stream, ID: waits.Predecessors[0]})
		if err != nil {
			return nil, err
		}
		for _, p := range successors[s].Predecessors {
			p := readergroup.Segment{Stream: s.Stream, ID: p}
			if _, ends := done[p]; !ends && !slices.Contains(waits.Predecessors, p.ID) {
				done[p] = streamcut.Completed
			}
		}
	}
	cuts := streamcut.Cuts(offsets)
	for stream, cut := range cuts {
		var latest int32
		for s := range done {
			if s.Stream == stream {
				latest = max(latest, s.ID.Epoch())
			}
		}
		ahead, err := g.Cluster.Ahead(ctx, stream, slices.Collect(maps.Keys(cut.Offsets)), latest)
		if err != nil {
			return nil, err
		}
		for s, offset := range done {
			if s.Stream == stream && !ahead[s.ID] {
				cut.Offsets[s.ID] = offset
			}
		}
	}
	return cuts, nil
}
