package write

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// WriteBatch writes several events of one key as one. Without a key all of them go to one segment,
// which may be any.
func (w *Writer) WriteBatch(ctx context.Context, key []byte, events [][]byte) (int64, error) {
	if len(events) == 0 {
		return 0, w.emptyBatch()
	}
	position, err := positionOf(key)
	if err != nil {
		return 0, err
	}
	return w.write(ctx, position, events...)
}

// TryWriteBatch is WriteBatch that never waits.
func (w *Writer) TryWriteBatch(key []byte, events [][]byte) (int64, error) {
	if len(events) == 0 {
		return 0, w.emptyBatch()
	}
	position, err := positionOf(key)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.unlock()
	return w.acceptLocked(position, events...)
}

func (w *Writer) emptyBatch() error {
	return fault.New(fault.InvalidArgument, "write to stream", w.stream.String(), "the batch has no events")
}
