package xsync

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Ending is the first Close of an object. Every later one waits for it and returns
// what it returned.
type Ending struct {
	done chan struct{}
	err  error // set before done is closed
}

// NewEnding is of a Close that begins.
func NewEnding() *Ending { return &Ending{done: make(chan struct{})} }

// Finish is what the first Close returns by.
func (e *Ending) Finish(err error) error {
	e.err = err
	close(e.done)
	return err
}

// Over reports whether the first Close has ended; there may be none yet.
func (e *Ending) Over() bool {
	if e == nil {
		return false
	}
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

// Wait returns how the first Close ended, or, if ctx ends before, that it may succeed yet.
func (e *Ending) Wait(ctx context.Context, op, subject string) error {
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
