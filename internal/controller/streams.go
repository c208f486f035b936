package controller

import (
	"context"
	"fmt"
	"iter"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

func encodeStream(s naming.Stream, access pb.Stream_Access) *pb.Stream {
	return &pb.Stream{Scope: s.Scope, Name: s.Name, Access: access}
}

// CreateStream creates a stream. created is false if it exists already, with
// whatever config; after a lost reply that may be this call's own doing.
func (c *Controller) CreateStream(ctx context.Context, stream naming.Stream, config StreamConfig) (created bool, err error) {
	r := &request{method: "createStream", op: "create stream", subject: stream.String(), changes: true}
	if err := stream.Check(r.op); err != nil {
		return false, err
	}
	if err := config.check(r.op, stream); err != nil {
		return false, err
	}
	out := new(pb.CreateStreamReply)
	if err := c.do(ctx, r, config.encode(stream), out); err != nil {
		return false, err
	}
	if out.Status == pb.CreateStreamReply_EXISTS {
		return false, nil
	}
	err = outcomes{
		int32(pb.CreateStreamReply_FAILED):       failed,
		int32(pb.CreateStreamReply_NO_SCOPE):     {fault.NoSuchScope, ""},
		int32(pb.CreateStreamReply_INVALID_NAME): {fault.InvalidArgument, "the controller refuses the name"},
	}.of(r, int32(out.Status))
	return err == nil, err
}

// UpdateStream replaces a stream's config, tags included. A sealed stream is
// fault.StreamSealed.
func (c *Controller) UpdateStream(ctx context.Context, stream naming.Stream, config StreamConfig) error {
	r := &request{method: "updateStream", op: "update stream", subject: stream.String(), absent: fault.NoSuchStream, changes: true}
	if err := stream.Check(r.op); err != nil {
		return err
	}
	if err := config.check(r.op, stream); err != nil {
		return err
	}
	out := new(pb.UpdateStreamReply)
	if err := c.do(ctx, r, config.encode(stream), out); err != nil {
		return err
	}
	return updated(r, out)
}

// SealStream ends a stream: nothing can be written any more. A stream that is
// sealed already stays so, without an error.
func (c *Controller) SealStream(ctx context.Context, stream naming.Stream) error {
	r := &request{method: "sealStream", op: "seal stream", subject: stream.String(), absent: fault.NoSuchStream, changes: true}
	if err := stream.CheckInternal(r.op); err != nil {
		return err
	}
	out := new(pb.UpdateStreamReply)
	if err := c.do(ctx, r, encodeStream(stream, pb.Stream_UNSPECIFIED), out); err != nil {
		return err
	}
	return updated(r, out)
}

// TruncateStream deletes what lies before a cut. A cut before the head changes
// nothing; one that is no cut of this stream is fault.ServerError.
func (c *Controller) TruncateStream(ctx context.Context, cut streamcut.Cut) error {
	r := &request{method: "truncateStream", op: "truncate stream", subject: cut.Stream.String(), absent: fault.NoSuchStream, changes: true}
	if len(cut.Offsets) == 0 {
		return fault.New(fault.InvalidArgument, r.op, r.subject, "the cut has no segments")
	}
	if err := cut.Stream.Check(r.op); err != nil {
		return err
	}
	out := new(pb.UpdateStreamReply)
	if err := c.do(ctx, r, encodeCut(cut.Stream, cut), out); err != nil {
		return err
	}
	return updated(r, out)
}

func updated(r *request, out *pb.UpdateStreamReply) error {
	return outcomes{
		int32(pb.UpdateStreamReply_FAILED):    failed,
		int32(pb.UpdateStreamReply_NO_STREAM): {fault.NoSuchStream, ""},
		int32(pb.UpdateStreamReply_NO_SCOPE):  {fault.NoSuchScope, ""},
		int32(pb.UpdateStreamReply_SEALED):    {fault.StreamSealed, ""},
	}.of(r, int32(out.Status))
}

// DeleteStream deletes a sealed stream. deleted is false if it does not exist.
// One that is not sealed is fault.StreamNotSealed.
func (c *Controller) DeleteStream(ctx context.Context, stream naming.Stream) (deleted bool, err error) {
	r := &request{method: "deleteStream", op: "delete stream", subject: stream.String(), absent: fault.NoSuchStream, changes: true}
	if err := stream.CheckInternal(r.op); err != nil {
		return false, err
	}
	out := new(pb.DeleteStreamReply)
	if err := c.do(ctx, r, encodeStream(stream, pb.Stream_UNSPECIFIED), out); err != nil {
		return false, err
	}
	if out.Status == pb.DeleteStreamReply_NO_STREAM {
		// Gone by an attempt of ours whose reply was lost, most likely.
		return r.uncertain, nil
	}
	err = outcomes{
		int32(pb.DeleteStreamReply_FAILED):     failed,
		int32(pb.DeleteStreamReply_NOT_SEALED): {fault.StreamNotSealed, ""},
	}.of(r, int32(out.Status))
	return err == nil, err
}

// StreamExists reports whether a stream exists, sealed or not.
func (c *Controller) StreamExists(ctx context.Context, stream naming.Stream) (bool, error) {
	r := &request{method: "checkStreamExists", op: "look for stream", subject: stream.String()}
	if err := stream.CheckInternal(r.op); err != nil {
		return false, err
	}
	out := new(pb.Exists)
	err := c.do(ctx, r, encodeStream(stream, pb.Stream_UNSPECIFIED), out)
	return out.GetExists(), err
}

// StreamConfiguration is a stream's config. A stream that does not exist is
// fault.NoSuchStream.
func (c *Controller) StreamConfiguration(ctx context.Context, stream naming.Stream) (StreamConfig, error) {
	r := &request{method: "getStreamConfiguration", op: "describe stream", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.CheckInternal(r.op); err != nil {
		return StreamConfig{}, err
	}
	out := new(pb.StreamConfig)
	if err := c.do(ctx, r, encodeStream(stream, pb.Stream_UNSPECIFIED), out); err != nil {
		return StreamConfig{}, err
	}
	return decodeStreamConfig(out), nil
}

// Streams lists the streams of a scope that the caller may see, internal ones
// (whose names start with '_') among them, in no order. It asks the controller
// for one page at a time, as the sequence is consumed; an error is the last
// element. A scope that does not exist is fault.NoSuchScope.
func (c *Controller) Streams(ctx context.Context, scope string) iter.Seq2[string, error] {
	return pages(func(page *pb.Page) ([]string, *pb.Page, error) {
		r := &request{method: "listStreamsInScope", op: "list streams", subject: scope, absent: fault.NoSuchScope}
		if err := naming.CheckInternal(r.op, "scope", scope); err != nil {
			return nil, nil, err
		}
		out := new(pb.ListStreamsReply)
		if err := c.do(ctx, r, &pb.ListStreamsRequest{Scope: &pb.Scope{Name: scope}, Page: page}, out); err != nil {
			return nil, nil, err
		}
		return listed(r, out)
	})
}

// StreamsWithTag is Streams for those that have a tag.
func (c *Controller) StreamsWithTag(ctx context.Context, scope, tag string) iter.Seq2[string, error] {
	return pages(func(page *pb.Page) ([]string, *pb.Page, error) {
		r := &request{method: "listStreamsInScopeForTag", op: "list streams", subject: fmt.Sprintf("%s with the tag %q", scope, tag), absent: fault.NoSuchScope}
		if err := naming.CheckInternal(r.op, "scope", scope); err != nil {
			return nil, nil, err
		}
		if tag == "" {
			return nil, nil, fault.New(fault.InvalidArgument, r.op, r.subject, "the tag is empty")
		}
		out := new(pb.ListStreamsReply)
		if err := c.do(ctx, r, &pb.ListStreamsByTagRequest{Scope: &pb.Scope{Name: scope}, Tag: tag, Page: page}, out); err != nil {
			return nil, nil, err
		}
		return listed(r, out)
	})
}

func listed(r *request, out *pb.ListStreamsReply) ([]string, *pb.Page, error) {
	err := outcomes{
		int32(pb.ListStreamsReply_FAILED):   failed,
		int32(pb.ListStreamsReply_NO_SCOPE): {fault.NoSuchScope, ""},
	}.of(r, int32(out.Status))
	names := make([]string, len(out.Streams))
	for i, s := range out.Streams {
		names[i] = s.GetName()
	}
	return names, out.Next, err
}
