//go:build cluster

package cluster

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// stateHost is the store that serves the segment of a group's state.
func stateHost(ctx context.Context, t *testing.T, cluster *harness.Cluster, scope, group string) string {
	t.Helper()
	uri, err := controller.ParseURI(cluster.ControllerURI())
	if err != nil {
		t.Fatal(err)
	}
	c, err := controller.New(controller.Config{Endpoints: uri.Endpoints, Discovery: uri.Discovery})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	at, err := c.SegmentStore(ctx, naming.ReaderGroupStream(scope, group), 0)
	if err != nil {
		t.Fatal(err)
	}
	store := cluster.At(int(at.Port))
	if store == "" {
		t.Fatalf("no member is at %s", at)
	}
	return store
}

// The store that has the group's state is killed, and the one that took it over
// when the first is back. Meanwhile a reader joins and leaves again, which hands
// segments over, and cuts are taken of all readers. Nobody has to do anything
// about it, and each event is read once.
func TestStoreOfTheGroupsStateKilled(t *testing.T) {
	ctx := waittest.Within(t, time.Duration(either(1, 3))*limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), segments)
	for range either(2, 8) {
		store := stateHost(ctx, t, cluster, l.scope, l.group("ours"))
		l.disturb(ctx, t, store+", which has the group's state, killed", func() {
			kill(t, cluster, store)
			staying, leave := context.WithCancel(ctx)
			defer leave()
			l.readers.join(ctx, staying, t, client.ReaderConfig{})
			cuts, err := l.readers.group.GenerateStreamCuts(ctx)
			if err != nil || len(cuts) != 1 {
				t.Fatal(cuts, err)
			}
			l.readers.until(ctx, t, l.written.Load())
		})
		l.disturb(ctx, t, store+" back", func() {
			start(ctx, t, cluster, store)
			l.readers.until(ctx, t, l.written.Load())
		})
	}
	l.check(ctx, t, cluster)
}

// Without any controller, readers and the writer go on where they are; without a
// store beside, what it has waits. When all are back, all goes on.
func TestReadersWithoutControllers(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), segments)
	l.flow(ctx, t)
	controllers := []string{"controller-1", "controller-2"}
	kill(t, cluster, controllers...)
	l.flow(ctx, t)
	l.readers.until(ctx, t, l.written.Load())
	kill(t, cluster, "segmentstore-1")
	time.Sleep(3 * time.Second) // so that all have tried many times to find the segments
	start(ctx, t, cluster, append(controllers, "segmentstore-1")...)
	l.flow(ctx, t)
	l.readers.until(ctx, t, l.written.Load())
	settle(ctx, t, cluster)
	scale(ctx, t, l, 12) // what follows can be found
	l.flow(ctx, t)
	l.check(ctx, t, cluster)
}

// All stores are away for longer than the time after which a reader counts as
// dead. Nobody could give a sign of life, and nobody is taken for dead: each event is
// read once.
func TestOutageIsNobodysDeath(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	c := connect(t, cluster)
	scope, stream := newStream(ctx, t, c, segments)
	l := startWriting(ctx, t, c, scope, stream)
	watching := client.ReaderConfig{}
	watching.LivenessTimeout = 30 * time.Second
	l.readers = startReadersWith(ctx, t, c, scope, l.group("ours"), watching)
	l.disturb(ctx, t, "all stores away for 35 s", func() {
		stores := []string{"segmentstore-1", "segmentstore-2"}
		kill(t, cluster, stores...)
		time.Sleep(35 * time.Second)
		start(ctx, t, cluster, stores...)
	})
	l.readers.until(ctx, t, l.written.Load())
	if members, err := l.readers.group.Readers(ctx); err != nil || !slices.Equal(members, []string{"reader-1", "reader-2"}) {
		t.Fatalf("the group has the readers %q: %v", members, err)
	}
	l.check(ctx, t, cluster)
}
