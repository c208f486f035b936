package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// turn is held by one at a time, over I/O too, and waited for as long as a context
// allows.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits until nobody else holds the turn.
func (t turn) take(ctx context.Context, op, subject string) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Context(ctx, op, subject).Because("another call is under way", nil)
	}
}

func (t turn) yield() { <-t }
