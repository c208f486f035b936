package cluster

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// BeginsBehind reports whether all segments of a stream have higher numbers: whether it
// is not the one that a segment of this number was in, of which everything was read.
func (c *Cluster) BeginsBehind(ctx context.Context, stream naming.Stream, number int32) (bool, error) {
	head, err := c.Controller.HeadSegments(ctx, stream)
	for id := range head.Offsets {
		if id.Number() <= number {
			return false, nil
		}
	}
	return len(head.Offsets) > 0, unlessGone(err)
}

// IsOpen reports whether a stream can be written to, as one that is sealed or does not
// exist cannot, and one that is being sealed will not.
func (c *Cluster) IsOpen(ctx context.Context, stream naming.Stream) (bool, error) {
	segments, err := c.Controller.CurrentSegments(ctx, stream)
	for i := 0; i < len(segments) && err == nil; i++ {
		var info wire.StreamSegmentInfo
		info, err = segment.Info(ctx, c.Stores, naming.SegmentName(stream, segments[i].Segment), segmentstore.Read)
		switch {
		case err == nil && !info.IsSealed:
			return true, nil
		case fault.CodeOf(err) == fault.NoSuchSegment: // deleted meanwhile
			err = nil
		}
	}
	return false, unlessGone(err)
}

// unlessGone is the error of a question about a stream; none if the stream does not
// exist, or the caller may not ask.
func unlessGone(err error) error {
	switch fault.CodeOf(err) {
	case fault.NoSuchStream, fault.NoSuchScope, fault.PermissionDenied:
		return nil
	}
	return err
}
