package write

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Small events, batches and large events of several keys, with commands ignored,
// replies lost, connections closed and a split in between: every event is stored
// once, in the order of its key, and no batch is torn.
func TestMixedEventsAreStoredOnceWhateverBreaks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		raw := startMixed(r, t)
		defer raw.close()
		raw.run(r)
	})
}

// mixed is one run of the property.
type mixed struct {
	*testCluster
	w      *Writer
	client *cluster.Cluster
	key    map[int64]string // of each event
	batch  map[int64]int64  // the first event of the batch that it is in
	cut    sync.Once
}

func startMixed(r *rapid.T, t *testing.T) *mixed {
	c := newCluster(t, 0, 0.5, 1)
	config := enginetest.ClusterConfig()
	config.ConnectTimeout, config.KeepAliveTimeout = 100e6, 100e6
	config.RequestTimeout = 300e6
	config.ControllerURI = c.URI
	client, err := cluster.New(config)
	if err != nil {
		r.Fatal(err)
	}
	limits := defaults()
	limits.BlockBytes = 4 << 10
	w, err := Open(waittest.Limit(t), client, c.Stream, limits)
	if err != nil {
		r.Fatal(err)
	}
	return &mixed{testCluster: c, w: w, client: client, key: make(map[int64]string), batch: make(map[int64]int64)}
}

func (m *mixed) close() {
	m.client.Close()
	m.Close()
}

func (m *mixed) run(r *rapid.T) {
	// A verdict for each of the first commands.
	verdicts := rapid.SliceOfN(rapid.SampledFrom([]storetest.Verdict{storetest.Serve, storetest.Serve, storetest.Serve, storetest.Serve,
		storetest.CloseLate, storetest.CloseNow, storetest.NoReply, storetest.Ignore}), 0, 30).Draw(r, "verdicts")
	splitAt := rapid.IntRange(0, 40).Draw(r, "split")
	var commands atomic.Int64
	a, b := naming.NewSegmentID(2, 1), naming.NewSegmentID(3, 1)
	m.Set(func(_ int, command wire.Command) storetest.Verdict {
		switch command.(type) {
		case wire.Hello, wire.KeepAlive:
			return storetest.Serve
		}
		n := int(commands.Add(1)) - 1
		if n == splitAt {
			m.cut.Do(func() {
				m.Replace([]naming.SegmentID{0}, m.Segment(a, 0, 0.25), m.Segment(b, 0.25, 0.5))
				m.Seal(m.Name(0))
			})
		}
		if n < len(verdicts) {
			return verdicts[n]
		}
		return storetest.Serve
	})
	keys := []string{enginetest.KeyFor(0, 0.25), enginetest.KeyFor(0.25, 0.5), enginetest.KeyFor(0.5, 1)}
	var last int64
	large := 0
	for range rapid.IntRange(1, 25).Draw(r, "writes") {
		key := rapid.SampledFrom(keys).Draw(r, "key")
		first := last + 1
		var n int64
		var err error
		switch kind := rapid.IntRange(0, 9).Draw(r, "kind"); {
		case kind == 0 && large < 2:
			large++
			n, err = m.w.Write(waittest.Limit(m.T), []byte(key), largeEvent(first))
		case kind < 4:
			n, err = m.w.WriteBatch(waittest.Limit(m.T), []byte(key), numbers(first, last+int64(rapid.IntRange(1, 20).Draw(r, "size"))))
		default:
			n, err = m.w.Write(waittest.Limit(m.T), []byte(key), numbers(first, first)[0])
		}
		if err != nil {
			r.Fatal(err)
		}
		for last = first; last <= n; last++ {
			m.key[last], m.batch[last] = key, first
		}
		last = n
	}
	if err := m.w.Flush(waittest.Limit(m.T)); err != nil {
		r.Fatal(err)
	}
	if acked, err := m.w.Acked(); acked != last || err != nil {
		r.Fatal(acked, err)
	}
	m.check(r, last, 0, 1, a, b)
}

// check looks at every event in the segments, of which the old ones come first.
func (m *mixed) check(r *rapid.T, last int64, ids ...naming.SegmentID) {
	seen := make(map[int64]bool)
	newest := make(map[string]int64)
	for _, id := range ids {
		if !m.Has(m.Name(id)) {
			continue
		}
		var before int64
		for _, e := range m.Events(m.Name(id)) {
			n := int64(binary.BigEndian.Uint64(e))
			key := m.key[n]
			if seen[n] || key == "" || n <= newest[key] {
				r.Fatalf("event %d of key %s is in segment %d after %d", n, key, id, newest[key])
			}
			if len(e) > 8 && !slices.Equal(e, largeEvent(n)) {
				r.Fatalf("event %d is not what was written", n)
			}
			if first := m.batch[n]; n > first && before != n-1 {
				r.Fatalf("event %d of the batch from %d is behind %d", n, first, before)
			}
			seen[n], newest[key], before = true, n, n
		}
	}
	if int64(len(seen)) != last {
		r.Fatalf("%d of %d events are stored", len(seen), last)
	}
}
