package write

import (
	"bytes"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// acceptLargeLocked is acceptLocked for what one append cannot carry. A single event is sent in parts; a
// batch is refused.
func (w *Writer) acceptLargeLocked(position float64, events [][]byte) (int64, error) {
	if len(events) > 1 {
		return 0, w.tooLarge(segment.FramedSize(events)-wire.EventHeader, MaxEventSize, "for a batch, with the headers of its events")
	}
	event := events[0]
	if w.config.LargeEventBytes == 0 { // its segments are merged in a way of their own
		return 0, w.tooLarge(len(event), MaxEventSize, "in a transaction")
	}
	if len(event) > w.config.LargeEventBytes {
		return 0, w.tooLarge(len(event), w.config.LargeEventBytes, "as set by writer.large.event.bytes")
	}
	position = w.positionLocked(position)
	if stored, err := w.repeatsLocked(position, 1); err != nil {
		return 0, err
	} else if stored {
		return w.last, nil
	}
	held := 0
	for _, m := range w.routes.members {
		held += m.LargeBytes()
	}
	if held >= w.config.LargeEventBytes { // as with the window, its own size does not count
		w.window.full = true
		return 0, w.noRoom
	}
	w.last++
	w.routes.find(position).AddLarge(w.last, position, bytes.Clone(event))
	if !w.watch.on {
		w.startWatchLocked()
	}
	return w.last, nil
}

func (w *Writer) tooLarge(size, most int, why string) error {
	return fault.New(fault.EventTooLarge, "write to stream", w.stream.String(), "it has %d bytes; the most is %d, %s", size, most, why)
}
