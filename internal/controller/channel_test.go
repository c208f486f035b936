package controller

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestCallsGoRound(t *testing.T) {
	answers := map[string]answer{"checkScopeExists": exists}
	one, two, three := startFake(t, nil, "", answers), startFake(t, nil, "", answers), startFake(t, nil, "", answers)
	c := dial(t, nil, one, two, three)
	ctx := waittest.Within(t, 20*time.Second)
	for one.count("checkScopeExists") == 0 || two.count("checkScopeExists") == 0 || three.count("checkScopeExists") == 0 {
		if _, err := c.ScopeExists(ctx, "s"); err != nil {
			t.Fatal(err)
		}
	}
}

// Of two controllers one dies and comes back, then the other: every call
// succeeds.
func TestFailover(t *testing.T) {
	t.Parallel()
	answers := map[string]answer{"checkScopeExists": exists}
	one, two := startFake(t, nil, "", answers), startFake(t, nil, "", answers)
	c := dial(t, nil, one, two)
	ctx := waittest.Within(t, 30*time.Second)
	call := func() {
		t.Helper()
		if _, err := c.ScopeExists(ctx, "s"); err != nil {
			t.Fatal(err)
		}
	}
	until := func(f *fake) { // f gets calls
		t.Helper()
		for before := f.count("checkScopeExists"); f.count("checkScopeExists") == before; {
			call()
		}
	}
	until(one)
	until(two)
	one.kill()
	until(two)
	one = startFake(t, nil, one.address, answers)
	until(one)
	two.kill()
	until(one)
}

// All controllers are away for a while: a call waits for them.
func TestOutage(t *testing.T) {
	t.Parallel()
	answers := map[string]answer{"checkScopeExists": exists}
	f := startFake(t, nil, "", answers)
	c := dial(t, nil, f)
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); err != nil {
		t.Fatal(err)
	}
	f.kill()
	done := make(chan error)
	go func() {
		_, err := c.ScopeExists(waittest.Within(t, 20*time.Second), "s")
		done <- err
	}()
	time.Sleep(300 * time.Millisecond)
	f = startFake(t, nil, f.address, answers)
	if err := <-done; err != nil || f.count("checkScopeExists") == 0 {
		t.Errorf("%v after %d calls", err, f.count("checkScopeExists"))
	}
}

func TestNewConnectsNowhere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c, err := New(Config{Endpoints: mustParse(t, listener.Addr().String()).Endpoints})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	listener.(*net.TCPListener).SetDeadline(time.Now().Add(50 * time.Millisecond))
	if conn, err := listener.Accept(); err == nil {
		conn.Close()
		t.Error("New connected")
	}
}

func TestBadConfigs(t *testing.T) {
	good := []Endpoint{{"localhost", 9090}}
	for name, config := range map[string]Config{
		"no endpoints": {},
		"no host":      {Endpoints: []Endpoint{{"", 9090}}},
		"no port":      {Endpoints: []Endpoint{{"localhost", 0}}},
		"CallTimeout":  {Endpoints: good, CallTimeout: -1},
		"RetryLimit":   {Endpoints: good, RetryLimit: -1},
	} {
		if _, err := New(config); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// certify makes a certificate for names and addresses, and the pool that trusts
// it.
func certify(t *testing.T, names ...string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

func TestTLS(t *testing.T) {
	t.Parallel()
	server, pool := certify(t, "localhost")
	f := startFake(t, server, "", map[string]answer{"checkScopeExists": exists})
	at := func(host string) func(*Config) {
		return func(c *Config) {
			c.TLS = &tls.Config{RootCAs: pool}
			c.Endpoints = []Endpoint{{host, f.endpoint().Port}}
		}
	}
	// The name of the endpoint is verified, not the address it has.
	if ok, err := dial(t, at("localhost")).ScopeExists(waittest.Within(t, 10*time.Second), "s"); !ok || err != nil {
		t.Errorf("by its name: %v, %v", ok, err)
	}

	// What time will not mend is told at once.
	for name, change := range map[string]func(*Config){
		"another name":      at("127.0.0.1"),
		"another authority": func(c *Config) { at("localhost")(c); _, c.TLS.RootCAs = certify(t, "localhost") },
		"no TLS": func(c *Config) {
			at("localhost")(c)
			c.Endpoints[0].Port = startFake(t, nil, "", nil).endpoint().Port
		},
	} {
		c := dial(t, func(c *Config) { change(c); c.RetryLimit = time.Minute })
		begun := time.Now()
		if _, err := c.ScopeExists(waittest.Within(t, 30*time.Second), "s"); !errors.Is(err, fault.TLS) || time.Since(begun) > 15*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(begun))
		}
	}
}

// One endpoint is hopeless, but the other one is not.
func TestOneBadEndpointIsNoVerdict(t *testing.T) {
	server, pool := certify(t, "127.0.0.1")
	foreign, _ := certify(t, "127.0.0.1")
	answers := map[string]answer{"checkScopeExists": exists}
	good, bad := startFake(t, server, "", answers), startFake(t, foreign, "", answers)
	c := dial(t, func(c *Config) { c.TLS = &tls.Config{RootCAs: pool} }, good, bad)
	ctx := waittest.Within(t, 20*time.Second)
	for range 10 {
		if _, err := c.ScopeExists(ctx, "s"); err != nil {
			t.Fatal(err)
		}
	}
	good.kill()
	back := make(chan *fake)
	time.AfterFunc(300*time.Millisecond, func() { back <- startFake(t, server, good.address, answers) })
	if _, err := c.ScopeExists(ctx, "s"); err != nil {
		t.Errorf("while the good one restarts: %v", err)
	}
	<-back
}

// answerWith serves raw bytes to whoever connects, after the first bytes from
// there, and hangs up.
func answerWith(t *testing.T, bytes string) Endpoint {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 16))
			io.WriteString(conn, bytes)
			conn.(*net.TCPConn).CloseWrite()
			conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return mustParse(t, listener.Addr().String()).Endpoints[0]
}

func TestServersThatAreNoControllers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		says string
		code fault.Code
		hint string
	}{
		{"HTTP/1.1 400 Bad Request\r\n\r\n", fault.Protocol, "REST"},
		{"\x15\x03\x03\x00\x02\x02\x46", fault.TLS, "tls://"},
		{"+OK POP3 ready\r\n", fault.Protocol, "no gRPC"},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff", fault.Protocol, "no gRPC"},
		{"", fault.Unreachable, "tls://"},
		// A frame that is cut off: it may be a server that is going down.
		{"\x00\x00\x06\x04\x00", fault.Unreachable, ""},
	} {
		endpoint := answerWith(t, tc.says)
		c := dial(t, func(c *Config) { c.Endpoints = []Endpoint{endpoint}; c.RetryLimit = 2 * time.Second })
		_, err := c.ScopeExists(context.Background(), "s")
		if !errors.Is(err, tc.code) || !strings.Contains(err.Error(), tc.hint) || !strings.Contains(err.Error(), endpoint.String()) {
			t.Errorf("%q: %v, want %v", tc.says, err, tc.code)
		}
	}
}

func TestHostsWithoutAddress(t *testing.T) {
	t.Parallel()
	c := dial(t, func(c *Config) {
		c.Endpoints = []Endpoint{{"no-such-host.invalid", 9090}}
		c.RetryLimit = 2 * time.Second
	})
	_, err := c.ScopeExists(context.Background(), "s")
	if !errors.Is(err, fault.Unreachable) || !strings.Contains(err.Error(), ": tcp://no-such-host.invalid:9090: the name no-such-host.invalid is not known") {
		t.Errorf("%v", err)
	}
	// One that has none does not matter beside one that has.
	f := startFake(t, nil, "", map[string]answer{"checkScopeExists": exists})
	c = dial(t, func(c *Config) { c.Endpoints = append(c.Endpoints, Endpoint{"no-such-host.invalid", 9090}) }, f)
	if _, err := c.ScopeExists(waittest.Within(t, 10*time.Second), "s"); err != nil {
		t.Error(err)
	}
}
