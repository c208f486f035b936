package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// ending is the first Close of an object. Every later one waits for it and returns
// what it returned.
type ending struct {
	done chan struct{}
	err  error // set before done is closed
}

func newEnding() *ending { return &ending{done: make(chan struct{})} }

// finish is what the first Close returns by.
func (e *ending) finish(err error) error {
	e.err = err
	close(e.done)
	return err
}

// wait returns how the first Close ended, or, if ctx ends before, that it may succeed yet.
func (e *ending) wait(ctx context.Context, op, subject string) error {
	select {
	case <-e.done:
		return e.err
	default:
	}
	select {
	case <-e.done:
		return e.err
	case <-ctx.Done():
		return fault.Uncertain(fault.Context(ctx, op, subject).Because("another call that closes it is under way", nil))
	}
}
