package segmentstore_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const segment = "scope/stream/0.#epoch.0"

var dialer = segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}

func stores(t *testing.T, s *storetest.Server, d segmentstore.Dialer) *segmentstore.Stores {
	t.Helper()
	all := segmentstore.NewStores(d, func(context.Context, string) (string, error) { return s.Endpoint(), nil }, storetest.NoTokens{}, 2)
	t.Cleanup(all.Close)
	return all
}

// A peer that does not greet as a segment store does is an error at once.
func TestDialRefusesWhatIsNoSegmentStore(t *testing.T) {
	for name, greeting := range map[string][]byte{
		"garbage":         []byte("HTTP/1.1 400 Bad Request\r\n\r\n"),
		"absurd length":   {0xff, 0xff, 0xff, 0x81, 0x7f, 0xff, 0xff, 0xff},
		"negative length": {0xff, 0xff, 0xff, 0x81, 0xff, 0xff, 0xff, 0xff},
		"another command": wire.KeepAlive{}.Append(nil),
		"too new":         wire.Hello{HighVersion: 99, LowVersion: 90}.Append(nil),
		"too old":         wire.Hello{HighVersion: 4, LowVersion: 1}.Append(nil),
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Start(t)
			s.Greet(greeting)
			_, err := dialer.Dial(waittest.Within(t, time.Minute), s.Endpoint())
			if !errors.Is(err, fault.Protocol) || !strings.Contains(err.Error(), s.Endpoint()) {
				t.Fatal(err)
			}
		})
	}
}

// A peer that closes in the middle of its greeting was never reached.
func TestDialToAPeerThatClosesInTheMiddleOfAFrame(t *testing.T) {
	s := storetest.Start(t)
	s.Greet(wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil)[:11])
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.Hello); ok {
			go func() { time.Sleep(10 * time.Millisecond); s.CutAll() }()
		}
		return storetest.Serve
	})
	if _, err := dialer.Dial(waittest.Within(t, time.Minute), s.Endpoint()); !errors.Is(err, fault.Unreachable) {
		t.Fatal(err)
	}
}

// Garbage behind a right greeting ends the connection, and every receiver hears
// of it once.
func TestGarbageEndsTheConnectionAndTellsEveryReceiver(t *testing.T) {
	hello := wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil)
	for name, tail := range map[string][]byte{
		"absurd length": {0, 0, 0, 7, 0x7f, 0xff, 0xff, 0xff},
		"unknown type":  {0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0},
		"request":       wire.SealSegment{Segment: segment}.Append(nil),
		"short payload": {0, 0, 0, 7, 0, 0, 0, 3, 1, 2, 3},
		"broken read":   append([]byte{0, 0, 0, 10, 0, 0, 0, 8}, bytes.Repeat([]byte{0xff}, 8)...),
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Start(t)
			s.Greet(hello)
			conn, err := dialer.Dial(waittest.Within(t, time.Minute), s.Endpoint())
			if err != nil {
				t.Fatal(err)
			}
			heard := make(chan error, 10)
			for id := range int64(3) {
				if err := conn.Register(id, ears(heard)); err != nil {
					t.Fatal(err)
				}
			}
			s.Greet(tail)
			conn.Send(wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil)) // answered by the garbage
			<-conn.Done()
			if len(heard) != 3 {
				t.Fatalf("%d of 3 receivers heard of it", len(heard))
			}
			if err := <-heard; !errors.Is(err, fault.Protocol) {
				t.Fatal(err)
			}
			if err := conn.Register(9, ears(heard)); !errors.Is(err, fault.Protocol) {
				t.Fatal(err)
			}
		})
	}
}

type ears chan error

func (ears) Receive(wire.Reply) {}
func (e ears) Lost(err error)   { e <- err }

// A peer that does not answer any more is noticed within the limit.
func TestSilentPeerIsGivenUp(t *testing.T) {
	s := storetest.Start(t)
	short := dialer
	short.Silence = 500 * time.Millisecond
	conn, err := short.Dial(waittest.Within(t, time.Minute), s.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * short.Silence) // an idle peer that answers KeepAlive is not given up
	select {
	case <-conn.Done():
		t.Fatal("a living peer was given up")
	default:
	}
	s.Set(func(int, wire.Command) storetest.Verdict { return storetest.Ignore })
	select {
	case <-conn.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("a dead peer was not noticed")
	}
}

// Hazard 13: a server that throttles a connection does not read from it; with
// much under way, silence is excused while the server greets others, also if
// something had come back since it was sent.
func TestHazard13ThrottledPeerIsNotGivenUp(t *testing.T) {
	s := storetest.Start(t)
	short := dialer
	short.Silence = 100 * time.Millisecond
	conn, err := short.Dial(waittest.Within(t, time.Minute), s.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(errors.New("the test is over"))
	var flood flood
	flood.Store(3 << 20)
	if err := conn.Register(1, &flood); err != nil {
		t.Fatal(err)
	}
	s.Set(func(n int, _ wire.Command) storetest.Verdict {
		if n == 1 {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	deadline := time.After(10 * short.Silence)
	select {
	case <-conn.Done():
		t.Fatal("a throttled peer was given up")
	case <-deadline:
	}
	if s.Dialled() < 2 {
		t.Fatal("nobody asked whether the server is alive")
	}
	flood.Store(0) // now the silence has no excuse
	select {
	case <-conn.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("a dead peer was not noticed")
	}
}

// Closing a connection does not wait for the greeting by which a silent server is
// checked.
func TestCloseWhileASilentServerIsChecked(t *testing.T) {
	s := storetest.Start(t)
	slow := dialer
	slow.Silence, slow.ConnectTimeout = 100*time.Millisecond, time.Hour
	conn, err := slow.Dial(waittest.Within(t, time.Minute), s.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	var flood flood
	flood.Store(3 << 20)
	if err := conn.Register(1, &flood); err != nil {
		t.Fatal(err)
	}
	s.Set(func(int, wire.Command) storetest.Verdict { return storetest.Ignore })
	for deadline := time.Now().Add(30 * time.Second); s.Dialled() < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody asked whether the server is alive")
		}
	}
	conn.Close(errors.New("the test is over"))
	select {
	case <-conn.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the connection has not ended")
	}
}

// A peer that does not read any more cannot hold up Close by TLS's farewell.
func TestCloseSaysNoFarewell(t *testing.T) {
	server := httptest.NewTLSServer(nil) // has certificates
	certificates := server.TLS.Certificates
	trusted := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	over := make(chan struct{})
	var farewell atomic.Int64
	go func() {
		defer close(over)
		tcp, err := listener.Accept()
		if err != nil {
			return
		}
		heard := &counted{Conn: tcp}
		peer := tls.Server(heard, &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12})
		defer tcp.Close()
		_, _ = peer.Read(make([]byte, 1<<10))
		_, _ = peer.Write(wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil))
		before := heard.bytes
		_, _ = peer.Read(make([]byte, 1<<10))
		farewell.Store(heard.bytes - before)
	}()
	secure := dialer
	secure.TLS = &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}
	conn, err := secure.Dial(waittest.Within(t, time.Minute), listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close(errors.New("the test is over"))
	<-conn.Done()
	<-over
	if n := farewell.Load(); n > 0 {
		t.Fatalf("the farewell has %d bytes", n)
	}
}

// counted counts what is read.
type counted struct {
	net.Conn
	bytes int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.bytes += int64(n)
	return n, err
}

// flood is a Source with so many bytes under way.
type flood struct{ atomic.Int64 }

func (*flood) Receive(wire.Reply)             {}
func (*flood) Lost(error)                     {}
func (*flood) Pull(b net.Buffers) net.Buffers { return b }
func (*flood) Retire()                        {}
func (f *flood) UnderWay() int                { return int(f.Load()) }

// Who waits for another one's dial does so only within his own limit.
func TestConnectWaitsNoLongerThanItsCallerAllows(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // greets nobody
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	patient := dialer
	patient.ConnectTimeout = time.Minute
	dialling := make(chan struct{}, 2)
	all := segmentstore.NewStores(patient, func(context.Context, string) (string, error) {
		dialling <- struct{}{}
		return silent.Addr().String(), nil
	}, storetest.NoTokens{}, 1)
	defer all.Close()
	long, cancel := context.WithCancel(context.Background())
	first := make(chan error)
	go func() { _, err := all.Connect(long, segment, segmentstore.Reads); first <- err }()
	<-dialling
	accepted, err := silent.Accept() // the first one is dialling
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	if _, err := all.Connect(waittest.Within(t, 50*time.Millisecond), segment, segmentstore.Reads); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
	cancel()
	if err := <-first; err == nil {
		t.Fatal("a silent peer was connected to")
	}
}

// A connection that ends during the TLS handshake, as that of a store which is
// starting does, is tried again; a peer that does not speak TLS is told.
func TestLostHandshakeIsNoMistakeOfTheCertificates(t *testing.T) {
	for answer, want := range map[string]fault.Code{"": fault.Unreachable, "HTTP/1.1 400 Bad Request\r\n\r\n": fault.TLS} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			socket, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = socket.Read(make([]byte, 1<<12)) // the client's hello
			_, _ = socket.Write([]byte(answer))
			socket.Close()
		}()
		secure := dialer
		secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		if _, err := secure.Dial(waittest.Within(t, time.Minute), listener.Addr().String()); !errors.Is(err, want) {
			t.Fatal(want, err)
		}
		listener.Close()
		<-served
	}
}

// A request is repeated over a new connection until it is answered.
func TestCallSurvivesLostConnections(t *testing.T) {
	s := storetest.Start(t)
	s.Create(segment)
	asked := 0
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.GetStreamSegmentInfo); ok {
			if asked++; asked < 4 {
				return storetest.CloseLate
			}
		}
		return storetest.Serve
	})
	all := stores(t, s, dialer)
	ask := func(request int64, token string) wire.Command {
		return wire.GetStreamSegmentInfo{RequestID: request, Segment: segment, Token: token}
	}
	if _, err := all.Call(waittest.Within(t, time.Minute), "ask", segment, segmentstore.Read, ask); err != nil {
		t.Fatal(err)
	}
	ask = func(request int64, token string) wire.Command {
		return wire.GetStreamSegmentInfo{RequestID: request, Segment: "scope/stream/7.#epoch.0", Token: token}
	}
	if _, err := all.Call(waittest.Within(t, time.Minute), "ask", segment, segmentstore.Read, ask); !errors.Is(err, fault.NoSuchSegment) {
		t.Fatal(err)
	}
	short := dialer
	short.ConnectTimeout, short.Silence = 100*time.Millisecond, 100*time.Millisecond
	s.Set(once(storetest.NoReply)) // on a connection that lives on
	ask = func(request int64, token string) wire.Command {
		return wire.GetStreamSegmentInfo{RequestID: request, Segment: segment, Token: token}
	}
	if _, err := stores(t, s, short).Call(waittest.Within(t, time.Minute), "ask", segment, segmentstore.Read, ask); err != nil {
		t.Fatal(err)
	}
	s.Set(func(int, wire.Command) storetest.Verdict { return storetest.CloseNow })
	if _, err := all.Call(waittest.Within(t, 300*time.Millisecond), "ask", segment, segmentstore.Read, ask); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
}

// once strikes the first request for a segment's state.
func once(v storetest.Verdict) storetest.Fault {
	struck := false
	return func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.GetStreamSegmentInfo); ok && !struck {
			struck = true
			return v
		}
		return storetest.Serve
	}
}
