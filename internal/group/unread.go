package group

import (
	"context"
	"math"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// UnreadBytes is how much the group has left to read of what is in its streams now.
func (g *Group) UnreadBytes(ctx context.Context) (int64, error) {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, _, err := g.Read(ctx)
	if err != nil {
		return 0, err
	}
	places := state.Progress()
	for s := range state.Future() { // they follow what is read now
		places[s] = 0
	}
	var unread int64
	ahead := make([]readergroup.Segment, 0, len(places))
	for s := range places {
		ahead = append(ahead, s)
	}
	for len(ahead) > 0 {
		s := ahead[0]
		ahead = ahead[1:]
		size, more, err := g.unread(ctx, s, places[s], EndOf(state, s))
		if err != nil {
			return 0, err
		}
		unread += size
		if _, ends := state.EndOffset(s); ends || !more {
			continue
		}
		successors, err := g.Cluster.Successors(ctx, s)
		if err != nil {
			return 0, err
		}
		for s := range successors {
			if _, known := places[s]; !known {
				places[s] = 0
				ahead = append(ahead, s)
			}
		}
	}
	return unread, nil
}

// unread is how many bytes lie in a segment from an offset to an end. more tells
// that others may follow it.
func (g *Group) unread(ctx context.Context, s readergroup.Segment, from, end int64) (size int64, more bool, err error) {
	if from < 0 {
		return 0, true, nil
	}
	info, err := segment.Info(ctx, g.Cluster.Stores, s.String(), segmentstore.Read)
	if fault.CodeOf(err) == fault.NoSuchSegment { // truncated away
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	if end == math.MaxInt64 || end > info.WriteOffset {
		end = info.WriteOffset
	}
	return max(0, end-max(from, info.StartOffset)), info.IsSealed, nil
}
