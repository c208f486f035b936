package xsync_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pravega/pravega-client-go/internal/xsync"
)

func TestMutexIsHeldByOneAtATime(t *testing.T) {
	m := xsync.NewMutex()
	counts, inside := 0, 0
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				if err := m.Lock(t.Context()); err != nil {
					t.Error(err)
					return
				}
				inside++
				if inside != 1 {
					t.Error("two hold it")
				}
				counts++
				inside--
				m.Unlock()
			}
		})
	}
	all.Wait()
	if counts != 8000 {
		t.Error(counts)
	}
}

func TestWaitForAMutexEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := xsync.NewMutex()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := m.Lock(ctx); err != nil {
			t.Fatal(err)
		}
		if err := m.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		m.Unlock()
		for range 100 { // it is free: the context does not matter
			if err := m.Lock(ctx); err != nil {
				t.Fatal(err)
			}
			m.Unlock()
		}
		defer func() {
			if recover() == nil {
				t.Error("a free mutex is unlocked")
			}
		}()
		m.Unlock()
	})
}

func TestBroadcastWakesAllThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var b xsync.Broadcast
		value, woken := 0, 0
		var all sync.WaitGroup
		for want := range 5 {
			all.Go(func() {
				mu.Lock()
				defer mu.Unlock()
				for value <= want {
					next := b.Next()
					mu.Unlock()
					<-next
					mu.Lock()
				}
				woken++
			})
		}
		for n := range 5 {
			synctest.Wait()
			mu.Lock()
			if woken != n || !b.Awaited() {
				t.Errorf("%d are through at %d, awaited %t", woken, n, b.Awaited())
			}
			value++
			b.Notify()
			if b.Awaited() {
				t.Error("nobody has looked again yet")
			}
			mu.Unlock()
		}
		all.Wait()
		mu.Lock()
		b.Notify() // to nobody
		mu.Unlock()
	})
}
