package controller

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
)

func TestPassingStatusesAreTriedAgain(t *testing.T) {
	for _, code := range []codes.Code{codes.Aborted, codes.Canceled, codes.DataLoss, codes.DeadlineExceeded,
		codes.FailedPrecondition, codes.Internal, codes.ResourceExhausted, codes.Unavailable, codes.Unknown} {
		f := startFake(t, nil, "", map[string]answer{"checkScopeExists": inTurn(refuse(code, "not now"), refuse(code, "nor now"), exists)})
		ok, err := dial(t, nil, f).ScopeExists(within(t, 10*time.Second), "s")
		if !ok || err != nil || f.count("checkScopeExists") != 3 {
			t.Errorf("%v: %v, %v after %d calls", code, ok, err, f.count("checkScopeExists"))
		}
	}
}

func TestLastingStatusesAreNot(t *testing.T) {
	for code, want := range map[codes.Code]fault.Code{
		codes.AlreadyExists:    fault.AlreadyExists,
		codes.InvalidArgument:  fault.InvalidArgument,
		codes.NotFound:         fault.NoSuchStream,
		codes.OutOfRange:       fault.InvalidArgument,
		codes.PermissionDenied: fault.PermissionDenied,
		codes.Unauthenticated:  fault.Unauthenticated,
		codes.Unimplemented:    fault.Protocol,
	} {
		f := startFake(t, nil, "", map[string]answer{"getCurrentSegments": refuse(code, "the server's words")})
		_, err := dial(t, nil, f).CurrentSegments(within(t, 10*time.Second), stream)
		if !errors.Is(err, want) || f.count("getCurrentSegments") != 1 || !strings.Contains(err.Error(), "the server's words") {
			t.Errorf("%v: %v after %d calls, want %v", code, err, f.count("getCurrentSegments"), want)
		}
	}
}

func TestRetriesEndAtTheLimit(t *testing.T) {
	t.Parallel()
	f := startFake(t, nil, "", map[string]answer{"getCurrentSegments": refuse(codes.FailedPrecondition, "busy")})
	c := dial(t, func(c *Config) { c.RetryLimit = time.Second }, f)
	_, err := c.CurrentSegments(context.Background(), stream)
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "busy; given up after") || f.count("getCurrentSegments") < 2 {
		t.Errorf("%v after %d calls", err, f.count("getCurrentSegments"))
	}
}

func TestContextsAreObeyed(t *testing.T) {
	hang := func(ctx context.Context, _ func(proto.Message)) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f := startFake(t, nil, "", map[string]answer{"getCurrentSegments": hang, "createScope": func(serving context.Context, in func(proto.Message)) (proto.Message, error) {
		cancel()
		return hang(serving, in)
	}})
	c := dial(t, nil, f)
	_, err := c.CurrentSegments(within(t, 50*time.Millisecond), stream)
	if !errors.Is(err, fault.TimedOut) || !errors.Is(err, context.DeadlineExceeded) || fault.MayBeStored(err) {
		t.Errorf("at the deadline: %v", err)
	}
	if _, err := c.CreateScope(ctx, "s"); !errors.Is(err, fault.Cancelled) || !fault.MayBeStored(err) {
		t.Errorf("when cancelled, of a change that was sent: %v", err)
	}
	if _, err := c.CreateScope(ctx, "s"); !errors.Is(err, fault.Cancelled) || fault.MayBeStored(err) {
		t.Errorf("when cancelled before: %v", err)
	}
}

func TestEveryAttemptHasADeadline(t *testing.T) {
	hang := func(ctx context.Context, _ func(proto.Message)) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": inTurn(hang, hang, exists)})
	c := dial(t, func(c *Config) { c.CallTimeout = 100 * time.Millisecond }, f)
	if ok, err := c.ScopeExists(within(t, 10*time.Second), "s"); !ok || err != nil {
		t.Errorf("%v, %v after %d calls", ok, err, f.count("checkScopeExists"))
	}
}

func TestCloseEndsCalls(t *testing.T) {
	called := make(chan struct{})
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": func(ctx context.Context, _ func(proto.Message)) (proto.Message, error) {
		close(called)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	c := dial(t, nil, f)
	go func() { <-called; c.Close() }()
	if _, err := c.ScopeExists(within(t, 10*time.Second), "s"); !errors.Is(err, fault.Closed) {
		t.Errorf("a call under way: %v", err)
	}
	if _, err := c.ScopeExists(within(t, 10*time.Second), "s"); !errors.Is(err, fault.Closed) {
		t.Errorf("a call after Close: %v", err)
	}
	c.Close()
}

// A change whose reply was lost is tried again; the error of the next attempt
// says that the first one may have had its effect.
func TestLostRepliesMakeChangesUncertain(t *testing.T) {
	f := startFake(t, nil, "", map[string]answer{
		"scale":        inTurn(refuse(codes.Unavailable, "lost"), always(&pb.ScaleReply{Status: pb.ScaleReply_PRECONDITION_FAILED})),
		"deleteStream": inTurn(refuse(codes.Unavailable, "lost"), always(&pb.DeleteStreamReply{Status: pb.DeleteStreamReply_NO_STREAM})),
	})
	c := dial(t, nil, f)
	_, _, err := c.Scale(within(t, 10*time.Second), stream, ids(0), []KeyRange{{0, 1}})
	if !errors.Is(err, fault.Conflict) || !fault.MayBeStored(err) {
		t.Errorf("scale after a lost reply: %v", err)
	}
	_, _, err = c.Scale(within(t, 10*time.Second), stream, ids(0), []KeyRange{{0, 1}})
	if !errors.Is(err, fault.Conflict) || fault.MayBeStored(err) {
		t.Errorf("scale after none: %v", err)
	}
	if deleted, err := c.DeleteStream(within(t, 10*time.Second), stream); !deleted || err != nil {
		t.Errorf("delete after a lost reply: %v, %v", deleted, err)
	}
	if deleted, err := c.DeleteStream(within(t, 10*time.Second), stream); deleted || err != nil {
		t.Errorf("delete after none: %v, %v", deleted, err)
	}
}

// A change that never left this machine cannot have had an effect.
func TestUnsentChangesAreCertain(t *testing.T) {
	t.Parallel()
	// Nobody listens there, nor will anybody: a port that was free once may be
	// another test's by now.
	at := Endpoint{"127.0.0.1", 1}
	c := dial(t, func(c *Config) { c.Endpoints, c.RetryLimit = []Endpoint{at}, 2*time.Second })
	_, err := c.CreateScope(context.Background(), "s")
	if !errors.Is(err, fault.Unreachable) || fault.MayBeStored(err) {
		t.Errorf("nobody listens: %v", err)
	}
	if !strings.Contains(err.Error(), "refused") || !strings.Contains(err.Error(), "tcp://127.0.0.1:1") {
		t.Errorf("%v does not say where and why", err)
	}
	// The same within a deadline of the caller's.
	_, err = c.CreateScope(within(t, 2*time.Second), "s")
	if !errors.Is(err, fault.Unreachable) || !errors.Is(err, context.DeadlineExceeded) || fault.MayBeStored(err) {
		t.Errorf("nobody listens until the deadline: %v", err)
	}
}

func TestCredentialsAreAskedEachTime(t *testing.T) {
	var got []string
	hear := func(ctx context.Context, _ func(proto.Message)) (proto.Message, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		got = append(got, strings.Join(md.Get("authorization"), "|"))
		return &pb.Exists{Exists: true}, nil
	}
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": hear})
	token := "one"
	c := dial(t, func(c *Config) {
		c.Credentials = func(context.Context) (string, string, error) { return "Bearer", token, nil }
	}, f)
	for _, token = range []string{"one", "two"} {
		if _, err := c.ScopeExists(within(t, 10*time.Second), "s"); err != nil {
			t.Fatal(err)
		}
	}
	if want := "Bearer one, Bearer two"; strings.Join(got, ", ") != want {
		t.Errorf("the server hears %q", got)
	}
	token = "line\nbreak"
	if _, err := c.ScopeExists(within(t, 10*time.Second), "s"); !errors.Is(err, fault.InvalidArgument) || strings.Contains(err.Error(), "break") {
		t.Errorf("a token with a line break: %v", err)
	}
}

func TestBasicCredentials(t *testing.T) {
	method, token, err := Basic("admin", "1111_aaaa")(context.Background())
	if method != "Basic" || token != "YWRtaW46MTExMV9hYWFh" || err != nil {
		t.Errorf("%q, %q, %v", method, token, err)
	}
}

func TestFailingCredentials(t *testing.T) {
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": exists})
	asked := 0
	c := dial(t, func(c *Config) {
		c.Credentials = func(context.Context) (string, string, error) {
			if asked++; asked < 3 {
				return "", "", fault.New(fault.Unreachable, "ask for a ticket", "", "later")
			}
			return "", "", errors.New("the ticket office is closed")
		}
	}, f)
	_, err := c.ScopeExists(within(t, 10*time.Second), "s")
	if !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "office is closed") || asked != 3 {
		t.Errorf("%v after %d questions", err, asked)
	}
	if f.count("checkScopeExists") != 0 {
		t.Error("a call went out without credentials")
	}
}
