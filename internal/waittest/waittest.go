// Package waittest has the waiting of tests: for a condition, and for no longer than a
// test may hang.
package waittest

import (
	"context"
	"testing"
	"time"
)

// Hang is how long a test waits for what surely comes, on a machine however busy.
const Hang = 5 * time.Minute

// Limit is a context for what must not hang.
func Limit(t testing.TB) context.Context {
	t.Helper()
	return Within(t, Hang)
}

// Within is a context that ends after a limit, or with the test.
func Within(t testing.TB, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// Until waits until something holds.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(Hang); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for this: %s", what)
		}
	}
}

// DeadlineWhen is a context that reaches its deadline when something holds, so that it
// does not end before, however slow the machine is.
func DeadlineWhen(t testing.TB, holds func() bool) context.Context {
	ctx := deadline{context.Background(), make(chan struct{})}
	go func() {
		defer close(ctx.over)
		for t.Context().Err() == nil && !holds() {
			time.Sleep(time.Millisecond)
		}
	}()
	return ctx
}

// deadline is a context whose deadline is reached when over is closed.
type deadline struct {
	context.Context
	over chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.over }

func (d deadline) Err() error {
	select {
	case <-d.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
