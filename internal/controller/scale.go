package controller

import (
	"context"
	"errors"
	"time"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// KeyRange is a part of the positions from 0 to 1.
type KeyRange struct{ Low, High float64 }

// Scale starts to replace segments of a stream by others: seal names current
// segments, into are ranges that cover the same positions. It returns before
// that is done, with the segments to come and the epoch that is to end; see
// CheckScale. If the segments are not current, or fewer would be left than the
// stream is to have at least, the error is fault.Conflict; if the ranges do not
// match them, fault.ServerError.
func (c *Controller) Scale(ctx context.Context, stream naming.Stream, seal []naming.SegmentID, into []KeyRange) (epoch int32, segments []SegmentRange, err error) {
	r := &request{method: "scale", op: "scale stream", subject: stream.String(), absent: fault.NoSuchStream, changes: true}
	if err := stream.Check(r.op); err != nil {
		return 0, nil, err
	}
	in := &pb.ScaleRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Timestamp: time.Now().UnixMilli()}
	for _, id := range seal {
		in.Sealed = append(in.Sealed, int64(id))
	}
	starts := make(map[float64]bool)
	for _, k := range into {
		if !(k.Low >= 0 && k.Low < k.High && k.High <= 1) || starts[k.Low] {
			return 0, nil, fault.New(fault.InvalidArgument, r.op, r.subject, "the range from %v to %v is empty, outside of 0 to 1 or given twice", k.Low, k.High)
		}
		starts[k.Low] = true
		in.Ranges = append(in.Ranges, &pb.ScaleRequest_Range{Low: k.Low, High: k.High})
	}
	if len(seal) == 0 || len(into) == 0 {
		return 0, nil, fault.New(fault.InvalidArgument, r.op, r.subject, "there are no segments to seal or no ranges to replace them")
	}
	out := new(pb.ScaleReply)
	if err := c.do(ctx, r, in, out); err != nil {
		return 0, nil, err
	}
	err = outcomes{
		int32(pb.ScaleReply_FAILED):              {fault.ServerError, failed.detail + "; do the ranges cover the same positions as the segments?"},
		int32(pb.ScaleReply_PRECONDITION_FAILED): {fault.Conflict, "the segments are not current, another scale is under way, or fewer would be left than the stream is to have at least"},
	}.of(r, int32(out.GetStatus()))
	if err != nil {
		return 0, nil, err
	}
	return out.GetEpoch(), decodeRanges(out.GetSegments()), nil
}

// CheckScale reports whether the scale that ends an epoch is done: all its
// segments are sealed.
func (c *Controller) CheckScale(ctx context.Context, stream naming.Stream, epoch int32) (done bool, err error) {
	r := &request{method: "checkScale", op: "check the scale of stream", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return false, err
	}
	in := &pb.EpochRequest{Stream: encodeStream(stream, pb.Stream_UNSPECIFIED), Epoch: epoch}
	out := new(pb.CheckScaleReply)
	if err := c.do(ctx, r, in, out); err != nil {
		return false, err
	}
	if out.Status == pb.CheckScaleReply_IN_PROGRESS {
		return false, nil
	}
	err = outcomes{
		int32(pb.CheckScaleReply_DONE):           {},
		int32(pb.CheckScaleReply_INVALID_INPUT):  {fault.NoSuchStream, "or it has no such epoch"},
		int32(pb.CheckScaleReply_INTERNAL_ERROR): failed,
	}.of(r, int32(out.Status))
	return err == nil, err
}

// ScaleAndWait is Scale, and CheckScale until it is done or ctx ends. If it
// fails after the scale was started, the error says that it may have taken
// effect.
func (c *Controller) ScaleAndWait(ctx context.Context, stream naming.Stream, seal []naming.SegmentID, into []KeyRange) ([]SegmentRange, error) {
	epoch, segments, err := c.Scale(ctx, stream, seal, into)
	if err != nil {
		return nil, err
	}
	poll := retry.Backoff{First: 20 * time.Millisecond, Last: 500 * time.Millisecond}
	for attempt := 1; ; attempt++ {
		var failure *fault.Error
		if !poll.Wait(ctx, attempt) {
			failure = fault.Context(ctx, "scale stream", stream.String()).Because("the controller is at it", nil)
		} else if done, err := c.CheckScale(ctx, stream, epoch); done {
			return segments, nil
		} else if err != nil && !errors.As(err, &failure) {
			return nil, err
		}
		if failure != nil {
			failure.Stored = true
			return nil, failure
		}
	}
}
