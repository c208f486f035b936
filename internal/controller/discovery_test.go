package controller

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// list is the answer to discovery, which a test can change.
type list struct {
	mu    sync.Mutex
	nodes []*pb.Node
}

func (l *list) set(fakes ...*fake) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nodes = nil
	for _, f := range fakes {
		l.nodes = append(l.nodes, &pb.Node{Host: f.endpoint().Host, Port: int32(f.endpoint().Port)})
	}
}

func (l *list) answer(ctx context.Context, _ func(proto.Message)) (proto.Message, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &pb.Controllers{Nodes: l.nodes}, nil
}

func TestDiscovery(t *testing.T) {
	var nodes list
	seed := startFake(t, nil, "", map[string]answer{"getControllerServerList": nodes.answer, "checkScopeExists": exists})
	answers := map[string]answer{"checkScopeExists": exists}
	one, two := startFake(t, nil, "", answers), startFake(t, nil, "", answers)
	nodes.set(one)
	c := dial(t, func(c *Config) { c.Discovery = true }, seed)
	ctx := waittest.Within(t, 20*time.Second)
	for range 3 {
		if _, err := c.ScopeExists(ctx, "s"); err != nil {
			t.Fatal(err)
		}
	}
	if one.count("checkScopeExists") != 3 {
		t.Errorf("the controller of the list got %d of 3 calls", one.count("checkScopeExists"))
	}
	// The list changes with the death of the controller that was on it.
	nodes.set(two)
	one.kill()
	for two.count("checkScopeExists") == 0 {
		if _, err := c.ScopeExists(ctx, "s"); err != nil {
			t.Fatalf("after the list has changed: %v", err)
		}
	}
	// The list may fail now: the last one stays.
	seed.kill()
	if _, err := c.ScopeExists(ctx, "s"); err != nil {
		t.Errorf("after the death of the one that had the list: %v", err)
	}
}

func TestDiscoveryWithTLSAndCredentials(t *testing.T) {
	server, pool := certify(t, "127.0.0.1")
	var nodes list
	secured := func(a answer) answer {
		return func(ctx context.Context, in func(proto.Message)) (proto.Message, error) {
			md, _ := metadata.FromIncomingContext(ctx)
			if len(md.Get("authorization")) != 1 || md.Get("authorization")[0] != "Bearer me" {
				return nil, status.Error(codes.Unauthenticated, "who is it")
			}
			return a(ctx, in)
		}
	}
	seed := startFake(t, server, "", map[string]answer{"getControllerServerList": secured(nodes.answer), "checkScopeExists": secured(exists)})
	one := startFake(t, server, "", map[string]answer{"checkScopeExists": secured(exists)})
	nodes.set(one)
	secure := func(who string, pool *tls.Config) func(*Config) {
		return func(c *Config) { c.Discovery, c.TLS, c.Credentials = true, pool, Bearer(who) }
	}
	c := dial(t, secure("me", &tls.Config{RootCAs: pool}), seed)
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); err != nil || one.count("checkScopeExists") != 1 {
		t.Errorf("%v after %d calls", err, one.count("checkScopeExists"))
	}
	c = dial(t, secure("you", &tls.Config{RootCAs: pool}), seed)
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); !errors.Is(err, fault.Unauthenticated) {
		t.Errorf("with the wrong token: %v", err)
	}
	c = dial(t, secure("me", &tls.Config{}), seed)
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); !errors.Is(err, fault.TLS) {
		t.Errorf("without the authority: %v", err)
	}
}

// A server that gives no list, as a standalone one does, is used itself.
func TestDiscoveryFallsBack(t *testing.T) {
	for name, a := range map[string]answer{
		"refused":      refuse(codes.Unknown, "Controller cluster not initialized"),
		"empty":        always(&pb.Controllers{}),
		"of no use":    always(&pb.Controllers{Nodes: []*pb.Node{{Host: "", Port: 1}, {Host: "localhost", Port: 70000}}}),
		"without hope": refuse(codes.Unimplemented, "what"),
	} {
		f := startFake(t, nil, "", map[string]answer{"getControllerServerList": a, "checkScopeExists": exists})
		c := dial(t, func(c *Config) { c.Discovery = true }, f)
		if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddressesOfOneHost(t *testing.T) {
	parse := netip.MustParseAddr
	endpoints := spread(Endpoint{"localhost", 9090}, []netip.Addr{parse("::1"), parse("127.0.0.1"), parse("::ffff:127.0.0.2")})
	if len(endpoints) != 2 || len(endpoints[0].Addresses) != 2 || len(endpoints[1].Addresses) != 1 {
		t.Fatalf("%+v", endpoints)
	}
	for i, want := range []string{"127.0.0.1:9090", "[::1]:9090"} {
		if a := endpoints[0].Addresses[i]; a.Addr != want || a.ServerName != "localhost:9090" {
			t.Errorf("address %d: %+v, want %s", i, a, want)
		}
	}
	if a := endpoints[1].Addresses[0]; a.Addr != "127.0.0.2:9090" {
		t.Errorf("the second: %+v", a)
	}
}

// The list may name controllers that nobody reaches from here, as behind NAT or in
// Kubernetes, or others at their addresses. Then those that were configured are used, and
// the listed ones again as soon as one is reached.
func TestConfiguredControllersStandInForTheListedOnes(t *testing.T) {
	nowhere := func(*testing.T) []*pb.Node {
		return []*pb.Node{{Host: "127.0.0.1", Port: 1}, {Host: "127.0.0.1", Port: 2}}
	}
	for name, listed := range map[string]func(*testing.T) []*pb.Node{
		"nobody listens": nowhere,
		"the name is not known": func(*testing.T) []*pb.Node {
			return []*pb.Node{{Host: "controller-0.pravega.invalid", Port: 9090}}
		},
		"no packet comes back": func(t *testing.T) []*pb.Node { return []*pb.Node{stranger(t, func(net.Conn) {})} },
		"it hangs up":          func(t *testing.T) []*pb.Node { return []*pb.Node{stranger(t, func(c net.Conn) { c.Close() })} },
		"a stranger answers": func(t *testing.T) []*pb.Node {
			return []*pb.Node{stranger(t, func(c net.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })}
		},
		"a server of TLS answers": func(t *testing.T) []*pb.Node {
			return []*pb.Node{stranger(t, func(c net.Conn) { c.Write([]byte{0x15, 3, 1, 0, 2, 2, 22}) })}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes := list{nodes: listed(t)}
			seed := startFake(t, nil, "", map[string]answer{"getControllerServerList": nodes.answer, "checkScopeExists": exists})
			c := dial(t, func(c *Config) { c.Discovery, c.ConnectTimeout, c.RetryLimit = true, 100*time.Millisecond, time.Minute }, seed)
			for range 10 {
				if _, err := c.ScopeExists(waittest.Within(t, 2*time.Minute), "s"); err != nil {
					t.Fatal(err)
				}
			}
			good := startFake(t, nil, "", map[string]answer{"checkScopeExists": exists})
			nodes.set(good)
			for streak := 0; streak < 10; {
				before := seed.count("checkScopeExists")
				if _, err := c.ScopeExists(waittest.Within(t, 2*time.Minute), "s"); err != nil {
					t.Fatal(err)
				}
				if streak++; seed.count("checkScopeExists") > before {
					streak = 0
				}
			}
			if calls := good.count("checkScopeExists"); calls < 10 {
				t.Errorf("the listed controller got %d calls", calls)
			}
		})
	}
}

// When nobody is reached at all, the error names the configured ones.
func TestNeitherListedNorConfiguredControllers(t *testing.T) {
	nodes := list{nodes: []*pb.Node{{Host: "127.0.0.1", Port: 1}}}
	seed := startFake(t, nil, "", map[string]answer{"getControllerServerList": nodes.answer, "checkScopeExists": exists})
	c := dial(t, func(c *Config) { c.Discovery = true }, seed)
	if _, err := c.ScopeExists(waittest.Within(t, 30*time.Second), "s"); err != nil {
		t.Fatal(err)
	}
	seed.kill()
	_, err := c.ScopeExists(waittest.Within(t, time.Second), "s")
	if !errors.Is(err, fault.Unreachable) || !strings.Contains(err.Error(), seed.address) {
		t.Error(err)
	}
}

// stranger listens, and does something to each connection.
func stranger(t *testing.T, does func(net.Conn)) *pb.Node {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			does(conn)
		}
	})
	t.Cleanup(func() {
		listener.Close()
		work.Wait()
		for _, conn := range open {
			conn.Close()
		}
	})
	at := listener.Addr().(*net.TCPAddr)
	return &pb.Node{Host: "127.0.0.1", Port: int32(at.Port)}
}
