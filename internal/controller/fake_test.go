package controller

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/naming"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a controller whose answers are functions of the test. It knows no
// service by name but takes calls of any method, as ours make them.
type fake struct {
	t       *testing.T
	address string
	server  *grpc.Server

	mu      sync.Mutex
	answers map[string]answer
	calls   map[string]int
}

// answer is what a method does: it decodes its request with in, and returns
// the reply.
type answer func(ctx context.Context, in func(proto.Message)) (proto.Message, error)

// always makes an answer that is the same each time.
func always(reply proto.Message) answer {
	return func(context.Context, func(proto.Message)) (proto.Message, error) { return reply, nil }
}

// refuse makes an answer that is a status.
func refuse(code codes.Code, text string) answer {
	return func(context.Context, func(proto.Message)) (proto.Message, error) {
		return nil, status.Error(code, text)
	}
}

// inTurn answers with each once, and with the last one from then on.
func inTurn(answers ...answer) answer {
	var mu sync.Mutex
	next := 0
	return func(ctx context.Context, in func(proto.Message)) (proto.Message, error) {
		mu.Lock()
		a := answers[next]
		next = min(next+1, len(answers)-1)
		mu.Unlock()
		return a(ctx, in)
	}
}

// startFake serves at an address of its own, or at the one given.
func startFake(t *testing.T, config *tls.Config, address string, answers map[string]answer, more ...grpc.ServerOption) *fake {
	t.Helper()
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{t: t, address: listener.Addr().String(), answers: answers, calls: make(map[string]int)}
	options := append(more, grpc.UnknownServiceHandler(f.handle), grpc.WaitForHandlers(true))
	if config != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	f.server = grpc.NewServer(options...)
	served := make(chan struct{})
	go func() { defer close(served); f.server.Serve(listener) }()
	t.Cleanup(func() { f.kill(); <-served })
	return f
}

// kill ends the server and its connections at once.
func (f *fake) kill() { f.server.Stop() }

func (f *fake) endpoint() Endpoint {
	a := mustParse(f.t, f.address)
	return a.Endpoints[0]
}

func mustParse(t *testing.T, s string) URI {
	t.Helper()
	u, err := ParseURI(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// count is how often a method was called.
func (f *fake) count(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

func (f *fake) handle(_ any, stream grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(stream)
	method, known := trimService(full)
	f.mu.Lock()
	f.calls[method]++
	answer := f.answers[method]
	f.mu.Unlock()
	// Read first what there is to read, as a server of known methods does.
	request := new(pb.Empty)
	if err := stream.RecvMsg(request); err != nil {
		return err
	}
	if !known || answer == nil {
		return status.Errorf(codes.Unimplemented, "no method %s", full)
	}
	reply, err := answer(stream.Context(), func(m proto.Message) {
		raw, err := proto.Marshal(request)
		if err == nil {
			err = proto.Unmarshal(raw, m)
		}
		if err != nil {
			f.t.Errorf("%s: the request cannot be read: %v", method, err)
		}
	})
	if err != nil {
		return err
	}
	return stream.SendMsg(reply)
}

func trimService(full string) (method string, known bool) {
	if len(full) < len(service) || full[:len(service)] != service {
		return full, false
	}
	return full[len(service):], true
}

// dial makes a Controller of fakes, with short limits.
func dial(t *testing.T, change func(*Config), fakes ...*fake) *Controller {
	t.Helper()
	config := Config{RetryLimit: 5 * time.Second, CallTimeout: 5 * time.Second}
	for _, f := range fakes {
		config.Endpoints = append(config.Endpoints, f.endpoint())
	}
	if change != nil {
		change(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var exists = always(&pb.Exists{Exists: true})

var stream = naming.Stream{Scope: "scope", Name: "stream"}

func ids(numbers ...int32) (ids []naming.SegmentID) {
	for _, n := range numbers {
		ids = append(ids, naming.NewSegmentID(n, 0))
	}
	return ids
}
