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
		type event struct {
			number   int64
			position float64
			bytes    []byte
		}
		var events []event
		var data []byte
		number := rapid.Int64Range(1, 1<<50).Draw(t, "first")
		for _, size := range rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 100_000)), 1, 100).Draw(t, "sizes") {
			e := event{number, float64(size) / 1e6, numbered(number, size)}
			events = append(events, e)
			data = wire.AppendEvent(data, e.bytes)
			number += int64(rapid.IntRange(1, 1000).Draw(t, "gap"))
		}
		b := newBlock(events[0].number)
		defer b.free()
		for _, e := range events {
			b.add(e.number, e.position, e.bytes)
		}
		b.close(writer, 0, 7)
		after := rapid.SampledFrom(events).Draw(t, "after").number
		next := slices.IndexFunc(events, func(e event) bool { return e.number == after }) + 1
		b.each(after, func(number int64, position float64, got []byte) {
			want := events[next]
			if number != want.number || position != want.position || !bytes.Equal(got, want.bytes) {
				t.Fatalf("event %d came back as %d, at %v with %d bytes", want.number, number, position, len(got))
			}
			next++
		})
		if next != len(events) {
			t.Fatalf("%d of %d events came back", next, len(events))
		}
		want := wire.AppendBlockEnd{WriterID: writer, SizeOfWholeEvents: int32(len(data)), Data: data, NumEvents: int32(len(events)),
			LastEventNumber: events[len(events)-1].number, RequestID: 7}.Append(nil)
		if frame := bytes.Join(b.frame(nil), nil); !bytes.Equal(frame, want) {
			t.Fatalf("the frame of %d bytes is not the command of %d", len(frame), len(want))
		}
		if b.size() != len(data) {
			t.Fatalf("size %d of %d", b.size(), len(data))
		}
	})
}
