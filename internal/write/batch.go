package write

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/routing"
)

// WriteBatch writes several events of one key as one.
func (w *Writer) WriteBatch(ctx context.Context, key string, events [][]byte) (int64, error) {
	position, err := w.positionOf(key, events)
	if err != nil {
		return 0, err
	}
	return w.write(ctx, position, events...)
}

// TryWriteBatch is WriteBatch that never waits.
func (w *Writer) TryWriteBatch(key string, events [][]byte) (int64, error) {
	position, err := w.positionOf(key, events)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.unlock()
	return w.accept(position, events...)
}

// WriteBatchAnywhere is WriteBatch without a key.
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
