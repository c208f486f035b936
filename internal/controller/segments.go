package controller

import (
	"context"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// SegmentRange is a segment with the range of positions that it holds: above
// Low, up to and including High. The lowest range holds 0, too.
type SegmentRange struct {
	Segment   naming.SegmentID
	Low, High float64
}

// Successor is a segment that follows others after a scale, with all segments
// that it follows.
type Successor struct {
	SegmentRange
	Predecessors []naming.SegmentID
}

// CurrentSegments lists the segments of a stream that can be written to, by
// range; none if the stream is sealed. A stream that does not exist is
// fault.NoSuchStream.
func (c *Controller) CurrentSegments(ctx context.Context, stream naming.Stream) ([]SegmentRange, error) {
	r := &request{method: "getCurrentSegments", op: "list segments", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return nil, err
	}
	out := new(pb.Segments)
	if err := c.do(ctx, r, encodeStream(stream, pb.Stream_NONE), out); err != nil {
		return nil, err
	}
	return decodeRanges(out.GetRanges()), nil
}

// EpochSegments lists the segments that a stream had in an epoch, by range. An
// epoch or a stream that does not exist is fault.NoSuchStream. The caller must
// have the right to write to the stream.
func (c *Controller) EpochSegments(ctx context.Context, stream naming.Stream, epoch int32) ([]SegmentRange, error) {
	r := &request{method: "getEpochSegments", op: "list segments of an epoch", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return nil, err
	}
	if epoch < 0 {
		return nil, fault.New(fault.InvalidArgument, r.op, r.subject, "the epoch %d is negative", epoch)
	}
	out := new(pb.Segments)
	if err := c.do(ctx, r, &pb.EpochRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Epoch: epoch}, out); err != nil {
		return nil, err
	}
	return decodeRanges(out.GetRanges()), nil
}

// HeadSegments is the cut at the head of a stream: where its oldest events are.
func (c *Controller) HeadSegments(ctx context.Context, stream naming.Stream) (streamcut.Cut, error) {
	r := &request{method: "getSegments", op: "find the head of stream", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return streamcut.Cut{}, err
	}
	out := new(pb.HeadReply)
	if err := c.do(ctx, r, &pb.HeadRequest{Stream: encodeStream(stream, pb.Stream_NONE)}, out); err != nil {
		return streamcut.Cut{}, err
	}
	head := streamcut.Cut{Stream: stream, Offsets: make(map[naming.SegmentID]int64)}
	for _, l := range out.GetLocations() {
		head.Offsets[naming.SegmentID(l.GetSegment().GetId())] = l.GetOffset()
	}
	return head, nil
}

// Successors lists the segments that follow one, which is sealed or about to
// be; none if it is neither, or if the stream was sealed with it. They can
// still wait for other predecessors to be sealed.
func (c *Controller) Successors(ctx context.Context, stream naming.Stream, id naming.SegmentID) ([]Successor, error) {
	r := &request{method: "getSegmentsImmediatelyFollowing", op: "find the successors of segment", subject: naming.SegmentName(stream, id), absent: fault.NoSuchSegment}
	if err := stream.CheckInternal(r.op); err != nil {
		return nil, err
	}
	out := new(pb.Successors)
	if err := c.do(ctx, r, encodeSegment(stream, id), out); err != nil {
		return nil, err
	}
	successors := make([]Successor, len(out.GetSuccessors()))
	for i, s := range out.GetSuccessors() {
		successors[i] = Successor{decodeRange(s.GetSegment()), decodeIDs(s.GetPredecessors())}
	}
	return successors, nil
}

// SegmentsBetween lists the segments from one cut of a stream to another, those
// of the cuts included. The zero Cut stands for the head, respectively the tail.
func (c *Controller) SegmentsBetween(ctx context.Context, stream naming.Stream, from, to streamcut.Cut) ([]naming.SegmentID, error) {
	r := &request{method: "getSegmentsBetween", op: "list segments between cuts", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return nil, err
	}
	for _, cut := range []streamcut.Cut{from, to} {
		if !cut.Unbounded() && cut.Stream != stream {
			return nil, fault.New(fault.InvalidArgument, r.op, r.subject, "a cut is of stream %s", cut.Stream)
		}
	}
	if from.Unbounded() && to.Unbounded() {
		// The controllers want one of them to be given.
		head, err := c.HeadSegments(ctx, stream)
		if err != nil {
			return nil, err
		}
		from = head
	}
	out := new(pb.BetweenReply)
	in := &pb.BetweenRequest{Stream: encodeStream(stream, pb.Stream_NONE), From: encodeOffsets(from), To: encodeOffsets(to)}
	if err := c.do(ctx, r, in, out); err != nil {
		return nil, err
	}
	ids := make([]naming.SegmentID, len(out.GetSegments()))
	for i, s := range out.GetSegments() {
		ids[i] = naming.SegmentID(s.GetId())
	}
	return ids, nil
}

// SegmentStore is the segment store that serves a segment now. The answer is
// never remembered: ask again after every lost connection.
func (c *Controller) SegmentStore(ctx context.Context, stream naming.Stream, id naming.SegmentID) (Endpoint, error) {
	r := &request{method: "getURI", op: "find the store of segment", subject: naming.SegmentName(stream, id), absent: fault.NoSuchSegment}
	if err := stream.CheckInternal(r.op); err != nil {
		return Endpoint{}, err
	}
	out := new(pb.Node)
	if err := c.do(ctx, r, encodeSegment(stream, id), out); err != nil {
		return Endpoint{}, err
	}
	if out.GetHost() == "" || out.GetPort() < 1 || out.GetPort() > 65535 {
		return Endpoint{}, fault.New(fault.Protocol, r.op, r.subject, "the controller answers with the address %q, port %d", out.GetHost(), out.GetPort())
	}
	return Endpoint{out.GetHost(), uint16(out.GetPort())}, nil
}

// SegmentIsCurrent reports whether a segment is among those that can be written
// to.
func (c *Controller) SegmentIsCurrent(ctx context.Context, stream naming.Stream, id naming.SegmentID) (bool, error) {
	r := &request{method: "isSegmentValid", op: "look for segment", subject: naming.SegmentName(stream, id), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return false, err
	}
	out := new(pb.Validity)
	err := c.do(ctx, r, encodeSegment(stream, id), out)
	return out.GetValid(), err
}

// CutIsValid reports whether a cut is one of its stream: whether its segments
// cover every position once.
func (c *Controller) CutIsValid(ctx context.Context, cut streamcut.Cut) (bool, error) {
	r := &request{method: "isStreamCutValid", op: "check cut of stream", subject: cut.Stream.String(), absent: fault.NoSuchStream}
	if err := cut.Stream.CheckInternal(r.op); err != nil {
		return false, err
	}
	out := new(pb.Validity)
	err := c.do(ctx, r, encodeCut(cut.Stream, cut), out)
	return out.GetValid(), err
}

func encodeSegment(stream naming.Stream, id naming.SegmentID) *pb.Segment {
	return &pb.Segment{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Id: int64(id)}
}

func encodeOffsets(cut streamcut.Cut) map[int64]int64 {
	offsets := make(map[int64]int64, len(cut.Offsets))
	for id, offset := range cut.Offsets {
		offsets[int64(id)] = offset
	}
	return offsets
}

// encodeCut makes the message of a cut, which may be unbounded and not know its
// stream.
func encodeCut(stream naming.Stream, cut streamcut.Cut) *pb.StreamCut {
	return &pb.StreamCut{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Offsets: encodeOffsets(cut)}
}

func decodeRange(s *pb.SegmentRange) SegmentRange {
	return SegmentRange{naming.SegmentID(s.GetSegment().GetId()), s.GetLow(), s.GetHigh()}
}

func decodeRanges(in []*pb.SegmentRange) []SegmentRange {
	ranges := make([]SegmentRange, len(in))
	for i, s := range in {
		ranges[i] = decodeRange(s)
	}
	return ranges
}

func decodeIDs(in []int64) []naming.SegmentID {
	ids := make([]naming.SegmentID, len(in))
	for i, id := range in {
		ids[i] = naming.SegmentID(id)
	}
	return ids
}
