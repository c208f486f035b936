// Package conformance holds the tests of the Go client against a real Pravega.
package conformance

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

func TestMain(m *testing.M) {
	if args := os.Getenv(victimEnv); args != "" {
		fmt.Fprintln(os.Stderr, victim(args))
		os.Exit(1)
	}
	os.Exit(harness.Main(binary{m}))
}

// binary is the tests, and the end of the server that some of them share.
type binary struct{ *testing.M }

func (b binary) Run() int {
	status := b.M.Run()
	stopProxied()
	return status
}

// proxied is the server of the tests that break connections, one at a time.
var proxied = sync.OnceValues(func() (*harness.Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	server, err := harness.Standalone(ctx, harness.Options{Proxied: true})
	if err == nil {
		stopProxied = server.Stop
	}
	return server, err
})

// stopProxied ends that server, if it was started.
var stopProxied = func() {}

// proxiedServer returns the server behind the proxy. It must not be stopped.
func proxiedServer(t *testing.T) *harness.Server {
	t.Helper()
	server, err := proxied()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// connect makes a client of the test's server.
func connect(t *testing.T) *client.Client {
	t.Helper()
	return connectTo(t, harness.Shared(t))
}

func connectTo(t *testing.T, server *harness.Server, changes ...func(*client.Config)) *client.Client {
	t.Helper()
	config := client.Config{}
	config.ControllerURI = server.ControllerURI()
	for _, change := range changes {
		change(&config)
	}
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

var scopes atomic.Int64

// newStream makes a stream in a scope of its own.
func newStream(t *testing.T, c *client.Client, segments int) (scope, stream string) {
	t.Helper()
	ctx := waittest.Within(t, time.Minute)
	scope, stream = fmt.Sprintf("go-%d-%d", time.Now().UnixNano(), scopes.Add(1)), "s"
	if _, err := c.CreateScope(ctx, scope); err != nil {
		t.Fatal(err)
	}
	config := client.StreamConfig{}
	config.Scaling.Segments = segments
	if _, err := c.CreateStream(ctx, scope, stream, config); err != nil {
		t.Fatal(err)
	}
	return scope, stream
}
