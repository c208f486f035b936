package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/routing"
)

// WriteBatch writes several events of one key as one: all of them are stored, one
// directly behind another, or none is. They take consecutive numbers; the last
// one is returned, and an acknowledgement covers none or all of them. A batch
// takes at most MaxEventSize bytes, with 8 bytes for the header of each event
// but one, else it is EventTooLarge; one without events is InvalidArgument.
// Otherwise as WriteKeyed.
func (w *Writer) WriteBatch(ctx context.Context, key string, events [][]byte) (int64, error) {
	position, err := w.positionOf(key, events)
	if err != nil {
		return 0, err
	}
	return w.write(ctx, position, events...)
}

// TryWriteBatch is WriteBatch that never waits: WindowFull tells that there is
// no room.
func (w *Writer) TryWriteBatch(key string, events [][]byte) (int64, error) {
	position, err := w.positionOf(key, events)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.unlock()
	return w.accept(position, events...)
}

// WriteBatchAnywhere is WriteBatch without a key: all of the events go to one
// segment, which may be any.
func (w *Writer) WriteBatchAnywhere(ctx context.Context, events [][]byte) (int64, error) {
	if len(events) == 0 {
		return 0, w.emptyBatch()
	}
	return w.write(ctx, anywhere, events...)
}

// TryWriteBatchAnywhere is WriteBatchAnywhere that never waits.
func (w *Writer) TryWriteBatchAnywhere(events [][]byte) (int64, error) {
	if len(events) == 0 {
		return 0, w.emptyBatch()
	}
	w.mu.Lock()
	defer w.unlock()
	return w.accept(anywhere, events...)
}

func (w *Writer) positionOf(key string, events [][]byte) (float64, error) {
	if len(events) == 0 {
		return 0, w.emptyBatch()
	}
	return routing.Position(key)
}

func (w *Writer) emptyBatch() error {
	return fault.New(fault.InvalidArgument, "write to stream", w.stream.String(), "the batch has no events")
}
