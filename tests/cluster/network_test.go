//go:build cluster

package cluster

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// network is what lies between the clients that use a scope and the stores; the
// servers' own connections are let be.
type network struct {
	proxies []*harness.Proxy
	scope   []byte

	mu   sync.Mutex
	ours map[place]bool
}

// place is a connection, of all proxies.
type place struct{ proxy, conn int }

// watchNetwork finds out which connections are the scope's, from now on.
func watchNetwork(t *testing.T, cluster *harness.Cluster, scope string) *network {
	n := &network{proxies: cluster.Proxies(), scope: []byte(scope + "/"), ours: make(map[place]bool)}
	n.set(nil)
	t.Cleanup(func() {
		for _, p := range n.proxies {
			p.Set(nil)
		}
	})
	return n
}

// set makes rule decide on the frames of the scope's connections; nil passes all.
func (n *network) set(rule func(harness.Frame) harness.Fate) {
	for i, p := range n.proxies {
		p.Set(func(f harness.Frame) harness.Fate {
			f.Conn = f.Conn*len(n.proxies) + i // unique
			if !n.sees(place{i, f.Conn}, f) || rule == nil {
				return harness.Pass
			}
			return rule(f)
		})
	}
}

// sees reports whether a connection is the scope's, which its small frames tell.
func (n *network) sees(at place, f harness.Frame) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.ours[at] && len(f.Payload) < 4096 && bytes.Contains(f.Payload, n.scope) {
		n.ours[at] = true
	}
	return n.ours[at]
}

// decode is a frame's command, unless it is a large one.
func decode(f harness.Frame) (wire.Command, error) {
	if len(f.Payload) > 4096 {
		return nil, nil
	}
	return wire.Decode(f.Type, f.Payload)
}

// Faults of the network strike writer and readers again and again, each kind for a
// while, and at last some together while a store is killed and comes back.
func TestFaultsOfTheNetworkUnderLoad(t *testing.T) {
	ctx := waittest.Within(t, 2*limit)
	cluster := wholeCluster(ctx, t)
	hasty := connect(t, cluster, func(config *client.Config) {
		config.KeepAliveTimeout = time.Second
		config.RequestTimeout = 10 * time.Second
	})
	l := startLoad(ctx, t, hasty, segments)
	l.client = connect(t, cluster) // for what takes longer
	n := watchNetwork(t, cluster, l.scope)
	var struck atomic.Int64
	// one of so many frames, of a type or of any (0)
	seldom := func(of int, kind wire.Type, fate harness.Fate) func(harness.Frame) harness.Fate {
		return func(f harness.Frame) harness.Fate {
			if kind != 0 && f.Type != kind || rand.IntN(of) > 0 {
				return harness.Pass
			}
			struck.Add(1)
			return fate
		}
	}
	var mu sync.Mutex
	dead := make(map[int]bool) // connections
	dies := seldom(300, 0, harness.Stall)
	cut := seldom(200, 0, harness.Cut)
	for _, fault := range []struct {
		name string
		rule func(harness.Frame) harness.Fate
	}{
		{"cut", cut},
		{"cut within a frame", seldom(200, 0, harness.CutWithin)},
		{"half-closed", seldom(300, 0, harness.HalfClose)},
		{"acks lost", seldom(5, wire.TypeDataAppended, harness.Drop)},
		{"set-ups cut", seldom(2, wire.TypeAppendSetup, harness.Cut)},
		{"peers dead without a word", func(f harness.Frame) harness.Fate {
			mu.Lock()
			defer mu.Unlock()
			if dead[f.Conn] || dies(f) == harness.Stall {
				dead[f.Conn] = true
				return harness.Stall
			}
			return harness.Pass
		}},
		{"delayed", func(f harness.Frame) harness.Fate {
			time.Sleep(2 * time.Millisecond)
			struck.Add(1)
			return harness.Pass
		}},
	} {
		struck.Store(0)
		l.disturb(ctx, t, fault.name, func() {
			n.set(fault.rule)
			if fault.name == "set-ups cut" {
				for _, p := range n.proxies {
					p.Cut() // so that there are some
				}
			}
			for struck.Load() < 3 {
				if ctx.Err() != nil {
					t.Fatalf("%d frames were struck", struck.Load())
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
		n.set(nil)
	}
	n.set(cut)
	for i := range either(1, 4) {
		store := fmt.Sprint("segmentstore-", 1+i%2)
		l.disturb(ctx, t, store+" killed beside it", func() { kill(t, cluster, store) })
		l.disturb(ctx, t, store+" back beside it", func() { start(ctx, t, cluster, store) })
	}
	n.set(nil)
	l.check(ctx, t, cluster)
}
