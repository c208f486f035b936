package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// consumption is which events readers of a group are done with, and how far in each
// segment.
type consumption struct {
	again bool // some readers crash, so that what they read is read again
	mu    sync.Mutex
	seen  map[string]int
	ahead map[string]int64
}

// take notes some events of a slice and gives it back behind them.
func (c *consumption) take(t *testing.T, reader string, s *Slice, most int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	name, end, taken := s.Segment(), s.EndOffset(), 0
	if at := s.StartOffset(); at > c.ahead[name] || at < c.ahead[name] && !c.again || s.Skipped() != 0 {
		t.Errorf("%s gets %s from %d on, of which all up to %d is done with", reader, name, s.StartOffset(), c.ahead[name])
	}
	for offset, event := range s.Events() {
		if taken == most {
			end = offset
			break
		}
		taken++
		if c.seen[string(event)]++; c.seen[string(event)] > 1 && !c.again {
			t.Errorf("%s gets %q of %s, which was read before", reader, event, name)
		}
	}
	c.ahead[name] = max(c.ahead[name], end)
	if err := s.ReleaseAt(end); err != nil {
		t.Errorf("%s gives back %s at %d: %v", reader, name, end, err)
	}
}

func (c *consumption) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.seen)
}

// Readers join and leave, also under names that they have had, give back parts of slices,
// and pass checkpoints, while segments grow, are split and merged, and connections break
// with and without what was under way having taken effect: each event is read once, in its
// segment's order.
func TestHandOversLoseAndDoubleNothing(t *testing.T) { handOver(t, false) }

// So do some that crash and are taken offline, but for what they had read since their
// last checkpoint, which is read again.
func TestCrashesOfReadersLoseNothing(t *testing.T) { handOver(t, true) }

// crash ends a reader that nobody hears of any more.
func (r *Reader) crash(t *testing.T) {
	r.engine.Reader.Fail(fault.New(fault.ReaderNotInGroup, "crash", "reader", "")) // so that it does not leave
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Error(err)
	}
}

func handOver(t *testing.T, crashes bool) {
	c := startCluster(t, 0, 0.25, 0.5, 0.75, 1)
	g := c.group()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var mu sync.Mutex // of random
	random := rand.New(rand.NewPCG(seed, 0))
	dice := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	c.Set(func(int, wire.Command) storetest.Verdict {
		switch dice(60) {
		case 0:
			return storetest.CloseNow
		case 1:
			return storetest.CloseLate
		}
		return storetest.Serve
	})
	done := &consumption{again: crashes, seen: make(map[string]int), ahead: make(map[string]int64)}
	over, stop := context.WithCancel(context.Background()) // of the disturbances
	defer stop()
	var work, disturbances sync.WaitGroup
	for i := range 4 {
		work.Go(func() {
			for life := 0; ; life++ {
				name := fmt.Sprint("reader-", i, "-", life/3) // that of a few lives
				r, err := g.OpenReader(waittest.Limit(t), name, ReaderConfig{})
				if err != nil {
					t.Error(err)
					return
				}
				staying, leave := context.WithTimeout(context.Background(), time.Duration(500+dice(2500))*time.Millisecond)
				if over.Err() != nil {
					leave()
					staying, leave = context.WithTimeout(context.Background(), time.Minute)
				}
				for err == nil {
					var s *Slice
					switch s, err = r.Next(staying); {
					case err != nil:
					case staying.Err() != nil: // it leaves with a slice out, which the next one gets
						err = staying.Err()
					default:
						done.take(t, name, s, dice(4))
						if over.Err() == nil { // there is always more than it can read
							time.Sleep(time.Duration(dice(3)) * time.Millisecond)
						}
					}
				}
				leave()
				if crashes && over.Err() == nil && dice(2) == 0 {
					r.crash(t)
					if err := g.ReaderOffline(waittest.Limit(t), name); err != nil {
						t.Error(err)
					}
				} else if err := r.Close(waittest.Limit(t)); err != nil {
					t.Error(err)
				}
				if errors.Is(err, ErrEnd) {
					return
				}
				if !errors.Is(err, ErrTimedOut) && !errors.Is(err, context.DeadlineExceeded) {
					t.Error(name, err)
					return
				}
			}
		})
	}
	disturbances.Go(func() {
		for over.Err() == nil {
			state, log, err := g.engine.Read(waittest.Limit(t))
			if err == nil {
				err = log.Compact(waittest.Limit(t), 2<<10, func() ([]byte, error) { return readergroup.EncodeInit(state.Compact()) })
			}
			if err != nil {
				t.Error(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
	disturbances.Go(func() {
		for n := 0; over.Err() == nil; n++ {
			var err error
			if n%2 == 0 {
				_, err = g.GenerateStreamCuts(waittest.Limit(t))
			} else {
				_, err = g.InitiateCheckpoint(waittest.Limit(t), fmt.Sprint("checkpoint-", n))
			}
			if err != nil {
				t.Error(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	events, scales := 0, 0
	for begun := time.Now(); time.Since(begun) < 5*time.Second; {
		ids := c.Current()
		for range 20 {
			events++
			c.Put(c.Name(ids[dice(len(ids))]), fmt.Append(nil, "event ", events))
		}
		if dice(100) == 0 {
			scales++
			if len(ids) < 4 {
				c.Scale(ids, 0, 0.25, 0.5, 0.75, 1)
			} else {
				c.Scale(ids[:2], 0, 0.5)
			}
		}
		if dice(200) == 0 {
			c.CutAll()
		}
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	disturbances.Wait()
	for _, id := range c.Current() {
		c.Seal(c.Name(id))
	}
	work.Wait()
	if got := done.count(); got != events {
		t.Errorf("%d of %d events were read", got, events)
	}
	t.Logf("%d events, %d scales", events, scales)
}
