package segment_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
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

// disorder is a store that does anything to any command, now and then.
type disorder struct {
	mu     sync.Mutex
	random *rand.Rand
	over   bool
}

var disorderly = []storetest.Verdict{storetest.Ignore, storetest.NoReply, storetest.CloseLate, storetest.CloseNow,
	storetest.Expired, storetest.Truncated, storetest.Empty, storetest.Failed, storetest.Mistaken}

func (d *disorder) verdict(_ int, c wire.Command) storetest.Verdict {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case about(c) == forbidden:
		return storetest.Refused
	case d.over || d.random.IntN(12) > 0:
		return storetest.Serve
	}
	return disorderly[d.random.IntN(len(disorderly))]
}

func (d *disorder) end() {
	d.mu.Lock()
	d.over = true
	d.mu.Unlock()
}

// Appenders, fetchers and logs share the connections to a store in disorder with some that
// may do nothing there. Every event is stored and read once and in order, every record is
// added or not as was told, and only those that are refused are told so.
func TestNobodySuffersFromDisorderForLong(t *testing.T) {
	const events, segments = 150, 3
	s := storetest.Start(t)
	s.Create(forbidden)
	names := make([]string, segments)
	for i := range names {
		names[i] = fmt.Sprintf("scope/stream/%d.#epoch.0", i)
		s.Create(names[i])
	}
	s.Create("scope/log/0.#epoch.0")
	dialer := segmentstore.Dialer{ConnectTimeout: time.Second, Silence: 100 * time.Millisecond}
	stores := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return s.Endpoint(), nil }, storetest.NoTokens{}, 2)
	t.Cleanup(stores.Close)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	d := &disorder{random: rand.New(rand.NewPCG(seed, 0))}
	s.Set(d.verdict)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	var work sync.WaitGroup
	for _, name := range names {
		a := appenderTo(t, stores, patient(t), name)
		work.Go(func() {
			for n := int64(1); n <= events; n++ {
				locked(&a.lock, func() { a.Add(n, 0, binary.BigEndian.AppendUint64(nil, uint64(n-1))) })
				time.Sleep(time.Millisecond)
			}
			for tick := time.NewTicker(300 * time.Millisecond); a.waits(); {
				select {
				case <-tick.C: // as the writer's watch does
					locked(&a.lock, func() { a.GiveUp(fault.New(fault.Unreachable, "wait", name, "no answer")) })
				case <-a.stored:
				case err := <-a.failed:
					t.Errorf("appending to %s: %v", name, err)
					return
				case <-ctx.Done():
					t.Errorf("not all is stored in %s", name)
					return
				}
			}
		})
		sink := newReading()
		f := segment.StartFetcher(patient(t), stores, name, 0, math.MaxInt64, func() int { return 64 << 10 }, sink)
		t.Cleanup(f.Stop)
		work.Go(func() {
			var next, offset int64
			for next < events {
				select {
				case err := <-sink.ended:
					t.Errorf("reading %s has ended: %v", name, err)
					return
				default:
				}
				if ctx.Err() != nil {
					t.Errorf("of %s only %d events were read", name, next)
					return
				}
				sink.take(t, f, &next, &offset)
			}
		})
	}
	told := make(chan string, 2*events)
	for writer := range 2 {
		work.Go(func() {
			l, at := segment.NewLog(stores, "scope/log/0.#epoch.0"), int64(0)
			for n := 0; n < 20; {
				record := fmt.Sprintf("%d-%d", writer, n)
				end, added, err := l.AppendAt(ctx, at, []byte(record))
				if err == nil && added {
					told <- record
					at, n = end, n+1
					continue
				}
				if err != nil && fault.CodeOf(err) != fault.Protocol && fault.CodeOf(err) != fault.Unauthenticated {
					t.Errorf("appending to the log: %v", err)
					return
				}
				doubt := fault.MayBeStored(err)
				for read := false; !read && ctx.Err() == nil; {
					_, end, err := l.Bounds(ctx)
					if err == nil {
						err = l.Read(ctx, at, end, func(got []byte, next int64) error {
							if doubt && string(got) == record {
								told <- record
								n++
							} else if string(got) == record {
								t.Errorf("record %s was added, which was told otherwise", record)
							}
							at = next
							return nil
						})
					}
					read = err == nil
				}
			}
		})
	}
	for range 2 {
		a := appenderTo(t, stores, life(t), forbidden)
		locked(&a.lock, func() { a.Add(1, 0, []byte("event")) })
		sink := newReading()
		f := segment.StartFetcher(life(t), stores, forbidden, 0, math.MaxInt64, func() int { return 64 << 10 }, sink)
		t.Cleanup(f.Stop)
		for _, refused := range []chan error{a.failed, sink.ended} {
			work.Go(func() {
				select {
				case err := <-refused:
					if !errors.Is(err, fault.PermissionDenied) {
						t.Errorf("what is forbidden ends with %v", err)
					}
				case <-ctx.Done():
					t.Error("what is forbidden does not end")
				}
			})
		}
	}
	time.Sleep(time.Second)
	d.end()
	work.Wait()
	for _, name := range names {
		for n, event := range s.Events(name) {
			if binary.BigEndian.Uint64(event) != uint64(n) {
				t.Fatalf("event %d of %s is %x", n, name, event)
			}
		}
		if stored := len(s.Events(name)); stored != events {
			t.Errorf("%d events are stored in %s", stored, name)
		}
	}
	close(told)
	added := make(map[string]int)
	for record := range told {
		added[record]++
	}
	for _, record := range s.Events("scope/log/0.#epoch.0") {
		added[string(record)]--
	}
	for record, n := range added {
		if n != 0 {
			t.Errorf("record %s was told to be added %d times more than it was", record, n)
		}
	}
}
