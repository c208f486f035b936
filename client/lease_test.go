package client

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A reader hands out nothing once another one has taken it out of the group, however its
// reads and writes of the group's state fail, and while others join and leave.
func TestHazard15ReaderHandsOutNothingOnceItIsTakenForDead(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	taken := 0
	for range 8 {
		c := startCluster(t, 0, 0.5, 1)
		g := c.group()
		var clock clocks
		g.client.clock = clock.now
		g.engine.AttemptLimit = 20 * time.Millisecond
		g.client.cluster.Life = background.New(background.Config{Patience: time.Hour, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return clock.now().Time() }}, "test")
		r, observer := g.idleReader(t, "reader"), g.idleReader(t, "observer")
		observer.member.vigil.limit, observer.member.attemptLimit = time.Second, group.AttemptLimit
		r.member.compactChance, observer.member.compactChance = 0, 0
		var others []string
		sees, writes := true, true
		for step := 0; step < 100 && r.err == nil && observer.member.state.Online("reader"); step++ {
			clock.pass(time.Duration(random.IntN(5000)) * time.Millisecond)
			switch random.IntN(24) {
			case 0:
				sees = !sees
			case 1:
				writes = !writes
			case 2, 3:
				id := fmt.Sprint("other-", step)
				others = append(others, id)
				g.note(t, readergroup.AddReader{Reader: id})
			case 4, 5:
				if len(others) > 0 {
					g.note(t, readergroup.RemoveReader{Reader: others[0]})
					others = others[1:]
				}
			}
			for _, id := range others { // they are alive
				if random.IntN(2) == 0 {
					g.note(t, readergroup.UpdateDistanceToTail{Reader: id})
				}
			}
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if !sees && looksAt(g.engine.Segment, command) || !writes && writesState(g.engine.Segment, command) {
					return storetest.CloseNow
				}
				return storetest.Serve
			})
			c.CutAll()
			r.member.refresh = time.Time{}
			_ = r.member.step()
			c.Set(nil)
			if random.IntN(3) == 0 {
				continue
			}
			observer.member.refresh = time.Time{}
			if err := observer.member.step(); err != nil && !errors.Is(err, ErrTimedOut) && !errors.Is(err, ErrUnreachable) {
				t.Fatal(err)
			}
			if r.mu.Lock(); !observer.member.state.Online("reader") && r.err == nil && !r.stale() {
				age := clock.now().Since(r.knows.asOf)
				t.Errorf("step %d: it is out of the group, and hands out events by a state that is %v old, of %d readers, with a limit of %v",
					step, age, len(r.member.state.Readers()), r.knows.limit)
			}
			r.mu.Unlock()
		}
		if !observer.member.state.Online("reader") {
			taken++
		}
		_, _ = r.Close(waittest.Within(t, time.Second)), observer.Close(waittest.Within(t, time.Second))
	}
	if taken == 0 {
		t.Error("it was never taken out")
	}
	t.Logf("taken out %d times", taken)
}
