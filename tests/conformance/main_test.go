// Package conformance holds the tests of the Go client against a real Pravega.
package conformance

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// within bounds a test that must not hang.
func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// connect makes a client of the test's server.
func connect(t *testing.T) *client.Client {
	t.Helper()
	return connectTo(t, harness.Shared(t))
}

func connectTo(t *testing.T, server *harness.Server) *client.Client {
	t.Helper()
	config := client.DefaultConfig()
	config.ControllerURI = server.ControllerURI()
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
	ctx := within(t, time.Minute)
	scope, stream = fmt.Sprintf("go-%d-%d", time.Now().UnixNano(), scopes.Add(1)), "s"
	if _, err := c.CreateScope(ctx, scope); err != nil {
		t.Fatal(err)
	}
	config := client.DefaultStreamConfig()
	config.Scaling.Segments = segments
	if _, err := c.CreateStream(ctx, scope, stream, config); err != nil {
		t.Fatal(err)
	}
	return scope, stream
}
