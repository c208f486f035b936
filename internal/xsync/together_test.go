package xsync

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// All are called, some at a time.
func TestTogetherCallsAll(t *testing.T) {
	for _, n := range []int{0, 1, AtOnce, 10*AtOnce + 1} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			under, most, calls := 0, 0, make([]int, n)
			err := Together(t.Context(), "test", "all", n, func(_ context.Context, i int) error {
				mu.Lock()
				calls[i]++
				under++
				most = max(most, under)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				under--
				mu.Unlock()
				return nil
			})
			if err != nil || most != min(n, AtOnce) {
				t.Errorf("%d: at most %d at once, %v", n, most, err)
			}
			for i, made := range calls {
				if made != 1 {
					t.Errorf("%d of %d was called %d times", i, n, made)
				}
			}
		})
	}
}

// The first failure ends the others and is the one that is told, even if the end of a
// context comes with it.
func TestTogetherEndsWithTheFirstFailure(t *testing.T) {
	failure := errors.New("a failure")
	for _, at := range []int{0, AtOnce - 1, AtOnce, 3 * AtOnce} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var calls atomic.Int64
			err := Together(ctx, "test", "all", 10*AtOnce, func(ctx context.Context, i int) error {
				calls.Add(1)
				if i < at/AtOnce*AtOnce {
					return nil
				}
				if i == at {
					time.Sleep(time.Second)
					cancel()
					return failure
				}
				<-ctx.Done()
				return ctx.Err()
			})
			if err != failure || calls.Load() > int64(at+AtOnce) {
				t.Errorf("%d calls, %v", calls.Load(), err)
			}
		})
	}
}

// When its context ends, together waits for the calls under way and tells the end.
func TestTogetherEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var calls, over atomic.Int64
		err := Together(ctx, "test", "all", 10*AtOnce, func(ctx context.Context, _ int) error {
			calls.Add(1)
			<-ctx.Done()
			time.Sleep(time.Second)
			over.Add(1)
			return nil
		})
		if fault.CodeOf(err) != fault.TimedOut || calls.Load() != AtOnce || over.Load() != AtOnce {
			t.Errorf("%d calls, %d over: %v", calls.Load(), over.Load(), err)
		}
	})
}
