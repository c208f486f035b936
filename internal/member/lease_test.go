package member

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
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
		g.clock = clock.now
		g.AttemptLimit = 20 * time.Millisecond
		g.client.Life = background.New(background.Config{Patience: time.Hour, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return clock.now().Time() }}, "test")
		r, observer := g.idleReader(t, "reader"), g.idleReader(t, "observer")
		observer.liveness.limit, observer.attemptLimit = time.Second, group.AttemptLimit
		r.compactChance, observer.compactChance = 0, 0
		var others []string
		sees, writes := true, true
		for step := 0; step < 100 && !r.finished && observer.state.Online("reader"); step++ {
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
				if !sees && looksAt(g.Segment, command) || !writes && writesState(g.Segment, command) {
					return storetest.CloseNow
				}
				return storetest.Serve
			})
			c.CutAll()
			r.refresh = time.Time{}
			_ = r.step()
			c.Set(nil)
			if random.IntN(3) == 0 {
				continue
			}
			observer.refresh = time.Time{}
			if err := observer.step(); err != nil && !errors.Is(err, fault.TimedOut) && !errors.Is(err, fault.Unreachable) {
				t.Fatal(err)
			}
			if !observer.state.Online("reader") && !r.finished && !r.Reader.Stale() {
				t.Errorf("step %d: it is out of the group, and hands out events by an old state, of %d readers", step, len(r.state.Readers()))
			}
		}
		if !observer.state.Online("reader") {
			taken++
		}
		_, _ = r.Close(waittest.Within(t, time.Second)), observer.Close(waittest.Within(t, time.Second))
	}
	if taken == 0 {
		t.Error("it was never taken out")
	}
	t.Logf("taken out %d times", taken)
}
