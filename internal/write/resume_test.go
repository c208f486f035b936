package write

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/resume"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// The script is what the application writes, whichever process it is: event n is
// always the same, one of five has no key.
const keys = 23

func scriptKey(n int64) string {
	if n%5 == 0 {
		return ""
	}
	return fmt.Sprint("key", n%keys)
}

// play writes one event of the script.
func play(ctx context.Context, w *Writer, n int64) error {
	event := binary.BigEndian.AppendUint64(nil, uint64(n))
	key := scriptKey(n)
	var got int64
	var err error
	if key == "" {
		got, err = w.Write(ctx, nil, event)
	} else {
		got, err = w.Write(ctx, []byte(key), event)
	}
	if err == nil && got != n {
		err = fmt.Errorf("event %d got number %d", n, got)
	}
	return err
}

// process is one that runs the script: a client of its own, and a writer.
type process struct {
	*Writer
	client *cluster.Cluster
}

func (c *testCluster) process() (process, error) {
	config := enginetest.ClusterConfig()
	config.ControllerURI = c.URI
	client, err := cluster.New(config)
	if err != nil {
		return process{}, err
	}
	limits := defaults()
	limits.ID, limits.BlockBytes = "script", 4<<10
	w, err := Open(waittest.Limit(c.T), client, c.Stream, limits)
	if err != nil {
		client.Close()
		return process{}, err
	}
	return process{w, client}, nil
}

func (c *testCluster) mustProcess() process {
	c.T.Helper()
	p, err := c.process()
	if err != nil {
		c.T.Fatal(err)
	}
	return p
}

// playTo writes the script up to an event.
func (p process) playTo(t *testing.T, last int64) {
	t.Helper()
	p.play(t, p.Durable()+1, last)
}

// play writes events of the script, which are the next ones.
func (p process) play(t *testing.T, first, last int64) {
	t.Helper()
	for n := first; n <= last; n++ {
		if err := play(waittest.Limit(t), p.Writer, n); err != nil {
			t.Fatalf("event %d: %v", n, err)
		}
	}
}

// kill ends the process as a crash does: what is not on its way is lost.
func (p process) kill() {
	p.End(fault.Closed)
	p.client.Close()
}

// count finds out how often each event is stored, in what is left, and checks the order of keys.
func (c *testCluster) count() map[int64]int {
	c.T.Helper()
	times := make(map[int64]int)
	last := make(map[string]int64)
	for _, id := range c.Segments() { // older ones first
		if !c.Has(c.Name(id)) {
			continue
		}
		for _, n := range c.Stored(id) {
			times[n]++
			if key := scriptKey(n); key != "" && times[n] == 1 {
				if last[key] > n {
					c.T.Errorf("event %d of %s is behind event %d", n, key, last[key])
				}
				last[key] = n
			}
		}
	}
	return times
}

// exactly checks that the events up to a number are stored once.
func (c *testCluster) exactly(last int64) {
	c.T.Helper()
	times := c.count()
	for n := int64(1); n <= last; n++ {
		if times[n] != 1 {
			c.T.Errorf("event %d is stored %d times", n, times[n])
		}
	}
	if int64(len(times)) != last {
		c.T.Errorf("%d events are stored, of %d", len(times), last)
	}
}

// scaleAtRandom replaces some neighbours by some others, on borders of tenths.
func (c *testCluster) scaleAtRandom(r *rand.Rand) {
	bounds := c.Bounds()
	from := r.IntN(len(bounds) - 1)
	to := from + 1 + r.IntN(len(bounds)-1-from)
	old := c.Current()[from:to]
	next := []float64{bounds[from]}
	for i := 1; i < 10; i++ {
		if x := float64(i) / 10; x > bounds[from] && x < bounds[to] && r.IntN(3) == 0 {
			next = append(next, x)
		}
	}
	c.Scale(old, append(next, bounds[to])...)
}

// Processes that write one script and die at any point, over splits, merges,
// lost connections and appends that land late, store each event of it once.
func TestScriptIsStoredOnceOverCrashes(t *testing.T) {
	for round := range 12 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			bounds := []float64{0, 1}
			if r.IntN(2) == 0 {
				bounds = []float64{0, 0.3, 0.7, 1}
			}
			c := startCluster(t, bounds...)
			var draw sync.Mutex
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				draw.Lock()
				defer draw.Unlock()
				switch command.(type) {
				case wire.AppendBlockEnd, wire.SetupAppend, wire.UpdateSegmentAttribute:
					switch r.IntN(60) {
					case 0:
						return storetest.CloseLate
					case 1:
						return storetest.CloseNow
					case 2:
						return storetest.Held
					}
				}
				return storetest.Serve
			})
			ctx, cancel := context.WithCancel(context.Background())
			var disorder sync.WaitGroup
			disorder.Go(func() {
				r := rand.New(rand.NewPCG(seed, 1))
				for scales := 0; ctx.Err() == nil; {
					time.Sleep(time.Duration(r.IntN(8)) * time.Millisecond)
					if r.IntN(3) == 0 && scales < 60 {
						c.scaleAtRandom(r)
						scales++
					} else {
						c.Release()
					}
				}
			})
			defer func() { cancel(); disorder.Wait() }()

			own := rand.New(rand.NewPCG(seed, 2))
			const last = 1500
			var reached, told int64
			for range 8 {
				p := c.mustProcess()
				if d := p.Durable(); d < told || d > reached {
					t.Fatalf("durable through %d; %d were flushed, %d were written", d, told, reached)
				}
				until := min(last, p.Durable()+1+own.Int64N(400))
				p.playTo(t, until)
				reached = max(reached, until)
				if own.IntN(3) == 0 {
					flush(t, p.Writer, until)
					told = until
				} else {
					time.Sleep(time.Duration(own.IntN(5)) * time.Millisecond)
				}
				acked, err := p.Acked()
				if err != nil {
					t.Fatal(err)
				}
				p.kill()
				times := c.count()
				for n := int64(1); n <= acked; n++ {
					if times[n] != 1 {
						t.Fatalf("event %d was acknowledged, but is stored %d times", n, times[n])
					}
				}
			}
			c.Set(nil)
			p := c.mustProcess()
			p.playTo(t, last)
			flush(t, p.Writer, last)
			if err := p.Close(waittest.Limit(t)); err != nil {
				t.Fatal(err)
			}
			p.client.Close()
			cancel()
			disorder.Wait()
			c.Release()
			c.exactly(last)
			if t.Failed() {
				t.Logf("seed %d", seed)
			}
		})
	}
}

// Several processes with one id at the same time: each is fenced by the next, and
// together they store each event once.
func TestProcessesWithOneIDFenceEachOther(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	const last = 3000
	ctx, cancel := context.WithCancel(context.Background())
	var disorder sync.WaitGroup
	disorder.Go(func() {
		r := rand.New(rand.NewPCG(rand.Uint64(), 1))
		for range 60 {
			time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
			if ctx.Err() == nil {
				c.scaleAtRandom(r)
			}
		}
	})
	var work sync.WaitGroup
	var fenced atomic.Int64
	for range 4 {
		work.Go(func() {
			for range 5 {
				p, err := c.process()
				if errors.Is(err, fault.Fenced) {
					fenced.Add(1)
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				for n := p.Durable() + 1; n <= last && err == nil; n++ {
					err = play(waittest.Limit(t), p.Writer, n)
					if n%50 == 0 {
						time.Sleep(time.Millisecond)
					}
				}
				if err == nil {
					err = p.Flush(waittest.Limit(t))
				}
				switch {
				case errors.Is(err, fault.Fenced):
					if !fault.Final(err) || fault.Retriable(err) {
						t.Error("the error is not final")
					}
					fenced.Add(1)
				case err != nil:
					t.Error(err)
				}
				p.client.Close()
			}
		})
	}
	work.Wait()
	p := c.mustProcess()
	p.playTo(t, last)
	flush(t, p.Writer, last)
	p.client.Close()
	cancel()
	disorder.Wait()
	c.exactly(last)
	if fenced.Load() == 0 {
		t.Error("nobody was fenced")
	}
}

// Hazard 3: a writer that another one of its id has followed stores nothing more,
// and says so.
func TestHazard3EarlierWriterIsFenced(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	one := c.mustProcess()
	one.playTo(t, 100)
	flush(t, one.Writer, 100)
	other := c.mustProcess()
	if d := other.Durable(); d != 100 {
		t.Fatalf("durable through %d", d)
	}
	if err := play(waittest.Limit(t), one.Writer, 101); err != nil {
		t.Fatal(err)
	}
	if err := one.Wait(waittest.Limit(t), 101); !errors.Is(err, fault.Fenced) || !fault.MayBeStored(err) {
		t.Fatal(err)
	}
	other.playTo(t, 200)
	flush(t, other.Writer, 200)
	one.client.Close()
	other.client.Close()
	c.exactly(200)
}

// Hazard 3: an earlier writer that appends without a pause does not keep the next
// one from being opened. Between the reading of its last number and the fence
// there always is one more append, as with a real server, which compares with
// those that it has not stored yet.
func TestHazard3WriterThatNeverPausesIsFenced(t *testing.T) {
	c := startCluster(t, keyspace...)
	one := c.mustProcess()
	fence := resume.NewIdentity("script").Wire(c.Name(0), one.resumed.By)
	var appends atomic.Int64
	var over atomic.Bool
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		switch r := command.(type) {
		case wire.AppendBlockEnd:
			appends.Add(1)
		case wire.UpdateSegmentAttribute:
			// The first of two more is stored when the second one comes.
			for before := appends.Load(); r.AttributeID == fence && appends.Load() < before+2 && !over.Load(); {
				time.Sleep(time.Millisecond)
			}
		}
		return storetest.Serve
	})
	ended := make(chan error, 1)
	go func() {
		n := int64(0)
		var err error
		for ; err == nil; n++ {
			err = play(t.Context(), one.Writer, n+1)
			if n%100 == 99 {
				time.Sleep(time.Millisecond)
			}
		}
		over.Store(true)
		ended <- err
	}()
	waittest.Until(t, "some are stored", func() bool { acked, _ := one.Acked(); return acked >= 1000 })
	other, err := c.process()
	if err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, fault.Fenced) {
		t.Fatal(err)
	}
	durable := other.Durable()
	other.playTo(t, durable+100)
	flush(t, other.Writer, durable+100)
	one.client.Close()
	other.client.Close()
	c.exactly(durable + 100)
}

// Hazard 4: what an earlier writer was told to be stored is durable for the next
// one; without Flush and Close it follows within a second or so.
func TestHazard4DurableFollowsTheAcknowledgements(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	p := c.mustProcess()
	p.playTo(t, 100)
	if err := p.Wait(waittest.Limit(t), 100); err != nil {
		t.Fatal(err)
	}
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	for n := int64(101); n <= 105; n++ { // never stored
		if err := play(waittest.Limit(t), p.Writer, n); err != nil {
			t.Fatal(err)
		}
	}
	waittest.Until(t, "the durable number was raised", func() bool { return p.resumed.Raised() == 100 })
	p.kill()
	c.Set(nil)
	p = c.mustProcess()
	if d := p.Durable(); d != 100 {
		t.Fatalf("durable through %d of 100", d)
	}
	p.playTo(t, 110)
	if err := p.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	p.client.Close()
	p = c.mustProcess()
	if d := p.Durable(); d != 110 {
		t.Fatalf("durable through %d of 110", d)
	}
	p.client.Close()
	c.exactly(110)
}

// Hazard 4: however often something is acknowledged, the durable number is noted at
// most once a second, and when the writer is flushed and closed.
func TestHazard4DurableIsNotedSeldom(t *testing.T) {
	c := startCluster(t, keyspace...)
	p := c.mustProcess()
	var noted atomic.Int64
	durable := resume.NewIdentity("script").UUID("floor")
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if r, ok := command.(wire.UpdateSegmentAttribute); ok && r.AttributeID == durable {
			noted.Add(1)
		}
		return storetest.Serve
	})
	begun := time.Now()
	for n := int64(1); n <= 500; n++ {
		if err := play(waittest.Limit(t), p.Writer, n); err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(waittest.Limit(t), n); err != nil {
			t.Fatal(err)
		}
	}
	times := noted.Load()
	if took := time.Since(begun); times > int64(took/durableInterval) {
		t.Errorf("noted %d times in %v", times, took)
	}
	if err := p.Flush(waittest.Limit(t)); err != nil || p.resumed.Raised() < 500 {
		t.Fatalf("noted through %d of 500 at the flush: %v", p.resumed.Raised(), err)
	}
	if err := play(waittest.Limit(t), p.Writer, 501); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(waittest.Limit(t)); err != nil || p.resumed.Raised() < 501 {
		t.Errorf("noted through %d of 501 at the close: %v", p.resumed.Raised(), err)
	}
	p.client.Close()
}

// Hazard 4: what a writer told is durable is so for all that follow, although
// nobody has flushed and the segments that had told it were replaced.
func TestHazard4DurableNeverGoesBack(t *testing.T) {
	c := startCluster(t, keyspace...)
	p := c.mustProcess()
	p.playTo(t, 100)
	if err := p.Wait(waittest.Limit(t), 100); err != nil {
		t.Fatal(err)
	}
	p.kill()
	p = c.mustProcess()
	told := p.Durable()
	p.kill()
	if told != 100 {
		t.Fatalf("durable through %d of the 100 that the only segment has", told)
	}
	c.Scale([]naming.SegmentID{0}, 0, 1)
	p = c.mustProcess()
	if d := p.Durable(); d != told {
		t.Fatalf("durable through %d after %d", d, told)
	}
	p.kill()
}

// Hazard 5: an event without key that is written again goes where it went before,
// so that it meets itself, also when the segments were replaced meanwhile.
func TestHazard5EventsWithoutKeyMeetThemselves(t *testing.T) {
	c := startCluster(t, 0, 0.2, 0.6, 1)
	write := func(p process, last int64) {
		t.Helper()
		for n := p.Durable() + 1; n <= last; n++ {
			if got, err := p.Write(waittest.Limit(t), nil, binary.BigEndian.AppendUint64(nil, uint64(n))); got != n || err != nil {
				t.Fatalf("event %d got number %d: %v", n, got, err)
			}
		}
		if err := p.Wait(waittest.Limit(t), last); err != nil {
			t.Fatal(err)
		}
	}
	p := c.mustProcess()
	write(p, 200)
	p.kill()
	for _, id := range c.Current() {
		if len(c.Stored(id)) < 10 {
			t.Fatalf("%d of 200 events without key are in segment %d", len(c.Stored(id)), id)
		}
	}
	c.Scale(c.Current(), 0, 0.3, 0.9, 1) // so that nothing is durable, but stored
	p = c.mustProcess()
	if d := p.Durable(); d != 0 {
		t.Fatalf("durable through %d", d)
	}
	write(p, 300)
	p.client.Close()
	all := c.Stored(c.Segments()...)
	slices.Sort(all)
	if len(all) != 300 || len(slices.Compact(all)) != 300 {
		t.Fatalf("stored are %v", all)
	}
}

// Hazard 6: two segments are merged, and their successor gets what was left of
// one. Its number says nothing of the other one's events, which have higher
// numbers: the next process asks on.
func TestHazard6LeftoversDoNotHideWhatAnotherPredecessorHolds(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	p := c.mustProcess()
	write(t, p.Writer, low, 1, 1)
	write(t, p.Writer, high, 2, 2)
	if err := p.Wait(waittest.Limit(t), 2); err != nil {
		t.Fatal(err)
	}
	// Event 3 does not reach segment 1; 4 to 60 are stored in segment 0.
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if block, ok := command.(wire.AppendBlockEnd); ok && block.LastEventNumber == 3 {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	write(t, p.Writer, high, 3, 3)
	write(t, p.Writer, low, 4, 60)
	waittest.Until(t, "60 is stored", func() bool { return len(c.Stored(0)) == 58 })
	merged := naming.NewSegmentID(2, 1)
	c.Set(nil)
	c.Scale([]naming.SegmentID{0, 1}, 0, 1)
	c.CutAll()
	waittest.Until(t, "the leftover is stored", func() bool { return len(c.Stored(merged)) == 1 })
	p.kill()

	p = c.mustProcess()
	if d := p.Durable(); d > 3 {
		t.Fatalf("durable through %d, which the segments do not tell", d)
	}
	for n := p.Durable() + 1; n <= 70; n++ {
		key := low
		if n == 2 || n == 3 {
			key = high
		}
		write(t, p.Writer, key, n, n)
	}
	flush(t, p.Writer, 70)
	p.client.Close()
	all := c.Stored(0, 1, merged)
	slices.Sort(all)
	for i, n := range all {
		if n != int64(i+1) {
			t.Fatalf("stored are %v", all)
		}
	}
	if len(all) != 70 {
		t.Fatalf("stored are %v", all)
	}
}

// A segment in the middle of a chain may be sealed after the ones that follow it
// are current (a transaction that is committed over a scale): what an earlier
// process has on its way there is waited for.
func TestHazard6ChainWhoseMiddleIsNotSealedYet(t *testing.T) {
	c := startCluster(t, keyspace...)
	p := c.mustProcess()
	p.playTo(t, 10)
	flush(t, p.Writer, 10)
	c.Scale([]naming.SegmentID{0}, 0, 1)
	middle := c.Current()[0]
	id := p.resumed.Wire(c.Name(middle), p.resumed.By)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if block, ok := command.(wire.AppendBlockEnd); ok && block.WriterID == id && block.LastEventNumber == 12 {
			return storetest.Held
		}
		return storetest.Serve
	})
	if err := play(waittest.Limit(t), p.Writer, 11); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(waittest.Limit(t), 11); err != nil {
		t.Fatal(err)
	}
	if err := play(waittest.Limit(t), p.Writer, 12); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "12 is on its way", func() bool { return c.Holds() > 0 })
	p.kill()
	c.ScaleUnsealed([]naming.SegmentID{middle}, 0, 1)
	opened := make(chan process)
	go func() {
		p, err := c.process()
		if err != nil {
			t.Error(err)
		}
		opened <- p
	}()
	waittest.Until(t, "the middle is asked whether it is sealed", func() bool { return c.Asked(c.Name(middle)) > 0 })
	if c.Release() == 0 {
		t.Fatal("12 did not land")
	}
	c.Seal(c.Name(middle))
	p = <-opened
	p.playTo(t, 20)
	flush(t, p.Writer, 20)
	p.client.Close()
	c.exactly(20)
}

// What is known of a writer outlives the segments on which it was noted first,
// and is not looked for in them again.
func TestTracesAreCarriedOver(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	p := c.mustProcess()
	p.playTo(t, 100)
	flush(t, p.Writer, 100)
	c.Scale([]naming.SegmentID{0, 1}, 0, 0.3, 1)
	for n := int64(101); n <= 200; n++ {
		if err := play(waittest.Limit(t), p.Writer, n); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, p.Writer, 200)
	if by, err := segment.Attribute(waittest.Limit(t), p.client.Stores, c.Name(c.Current()[0]), segmentstore.Write, resume.NewIdentity("script").UUID("incarnation")); by != 1 || err != nil {
		t.Fatalf("the successor knows incarnation %d: %v", by, err)
	}
	p.kill()
	kept := c.Stored(0, 1)
	c.Delete(c.Name(0))
	c.Delete(c.Name(1))
	p = c.mustProcess()
	if d := p.Durable(); d != 200 || p.resumed.By != segment.Incarnation(1).Next(1) {
		t.Fatalf("incarnation %d, durable through %d", p.resumed.By, d)
	}
	p.playTo(t, 300)
	flush(t, p.Writer, 300)
	p.client.Close()
	all := append(kept, c.Stored(c.Current()...)...)
	slices.Sort(all)
	if len(all) != 300 || all[0] != 1 || all[299] != 300 || len(slices.Compact(all)) != 300 {
		t.Fatalf("stored are %v", all)
	}
}

// Opening does not look through the history again that an earlier one has
// looked through.
func TestHistoryIsLookedThroughOnce(t *testing.T) {
	c := startCluster(t, keyspace...)
	p := c.mustProcess()
	p.playTo(t, 50)
	flush(t, p.Writer, 50)
	p.kill()
	for range 5 {
		c.Scale(c.Current(), 0, 0.5, 1)
		c.Scale(c.Current(), 0, 1)
	}
	asked := func() (n int) {
		for _, id := range c.Segments() {
			n += c.Asked(c.Name(id))
		}
		return n
	}
	c.mustProcess().kill()
	before := asked()
	p = c.mustProcess()
	if p.Durable() != 50 {
		t.Fatalf("durable through %d", p.Durable())
	}
	if n := asked(); n != before {
		t.Fatalf("%d ancestors were asked again", n-before)
	}
	p.kill()
}

// A batch is dropped as a whole, and one that is put together otherwise than
// before is refused instead of stored in part.
func TestBatchesAreWrittenAgainAsTheyWere(t *testing.T) {
	c := startCluster(t, keyspace...)
	p := c.mustProcess()
	events := [][]byte{
		binary.BigEndian.AppendUint64(nil, 1), binary.BigEndian.AppendUint64(nil, 2),
		binary.BigEndian.AppendUint64(nil, 3), binary.BigEndian.AppendUint64(nil, 4)}
	if n, err := p.WriteBatch(waittest.Limit(t), []byte("k"), events[:3]); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if err := p.Wait(waittest.Limit(t), 3); err != nil {
		t.Fatal(err)
	}
	p.kill()
	c.Scale([]naming.SegmentID{0}, 0, 1) // so that nothing is durable, but stored
	p = c.mustProcess()
	if d := p.Durable(); d != 0 {
		t.Fatalf("durable through %d", d)
	}
	if n, err := p.WriteBatch(waittest.Limit(t), []byte("k"), events); n != 0 || !errors.Is(err, fault.InvalidArgument) {
		t.Fatal(n, err)
	}
	if n, err := p.WriteBatch(waittest.Limit(t), []byte("k"), events[:3]); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if acked, err := p.Acked(); acked != 3 || err != nil {
		t.Fatal(acked, err)
	}
	write(t, p.Writer, "k", 4, 4)
	flush(t, p.Writer, 4)
	p.client.Close()
	c.Expect(1, 4, c.Segments()...)
}
