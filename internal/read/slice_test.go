package read

import (
	"testing"

	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// framed is a slice with 10000 events.
func framed() *Slice {
	var b []byte
	event := make([]byte, 100)
	for range 10_000 {
		b = wire.AppendEvent(b, event)
	}
	return &Slice{chunk: segment.Chunk{Offset: 0}, bytes: b}
}

func visit(t testing.TB, s *Slice) {
	events := 0
	for offset, event := range s.Events() {
		if offset != int64(events)*108 || len(event) != 100 {
			t.Fatalf("event %d at %d has %d bytes", events, offset, len(event))
		}
		events++
	}
	if events != 10_000 {
		t.Fatalf("%d events", events)
	}
}

func TestIteratingOverASliceAllocatesNothing(t *testing.T) {
	s := framed()
	// Of 10,000 events: what other goroutines allocate meanwhile is counted too.
	if allocs := testing.AllocsPerRun(100, func() { visit(t, s) }); allocs > 100 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkSliceEvents(b *testing.B) {
	s := framed()
	b.ReportAllocs()
	for range b.N/10_000 + 1 { // b.N counts events
		visit(b, s)
	}
}
