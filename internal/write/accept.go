package write

import (
	"context"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/routing"
	"github.com/pravega/pravega-client-go/internal/segment"
)

// Write writes an event, and waits for room until ctx ends. Without a key, which is nil then, it
// may go to any segment.
func (w *Writer) Write(ctx context.Context, key, event []byte) (int64, error) {
	position, err := positionOf(key)
	if err != nil {
		return 0, err
	}
	return w.write(ctx, position, event)
}

// TryWrite is Write that never waits.
func (w *Writer) TryWrite(key, event []byte) (int64, error) {
	position, err := positionOf(key)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.unlock()
	defer w.openInboxLocked()
	return w.acceptLocked(position, event)
}

func positionOf(key []byte) (float64, error) {
	if key == nil {
		return anywhere, nil
	}
	return routing.PositionBytes(key)
}

// NoKey marks an event without key in the lengths of TryWriteMany.
const NoKey = 1<<32 - 1

// TryWriteMany writes events that lie back to back in events, with the lengths
// lens; their keys lie back to back in keys, with the lengths keyLens, where
// NoKey stands for none; nil keyLens means that no event has a key. It stops at
// the first event that it cannot take and returns how many it took, the number
// of the last one, and why it stopped: nil if all were taken. It never waits.
func (w *Writer) TryWriteMany(keys []byte, keyLens []uint32, events []byte, lens []uint32) (accepted int, last int64, err error) {
	w.mu.Lock()
	defer w.unlock()
	if keyLens != nil && len(keyLens) < len(lens) {
		return 0, 0, w.tooShort()
	}
	for i, length := range lens {
		if uint64(length) > uint64(len(events)) {
			return accepted, last, w.tooShort()
		}
		position := anywhere
		if keyLens != nil && keyLens[i] != NoKey {
			n := keyLens[i]
			if uint64(n) > uint64(len(keys)) {
				return accepted, last, w.tooShort()
			}
			if position, err = routing.PositionBytes(keys[:n]); err != nil {
				return accepted, last, err
			}
			keys = keys[n:]
		}
		if length > MaxEventSize {
			return accepted, last, w.tooLarge(int(length), MaxEventSize, "in a call for many; write it by itself")
		}
		number, err := w.acceptLocked(position, events[:length])
		if err != nil {
			return accepted, last, err
		}
		events = events[length:]
		accepted, last = accepted+1, number
	}
	return accepted, last, nil
}

func (w *Writer) tooShort() error {
	return fault.New(fault.InvalidArgument, "write to stream", w.stream.String(), "the lengths add up to more than there is")
}

// anywhere is the position of an event without key, before one is drawn.
const anywhere = -1.0

func (w *Writer) write(ctx context.Context, position float64, events ...[]byte) (int64, error) {
	for {
		w.mu.Lock()
		number, err := w.acceptLocked(position, events...)
		if err != w.noRoom {
			w.unlock()
			return number, err
		}
		room := w.room.Next()
		w.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			err := w.outOfTime(ctx, "write to stream")
			err.Detail = strings.TrimSuffix("the writer's window is full: "+err.Detail, ": ")
			return 0, err
		}
	}
}

// acceptLocked takes an event, or refuses it, and then gives it no number. Several events are a
// batch, which is stored as one.
func (w *Writer) acceptLocked(position float64, events ...[]byte) (int64, error) {
	w.emptyInboxLocked(true)
	switch {
	case w.err != nil:
		return 0, w.err
	case w.closing:
		return 0, w.beingClosed()
	}
	size := segment.FramedSize(events)
	if size > segment.MaxAppend {
		return w.acceptLargeLocked(position, events)
	}
	position = w.positionLocked(position)
	if stored, err := w.repeatsLocked(position, len(events)); err != nil {
		return 0, err
	} else if stored {
		return w.last, nil
	}
	m := w.routes.find(position)
	if !w.window.admits(m.Bytes(), len(w.routes.members)) {
		w.window.full = true
		return 0, w.noRoom
	}
	// With others under way the sender has more to send than this one.
	alone := w.last == w.acked.Load()
	w.numberLocked(m, size, len(events))
	if alone && w.prompt == nil {
		w.prompt = m.AddPromptly(w.last, position, events...)
	} else {
		m.Add(w.last, position, events...)
	}
	return w.last, nil
}

// numberLocked is the only place where events get their numbers and their room in the window. The
// Add to the segment follows under the same lock, so the two are one step.
func (w *Writer) numberLocked(m *member, size, events int) {
	held := m.Bytes()
	w.window.moved(held, held+size, len(w.routes.members))
	w.last += int64(events)
	if !w.watch.on {
		w.startWatchLocked()
	}
}

// unlock releases the lock, and then sends what is to be sent without it.
func (w *Writer) unlock() {
	prompt := w.prompt
	w.prompt = nil
	w.mu.Unlock()
	if prompt != nil {
		prompt.Send()
	}
}

// positionLocked returns the event's position, drawing one if the event may go anywhere.
func (w *Writer) positionLocked(position float64) float64 {
	if position == anywhere {
		if w.resumed != nil {
			return w.resumed.Position(w.last + 1)
		}
		return float64(w.random.Uint64()>>12) / (1 << 52)
	}
	return position
}
