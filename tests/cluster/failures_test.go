//go:build cluster

package cluster

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// limit of a test: many times what it takes on a machine that has nothing else
// to do.
const limit = 8 * time.Minute

// The other store takes over, and writer and readers go on there. When the first
// is back, it is given some of the segments, and the other is killed.
func TestSegmentStoresKilledInTurn(t *testing.T) {
	ctx := waittest.Within(t, time.Duration(either(1, 4))*limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), segments)
	for i := range either(2, 10) {
		store := fmt.Sprint("segmentstore-", 1+i%2)
		l.disturb(ctx, t, store+" killed", func() { kill(t, cluster, store) })
		l.disturb(ctx, t, store+" back", func() { start(ctx, t, cluster, store) })
	}
	l.check(ctx, t, cluster)
}

// The client finds the other controller, for the writer and for what it asks
// itself. A controller is missed when a store is too.
func TestControllerKilled(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	c := connect(t, cluster)
	l := startLoad(ctx, t, c, segments)
	for _, controller := range []string{"controller-1", "controller-2"}[either(1, 0):] {
		l.disturb(ctx, t, controller+" killed", func() {
			kill(t, cluster, controller)
			newStream(ctx, t, c, segments)
		})
		l.disturb(ctx, t, "a store beside it killed", func() { kill(t, cluster, "segmentstore-2") })
		start(ctx, t, cluster, controller, "segmentstore-2")
	}
	l.check(ctx, t, cluster)
}

// The stores write to the two bookies that are left.
func TestBookieKilled(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), segments)
	l.disturb(ctx, t, "killed", func() { kill(t, cluster, "bookie-2") })
	l.disturb(ctx, t, "back", func() { start(ctx, t, cluster, "bookie-2") })
	l.check(ctx, t, cluster)
}

// While ZooKeeper is away, nobody can take over and nobody needs to.
func TestZooKeeperAway(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), segments)
	l.disturb(ctx, t, "away", func() {
		kill(t, cluster, "zookeeper")
		time.Sleep(6 * time.Second) // three times as long as sessions live
		start(ctx, t, cluster, "zookeeper")
	})
	l.check(ctx, t, cluster)
}

// The writer keeps what is not acknowledged until one store is back, and goes on.
func TestAllSegmentStoresKilled(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), segments)
	l.disturb(ctx, t, "killed and back", func() {
		kill(t, cluster, "segmentstore-1", "segmentstore-2")
		time.Sleep(5 * time.Second) // so that the client has tried many times
		start(ctx, t, cluster, "segmentstore-1", "segmentstore-2")
	})
	l.check(ctx, t, cluster)
}

// What was acknowledged survives the end of everything. A writer that lives on
// stores the rest; of one that does not, all is there that it was told of.
func TestEverythingKilled(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	lives := startLoad(ctx, t, connect(t, cluster), segments)
	mortal := connect(t, cluster)
	scope, stream := newStream(ctx, t, mortal, segments)
	ends := startWriting(ctx, t, mortal, scope, stream)
	ends.flow(ctx, t)
	var acked int64
	lives.disturb(ctx, t, "killed and back", func() {
		kill(t, cluster, cluster.Members()...)
		acked, _ = ends.writer.Acked()
		mortal.Close()
		<-ends.done // with an error: the client is closed
		start(ctx, t, cluster, cluster.Members()...)
	})
	lives.check(ctx, t, cluster)
	ends.client = lives.client
	ends.readBack(ctx, t, cluster, acked)
}

// A store that is asked to end hands its containers over, and when it is back it is
// given some. Both times the one that has them no more answers that a segment is not
// there, and answers reads that wait at a tail with nothing.
func TestSegmentStoreStopped(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), segments)
	var wrongHosts, emptyReads atomic.Int64
	n := watchNetwork(t, cluster, l.scope)
	n.set(func(f harness.Frame) harness.Fate {
		switch reply, _ := decode(f); r := reply.(type) {
		case wire.WrongHost:
			wrongHosts.Add(1)
		case wire.SegmentRead:
			if len(r.Data) == 0 {
				emptyReads.Add(1)
			}
		}
		return harness.Pass
	})
	l.disturb(ctx, t, "stopped", func() {
		if err := cluster.Stop(ctx, "segmentstore-2"); err != nil {
			t.Fatal(err)
		}
	})
	l.disturb(ctx, t, "back", func() { start(ctx, t, cluster, "segmentstore-2") })
	n.set(nil)
	t.Logf("%d times WrongHost, %d empty reads", wrongHosts.Load(), emptyReads.Load())
	if wrongHosts.Load() == 0 || emptyReads.Load() == 0 {
		t.Error("the case shows nothing of a store that hands over")
	}
	l.check(ctx, t, cluster)
}
