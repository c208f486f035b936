package write

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testCluster is a cluster on which a test opens writers.
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

// writer opens a writer on the stream.
func (c *testCluster) writer(change func(*cluster.Config, *Config)) *Writer {
	c.T.Helper()
	config, limits := enginetest.ClusterConfig(), defaults()
	if change != nil {
		change(&config, &limits)
	}
	w, err := Open(waittest.Limit(c.T), c.Connect(config), c.Stream, limits)
	if err != nil {
		c.T.Fatal(err)
	}
	return w
}

// defaults are those of the public options.
func defaults() Config {
	return Config{WindowBytes: 16 << 20, BlockBytes: 256 << 10, LargeEventBytes: 64 << 20}
}

// write writes the events first to last, each holding its number.
func write(t *testing.T, w *Writer, key string, first, last int64) {
	t.Helper()
	for n := first; n <= last; n++ {
		got, err := w.Write(waittest.Limit(t), []byte(key), enginetest.Numbered(n))
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
