package cluster

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Heads finds where the streams that are read from their head begin now.
func (c *Cluster) Heads(ctx context.Context, config readergroup.Config) (map[naming.Stream]map[naming.SegmentID]int64, error) {
	var streams []naming.Stream
	for stream, from := range config.Start {
		if from.Unbounded() {
			streams = append(streams, stream)
		}
	}
	found := make([]streamcut.Cut, len(streams))
	err := xsync.Together(ctx, "find the heads of streams", "", len(streams), func(ctx context.Context, i int) (err error) {
		found[i], err = c.Controller.HeadSegments(ctx, streams[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	heads := make(map[naming.Stream]map[naming.SegmentID]int64, len(streams))
	for i, stream := range streams {
		heads[stream] = found[i].Offsets
	}
	return heads, nil
}

// Tail is the cut behind everything in a stream.
func (c *Cluster) Tail(ctx context.Context, stream naming.Stream) (streamcut.Cut, error) {
	last, err := c.lastSegments(ctx, stream)
	if err != nil {
		return streamcut.Cut{}, err
	}
	cut := streamcut.Cut{Stream: stream, Offsets: make(map[naming.SegmentID]int64, len(last))}
	for _, id := range last {
		info, err := segment.Info(ctx, c.Stores, naming.SegmentName(stream, id), segmentstore.Read)
		if err != nil {
			return streamcut.Cut{}, err
		}
		cut.Offsets[id] = info.WriteOffset
	}
	return cut, nil
}

// lastSegments are those that no others follow: the current ones, or if the
// stream is sealed, those that were.
func (c *Cluster) lastSegments(ctx context.Context, stream naming.Stream) ([]naming.SegmentID, error) {
	current, err := c.Controller.CurrentSegments(ctx, stream)
	if err != nil {
		return nil, err
	}
	var last []naming.SegmentID
	for _, s := range current {
		last = append(last, s.Segment)
	}
	if last != nil {
		return last, nil
	}
	all, err := c.Controller.SegmentsBetween(ctx, stream, streamcut.Cut{}, streamcut.Cut{})
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		next, err := c.Controller.Successors(ctx, stream, id)
		if err != nil {
			return nil, err
		}
		if len(next) == 0 {
			last = append(last, id)
		}
	}
	return last, nil
}
