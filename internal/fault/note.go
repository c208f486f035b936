package fault

import (
	"context"
	"sync"
	"time"
)

// Note keeps what stands in the way of work while it is tried again and again below a
// call that has not returned, so that others can be told. The zero Note has nothing.
// Safe for concurrent use.
type Note struct {
	mu    sync.Mutex
	err   error
	since time.Time // of the first one
}

type noteKey struct{}

// In returns a context whose calls leave there what stands in their way; see Trouble.
func (n *Note) In(ctx context.Context) context.Context { return context.WithValue(ctx, noteKey{}, n) }

// Trouble leaves what stands in the way of a context's work now for callers that wait for
// the work; nil: nothing does any more. It is for calls that try again or wait for a server.
func Trouble(ctx context.Context, err error) {
	if n, ok := ctx.Value(noteKey{}).(*Note); ok {
		n.put(err, time.Now())
	}
}

func (n *Note) put(err error, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err == nil || err == nil {
		n.since = now
	}
	n.err = err
}

// Last is what was noted last, nil if nothing stands in the way, and since when something
// does.
func (n *Note) Last() (since time.Time, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.since, n.err
}
