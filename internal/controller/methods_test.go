package controller

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

var (
	fixed = StreamConfig{Scaling: Scaling{MinSegments: 1}}
	cut   = streamcut.Cut{Stream: stream, Offsets: map[naming.SegmentID]int64{0: 5}}
	group = readergroup.Config{
		Start: map[naming.Stream]streamcut.Cut{stream: {}}, MaxOutstandingCheckpoints: 1,
	}
)

// Every status inside of a reply, and one that nobody knows.
func TestStatusesOfReplies(t *testing.T) {
	const fine = fault.Code(0)
	for _, tc := range []struct {
		method string
		reply  func(status int32) proto.Message
		call   func(*Controller, context.Context) error
		want   []fault.Code // by status
	}{
		{"createScope", func(s int32) proto.Message { return &pb.CreateScopeReply{Status: pb.CreateScopeReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { _, err := c.CreateScope(ctx, "s"); return err },
			[]fault.Code{fine, fault.ServerError, fine, fault.InvalidArgument, fault.Protocol}},
		{"deleteScope", func(s int32) proto.Message { return &pb.DeleteScopeReply{Status: pb.DeleteScopeReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { _, err := c.DeleteScope(ctx, "s"); return err },
			[]fault.Code{fine, fault.ServerError, fine, fault.NotEmpty, fault.Protocol}},
		{"createStream", func(s int32) proto.Message { return &pb.CreateStreamReply{Status: pb.CreateStreamReply_Status(s)} },
			func(c *Controller, ctx context.Context) error {
				_, err := c.CreateStream(ctx, stream, fixed)
				return err
			},
			[]fault.Code{fine, fault.ServerError, fine, fault.NoSuchScope, fault.InvalidArgument, fault.Protocol}},
		{"updateStream", func(s int32) proto.Message { return &pb.UpdateStreamReply{Status: pb.UpdateStreamReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { return c.UpdateStream(ctx, stream, fixed) },
			[]fault.Code{fine, fault.ServerError, fault.NoSuchStream, fault.NoSuchScope, fault.StreamSealed, fault.Protocol}},
		{"sealStream", func(s int32) proto.Message { return &pb.UpdateStreamReply{Status: pb.UpdateStreamReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { return c.SealStream(ctx, stream) },
			[]fault.Code{fine, fault.ServerError, fault.NoSuchStream, fault.NoSuchScope}},
		{"truncateStream", func(s int32) proto.Message { return &pb.UpdateStreamReply{Status: pb.UpdateStreamReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { return c.TruncateStream(ctx, cut) },
			[]fault.Code{fine, fault.ServerError, fault.NoSuchStream, fault.NoSuchScope, fault.StreamSealed, fault.Protocol}},
		{"deleteStream", func(s int32) proto.Message { return &pb.DeleteStreamReply{Status: pb.DeleteStreamReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { _, err := c.DeleteStream(ctx, stream); return err },
			[]fault.Code{fine, fault.ServerError, fine, fault.StreamNotSealed, fault.Protocol}},
		{"listStreamsInScope", func(s int32) proto.Message { return &pb.ListStreamsReply{Status: pb.ListStreamsReply_Status(s)} },
			func(c *Controller, ctx context.Context) (err error) {
				for _, err = range c.Streams(ctx, "s") {
				}
				return err
			},
			[]fault.Code{fine, fault.ServerError, fault.NoSuchScope, fault.Protocol}},
		{"listKeyValueTablesInScope", func(s int32) proto.Message { return &pb.ListTablesReply{Status: pb.ListTablesReply_Status(s)} },
			func(c *Controller, ctx context.Context) (err error) {
				for _, err = range c.Tables(ctx, "s") {
				}
				return err
			},
			[]fault.Code{fine, fault.ServerError, fault.NoSuchScope, fault.Protocol}},
		{"deleteKeyValueTable", func(s int32) proto.Message { return &pb.DeleteTableReply{Status: pb.DeleteTableReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { _, err := c.DeleteTable(ctx, "s", "t"); return err },
			[]fault.Code{fine, fault.ServerError, fine, fault.Protocol}},
		{"scale", func(s int32) proto.Message { return &pb.ScaleReply{Status: pb.ScaleReply_Status(s)} },
			func(c *Controller, ctx context.Context) error {
				_, _, err := c.Scale(ctx, stream, ids(0), []KeyRange{{0, 1}})
				return err
			},
			[]fault.Code{fine, fault.ServerError, fault.Conflict, fault.Protocol}},
		{"checkScale", func(s int32) proto.Message { return &pb.CheckScaleReply{Status: pb.CheckScaleReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { _, err := c.CheckScale(ctx, stream, 0); return err },
			[]fault.Code{fine, fine, fault.NoSuchStream, fault.ServerError, fault.Protocol}},
		{"noteTimestampFromWriter", func(s int32) proto.Message { return &pb.NoteTimeReply{Status: pb.NoteTimeReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { return c.NoteTime(ctx, "w", 1, cut) },
			[]fault.Code{fine, fault.InvalidArgument, fault.InvalidArgument, fault.ServerError, fault.Protocol}},
		{"removeWriter", func(s int32) proto.Message { return &pb.RemoveWriterReply{Status: pb.RemoveWriterReply_Status(s)} },
			func(c *Controller, ctx context.Context) error { return c.RemoveWriter(ctx, stream, "w") },
			[]fault.Code{fine, fine, fault.NoSuchStream, fault.ServerError, fault.Protocol}},
		{"createReaderGroup", func(s int32) proto.Message {
			return &pb.CreateReaderGroupReply{Status: pb.CreateReaderGroupReply_Status(s), Config: &pb.ReaderGroupConfig{Id: wire.UUID{}.String()}}
		},
			func(c *Controller, ctx context.Context) error {
				_, err := c.CreateReaderGroup(ctx, "s", "g", group)
				return err
			},
			[]fault.Code{fine, fault.ServerError, fault.NoSuchScope, fault.InvalidArgument, fault.Protocol}},
		{"getReaderGroupConfig", func(s int32) proto.Message {
			return &pb.ReaderGroupConfigReply{Status: pb.ReaderGroupConfigReply_Status(s), Config: &pb.ReaderGroupConfig{Id: wire.UUID{}.String()}}
		},
			func(c *Controller, ctx context.Context) error {
				_, err := c.ReaderGroupConfig(ctx, "s", "g")
				return err
			},
			[]fault.Code{fine, fault.ServerError, fault.NoSuchReaderGroup, fault.Protocol}},
		{"updateReaderGroup", func(s int32) proto.Message {
			return &pb.UpdateReaderGroupReply{Status: pb.UpdateReaderGroupReply_Status(s)}
		},
			func(c *Controller, ctx context.Context) error {
				_, err := c.UpdateReaderGroup(ctx, "s", "g", group)
				return err
			},
			[]fault.Code{fine, fault.Conflict, fault.NoSuchReaderGroup, fault.Conflict, fault.Protocol}},
		{"deleteReaderGroup", func(s int32) proto.Message {
			return &pb.DeleteReaderGroupReply{Status: pb.DeleteReaderGroupReply_Status(s)}
		},
			func(c *Controller, ctx context.Context) error {
				_, err := c.DeleteReaderGroup(ctx, "s", "g", group.ID)
				return err
			},
			[]fault.Code{fine, fault.ServerError, fine, fault.Protocol}},
		{"listSubscribers", func(s int32) proto.Message { return &pb.Subscribers{Status: pb.Subscribers_Status(s)} },
			func(c *Controller, ctx context.Context) error { _, err := c.Subscribers(ctx, stream); return err },
			[]fault.Code{fine, fault.ServerError, fault.NoSuchStream, fault.Protocol}},
		{"updateSubscriberStreamCut", func(s int32) proto.Message {
			return &pb.UpdateSubscriberReply{Status: pb.UpdateSubscriberReply_Status(s)}
		},
			func(c *Controller, ctx context.Context) error {
				return c.ReleaseBefore(ctx, "s", "g", group.ID, 0, cut)
			},
			[]fault.Code{fine, fault.ServerError, fault.NoSuchStream, fault.NoSuchReaderGroup, fault.InvalidArgument, fault.Conflict, fault.Protocol}},
	} {
		var status int32
		f := startFake(t, nil, "", map[string]answer{tc.method: func(context.Context, func(proto.Message)) (proto.Message, error) {
			return tc.reply(status), nil
		}})
		c := dial(t, func(c *Config) { c.RetryLimit = 20 * time.Second }, f)
		for s, want := range tc.want {
			status = int32(s)
			err := tc.call(c, context.Background())
			if want == fine && err != nil || want != fine && !errors.Is(err, want) {
				t.Errorf("%s, status %d: %v, want %v", tc.method, s, err, want)
			}
		}
	}
}

// A name that breaks the rules is refused here.
func TestBadNamesGoNowhere(t *testing.T) {
	f := startFake(t, nil, "", nil)
	c := dial(t, nil, f)
	ctx := waittest.Within(t, 10*time.Second)
	bad, internal := naming.Stream{Scope: "s", Name: "a_b"}, naming.Stream{Scope: "s", Name: "_RGg"}
	badCut := streamcut.Cut{Stream: bad, Offsets: cut.Offsets}
	for name, call := range map[string]func() error{
		"CreateScope":          func() error { _, err := c.CreateScope(ctx, "a b"); return err },
		"CreateScope internal": func() error { _, err := c.CreateScope(ctx, "_system"); return err },
		"DeleteScope":          func() error { _, err := c.DeleteScope(ctx, ""); return err },
		"ScopeExists":          func() error { _, err := c.ScopeExists(ctx, "a/b"); return err },
		"CreateStream":         func() error { _, err := c.CreateStream(ctx, bad, fixed); return err },
		"CreateStream internal": func() error {
			_, err := c.CreateStream(ctx, internal, fixed)
			return err
		},
		"UpdateStream":        func() error { return c.UpdateStream(ctx, bad, fixed) },
		"SealStream":          func() error { return c.SealStream(ctx, bad) },
		"DeleteStream":        func() error { _, err := c.DeleteStream(ctx, bad); return err },
		"TruncateStream":      func() error { return c.TruncateStream(ctx, badCut) },
		"TruncateStream zero": func() error { return c.TruncateStream(ctx, streamcut.Cut{}) },
		"StreamExists":        func() error { _, err := c.StreamExists(ctx, bad); return err },
		"StreamConfiguration": func() error { _, err := c.StreamConfiguration(ctx, bad); return err },
		"CurrentSegments":     func() error { _, err := c.CurrentSegments(ctx, bad); return err },
		"EpochSegments":       func() error { _, err := c.EpochSegments(ctx, stream, -1); return err },
		"HeadSegments":        func() error { _, err := c.HeadSegments(ctx, bad); return err },
		"Successors":          func() error { _, err := c.Successors(ctx, bad, 0); return err },
		"SegmentsBetween":     func() error { _, err := c.SegmentsBetween(ctx, stream, badCut, streamcut.Cut{}); return err },
		"SegmentStore":        func() error { _, err := c.SegmentStore(ctx, bad, 0); return err },
		"SegmentIsCurrent":    func() error { _, err := c.SegmentIsCurrent(ctx, bad, 0); return err },
		"CutIsValid":          func() error { _, err := c.CutIsValid(ctx, badCut); return err },
		"Scale":               func() error { _, _, err := c.Scale(ctx, bad, ids(0), []KeyRange{{0, 1}}); return err },
		"Scale nothing":       func() error { _, _, err := c.Scale(ctx, stream, nil, []KeyRange{{0, 1}}); return err },
		"Scale to nothing":    func() error { _, _, err := c.Scale(ctx, stream, ids(0), nil); return err },
		"Scale NaN":           func() error { _, _, err := c.Scale(ctx, stream, ids(0), []KeyRange{{math.NaN(), 1}}); return err },
		"Scale beyond":        func() error { _, _, err := c.Scale(ctx, stream, ids(0), []KeyRange{{0, 1.5}}); return err },
		"Scale twice":         func() error { _, _, err := c.Scale(ctx, stream, ids(0), []KeyRange{{0, 1}, {0, 0.5}}); return err },
		"DelegationToken":     func() error { _, err := c.DelegationToken(ctx, bad, Read); return err },
		"CreateTransaction":   func() error { _, err := c.CreateTransaction(ctx, bad, time.Second); return err },
		"NoteTime":            func() error { return c.NoteTime(ctx, "a_b", 0, cut) },
		"RemoveWriter":        func() error { return c.RemoveWriter(ctx, stream, "") },
		"CreateReaderGroup":   func() error { _, err := c.CreateReaderGroup(ctx, "s", "_g", group); return err },
		"ReaderGroupConfig":   func() error { _, err := c.ReaderGroupConfig(ctx, "s", strings.Repeat("x", 251)); return err },
		"DeleteReaderGroup":   func() error { _, err := c.DeleteReaderGroup(ctx, "s/t", "g", group.ID); return err },
		"ReleaseBefore":       func() error { return c.ReleaseBefore(ctx, "s", "g", group.ID, 0, badCut) },
		"DeleteTable":         func() error { _, err := c.DeleteTable(ctx, "s/t", "k"); return err },
		"Streams": func() (err error) {
			for _, err = range c.Streams(ctx, "a b") {
			}
			return err
		},
		"StreamsWithTag": func() (err error) {
			for _, err = range c.StreamsWithTag(ctx, "s", "") {
			}
			return err
		},
	} {
		if err := call(); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v, want InvalidArgument", name, err)
		}
	}
	if len(f.calls) != 0 {
		t.Errorf("calls went out: %v", f.calls)
	}
}

func TestBadStreamConfigs(t *testing.T) {
	tags := make([]string, 128)
	for i := range tags {
		tags[i] = fmt.Sprint(i)
	}
	for name, config := range map[string]StreamConfig{
		"no segments":       {},
		"no rate":           {Scaling: Scaling{Kind: ByDataRate, Factor: 2, MinSegments: 1}},
		"no factor":         {Scaling: Scaling{Kind: ByEventRate, TargetRate: 1, MinSegments: 1}},
		"scaling kind":      {Scaling: Scaling{Kind: 3, MinSegments: 1}},
		"retention kind":    {Scaling: fixed.Scaling, Retention: Retention{Kind: 3}},
		"negative minimum":  {Scaling: fixed.Scaling, Retention: Retention{Kind: ByTime, Min: -1}},
		"maximum too small": {Scaling: fixed.Scaling, Retention: Retention{Kind: BySize, Min: 2, Max: 1}},
		"many tags":         {Scaling: fixed.Scaling, Tags: tags},
		"empty tag":         {Scaling: fixed.Scaling, Tags: []string{""}},
		"long tag":          {Scaling: fixed.Scaling, Tags: []string{strings.Repeat("x", 256)}},
		"tag not UTF-8":     {Scaling: fixed.Scaling, Tags: []string{"\xff"}},
		"aggregation":       {Scaling: fixed.Scaling, TimestampAggregation: -1},
		"rollover":          {Scaling: fixed.Scaling, RolloverSize: -1},
	} {
		if err := config.check("create stream", stream); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (StreamConfig{Scaling: fixed.Scaling, Tags: tags[:127]}).check("create stream", stream); err != nil {
		t.Error(err)
	}
}

func TestBadReaderGroupConfigs(t *testing.T) {
	r := &request{op: "create reader group"}
	other := naming.Stream{Scope: "scope", Name: "other"}
	at := func(offsets map[naming.SegmentID]int64) map[naming.Stream]streamcut.Cut {
		return map[naming.Stream]streamcut.Cut{stream: {Stream: stream, Offsets: offsets}}
	}
	type offsets = map[naming.SegmentID]int64
	for name, config := range map[string]readergroup.Config{
		"no streams":          {MaxOutstandingCheckpoints: 1},
		"no checkpoints":      {Start: group.Start},
		"retention":           {Start: group.Start, MaxOutstandingCheckpoints: 1, Retention: 3},
		"cut of another":      {Start: map[naming.Stream]streamcut.Cut{other: cut}, MaxOutstandingCheckpoints: 1},
		"empty cut":           {Start: at(nil), MaxOutstandingCheckpoints: 1},
		"end without start":   {Start: group.Start, End: map[naming.Stream]streamcut.Cut{other: {}}, MaxOutstandingCheckpoints: 1},
		"end before start":    {Start: at(offsets{0: 6}), End: at(offsets{0: 5}), MaxOutstandingCheckpoints: 1},
		"start is at the end": {Start: at(offsets{0: -1}), End: at(offsets{0: 5}), MaxOutstandingCheckpoints: 1},
		"end segments before": {Start: at(offsets{2: 0}), End: at(offsets{0: 5, 1: 5}), MaxOutstandingCheckpoints: 1},
	} {
		if err := checkConfig(r, config); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, config := range map[string]readergroup.Config{
		"unbounded": group,
		"within":    {Start: at(offsets{0: 5}), End: at(offsets{0: 5}), MaxOutstandingCheckpoints: 1},
		"to an end": {Start: at(offsets{0: 5}), End: at(offsets{0: -1}), MaxOutstandingCheckpoints: 1},
		"beyond":    {Start: at(offsets{0: 5}), End: at(offsets{1: 0, 2: 0}), MaxOutstandingCheckpoints: 1},
	} {
		if err := checkConfig(r, config); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a stream's config is, it stays through the message.
func TestStreamConfigsSurvive(t *testing.T) {
	for _, config := range []StreamConfig{
		fixed,
		{Scaling: Scaling{ByEventRate, 1, 2, 3}, Retention: Retention{ByTime, 5, 0}, Tags: []string{"a", "b"}},
		{Scaling: Scaling{ByDataRate, 1, 2, 3}, Retention: Retention{BySize, 5, 6}, TimestampAggregation: 7 * time.Second, RolloverSize: 8},
	} {
		if got := decodeStreamConfig(config.encode(stream)); !reflect.DeepEqual(got, config) {
			t.Errorf("%+v became %+v", config, got)
		}
	}
	unlimited := StreamConfig{Scaling: fixed.Scaling, Retention: Retention{ByTime, 5, 0}}.encode(stream)
	if unlimited.Retention.Max != math.MaxInt64 {
		t.Errorf("no maximum is %d", unlimited.Retention.Max)
	}
	if d := decodeStreamConfig(&pb.StreamConfig{TimestampAggregationMillis: math.MaxInt64}).TimestampAggregation; d <= 0 {
		t.Errorf("the longest aggregation is %v", d)
	}
}

func TestListsGoOnWhereTheTokenSays(t *testing.T) {
	pages := map[string]*pb.ListScopesReply{
		"":  {Scopes: []string{"a", "b"}, Next: &pb.Page{Token: "1"}},
		"1": {Scopes: []string{"c"}, Next: &pb.Page{Token: "2"}},
		"2": {Next: &pb.Page{Token: "2"}},
	}
	f := startFake(t, nil, "", map[string]answer{"listScopes": func(_ context.Context, in func(proto.Message)) (proto.Message, error) {
		request := new(pb.ListScopesRequest)
		in(request)
		return pages[request.Page.GetToken()], nil
	}})
	c := dial(t, nil, f)
	ctx := waittest.Within(t, 10*time.Second)
	var got []string
	for scope, err := range c.Scopes(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, scope)
	}
	if strings.Join(got, "") != "abc" || f.count("listScopes") != 3 {
		t.Errorf("%q in %d pages", got, f.count("listScopes"))
	}
	for range c.Scopes(ctx) {
		break
	}
	if f.count("listScopes") != 4 {
		t.Errorf("%d pages were asked for to see one scope", f.count("listScopes")-3)
	}
	f.answers["listScopes"] = inTurn(f.answers["listScopes"], refuse(codes.PermissionDenied, "no"))
	var err error
	got = nil
	for scope, e := range c.Scopes(ctx) {
		if err = e; err == nil {
			got = append(got, scope)
		}
	}
	if strings.Join(got, "") != "ab" || !errors.Is(err, fault.PermissionDenied) {
		t.Errorf("%q, then %v", got, err)
	}
}

func TestPings(t *testing.T) {
	t.Parallel()
	for status, want := range map[pb.PingReply_Status]any{
		pb.PingReply_OK:                   TransactionOpen,
		pb.PingReply_COMMITTED:            TransactionCommitted,
		pb.PingReply_ABORTED:              TransactionAborted,
		pb.PingReply_UNKNOWN:              TransactionUnknown,
		pb.PingReply_LEASE_TOO_LARGE:      fault.InvalidArgument,
		pb.PingReply_TOO_OLD:              fault.InvalidArgument,
		pb.PingReply_SCALE_GRACE_EXCEEDED: fault.Protocol,
		pb.PingReply_Status(8):            fault.Protocol,
		pb.PingReply_DISCONNECTED:         fault.ServerError, // of every controller, until the limit
	} {
		f := startFake(t, nil, "", map[string]answer{"pingTransaction": always(&pb.PingReply{Status: status})})
		c := dial(t, func(c *Config) { c.RetryLimit = 2 * time.Second }, f)
		state, err := c.PingTransaction(context.Background(), stream, wire.UUID{}, time.Second)
		if code, isFault := want.(fault.Code); isFault && !errors.Is(err, code) || !isFault && (err != nil || state != want) {
			t.Errorf("%v: %v, %v, want %v", status, state, err, want)
		}
	}
}

// A controller that loses its place in the cluster sends a ping to another one.
func TestDisconnectedControllersArePassedOver(t *testing.T) {
	lost := startFake(t, nil, "", map[string]answer{"pingTransaction": always(&pb.PingReply{Status: pb.PingReply_DISCONNECTED})})
	good := startFake(t, nil, "", map[string]answer{"pingTransaction": always(&pb.PingReply{Status: pb.PingReply_OK})})
	c := dial(t, nil, lost, good)
	ctx := waittest.Within(t, 20*time.Second)
	for lost.count("pingTransaction") == 0 {
		if state, err := c.PingTransaction(ctx, stream, wire.UUID{}, time.Second); state != TransactionOpen || err != nil {
			t.Fatal(state, err)
		}
	}
}

// A transaction that a controller does not know may have been committed.
func TestTransactionThatIsUnknownMayBeCommitted(t *testing.T) {
	f := startFake(t, nil, "", map[string]answer{"commitTransaction": always(&pb.TransactionReply{Status: pb.TransactionReply_NO_TRANSACTION})})
	err := dial(t, nil, f).CommitTransaction(context.Background(), stream, wire.UUID{}, "", NoTimestamp)
	if fault.CodeOf(err) != fault.NoSuchTransaction || !fault.MayBeStored(err) {
		t.Fatal(err)
	}
}

// "Failed" is what a controller says of every transaction that it cannot end;
// its state tells why.
func TestTransactionsThatCannotEnd(t *testing.T) {
	state := pb.TransactionState_UNKNOWN
	f := startFake(t, nil, "", map[string]answer{
		"commitTransaction": always(&pb.TransactionReply{Status: pb.TransactionReply_FAILED}),
		"abortTransaction":  always(&pb.TransactionReply{Status: pb.TransactionReply_FAILED}),
		"checkTransactionState": func(context.Context, func(proto.Message)) (proto.Message, error) {
			return &pb.TransactionState{State: state}, nil
		},
	})
	c := dial(t, nil, f)
	ctx := waittest.Within(t, 20*time.Second)
	for _, tc := range []struct {
		state         pb.TransactionState_State
		commit, abort fault.Code
		uncertain     bool
	}{
		{pb.TransactionState_UNKNOWN, fault.NoSuchTransaction, fault.NoSuchTransaction, true},
		{pb.TransactionState_OPEN, fault.ServerError, fault.ServerError, false},
		{pb.TransactionState_COMMITTING, 0, fault.TransactionCommitted, false},
		{pb.TransactionState_COMMITTED, 0, fault.TransactionCommitted, false},
		{pb.TransactionState_ABORTING, fault.TransactionAborted, 0, false},
		{pb.TransactionState_ABORTED, fault.TransactionAborted, 0, false},
	} {
		state = tc.state
		err := c.CommitTransaction(ctx, stream, wire.UUID{}, "w", NoTimestamp)
		if fault.CodeOf(err) != tc.commit || fault.MayBeStored(err) != tc.uncertain {
			t.Errorf("commit when %v: %v", state, err)
		}
		err = c.AbortTransaction(ctx, stream, wire.UUID{})
		if fault.CodeOf(err) != tc.abort || fault.MayBeStored(err) != tc.uncertain {
			t.Errorf("abort when %v: %v", state, err)
		}
	}
	state = 9
	if _, err := c.TransactionState(ctx, stream, wire.UUID{}); !errors.Is(err, fault.Protocol) {
		t.Errorf("a state that nobody knows: %v", err)
	}
}

func TestOddReplies(t *testing.T) {
	f := startFake(t, nil, "", map[string]answer{
		"getURI":                          inTurn(always(&pb.Node{}), always(&pb.Node{Host: "h", Port: 65536}), always(&pb.Node{Host: "h", Port: 12345})),
		"createReaderGroup":               always(&pb.CreateReaderGroupReply{Config: &pb.ReaderGroupConfig{Id: "no uuid"}}),
		"getReaderGroupConfig":            always(&pb.ReaderGroupConfigReply{Config: &pb.ReaderGroupConfig{Id: wire.UUID{}.String(), Retention: 7}}),
		"getCurrentSegments":              always(&pb.Segments{Ranges: []*pb.SegmentRange{{}}}),
		"getSegmentsImmediatelyFollowing": always(&pb.Successors{Successors: []*pb.Successors_Successor{{}}}),
		"createTransaction":               refuse(codes.Internal, "Stream: stream State: SEALED"),
		"checkScopeExists":                refuse(codes.Unauthenticated, ""),
	})
	c := dial(t, nil, f)
	ctx := waittest.Within(t, 20*time.Second)
	for range 2 {
		if endpoint, err := c.SegmentStore(ctx, stream, 0); !errors.Is(err, fault.Protocol) {
			t.Errorf("no address: %v, %v", endpoint, err)
		}
	}
	if endpoint, err := c.SegmentStore(ctx, stream, 0); err != nil || endpoint.String() != "h:12345" {
		t.Errorf("an address: %v, %v", endpoint, err)
	}
	if _, err := c.CreateReaderGroup(ctx, "s", "g", group); !errors.Is(err, fault.Protocol) {
		t.Errorf("an id that is no UUID: %v", err)
	}
	if _, err := c.ReaderGroupConfig(ctx, "s", "g"); !errors.Is(err, fault.Protocol) {
		t.Errorf("a retention type that nobody knows: %v", err)
	}
	if segments, err := c.CurrentSegments(ctx, stream); len(segments) != 1 || err != nil {
		t.Errorf("an empty range: %v, %v", segments, err)
	}
	if successors, err := c.Successors(ctx, stream, 0); len(successors) != 1 || err != nil {
		t.Errorf("an empty successor: %v, %v", successors, err)
	}
	if _, err := c.CreateTransaction(ctx, stream, time.Second); !errors.Is(err, fault.StreamSealed) || f.count("createTransaction") != 1 {
		t.Errorf("a sealed stream: %v", err)
	}
}

// A lease outside of the servers' limits comes as a status that is else worth
// another attempt, and must not be tried until the time is over.
func TestLeaseThatTheServersRefuse(t *testing.T) {
	f := startFake(t, nil, "", map[string]answer{"createTransaction": refuse(codes.Unknown, "lease value too large, max value is 600000")})
	c := dial(t, nil, f)
	_, err := c.CreateTransaction(waittest.Within(t, 20*time.Second), stream, time.Hour)
	if !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), "600000") || f.count("createTransaction") != 1 {
		t.Error(err)
	}
}

func TestScaleAndWait(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil, "", map[string]answer{
		"scale": always(&pb.ScaleReply{Epoch: 4, Segments: []*pb.SegmentRange{{High: 1}}}),
		"checkScale": inTurn(always(&pb.CheckScaleReply{}), always(&pb.CheckScaleReply{}),
			func(_ context.Context, in func(proto.Message)) (proto.Message, error) {
				request := new(pb.EpochRequest)
				if in(request); request.Epoch != 4 {
					t.Errorf("epoch %d is checked", request.Epoch)
				}
				return &pb.CheckScaleReply{Status: pb.CheckScaleReply_DONE}, nil
			},
			refuse(codes.PermissionDenied, "no more"), always(&pb.CheckScaleReply{})),
	})
	c := dial(t, nil, f)
	segments, err := c.ScaleAndWait(waittest.Within(t, 10*time.Second), stream, ids(0), []KeyRange{{0, 1}})
	if err != nil || len(segments) != 1 || f.count("checkScale") != 3 {
		t.Errorf("%v, %v after %d looks", segments, err, f.count("checkScale"))
	}
	if _, err := c.ScaleAndWait(waittest.Within(t, 10*time.Second), stream, ids(0), []KeyRange{{0, 1}}); !errors.Is(err, fault.PermissionDenied) || !fault.MayBeStored(err) {
		t.Errorf("a look that fails: %v", err)
	}
	if _, err := c.ScaleAndWait(waittest.Within(t, 200*time.Millisecond), stream, ids(0), []KeyRange{{0, 1}}); !errors.Is(err, fault.TimedOut) || !fault.MayBeStored(err) {
		t.Errorf("no end within the limit: %v", err)
	}
}
