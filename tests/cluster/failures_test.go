//go:build cluster

package cluster

import (
	"testing"
	"time"
)

// limit of a test: many times what it takes on a machine that has nothing else
// to do.
const limit = 6 * time.Minute

// The other store takes over, and the writer goes on there.
func TestSegmentStoreKilled(t *testing.T) {
	ctx := within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster))
	l.flow(ctx, t)
	l.acks.longestGap()
	kill(t, cluster, "segmentstore-1")
	l.flow(ctx, t)
	t.Logf("longest gap in acks after the kill: %v", l.acks.longestGap())
	start(ctx, t, cluster, "segmentstore-1")
	l.flow(ctx, t)
	t.Logf("longest gap in acks after the restart: %v", l.acks.longestGap())
	l.check(ctx, t, cluster)
}

// The containers go to and fro between the stores.
func TestSegmentStoresKilledInTurn(t *testing.T) {
	ctx := within(t, 2*limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster))
	l.flow(ctx, t)
	for range 2 {
		for _, store := range []string{"segmentstore-1", "segmentstore-2"} {
			l.acks.longestGap()
			kill(t, cluster, store)
			l.flow(ctx, t)
			t.Logf("longest gap in acks after the kill of %s: %v", store, l.acks.longestGap())
			start(ctx, t, cluster, store)
		}
	}
	l.flow(ctx, t)
	l.check(ctx, t, cluster)
}

// The client finds the other controller, for the writer and for what it asks
// itself. A controller is missed when a store is too.
func TestControllerKilled(t *testing.T) {
	ctx := within(t, 2*limit)
	cluster := wholeCluster(ctx, t)
	c := connect(t, cluster)
	l := startLoad(ctx, t, c)
	for _, controller := range []string{"controller-1", "controller-2"} {
		l.flow(ctx, t)
		l.acks.longestGap()
		kill(t, cluster, controller)
		newStream(ctx, t, c)
		l.flow(ctx, t)
		t.Logf("longest gap in acks after the kill of %s: %v", controller, l.acks.longestGap())
		kill(t, cluster, "segmentstore-2")
		l.flow(ctx, t)
		t.Logf("longest gap in acks after the kill of a store beside it: %v", l.acks.longestGap())
		start(ctx, t, cluster, controller, "segmentstore-2")
	}
	l.check(ctx, t, cluster)
}

// The stores write to the two bookies that are left.
func TestBookieKilled(t *testing.T) {
	ctx := within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster))
	l.flow(ctx, t)
	l.acks.longestGap()
	kill(t, cluster, "bookie-2")
	l.flow(ctx, t)
	t.Logf("longest gap in acks after the kill: %v", l.acks.longestGap())
	start(ctx, t, cluster, "bookie-2")
	l.flow(ctx, t)
	l.check(ctx, t, cluster)
}

// While ZooKeeper is away, nobody can take over and nobody needs to.
func TestZooKeeperAway(t *testing.T) {
	ctx := within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster))
	l.flow(ctx, t)
	l.acks.longestGap()
	kill(t, cluster, "zookeeper")
	time.Sleep(6 * time.Second) // three times as long as sessions live
	start(ctx, t, cluster, "zookeeper")
	l.flow(ctx, t)
	t.Logf("longest gap in acks: %v", l.acks.longestGap())
	l.check(ctx, t, cluster)
}

// The writer keeps what is not acknowledged until one store is back, and goes on.
func TestAllSegmentStoresKilled(t *testing.T) {
	ctx := within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster))
	l.flow(ctx, t)
	l.acks.longestGap()
	kill(t, cluster, "segmentstore-1", "segmentstore-2")
	time.Sleep(5 * time.Second) // so that the client has tried many times
	start(ctx, t, cluster, "segmentstore-1", "segmentstore-2")
	l.flow(ctx, t)
	t.Logf("longest gap in acks: %v", l.acks.longestGap())
	l.check(ctx, t, cluster)
}

// What was acknowledged survives the end of everything, and the writer does too.
func TestEverythingKilled(t *testing.T) {
	ctx := within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster))
	l.flow(ctx, t)
	l.acks.longestGap()
	kill(t, cluster, cluster.Members()...)
	start(ctx, t, cluster, cluster.Members()...)
	l.flow(ctx, t)
	t.Logf("longest gap in acks: %v", l.acks.longestGap())
	l.check(ctx, t, cluster)
}

// A store that is asked to end hands its containers over.
func TestSegmentStoreStopped(t *testing.T) {
	ctx := within(t, limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster))
	l.flow(ctx, t)
	l.acks.longestGap()
	if err := cluster.Stop(ctx, "segmentstore-2"); err != nil {
		t.Fatal(err)
	}
	l.flow(ctx, t)
	t.Logf("longest gap in acks: %v", l.acks.longestGap())
	start(ctx, t, cluster, "segmentstore-2")
	l.flow(ctx, t)
	l.check(ctx, t, cluster)
}
