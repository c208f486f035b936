package write

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// Nothing is allocated for an event, neither when it is written nor when it is
// read. What blocks take is pooled and does not grow with the events.

// desk is a writer to four segments that no server is behind: what it accepts
// piles up in its blocks until clear.
func desk(t testing.TB) *Writer {
	life := background.New(background.Config{Logger: slog.New(slog.DiscardHandler)}, "test")
	life.End() // so that no appender looks for a server
	stores := segmentstore.NewStores(segmentstore.Dialer{}, nil, nil, 1)
	t.Cleanup(stores.Close)
	config := defaults()
	w := &Writer{
		cluster: &cluster.Cluster{Stores: stores},
		stream:  naming.Stream{Scope: "scope", Name: "stream"},
		config:  config,
		life:    life,
		window:  window{limit: config.WindowBytes},
		noRoom:  fault.WindowFull,
	}
	w.random.Seed(rand.Uint64(), rand.Uint64())
	var members []*member
	for i := range 4 {
		members = append(members, w.newMember(Segment{SegmentRange: controller.SegmentRange{
			Segment: naming.NewSegmentID(int32(i), 0), Low: float64(i) / 4, High: float64(i+1) / 4}}))
	}
	var err error
	if w.routes, err = newRoutes(members); err != nil {
		t.Fatal(err)
	}
	return w
}

// clear makes everything stored.
func (w *Writer) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settleAll(w.last)
}

// batch is how many events are written until everything is cleared: 5 MB, some
// blocks a segment.
const batch = 50_000

// writings are the ways to write a batch of small events.
func writings(t testing.TB) map[string]func(w *Writer) {
	event := make([]byte, 100)
	keys := make([]string, 100)
	var packedKeys []byte
	var keyLens, lens []uint32
	for i := range keys {
		keys[i] = "key " + strconv.Itoa(i)
		packedKeys = append(packedKeys, keys[i]...)
		keyLens = append(keyLens, uint32(len(keys[i])))
		lens = append(lens, uint32(len(event)))
	}
	packed := make([]byte, len(keys)*len(event))
	each := func(write func(w *Writer, i int) error) func(*Writer) {
		return func(w *Writer) {
			for i := range batch {
				if err := write(w, i); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	many := func(packedKeys []byte, keyLens []uint32) func(*Writer) {
		return func(w *Writer) {
			for range batch / len(lens) {
				if _, _, err := w.TryWriteMany(packedKeys, keyLens, packed, lens); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return map[string]func(*Writer){
		"Write": each(func(w *Writer, _ int) error {
			_, err := w.Write(context.Background(), nil, event)
			return err
		}),
		"WriteKeyed": each(func(w *Writer, i int) error {
			_, err := w.Write(context.Background(), []byte(keys[i%len(keys)]), event)
			return err
		}),
		"TryWrite": each(func(w *Writer, _ int) error {
			_, err := w.TryWrite(nil, event)
			return err
		}),
		"TryWriteMany":       many(nil, nil),
		"TryWriteMany keyed": many(packedKeys, keyLens),
	}
}

func TestWritingAllocatesNothingPerEvent(t *testing.T) {
	for name, write := range writings(t) {
		t.Run(name, func(t *testing.T) {
			w := desk(t)
			allocs := testing.AllocsPerRun(10, func() {
				write(w)
				w.clear()
			})
			if per := allocs / batch; per > 0.01 {
				t.Errorf("%.3f allocations an event", per)
			}
		})
	}
}

func TestRefusingAllocatesNothing(t *testing.T) {
	w := desk(t)
	event := make([]byte, 100)
	for {
		if _, err := w.TryWrite(nil, event); err != nil {
			break // no segment has room for more, or soon will not
		}
	}
	w.window.limit = 1
	if allocs := testing.AllocsPerRun(1000, func() {
		if _, err := w.TryWrite(nil, event); err != w.noRoom {
			t.Fatal(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkWrite(b *testing.B) {
	for name, write := range writings(b) {
		b.Run(name, func(b *testing.B) {
			w := desk(b)
			b.ReportAllocs()
			for range b.N/batch + 1 { // b.N counts events
				write(w)
				w.clear()
			}
		})
	}
}
