//go:build cluster

// Package cluster holds the tests of the Go client against a cluster whose
// members fail. All events of a test are read back by our readers, mostly while
// the members fail, and by the official Java client. The tests need about 3 GiB of
// memory and some minutes, so they are built with the tag cluster only: make
// test-cluster is the short form (-short), make test-long the long one.
package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

func TestMain(m *testing.M) {
	if args := os.Getenv(mortalEnv); args != "" {
		if err := mortal(strings.Fields(args)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(harness.Main(binary{m}))
}

// binary is the tests, and the end of the cluster that they have used.
type binary struct{ *testing.M }

func (b binary) Run() int {
	status := b.M.Run()
	java.stop()
	stopShared(status != 0)
	return status
}

// shared is the cluster of all tests, which start and end with all its members.
var shared = sync.OnceValues(func() (*harness.Cluster, error) {
	cluster, err := harness.StartCluster(context.Background(), harness.Options{Proxied: true})
	if err == nil {
		stopShared = func(failed bool) {
			if failed {
				cluster.KeepLogs()
			}
			cluster.Close()
		}
	}
	return cluster, err
})

// stopShared ends the shared cluster, if it was started.
var stopShared = func(failed bool) {}

// either is the first in the short form of the tests, the second in the long one.
func either(short, long int64) int64 {
	if testing.Short() {
		return short
	}
	return long
}

// wholeCluster returns the shared cluster when all its members work.
func wholeCluster(ctx context.Context, t *testing.T) *harness.Cluster {
	t.Helper()
	cluster, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	start(ctx, t, cluster, cluster.Members()...)
	settle(ctx, t, cluster)
	return cluster
}

// settle waits until the cluster does what it is asked for. All members must run.
// Controllers write and read streams of their own with the Java client, which
// sometimes stands still for good after segments have moved: then they are killed
// and started again.
func settle(ctx context.Context, t *testing.T, cluster *harness.Cluster) {
	t.Helper()
	for {
		patient, cancel := context.WithTimeout(ctx, 90*time.Second)
		err := cluster.Ready(patient)
		stuck := patient.Err() != nil && ctx.Err() == nil
		cancel()
		if err == nil {
			return
		}
		if !stuck {
			t.Fatal(err)
		}
		t.Log("the controllers stand still and are killed")
		controllers := []string{"controller-1", "controller-2"}
		kill(t, cluster, controllers...)
		start(ctx, t, cluster, controllers...)
	}
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

// connect makes a client that knows both controllers. What it has to say is
// beside the logs of the servers.
func connect(t *testing.T, cluster *harness.Cluster, changes ...func(*client.Config)) *client.Client {
	t.Helper()
	path := filepath.Join(cluster.Dir(), "client.log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	config := client.Config{}
	config.ControllerURI = cluster.ControllerURI()
	config.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})).With("test", t.Name())
	for _, change := range changes {
		change(&config)
	}
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
func newStream(ctx context.Context, t *testing.T, c *client.Client, segments int) (scope, stream string) {
	t.Helper()
	scope, stream = fmt.Sprintf("cluster-%d", time.Now().UnixNano()), "s"
	if _, err := c.CreateScope(ctx, scope); err != nil {
		t.Fatal(err)
	}
	createStream(ctx, t, c, scope, stream, segments)
	return scope, stream
}

func createStream(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, segments int) {
	t.Helper()
	config := client.StreamConfig{}
	config.Scaling.Segments = segments
	if created, err := c.CreateStream(ctx, scope, stream, config); err != nil || !created {
		t.Fatalf("created: %v, %v", created, err)
	}
}
