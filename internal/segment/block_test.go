package segment

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// What a block was given it gives back, and sends, wherever its chunks end.
func TestBlockKeepsEventsThatSpanChunks(t *testing.T) {
	writer := wire.NewUUID()
	rapid.Check(t, func(t *rapid.T) {
		type write struct {
			last     int64
			position float64
			events   [][]byte
		}
		var writes []write
		var data []byte
		events := 0
		number := rapid.Int64Range(1, 1<<50).Draw(t, "first")
		for _, size := range rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 100_000)), 1, 100).Draw(t, "sizes") {
			w := write{number, float64(size) / 1e6, nil}
			for range rapid.IntRange(1, 4).Draw(t, "batch") {
				w.events = append(w.events, numbered(number, size))
				data = wire.AppendEvent(data, w.events[0])
				events++
			}
			writes = append(writes, w)
			number += int64(rapid.IntRange(1, 1000).Draw(t, "gap"))
		}
		b := newBlock(writes[0].last)
		defer b.free()
		for _, w := range writes {
			b.add(w.last, w.position, w.events, FramedSize(w.events))
		}
		b.close(writer, 7)
		after := rapid.SampledFrom(writes).Draw(t, "after").last
		next := slices.IndexFunc(writes, func(w write) bool { return w.last == after }) + 1
		b.each(after, func(last int64, position float64, got [][]byte) {
			want := writes[next]
			if last != want.last || position != want.position || !slices.EqualFunc(got, want.events, bytes.Equal) {
				t.Fatalf("write %d came back as %d, at %v with %d events", want.last, last, position, len(got))
			}
			next++
		})
		if next != len(writes) {
			t.Fatalf("%d of %d writes came back", next, len(writes))
		}
		want := wire.AppendBlockEnd{WriterID: writer, SizeOfWholeEvents: int32(len(data)), Data: data, NumEvents: int32(events),
			LastEventNumber: writes[len(writes)-1].last, RequestID: 7}.Append(nil)
		if frame := bytes.Join(b.frame(nil), nil); !bytes.Equal(frame, want) {
			t.Fatalf("the frame of %d bytes is not the command of %d", len(frame), len(want))
		}
		if b.size() != len(data) {
			t.Fatalf("size %d of %d", b.size(), len(data))
		}
	})
}
