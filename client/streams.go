package client

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// CreateScope creates a scope; false if it exists already, which may be this call's
// own doing if an answer was lost. Names have 1 to 250 of A-Z, a-z, 0-9, '.' and '-'.
func (c *Client) CreateScope(ctx context.Context, scope string) (created bool, err error) {
	return c.cluster.Controller.CreateScope(ctx, scope)
}

// ScopeExists reports whether a scope exists.
func (c *Client) ScopeExists(ctx context.Context, scope string) (bool, error) {
	return c.cluster.Controller.ScopeExists(ctx, scope)
}

// Scopes lists all scopes. It asks the controller page by page while it is
// iterated over; an error is the last item.
func (c *Client) Scopes(ctx context.Context) iter.Seq2[string, error] {
	return c.cluster.Controller.Scopes(ctx)
}

// CreateStream creates a stream; false if it exists already, whatever its configuration,
// which may be this call's own doing if an answer was lost. Errors: NoSuchScope,
// InvalidArgument.
func (c *Client) CreateStream(ctx context.Context, scope, stream string, config StreamConfig) (created bool, err error) {
	name := naming.Stream{Scope: scope, Name: stream}
	wanted, err := config.toController()
	if err != nil {
		return false, err
	}
	return c.cluster.Controller.CreateStream(ctx, name, wanted)
}

// UpdateStream gives a stream another configuration; a fixed number of segments that is
// another one scales it. Errors: NoSuchScope, NoSuchStream, StreamSealed.
func (c *Client) UpdateStream(ctx context.Context, scope, stream string, config StreamConfig) error {
	name := naming.Stream{Scope: scope, Name: stream}
	wanted, err := config.toController()
	if err != nil {
		return err
	}
	return c.cluster.Absent(ctx, c.cluster.Controller.UpdateStream(ctx, name, wanted))
}

// SealStream seals a stream: nothing can be written to it any more, and readers
// come to its end. Sealing again is no error. Errors: NoSuchScope, NoSuchStream.
func (c *Client) SealStream(ctx context.Context, scope, stream string) error {
	name := naming.Stream{Scope: scope, Name: stream}
	if err := name.Check("seal stream"); err != nil {
		return err
	}
	return c.cluster.Absent(ctx, c.cluster.Controller.SealStream(ctx, name))
}

// DeleteStream deletes a sealed stream; false if there is none. Errors:
// StreamNotSealed.
func (c *Client) DeleteStream(ctx context.Context, scope, stream string) (deleted bool, err error) {
	name := naming.Stream{Scope: scope, Name: stream}
	if err := name.Check("delete stream"); err != nil {
		return false, err
	}
	return c.cluster.Controller.DeleteStream(ctx, name)
}

// StreamExists reports whether a stream exists.
func (c *Client) StreamExists(ctx context.Context, scope, stream string) (bool, error) {
	return c.cluster.Controller.StreamExists(ctx, naming.Stream{Scope: scope, Name: stream})
}

// TruncateStream deletes what lies before a cut. Errors: NoSuchScope, NoSuchStream,
// InvalidArgument for an unbounded cut or one of another stream.
func (c *Client) TruncateStream(ctx context.Context, scope, stream string, cut StreamCut) error {
	name := naming.Stream{Scope: scope, Name: stream}
	if cut.cut.Stream != name {
		return fault.New(fault.InvalidArgument, "truncate stream", name.String(), "the cut is of stream %q", cut.cut.Stream.String())
	}
	return c.cluster.Absent(ctx, c.cluster.Controller.TruncateStream(ctx, cut.cut))
}

// Streams lists the streams of a scope as Scopes does. Errors: NoSuchScope.
func (c *Client) Streams(ctx context.Context, scope string) iter.Seq2[string, error] {
	return ofUsers(c.cluster.Controller.Streams(ctx, scope))
}

// StreamsWithTag lists the streams of a scope that have a tag.
func (c *Client) StreamsWithTag(ctx context.Context, scope, tag string) iter.Seq2[string, error] {
	return ofUsers(c.cluster.Controller.StreamsWithTag(ctx, scope, tag))
}

// ofUsers leaves out the streams that Pravega itself keeps beside users'.
func ofUsers(all iter.Seq2[string, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for name, err := range all {
			if !strings.HasPrefix(name, "_") && !yield(name, err) {
				return
			}
		}
	}
}

// Segment is a segment of a stream and the part of the key space that it holds.
type Segment struct {
	ID        int64 // epoch<<32 | number
	Low, High float64
}

// KeyRange is a part of the key space, within 0 to 1.
type KeyRange struct{ Low, High float64 }

// Segments lists the segments of a stream that are written to, by range; none if
// it is sealed. Errors: NoSuchScope, NoSuchStream.
func (c *Client) Segments(ctx context.Context, scope, stream string) ([]Segment, error) {
	current, err := c.cluster.Controller.CurrentSegments(ctx, naming.Stream{Scope: scope, Name: stream})
	if err != nil {
		return nil, c.cluster.Absent(ctx, err)
	}
	segments := make([]Segment, len(current))
	for i, s := range current {
		segments[i] = Segment{int64(s.Segment), s.Low, s.High}
	}
	return segments, nil
}

// ScaleStream seals segments and opens others for the same part of the key
// space, and returns when that is done. Errors: NoSuchScope, NoSuchStream;
// InvalidArgument if the ranges are
// not those of the segments; Conflict if another scale is under way, the segments
// are not written to, or fewer would be left than the stream's Scaling.Segments.
func (c *Client) ScaleStream(ctx context.Context, scope, stream string, seal []int64, into []KeyRange) error {
	const op = "scale stream"
	name := naming.Stream{Scope: scope, Name: stream}
	current, err := c.cluster.Controller.CurrentSegments(ctx, name)
	if err != nil {
		return c.cluster.Absent(ctx, err)
	}
	var before, after []KeyRange
	ids := make([]naming.SegmentID, len(seal))
	for i, id := range seal {
		ids[i] = naming.SegmentID(id)
		at := slices.IndexFunc(current, func(s controller.SegmentRange) bool { return s.Segment == ids[i] })
		if at < 0 {
			return fault.New(fault.Conflict, op, name.String(), "segment %s is not written to", ids[i])
		}
		before = append(before, KeyRange{current[at].Low, current[at].High})
	}
	ranges := make([]controller.KeyRange, len(into))
	for i, r := range into {
		ranges[i] = controller.KeyRange(r)
		after = append(after, r)
	}
	if !slices.Equal(joined(before), joined(after)) {
		return fault.New(fault.InvalidArgument, op, name.String(), "the ranges %v do not cover the same as the segments' %v", after, before)
	}
	_, err = c.cluster.Controller.ScaleAndWait(ctx, name, ids, ranges)
	return err
}

// joined puts ranges together that touch.
func joined(ranges []KeyRange) []KeyRange {
	slices.SortFunc(ranges, func(a, b KeyRange) int { return cmp.Compare(a.Low, b.Low) })
	var whole []KeyRange
	for _, r := range ranges {
		if n := len(whole); n > 0 && whole[n-1].High == r.Low {
			whole[n-1].High = r.High
		} else {
			whole = append(whole, r)
		}
	}
	return whole
}

// StreamInfo is what is known of a stream.
type StreamInfo struct {
	Config StreamConfig
	Head   StreamCut // the first events that are not truncated away
	Tail   StreamCut // behind the last events
	Sealed bool
}

// StreamInfo asks for a stream's configuration, its head and its tail. Errors:
// NoSuchScope, NoSuchStream.
func (c *Client) StreamInfo(ctx context.Context, scope, stream string) (StreamInfo, error) {
	ctx, cancel := c.cluster.Limit(ctx)
	defer cancel()
	name := naming.Stream{Scope: scope, Name: stream}
	config, err := c.cluster.Controller.StreamConfiguration(ctx, name)
	if err != nil {
		return StreamInfo{}, c.cluster.Absent(ctx, err)
	}
	head, err := c.cluster.Controller.HeadSegments(ctx, name)
	if err != nil {
		return StreamInfo{}, err
	}
	tail, err := c.cluster.Tail(ctx, name)
	if err != nil {
		return StreamInfo{}, err
	}
	current, err := c.cluster.Controller.CurrentSegments(ctx, name)
	if err != nil {
		return StreamInfo{}, err
	}
	return StreamInfo{fromController(config), StreamCut{head}, StreamCut{tail}, len(current) == 0}, nil
}
