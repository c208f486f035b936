//go:build cluster

// Package cluster holds the tests of the Go client against a cluster whose
// members fail. They need about 3 GiB of memory and some minutes, so they are
// built with the tag cluster only: make test-cluster.
package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(binary{m})) }

// binary is the tests, and the end of the cluster that they have used.
type binary struct{ *testing.M }

func (b binary) Run() int {
	status := b.M.Run()
	stopShared()
	return status
}

// shared is the cluster of all tests, which start and end with all its members.
var shared = sync.OnceValues(func() (*harness.Cluster, error) {
	cluster, err := harness.StartCluster(context.Background(), harness.Options{})
	if err == nil {
		stopShared = cluster.Close
	}
	return cluster, err
})

// stopShared ends the shared cluster, if it was started.
var stopShared = func() {}

// wholeCluster returns the shared cluster when all its members work.
func wholeCluster(ctx context.Context, t *testing.T) *harness.Cluster {
	t.Helper()
	cluster, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	start(ctx, t, cluster, cluster.Members()...)
	if err := cluster.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return cluster
}

// kill ends members as a crash would.
func kill(t *testing.T, cluster *harness.Cluster, names ...string) {
	t.Helper()
	if err := cluster.Kill(names...); err != nil {
		t.Fatal(err)
	}
}

// start brings members back and returns when each store is to have segments. A
// controller may still be slow to do what needs its own streams.
func start(ctx context.Context, t *testing.T, cluster *harness.Cluster, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := cluster.Start(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := cluster.Balanced(ctx); err != nil {
		t.Fatal(err)
	}
}

// within bounds a test that must not hang.
func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// connect makes a client that knows both controllers. What it has to say is
// beside the logs of the servers.
func connect(t *testing.T, cluster *harness.Cluster) *client.Client {
	t.Helper()
	path := filepath.Join(cluster.Dir(), "client.log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	config := client.DefaultConfig()
	config.ControllerURI = cluster.ControllerURI()
	config.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})).With("test", t.Name())
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		log.Close()
	})
	return c
}

// segments of a stream: enough that each container of the cluster has some.
const segments = 8

// newStream makes a stream in a scope of its own.
func newStream(ctx context.Context, t *testing.T, c *client.Client) (scope, stream string) {
	t.Helper()
	scope, stream = fmt.Sprintf("cluster-%d", time.Now().UnixNano()), "s"
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
