package write

import (
	"encoding/binary"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// mostConnections is how many a client has to one store at most, unless
// connections.per.store is changed.
const mostConnections = 8

const many = 1000

// manySegments is a writer on as many segments, with the count of what the
// controller was asked for the place of one.
func manySegments(t *testing.T) (c *testCluster, w *Writer, lookups *atomic.Int32) {
	var bounds []float64
	for i := range many + 1 {
		bounds = append(bounds, float64(i)/many)
	}
	c = startCluster(t, bounds...)
	lookups = new(atomic.Int32)
	c.Refuse(func(method string) error {
		if method == "getURI" {
			lookups.Add(1)
		}
		return nil
	})
	return c, c.writer(nil), lookups
}

// writeMany writes the events first to last with as many keys.
func writeMany(t *testing.T, w *Writer, first, last int64) {
	t.Helper()
	for n := first; n <= last; n++ {
		if _, err := w.Write(waittest.Limit(t), []byte(strconv.FormatInt(n, 10)), binary.BigEndian.AppendUint64(nil, uint64(n))); err != nil {
			t.Fatal(err)
		}
	}
}

// expectMany checks that the events 1 to last are stored, each once.
func (c *testCluster) expectMany(last int64) {
	c.T.Helper()
	seen := make([]bool, last+1)
	total := int64(0)
	for _, n := range c.Stored(c.Current()...) {
		if seen[n] {
			c.T.Fatalf("event %d is stored twice", n)
		}
		seen[n] = true
		total++
	}
	if total != last {
		c.T.Fatalf("%d of %d events are stored", total, last)
	}
}

// A writer of many segments has few connections, also when all segments lose
// theirs at once, again and again; and while their store is away, few ask for all
// where they are.
func TestManySegmentsShareConnectionsAndLookups(t *testing.T) {
	c, w, lookups := manySegments(t)
	if lookups.Load() != 0 || c.Dialled() != 0 {
		t.Errorf("a writer that wrote nothing made %d look-ups and %d connections", lookups.Load(), c.Dialled())
	}
	const part = 20_000 // 20 a segment
	writeMany(t, w, 1, part)
	flush(t, w, part)
	if n := lookups.Load(); n > many {
		t.Errorf("%d look-ups for %d segments", n, many)
	}

	// The store takes connections and closes them.
	lookups.Store(0)
	dialled := c.Dialled()
	c.Set(func(int, wire.Command) storetest.Verdict { return storetest.CloseNow })
	c.CutAll()
	writeMany(t, w, part+1, 2*part)
	waittest.Until(t, "the writer has tried often", func() bool { return c.Dialled() > dialled+100 })
	if n := lookups.Load(); n > many {
		t.Errorf("%d look-ups while the store was away", n)
	}
	c.Set(nil)
	flush(t, w, 2*part)

	// It closes them in the middle of the work.
	var blocks atomic.Int32
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) && blocks.Add(1)%500 == 0 {
			return storetest.CloseLate
		}
		return storetest.Serve
	})
	writeMany(t, w, 2*part+1, 3*part)
	flush(t, w, 3*part)
	c.expectMany(3 * part)
	if n := c.Peak(); n > mostConnections {
		t.Errorf("%d connections to one store", n)
	}
}

// Segments that spoil every connection they come to are set apart, on few.
func TestSegmentsThatSpoilConnectionsAreSetApart(t *testing.T) {
	c, w, _ := manySegments(t)
	var faults atomic.Int32
	spoilers := make(map[string]int)
	for i := range 20 {
		spoilers[c.Name(c.Current()[i*50])] = 0
	}
	setUp := make(map[int64]string) // by request
	var mu sync.Mutex
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		mu.Lock()
		defer mu.Unlock()
		switch r := command.(type) {
		case wire.SetupAppend:
			setUp[r.RequestID] = r.Segment
		case wire.AppendBlockEnd:
			if times, spoils := spoilers[setUp[r.RequestID]]; spoils && times < 8 {
				spoilers[setUp[r.RequestID]]++
				faults.Add(1)
				return storetest.CloseNow
			}
		}
		return storetest.Serve
	})
	writeMany(t, w, 1, 20_000)
	flush(t, w, 20_000)
	c.expectMany(20_000)
	if faults.Load() != 160 {
		t.Errorf("%d of 160 faults came about", faults.Load())
	}
	if n := c.Peak(); n > mostConnections {
		t.Errorf("%d connections to one store", n)
	}
}
