package client

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/controller/clustertest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cluster is the one of a test.
type cluster struct {
	*clustertest.Cluster
	t *testing.T
}

var keyspace = []float64{0, 1}

// startCluster makes a stream whose segments 0, 1, … are divided at bounds.
func startCluster(t *testing.T, bounds ...float64) *cluster {
	t.Helper()
	c := newCluster(t, bounds...)
	t.Cleanup(c.Close)
	return c
}

// newCluster is startCluster for who closes it.
func newCluster(t *testing.T, bounds ...float64) *cluster {
	t.Helper()
	c, err := clustertest.New(bounds...)
	if err != nil {
		t.Fatal(err)
	}
	return &cluster{c, t}
}

// client makes a client of the cluster.
func (c *cluster) client(config Config) *Client {
	c.t.Helper()
	config.ControllerURI = c.URI
	client, err := New(config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { client.Close() })
	return client
}

// writer opens a writer on the stream.
func (c *cluster) writer(change func(*Config, *WriterConfig)) *Writer {
	c.t.Helper()
	config, limits := DefaultConfig(), DefaultWriterConfig()
	if change != nil {
		change(&config, &limits)
	}
	client := c.client(config)
	w, err := client.OpenWriter(waittest.Limit(c.t), c.Stream.Scope, c.Stream.Name, limits)
	if err != nil {
		c.t.Fatal(err)
	}
	return w
}

// write writes the events first to last, each holding its number.
func write(t *testing.T, w *Writer, key string, first, last int64) {
	t.Helper()
	for n := first; n <= last; n++ {
		got, err := w.WriteKeyed(waittest.Limit(t), key, binary.BigEndian.AppendUint64(nil, uint64(n)))
		if err != nil || got != n {
			t.Fatalf("event %d got number %d: %v", n, got, err)
		}
	}
}

// stored lists the numbers of the events in segments, in their order.
func (c *cluster) stored(ids ...naming.SegmentID) []int64 {
	var numbers []int64
	for _, id := range ids {
		for _, e := range c.Events(c.Name(id)) {
			numbers = append(numbers, int64(binary.BigEndian.Uint64(e)))
		}
	}
	return numbers
}

// expect checks that segments, read one after another, hold exactly the events
// first to last in order.
func (c *cluster) expect(first, last int64, ids ...naming.SegmentID) {
	c.t.Helper()
	var want []int64
	for n := first; n <= last; n++ {
		want = append(want, n)
	}
	if got := c.stored(ids...); !slices.Equal(got, want) {
		c.t.Fatalf("stored are %v, want %d to %d", got, first, last)
	}
}

// flush waits until everything is acknowledged.
func flush(t *testing.T, w *Writer, last int64) {
	t.Helper()
	if err := w.Flush(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if acked, err := w.Acked(); acked != last || err != nil {
		t.Fatalf("acknowledged through %d of %d: %v", acked, last, err)
	}
}

// keyFor finds a key that belongs to a part of the key space.
func keyFor(low, high float64) string {
	for i := range math.MaxInt32 {
		key := strconv.Itoa(i)
		if x := mustPosition(key); x >= low && x < high {
			return key
		}
	}
	return ""
}
