package segmentstore

import (
	"context"
	"sync"
	"time"
)

// turns lets so many work at a time, each with a token in the channel. One that takes
// longer than slow makes room for the next, so what is not answered holds up nothing
// else.
type turns chan struct{}

// slow is how long one that waits for an answer keeps others from asking. It is many times
// what an answer takes, unless something is wrong.
const slow = 200 * time.Millisecond

// take waits for a turn, which ends with yield. It fails when ctx or life ends.
func (t turns) take(ctx context.Context, life <-chan struct{}) (yield func(), ok bool) {
	select {
	case t <- struct{}{}:
	case <-life:
		return nil, false
	case <-ctx.Done():
		return nil, false
	}
	var once sync.Once
	leave := func() { once.Do(func() { <-t }) }
	timer := time.AfterFunc(slow, leave)
	return func() { timer.Stop(); leave() }, true
}
