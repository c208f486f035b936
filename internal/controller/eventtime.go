package controller

import (
	"context"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// NoteTime tells that a writer has written all its events up to a timestamp,
// in the application's event time, and where: position holds the write offset
// of each segment that it wrote to. A timestamp or a position that lies before
// the writer's last one is fault.InvalidArgument.
func (c *Controller) NoteTime(ctx context.Context, writer string, timestamp int64, position streamcut.Cut) error {
	r := &request{method: "noteTimestampFromWriter", op: "note time of writer " + writer + " on stream", subject: position.Stream.String(), absent: fault.NoSuchStream, changes: true}
	if err := position.Stream.Check(r.op); err != nil {
		return err
	}
	if err := naming.Check(r.op, "writer", writer); err != nil {
		return err
	}
	out := new(pb.NoteTimeReply)
	in := &pb.NoteTimeRequest{Writer: writer, Position: encodeCut(position.Stream, position), Timestamp: timestamp}
	if err := c.do(ctx, r, in, out); err != nil {
		return err
	}
	return outcomes{
		int32(pb.NoteTimeReply_INVALID_TIME):     {fault.InvalidArgument, "the timestamp is before the last one"},
		int32(pb.NoteTimeReply_INVALID_POSITION): {fault.InvalidArgument, "the position is before the last one"},
		int32(pb.NoteTimeReply_INTERNAL_ERROR):   failed,
	}.of(r, int32(out.GetStatus()))
}

// RemoveWriter tells that a writer has ended, so that event time no longer waits
// for it. A writer that noted no time is no error.
func (c *Controller) RemoveWriter(ctx context.Context, stream naming.Stream, writer string) error {
	r := &request{method: "removeWriter", op: "remove writer " + writer + " from stream", subject: stream.String(), absent: fault.NoSuchStream, changes: true}
	if err := stream.Check(r.op); err != nil {
		return err
	}
	if err := naming.Check(r.op, "writer", writer); err != nil {
		return err
	}
	out := new(pb.RemoveWriterReply)
	if err := c.do(ctx, r, &pb.RemoveWriterRequest{Writer: writer, Stream: encodeStream(stream, pb.Stream_UNSPECIFIED)}, out); err != nil {
		return err
	}
	return outcomes{
		int32(pb.RemoveWriterReply_UNKNOWN_WRITER): {},
		int32(pb.RemoveWriterReply_NO_STREAM):      {fault.NoSuchStream, ""},
		int32(pb.RemoveWriterReply_INTERNAL_ERROR): failed,
	}.of(r, int32(out.GetStatus()))
}
