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

func TestLimiterLetsSoManyInAndOthersWhenTheseAreSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := xsync.NewLimiter(2)
		enter := func() func() {
			leave, ok := l.Enter(t.Context(), nil)
			if !ok {
				t.Fatal("no place")
			}
			return leave
		}
		waits := func() (lasted time.Duration, leave func()) {
			begun := time.Now()
			leave = enter()
			return time.Since(begun), leave
		}
		enter()() // places come back at once
		slow, leave := enter(), enter()
		time.AfterFunc(time.Millisecond, leave)
		if lasted, _ := waits(); lasted != time.Millisecond {
			t.Error("a place was free after", lasted)
		}
		lasted, _ := waits() // that of the slow one
		if lasted != xsync.Slow-time.Millisecond {
			t.Error("a slow one has made room after", lasted)
		}
		slow() // frees nobody's place a second time
		leave()
		ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
		defer cancel()
		if _, ok := l.Enter(ctx, nil); ok {
			t.Error("three are in")
		}
		ended := make(chan struct{})
		close(ended)
		if _, ok := l.Enter(t.Context(), ended); ok {
			t.Error("one came in after the end")
		}
	})
}
