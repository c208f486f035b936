package controller

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/token"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestPassingStatusesAreTriedAgain(t *testing.T) {
	for _, code := range []codes.Code{codes.Aborted, codes.Canceled, codes.DataLoss, codes.DeadlineExceeded,
		codes.FailedPrecondition, codes.Internal, codes.ResourceExhausted, codes.Unavailable, codes.Unknown} {
		f := startFake(t, nil, "", map[string]answer{"checkScopeExists": inTurn(refuse(code, "not now"), refuse(code, "nor now"), exists)})
		ok, err := dial(t, nil, f).ScopeExists(waittest.Within(t, 10*time.Second), "s")
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
		_, err := dial(t, nil, f).CurrentSegments(waittest.Within(t, 10*time.Second), stream)
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
	_, err := c.CurrentSegments(waittest.Within(t, 50*time.Millisecond), stream)
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
	if ok, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); !ok || err != nil {
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
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); !errors.Is(err, fault.Closed) {
		t.Errorf("a call under way: %v", err)
	}
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); !errors.Is(err, fault.Closed) {
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
	_, _, err := c.Scale(waittest.Within(t, 10*time.Second), stream, ids(0), []KeyRange{{0, 1}})
	if !errors.Is(err, fault.Conflict) || !fault.MayBeStored(err) {
		t.Errorf("scale after a lost reply: %v", err)
	}
	_, _, err = c.Scale(waittest.Within(t, 10*time.Second), stream, ids(0), []KeyRange{{0, 1}})
	if !errors.Is(err, fault.Conflict) || fault.MayBeStored(err) {
		t.Errorf("scale after none: %v", err)
	}
	if deleted, err := c.DeleteStream(waittest.Within(t, 10*time.Second), stream); !deleted || err != nil {
		t.Errorf("delete after a lost reply: %v, %v", deleted, err)
	}
	if deleted, err := c.DeleteStream(waittest.Within(t, 10*time.Second), stream); deleted || err != nil {
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
	_, err = c.CreateScope(waittest.Within(t, 2*time.Second), "s")
	if !errors.Is(err, fault.Unreachable) || !errors.Is(err, context.DeadlineExceeded) || fault.MayBeStored(err) {
		t.Errorf("nobody listens until the deadline: %v", err)
	}
}

// issuer is a source of bearer tokens, and the controllers that accept one of them.
type issuer struct {
	mu    sync.Mutex
	asked int
	good  string // that the controllers accept
	next  func(n int) (token.Token, error)
	shown []string
}

func (i *issuer) source() token.Source {
	return token.Source{Name: "the issuer", Ask: func(context.Context) (token.Token, error) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.asked++
		return i.next(i.asked)
	}}
}

func (i *issuer) answer(ctx context.Context, _ func(proto.Message)) (proto.Message, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	md, _ := metadata.FromIncomingContext(ctx)
	got := strings.Join(md.Get("authorization"), "|")
	i.shown = append(i.shown, got)
	if got != "Bearer "+i.good {
		return nil, status.Error(codes.Unauthenticated, "the token is old")
	}
	return &pb.Exists{Exists: true}, nil
}

// accept makes the controllers accept another token.
func (i *issuer) accept(good string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.good = good
}

func (i *issuer) dial(t *testing.T) *Controller {
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": i.answer})
	return dial(t, func(c *Config) { c.Credentials = Renewed(i.source()) }, f)
}

// A token that the controllers refuse is replaced, and the call goes on.
func TestRefusedBearerTokensAreReplaced(t *testing.T) {
	i := &issuer{good: "1", next: func(n int) (token.Token, error) { return token.Token{Value: fmt.Sprint(n)}, nil }}
	c := i.dial(t)
	for _, i.good = range []string{"1", "1", "2", "5"} {
		i.accept(i.good)
		if ok, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); !ok || err != nil {
			t.Fatalf("%s: %v", i.good, err)
		}
	}
	if want := "Bearer 1, Bearer 1, Bearer 1, Bearer 2, Bearer 2, Bearer 3, Bearer 4, Bearer 5"; strings.Join(i.shown, ", ") != want {
		t.Errorf("the controller sees %q", i.shown)
	}
}

// When no new one is accepted either, the call says so after a few.
func TestBearerTokensThatAreRefusedAgainAndAgain(t *testing.T) {
	i := &issuer{next: func(int) (token.Token, error) { return token.Token{Value: "worthless"}, nil }}
	_, err := i.dial(t).ScopeExists(waittest.Within(t, 30*time.Second), "s")
	if !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "the token is old; 4 tokens in a row were refused") || len(i.shown) != 4 || i.asked != 4 {
		t.Errorf("%v after %d tokens, %d of them asked for", err, len(i.shown), i.asked)
	}
	if strings.Contains(err.Error(), "worthless") {
		t.Error("the error shows the token")
	}
}

// What never changes is not tried again.
func TestRefusedFixedCredentials(t *testing.T) {
	for _, fixed := range []Credentials{Bearer("old"), Basic("user", "wrong"), {}} {
		i := &issuer{good: "new"}
		f := startFake(t, nil, "", map[string]answer{"checkScopeExists": i.answer})
		_, err := dial(t, func(c *Config) { c.Credentials = fixed }, f).ScopeExists(waittest.Within(t, 10*time.Second), "s")
		if !errors.Is(err, fault.Unauthenticated) || len(i.shown) != 1 {
			t.Errorf("%v after %d calls", err, len(i.shown))
		}
	}
}

func TestBasicCredentials(t *testing.T) {
	if got := Basic("admin", "1111_aaaa"); got.Method != "Basic" || got.Token != "YWRtaW46MTExMV9hYWFh" {
		t.Error(got)
	}
}

func TestBadFixedTokens(t *testing.T) {
	for _, bad := range []string{"", "line\nbreak"} {
		_, err := New(Config{Endpoints: []Endpoint{{"localhost", 1}}, Credentials: Bearer(bad)})
		if !errors.Is(err, fault.InvalidArgument) || strings.Contains(err.Error(), "break") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A token may be longer than the controllers take, which they say when they are connected to.
func TestTokensThatAreTooLongForTheControllers(t *testing.T) {
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": exists}, grpc.MaxHeaderListSize(8192))
	for name, credentials := range map[string]Credentials{
		"fixed": Bearer(strings.Repeat("x", 10_000)),
		"of a source": Renewed(token.Source{Name: "the issuer", Ask: func(context.Context) (token.Token, error) {
			return token.Token{Value: strings.Repeat("x", 10_000)}, nil
		}}),
	} {
		c := dial(t, func(c *Config) { c.Credentials = credentials }, f)
		_, err := c.ScopeExists(waittest.Within(t, 30*time.Second), "s")
		if !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "the token has 10000 bytes, and the controller takes 8192") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without a token no call goes out; the source is asked as long as the call may take, and
// what is wrong with it is in the error of the call.
func TestSourcesThatFail(t *testing.T) {
	i := &issuer{good: "4", next: func(n int) (token.Token, error) {
		if n < 4 {
			return token.Token{}, errors.New("the ticket office is closed")
		}
		return token.Token{Value: fmt.Sprint(n)}, nil
	}}
	if ok, err := i.dial(t).ScopeExists(waittest.Within(t, 30*time.Second), "s"); !ok || err != nil || i.asked != 4 {
		t.Errorf("%v after %d questions", err, i.asked)
	}
	closed := errors.New("the ticket office is closed")
	i = &issuer{next: func(int) (token.Token, error) { return token.Token{}, closed }}
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": i.answer})
	c := dial(t, func(c *Config) { c.Credentials, c.RetryLimit = Renewed(i.source()), time.Second }, f)
	for _, code := range []fault.Code{fault.TimedOut, fault.Unauthenticated} {
		limit := context.Background()
		if code == fault.TimedOut {
			limit = waittest.Within(t, time.Second)
		}
		_, err := c.ScopeExists(limit, "s")
		if !errors.Is(err, code) || !strings.Contains(err.Error(), "office is closed") || fault.MayBeStored(err) {
			t.Errorf("%v, not %v", err, code)
		}
		if code == fault.Unauthenticated && !errors.Is(err, closed) {
			t.Errorf("%v hides its cause", err)
		}
	}
	if i.asked < 4 || f.count("checkScopeExists") != 0 {
		t.Errorf("the source was asked %d times, the controller %d times", i.asked, f.count("checkScopeExists"))
	}
}

// A source that does not come back holds up calls for as long as they may take; Close
// waits for it.
func TestSourcesThatHang(t *testing.T) {
	hold, inside := make(chan struct{}), make(chan struct{})
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": exists})
	c := dial(t, func(c *Config) {
		c.RetryLimit = time.Minute
		c.Credentials = Renewed(token.Source{Name: "the issuer", Ask: func(context.Context) (token.Token, error) {
			close(inside)
			<-hold
			return token.Token{Value: "late"}, nil
		}})
	}, f)
	for range 3 {
		_, err := c.ScopeExists(waittest.Within(t, 50*time.Millisecond), "s")
		if !errors.Is(err, fault.TimedOut) || !strings.Contains(err.Error(), "the issuer") || !strings.Contains(err.Error(), "no answer for") {
			t.Error(err)
		}
	}
	<-inside
	closed := make(chan struct{})
	go func() { c.Close(); close(closed) }()
	for !errors.Is(errOf(c), fault.Closed) {
		time.Sleep(time.Millisecond)
	}
	select {
	case <-closed:
		t.Error("Close did not wait")
	default:
	}
	close(hold)
	<-closed
}

func errOf(c *Controller) error {
	_, err := c.ScopeExists(context.Background(), "s")
	return err
}

// A source that calls what it is the source of is told so, by its context.
func TestSourcesThatUseTheClient(t *testing.T) {
	var c *Controller
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": exists})
	var inner error
	c = dial(t, func(config *Config) {
		config.Credentials = Renewed(token.Source{Name: "the issuer", Ask: func(ctx context.Context) (token.Token, error) {
			_, inner = c.ScopeExists(ctx, "s")
			return token.Token{Value: "good"}, nil
		}})
	}, f)
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); err != nil || !errors.Is(inner, fault.FromCallback) {
		t.Errorf("%v; inside: %v", err, inner)
	}
}
