package client

import (
	"context"
	"errors"
	"iter"

	"github.com/pravega/pravega-client-go/internal/wire"
)

// Events iterates over the events that the reader is handed, until the group has read all there
// will ever be. An event counts as consumed when its loop body has ended, also by a break or
// return: a reader that is closed then leaves what comes after that event to the others. Its
// bytes are valid until then. A range over it may be followed by another one, or by Next.
//
// An error is the last item; those of Next, but for ErrEnd, which ends the loop without one,
// and *AtCheckpoint, after which the loop goes on.
func (r *Reader) Events(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for s, err := range r.Slices(ctx) {
			if err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			for offset, event := range s.Events() {
				next := offset + wire.EventHeader + int64(len(event))
				if !yield(event, nil) {
					_ = s.ReleaseAt(next) // what it fails with, the next call of the reader says
					return
				}
			}
		}
	}
}

// Slices iterates over slices as Events does over events. A slice that the loop body has not
// given back is released whole when the body has ended; one that it was left with, by a break
// or return, stays out.
func (r *Reader) Slices(ctx context.Context) iter.Seq2[*Slice, error] {
	return func(yield func(*Slice, error) bool) {
		for {
			s, err := r.Next(ctx)
			if errors.Is(err, ErrEnd) {
				return
			}
			_, pauses := err.(*AtCheckpoint)
			if !yield(s, err) || err != nil && !pauses {
				return
			}
			if s == nil {
				continue
			}
			if err := s.engine.ReleaseRest(); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}
