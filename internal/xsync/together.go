package xsync

import (
	"context"
	"sync"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// AtOnce is how many requests of one call are under way at once.
const AtOnce = 16

// Together calls f for 0 to n-1, some at a time, until one fails or ctx ends.
func Together(ctx context.Context, op, subject string, n int, f func(ctx context.Context, i int) error) error {
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var work sync.WaitGroup
	var once sync.Once
	var failure error
	fail := func(err error) { once.Do(func() { failure = err; cancel(err) }) }
	turns := make(chan struct{}, AtOnce)
	for i := range n {
		turns <- struct{}{}
		if within.Err() != nil {
			fail(fault.Context(ctx, op, subject).Because("some requests were not made yet", nil)) // unless f has failed
			break
		}
		work.Go(func() {
			defer func() { <-turns }()
			if err := f(within, i); err != nil {
				fail(err)
			}
		})
	}
	work.Wait()
	return failure
}
