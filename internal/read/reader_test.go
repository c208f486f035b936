package read

import (
	"context"
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// readAll makes a reader of all segments of a cluster's stream.
func readAll(c *enginetest.Cluster, bufferBytes int) *Reader {
	client := c.Connect(enginetest.ClusterConfig())
	life := client.Life.Child("reader")
	r := New(Config{ID: "reader", Group: "scope/group", BufferBytes: bufferBytes, Cluster: client, Life: life, Clock: clock.Now})
	c.T.Cleanup(func() { life.End(); r.Stop() })
	now := clock.Now()
	r.Refreshed(now, time.Hour)
	r.Seen(now)
	shares := make(map[readergroup.Segment]Share)
	for _, id := range c.Current() {
		shares[readergroup.Segment{Stream: c.Stream, ID: id}] = Share{Limit: math.MaxInt64}
	}
	r.Reconcile(shares, nil, "", false)
	return r
}

// Segments share the reader's memory, however many they are: with a small part each,
// one reads ahead no more than what is handed out next.
func TestManySegmentsShareTheBuffer(t *testing.T) {
	const segments, least = 16, 16 << 10 // bytes that a segment may take in any case
	var bounds []float64
	for i := range segments + 1 {
		bounds = append(bounds, float64(i)/segments)
	}
	c := enginetest.Start(t, bounds...)
	event := make([]byte, 1000)
	fill := func() {
		for _, id := range c.Current() {
			for range 100 {
				c.Put(c.Name(id), event)
			}
		}
	}
	fill()
	r := readAll(c, 4*least) // for all
	held := func() (bytes int) {
		r.assignments(func(a *assignment) bool {
			for _, c := range a.ready {
				bytes += len(c.Buffer.Bytes())
			}
			if a.out != nil {
				bytes += len(a.out.bytes)
			}
			return false
		})
		return bytes
	}
	total := 0
	for range 10 {
		var out []*Slice
		for range segments { // one of each
			s, err := r.Next(waittest.Limit(t))
			enginetest.Must(t, err)
			total += len(s.Bytes())
			out = append(out, s)
		}
		fill()
		for range 50 {
			if got := held(); got > segments*(least+2*len(event)) { // with events that two reads cut
				t.Fatalf("%d bytes are held", got)
			}
			time.Sleep(time.Millisecond)
		}
		for _, s := range out {
			enginetest.Must(t, s.Release())
		}
	}
	if total < 10*segments*least/2 {
		t.Errorf("only %d bytes were read", total)
	}
}

// A segment that was read to its end is told as completed, unless the group stops reading it at
// an offset of its own: then that counts.
func TestPlaceOfASegmentThatWasReadToItsEnd(t *testing.T) {
	whole := &assignment{ended: true, position: 7}
	if got := whole.place().Offset; got != streamcut.Completed {
		t.Errorf("it stands at %d", got)
	}
	bounded := &assignment{ended: true, position: 7, bounded: true}
	if got := bounded.place().Offset; got != 7 {
		t.Errorf("a bounded one stands at %d", got)
	}
}

// An offer is of a segment of which nothing is out, the wanted one if that is so; nothing more is
// handed out of it until it is kept.
func TestOfferIsOfASegmentOfWhichNothingIsOut(t *testing.T) {
	c := enginetest.Start(t, 0, 0.5, 1)
	for _, id := range c.Current() {
		c.Put(c.Name(id), []byte("one"))
	}
	r := readAll(c, 1<<20)
	waittest.Until(t, "both have something", func() bool { return r.Ready() == 2 })
	first, second := readergroup.Segment{Stream: c.Stream, ID: c.Current()[0]}, readergroup.Segment{Stream: c.Stream, ID: c.Current()[1]}
	out, err := r.Next(context.Background())
	enginetest.Must(t, err)
	busy, idle := first, second
	if out.Segment() != busy.String() {
		busy, idle = idle, busy
	}
	if offered, ok := r.Offer(busy, true); !ok || offered != idle {
		t.Fatalf("offered is %v, %v, and %v is idle", offered, ok, idle)
	}
	if r.Ready() != 0 {
		t.Error("what is offered is handed out")
	}
	r.Keep(idle)
	if r.Ready() != 1 {
		t.Error("what is kept is not handed out")
	}
	enginetest.Must(t, out.Release())
	if offered, ok := r.Offer(busy, true); !ok || offered != busy {
		t.Errorf("offered is %v, %v, and %v was wanted", offered, ok, busy)
	}
	if _, ok := r.Offer(busy, false); ok {
		t.Error("something is offered, and nothing is wanted")
	}
}
