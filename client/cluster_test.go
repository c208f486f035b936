package client

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testCluster is a cluster of which a test makes clients.
type testCluster struct{ *enginetest.Cluster }

var keyspace = []float64{0, 1}

// startCluster makes a stream whose segments 0, 1, … are divided at bounds.
func startCluster(t *testing.T, bounds ...float64) *testCluster {
	t.Helper()
	return &testCluster{enginetest.Start(t, bounds...)}
}

// newCluster is startCluster for a caller that closes it.
func newCluster(t *testing.T, bounds ...float64) *testCluster {
	t.Helper()
	return &testCluster{enginetest.New(t, bounds...)}
}

// client makes a client of the cluster.
func (c *testCluster) client(config Config) *Client {
	c.T.Helper()
	config.ControllerURI = c.URI
	client, err := New(config)
	if err != nil {
		c.T.Fatal(err)
	}
	c.T.Cleanup(func() { client.Close() })
	return client
}

// writer opens a writer on the stream.
func (c *testCluster) writer(change func(*Config, *WriterConfig)) *Writer {
	c.T.Helper()
	config, limits := Config{}, WriterConfig{}
	if change != nil {
		change(&config, &limits)
	}
	client := c.client(config)
	w, err := client.OpenWriter(waittest.Limit(c.T), c.Stream.Scope, c.Stream.Name, limits)
	if err != nil {
		c.T.Fatal(err)
	}
	return w
}

// writeNumbered writes the events first to last, each holding its number.
func writeNumbered(t *testing.T, w *Writer, key string, first, last int64) {
	t.Helper()
	for n := first; n <= last; n++ {
		got, err := w.Write(waittest.Limit(t), Event{Key: []byte(key), Data: enginetest.Numbered(n)})
		if err != nil || got != n {
			t.Fatalf("event %d got number %d: %v", n, got, err)
		}
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
