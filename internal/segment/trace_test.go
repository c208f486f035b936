package segment_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// traceOf has wire ids that tell the incarnation.
func traceOf(stores *segmentstore.Stores) segment.Trace {
	return segment.Trace{Stores: stores, Name: name, Holder: wire.UUID{1}, Wire: func(by segment.Incarnation) wire.UUID {
		return wire.UUID{2, byte(by >> 8), byte(by)}
	}}
}

// counter is an incarnation that appends one event after another: the store takes an
// event if the number before is the last one that it has of this incarnation.
type counter struct {
	trace  segment.Trace
	by     segment.Incarnation
	number int64
}

// next appends an event; false if the store refuses it.
func (c *counter) next(ctx context.Context) (bool, error) {
	id, last := c.trace.Wire(c.by), c.number
	if last == 0 {
		last = wire.NullAttribute
	}
	done, err := segment.CompareAndSet(ctx, c.trace.Stores, name, id, last, c.number+1)
	if !done && err == nil { // or the reply was lost
		value, err := segment.Attribute(ctx, c.trace.Stores, name, segmentstore.Write, id)
		if done = value != wire.NullAttribute && value&(1<<62-1) > c.number; err != nil {
			return false, err
		}
	}
	if done {
		c.number++
	}
	return done, err
}

// Whatever incarnations enter a segment at the same time, and whatever replies are lost:
// each continues with the number after the last one that any of those before it has
// stored, so no number is stored twice and none is left out.
func TestIncarnationsContinueWhereTheOneBeforeWasFenced(t *testing.T) {
	for range 20 {
		s, stores := start(t)
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			if _, ok := c.(wire.UpdateSegmentAttribute); ok {
				switch rand.IntN(10) {
				case 0:
					return storetest.CloseLate
				case 1:
					return storetest.CloseNow
				}
			}
			return storetest.Serve
		})
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		const incarnations = 12
		var (
			mu    sync.Mutex
			times = make(map[int64]int)
			work  sync.WaitGroup
		)
		for i := range incarnations {
			c := counter{trace: traceOf(stores), by: segment.Incarnation(i + 1)}
			work.Go(func() {
				var err error
				if c.number, err = c.trace.Enter(ctx, c.by, 0, true); errors.Is(err, fault.Fenced) && c.by < incarnations {
					return
				}
				for range 10 {
					var stored bool
					if err == nil {
						stored, err = c.next(ctx)
					}
					if err != nil {
						t.Error(err)
					}
					if !stored {
						return
					}
					mu.Lock()
					times[c.number]++
					mu.Unlock()
				}
			})
		}
		work.Wait()
		for n := range int64(len(times)) {
			if times[n+1] != 1 {
				t.Fatalf("number %d was stored %d times, of %d numbers", n+1, times[n+1], len(times))
			}
		}
		s.Seal(name)
		if number, err := traceOf(stores).Final(ctx, incarnations); err != nil || number != int64(len(times)) || number < 10 {
			t.Fatalf("the last of %d numbers is told as %d: %v", len(times), number, err)
		}
		if _, err := traceOf(stores).Final(ctx, incarnations-1); !errors.Is(err, fault.Fenced) {
			t.Fatal(err)
		}
	}
}

// An incarnation that comes to a segment again is where it was; one that comes from
// another segment has its own number, whatever an earlier one has stored meanwhile.
func TestIncarnationEntersWithItsOwnNumber(t *testing.T) {
	_, stores := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	trace := traceOf(stores)
	enter := func(by segment.Incarnation, stored int64, continues bool, want int64, code fault.Code) {
		t.Helper()
		if number, err := trace.Enter(ctx, by, stored, continues); fault.CodeOf(err) != code || err == nil && number != want {
			t.Fatalf("incarnation %d entered with %d: %v", by, number, err)
		}
	}
	enter(3, 100, false, 100, 0)
	enter(3, 200, false, 100, 0)
	enter(2, 0, true, 0, fault.Fenced)
	enter(4, 70, false, 70, 0)
	enter(3, 300, false, 0, fault.Fenced)
	enter(5, 50, true, 70, 0)
	enter(6, 90, true, 90, 0)
}

// Incarnations rise with the epoch and the count, and none is issued twice.
func TestNextIncarnation(t *testing.T) {
	const epoch = segment.Incarnation(1) << 32
	for _, tc := range []struct {
		newest segment.Incarnation
		epoch  int32
		want   segment.Incarnation
	}{
		{wire.NullAttribute, 0, 1},
		{0, 0, 1},
		{1, 0, 2},
		{1, 1, epoch + 1},
		{wire.NullAttribute, 7, 7*epoch + 1},
		{7*epoch + 1, 7, 7*epoch + 2},
		{7*epoch + 5, 8, 8*epoch + 1},
		{1<<63 - 3, 1<<31 - 1, 1<<63 - 2},
		{8*epoch - 2, 7, 8*epoch - 1},
		{8*epoch - 1, 7, 0}, // no more
		{9*epoch + 1, 8, 0}, // of an epoch that is yet to come
	} {
		if got := tc.newest.Next(tc.epoch); got != tc.want {
			t.Errorf("after %x in epoch %d comes %x, not %x", tc.newest, tc.epoch, got, tc.want)
		}
	}
}
