package controller

import (
	"context"
	"maps"
	"slices"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// CreateReaderGroup registers a reader group and creates the stream of its
// state, which stays empty: whoever finds it empty writes the first record. The
// config has a new id and generation 0. If there is a group of this name, what
// is returned is its config; the id tells whether it is the caller's, as it is
// when a call is repeated.
func (c *Controller) CreateReaderGroup(ctx context.Context, scope, name string, config readergroup.Config) (readergroup.Config, error) {
	r := groupRequest("createReaderGroup", "create reader group", scope, name)
	r.absent, r.changes = fault.NoSuchStream, true
	in, err := encodeGroup(r, scope, name, config)
	if err != nil {
		return readergroup.Config{}, err
	}
	out := new(pb.CreateReaderGroupReply)
	if err := c.do(ctx, r, in, out); err != nil {
		return readergroup.Config{}, err
	}
	err = outcomes{
		int32(pb.CreateReaderGroupReply_FAILED):       failed,
		int32(pb.CreateReaderGroupReply_NO_SCOPE):     {fault.NoSuchScope, ""},
		int32(pb.CreateReaderGroupReply_INVALID_NAME): {fault.InvalidArgument, "the controller refuses the name"},
	}.of(r, int32(out.GetStatus()))
	if err != nil {
		return readergroup.Config{}, err
	}
	return decodeGroup(r, out.GetConfig())
}

// ReaderGroupConfig is the config of a reader group. A group that is not
// registered is fault.NoSuchReaderGroup.
func (c *Controller) ReaderGroupConfig(ctx context.Context, scope, name string) (readergroup.Config, error) {
	r := groupRequest("getReaderGroupConfig", "describe reader group", scope, name)
	if err := checkGroup(r, scope, name); err != nil {
		return readergroup.Config{}, err
	}
	out := new(pb.ReaderGroupConfigReply)
	if err := c.do(ctx, r, &pb.ReaderGroup{Scope: scope, Name: name}, out); err != nil {
		return readergroup.Config{}, err
	}
	err := outcomes{
		int32(pb.ReaderGroupConfigReply_FAILED):   failed,
		int32(pb.ReaderGroupConfigReply_NO_GROUP): {fault.NoSuchReaderGroup, ""},
	}.of(r, int32(out.GetStatus()))
	if err != nil {
		return readergroup.Config{}, err
	}
	return decodeGroup(r, out.GetConfig())
}

// UpdateReaderGroup replaces the config of a reader group, whose id and
// generation config must have, by the next generation. It returns the one that the group
// has then, which is a later one if another update has followed already. If they are
// others, or another update is under way, the error is fault.Conflict.
func (c *Controller) UpdateReaderGroup(ctx context.Context, scope, name string, config readergroup.Config) (generation int64, err error) {
	r := groupRequest("updateReaderGroup", "update reader group", scope, name)
	r.changes = true
	in, err := encodeGroup(r, scope, name, config)
	if err != nil {
		return 0, err
	}
	out := new(pb.UpdateReaderGroupReply)
	if err := c.do(ctx, r, in, out); err != nil {
		return 0, err
	}
	err = outcomes{
		int32(pb.UpdateReaderGroupReply_FAILED):         {fault.Conflict, "another update is under way"},
		int32(pb.UpdateReaderGroupReply_NO_GROUP):       {fault.NoSuchReaderGroup, ""},
		int32(pb.UpdateReaderGroupReply_INVALID_CONFIG): {fault.Conflict, "the group has another id or generation"},
	}.of(r, int32(out.GetStatus()))
	return out.GetGeneration(), err
}

// DeleteReaderGroup deletes a reader group and the stream of its state. deleted
// is false if there is none of this name and id.
func (c *Controller) DeleteReaderGroup(ctx context.Context, scope, name string, id [16]byte) (deleted bool, err error) {
	r := groupRequest("deleteReaderGroup", "delete reader group", scope, name)
	r.changes = true
	if err := checkGroup(r, scope, name); err != nil {
		return false, err
	}
	out := new(pb.DeleteReaderGroupReply)
	if err := c.do(ctx, r, &pb.ReaderGroup{Scope: scope, Name: name, Id: wire.UUID(id).String()}, out); err != nil {
		return false, err
	}
	if out.GetStatus() == pb.DeleteReaderGroupReply_NO_GROUP {
		// Gone by an attempt of ours whose reply was lost, most likely.
		return r.uncertain, nil
	}
	err = outcomes{int32(pb.DeleteReaderGroupReply_FAILED): failed}.of(r, int32(out.GetStatus()))
	return err == nil, err
}

// Subscribers lists the reader groups, as "scope/name", whose progress decides
// what of a stream may be deleted.
func (c *Controller) Subscribers(ctx context.Context, stream naming.Stream) ([]string, error) {
	r := &request{method: "listSubscribers", op: "list subscribers of stream", subject: stream.String(), absent: fault.NoSuchStream}
	if err := stream.Check(r.op); err != nil {
		return nil, err
	}
	out := new(pb.Subscribers)
	if err := c.do(ctx, r, encodeStream(stream, pb.Stream_UNSPECIFIED), out); err != nil {
		return nil, err
	}
	return out.GetGroups(), outcomes{
		int32(pb.Subscribers_FAILED):    failed,
		int32(pb.Subscribers_NO_STREAM): {fault.NoSuchStream, ""},
	}.of(r, int32(out.GetStatus()))
}

// ReleaseBefore tells that a reader group no longer needs what lies before a
// cut of one of its streams. id and generation are those of the group's config.
func (c *Controller) ReleaseBefore(ctx context.Context, scope, name string, id [16]byte, generation int64, cut streamcut.Cut) error {
	r := groupRequest("updateSubscriberStreamCut", "release data of stream "+cut.Stream.String()+" by reader group", scope, name)
	r.absent, r.changes = fault.NoSuchStream, true
	if err := checkGroup(r, scope, name); err != nil {
		return err
	}
	if err := cut.Stream.Check(r.op); err != nil {
		return err
	}
	out := new(pb.UpdateSubscriberReply)
	in := &pb.UpdateSubscriberRequest{Group: scope + "/" + name, Id: wire.UUID(id).String(), Generation: generation, Cut: encodeCut(cut.Stream, cut)}
	if err := c.do(ctx, r, in, out); err != nil {
		return err
	}
	return outcomes{
		int32(pb.UpdateSubscriberReply_FAILED):              failed,
		int32(pb.UpdateSubscriberReply_NO_STREAM):           {fault.NoSuchStream, ""},
		int32(pb.UpdateSubscriberReply_NO_GROUP):            {fault.NoSuchReaderGroup, "or it does not subscribe to the stream"},
		int32(pb.UpdateSubscriberReply_INVALID_CUT):         {fault.InvalidArgument, "the cut is not one of the stream, or lies before the last one"},
		int32(pb.UpdateSubscriberReply_GENERATION_MISMATCH): {fault.Conflict, "the group has another generation"},
	}.of(r, int32(out.GetStatus()))
}

func groupRequest(method, op, scope, name string) *request {
	return &request{method: method, op: op, subject: scope + "/" + name, absent: fault.NoSuchReaderGroup}
}

func checkGroup(r *request, scope, name string) error {
	if err := naming.CheckInternal(r.op, "scope", scope); err != nil {
		return err
	}
	return naming.Check(r.op, "reader group", name)
}

// checkConfig finds what a controller would answer with an unexplained failure,
// as often as it is asked.
func checkConfig(r *request, config readergroup.Config) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.InvalidArgument, r.op, r.subject, format, args...)
	}
	if len(config.Start) == 0 {
		return bad("the group has no streams")
	}
	if config.MaxOutstandingCheckpoints < 1 {
		return bad("the number of outstanding checkpoints is %d, not at least 1", config.MaxOutstandingCheckpoints)
	}
	if config.Retention < readergroup.RetainRegardless || config.Retention > readergroup.ReleaseAtCheckpoints {
		return bad("the retention type %d is unknown", config.Retention)
	}
	for stream, start := range config.Start {
		if err := stream.CheckInternal(r.op); err != nil {
			return err
		}
		end := config.End[stream]
		for _, cut := range []streamcut.Cut{start, end} {
			if !cut.Unbounded() && (cut.Stream != stream || len(cut.Offsets) == 0) {
				return bad("the cut %s is none of stream %s", cut, stream)
			}
		}
		if !start.Unbounded() && !end.Unbounded() && !precedes(start, end) {
			return bad("the start %s does not precede the end %s", start, end)
		}
	}
	for stream := range config.End {
		if _, ok := config.Start[stream]; !ok {
			return bad("stream %s has an end but no start", stream)
		}
	}
	return nil
}

// precedes is the controllers' comparison of two cuts: by the offsets in common
// segments, and by the smallest and largest segment ids.
func precedes(start, end streamcut.Cut) bool {
	for id, from := range start.Offsets {
		to, common := end.Offsets[id]
		if common && to != streamcut.Completed && (from == streamcut.Completed || from > to) {
			return false
		}
	}
	from, to := slices.Collect(maps.Keys(start.Offsets)), slices.Collect(maps.Keys(end.Offsets))
	return slices.Min(from) <= slices.Min(to) && slices.Max(from) <= slices.Max(to)
}

func encodeGroup(r *request, scope, name string, config readergroup.Config) (*pb.ReaderGroupConfig, error) {
	if err := checkGroup(r, scope, name); err != nil {
		return nil, err
	}
	if err := checkConfig(r, config); err != nil {
		return nil, err
	}
	out := &pb.ReaderGroupConfig{
		Scope:                     scope,
		Name:                      name,
		RefreshMillis:             config.RefreshMillis,
		AutomaticCheckpointMillis: config.CheckpointMillis,
		MaxOutstandingCheckpoints: config.MaxOutstandingCheckpoints,
		Retention:                 int32(config.Retention),
		Generation:                config.Generation,
		Id:                        wire.UUID(config.ID).String(),
	}
	for stream, start := range config.Start {
		out.Starts = append(out.Starts, encodeCut(stream, start))
		out.Ends = append(out.Ends, encodeCut(stream, config.End[stream]))
	}
	return out, nil
}

func decodeGroup(r *request, in *pb.ReaderGroupConfig) (readergroup.Config, error) {
	config := readergroup.Config{
		Generation:                in.GetGeneration(),
		Start:                     decodeCuts(in.GetStarts()),
		End:                       decodeCuts(in.GetEnds()),
		RefreshMillis:             in.GetRefreshMillis(),
		CheckpointMillis:          in.GetAutomaticCheckpointMillis(),
		MaxOutstandingCheckpoints: in.GetMaxOutstandingCheckpoints(),
		Retention:                 readergroup.Retention(in.GetRetention()),
	}
	id, err := wire.ParseUUID(in.GetId())
	if err != nil {
		return config, fault.New(fault.Protocol, r.op, r.subject, "the controller answers with the id %v", err)
	}
	config.ID = id
	if config.Retention < readergroup.RetainRegardless || config.Retention > readergroup.ReleaseAtCheckpoints {
		return config, fault.New(fault.Protocol, r.op, r.subject, "the controller answers with the unknown retention type %d", config.Retention)
	}
	return config, nil
}

func decodeCuts(in []*pb.StreamCut) map[naming.Stream]streamcut.Cut {
	cuts := make(map[naming.Stream]streamcut.Cut, len(in))
	for _, m := range in {
		stream := naming.Stream{Scope: m.GetStream().GetScope(), Name: m.GetStream().GetName()}
		cut := streamcut.Cut{} // unbounded
		if len(m.GetOffsets()) > 0 {
			cut = streamcut.Cut{Stream: stream, Offsets: make(map[naming.SegmentID]int64, len(m.GetOffsets()))}
			for id, offset := range m.GetOffsets() {
				cut.Offsets[naming.SegmentID(id)] = offset
			}
		}
		cuts[stream] = cut
	}
	return cuts
}
