// Package enginetest is what the tests of the engines share: a cluster in memory that ends
// with its test, and counts by number what is stored there.
package enginetest

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller/clustertest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/routing"
)

// Cluster is the cluster of one test.
type Cluster struct {
	*clustertest.Cluster
	T *testing.T
}

// Start makes a stream whose segments 0, 1, … are divided at bounds. The cluster ends
// with the test.
func Start(t *testing.T, bounds ...float64) *Cluster {
	t.Helper()
	c := New(t, bounds...)
	t.Cleanup(c.Close)
	return c
}

// New is Start for a caller that closes the cluster.
func New(t *testing.T, bounds ...float64) *Cluster {
	t.Helper()
	c, err := clustertest.New(bounds...)
	if err != nil {
		t.Fatal(err)
	}
	return &Cluster{c, t}
}

// Numbered is the event that holds a number.
func Numbered(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// Stored lists the numbers of the events in segments, in their order.
func (c *Cluster) Stored(ids ...naming.SegmentID) []int64 {
	var numbers []int64
	for _, id := range ids {
		for _, e := range c.Events(c.Name(id)) {
			numbers = append(numbers, int64(binary.BigEndian.Uint64(e)))
		}
	}
	return numbers
}

// Expect checks that segments, read one after another, hold exactly the events
// first to last in order.
func (c *Cluster) Expect(first, last int64, ids ...naming.SegmentID) {
	c.T.Helper()
	var want []int64
	for n := first; n <= last; n++ {
		want = append(want, n)
	}
	if got := c.Stored(ids...); !slices.Equal(got, want) {
		c.T.Fatalf("stored are %v, want %d to %d", got, first, last)
	}
}

// Position is where a valid key lies in the key space.
func Position(key string) float64 {
	x, err := routing.Position(key)
	if err != nil {
		panic(err)
	}
	return x
}

// KeyFor finds a key that belongs to a part of the key space.
func KeyFor(low, high float64) string {
	for i := range math.MaxInt32 {
		key := strconv.Itoa(i)
		if x := Position(key); x >= low && x < high {
			return key
		}
	}
	return ""
}

// ClusterConfig is a configuration with the defaults of the public options.
func ClusterConfig() cluster.Config {
	return cluster.Config{
		ConnectTimeout:      5 * time.Second,
		RequestTimeout:      time.Minute,
		KeepAliveTimeout:    10 * time.Second,
		ConnectionsPerStore: 2,
	}
}

// Connect connects to the cluster until the test ends.
func (c *Cluster) Connect(config cluster.Config) *cluster.Cluster {
	c.T.Helper()
	config.ControllerURI = c.URI
	connected, err := cluster.New(config)
	if err != nil {
		c.T.Fatal(err)
	}
	c.T.Cleanup(connected.Close)
	return connected
}
