package xsync

import (
	"context"
	"sync"
	"time"
)

// Limiter lets so many ask others at a time. One that takes longer than Slow makes room
// for the next, so that what is not answered holds up nothing else. NewLimiter makes one.
type Limiter struct{ places chan struct{} }

// NewLimiter makes a limiter with so many places.
func NewLimiter(places int) Limiter { return Limiter{make(chan struct{}, places)} }

// Slow is how long one that waits for an answer keeps others from asking. It is many times
// what an answer takes, unless something is wrong.
const Slow = 200 * time.Millisecond

// Enter waits for a place, which leave gives up. It fails when ctx ends, or ended is
// closed; nil never is.
func (l Limiter) Enter(ctx context.Context, ended <-chan struct{}) (leave func(), ok bool) {
	select {
	case l.places <- struct{}{}:
	case <-ended:
		return nil, false
	case <-ctx.Done():
		return nil, false
	}
	free := sync.OnceFunc(func() { <-l.places })
	timer := time.AfterFunc(Slow, free)
	return func() { timer.Stop(); free() }, true
}
