package member

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// clocks go ahead of the real ones.
type clocks struct{ running, wall atomic.Int64 }

func (c *clocks) now() clock.Moment {
	m := clock.Now()
	return clock.Moment{Running: m.Running + time.Duration(c.running.Load()), Wall: m.Wall.Add(time.Duration(c.wall.Load()))}
}

// pass lets time pass on both.
func (c *clocks) pass(d time.Duration) {
	c.running.Add(int64(d))
	c.wall.Add(int64(d))
}

// numbered is the event of a number.
func numbered(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

// looksAt reports whether a command asks for something of a segment.
func looksAt(segment string, command wire.Command) bool {
	switch c := command.(type) {
	case wire.GetStreamSegmentInfo:
		return c.Segment == segment
	case wire.ReadSegment:
		return c.Segment == segment
	case wire.GetSegmentAttribute:
		return c.Segment == segment
	}
	return false
}

// hideState lets nobody read the group's state.
func (c *testCluster) hideState(g *testGroup) {
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if looksAt(g.Segment, command) {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
}

// removed is the record that takes a reader out of its group.
func removed(t *testing.T, id string) []byte {
	t.Helper()
	record, err := readergroup.EncodeUpdates(readergroup.RemoveReader{Reader: id})
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// expectStale checks that a reader hands out nothing, whoever asks, and says why.
func expectStale(t *testing.T, r *Member, why ...string) {
	t.Helper()
	_, tried := r.TryNext()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, waited := r.Next(ctx)
	if !errors.Is(waited, context.DeadlineExceeded) {
		t.Errorf("%v is no end of the context", waited)
	}
	for _, err := range []error{tried, waited} {
		if fault.CodeOf(err) != fault.TimedOut || fault.Final(err) {
			t.Fatalf("something is handed out, or will never be: %v", err)
		}
		for _, part := range append(why, "the state of group "+r.group.String()+" was read last") {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q is not in: %v", part, err)
			}
		}
	}
}

// A reader that cannot read its group's state hands out nothing once others may have
// taken it out, whether it does so with others itself or not, and goes on when it can
// read it again, unless it was taken out.
func TestHazard15ReaderThatDoesNotSeeItsGroupHandsOutNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		own    time.Duration // liveness timeout
		others []string
		limit  time.Duration
		out    bool // it is taken out meanwhile
	}{
		"alone":                    {limit: 30 * time.Second},
		"taken out":                {limit: 30 * time.Second, out: true},
		"among many":               {others: []string{"1", "2", "3", "4"}, limit: 60 * time.Second},
		"patient with others":      {own: 2 * time.Minute, limit: 2 * time.Minute},
		"impatient with others":    {own: time.Second, others: []string{"1"}, limit: 30 * time.Second},
		"among many and taken out": {others: []string{"1", "2", "3", "4"}, limit: 60 * time.Second, out: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, keyspace...)
			g := c.group()
			var clock clocks
			g.clock = clock.now
			for _, id := range tc.others {
				g.note(t, readergroup.AddReader{Reader: id})
			}
			config := defaults()
			config.LivenessTimeout = tc.own
			r, err := g.OpenReader(waittest.Limit(t), "reader", config)
			if err != nil {
				t.Fatal(err)
			}
			seen := make(enginetest.Tally)
			put := func(id uint64) { c.Put(c.Name(0), numbered(id)) }
			put(1)
			seen.Take(t, next(t, r))
			put(2)
			out := next(t, r)
			put(3)
			c.hideState(g)
			clock.pass(tc.limit - 20*time.Second)
			if s, err := r.TryNext(); fault.CodeOf(err) != fault.TimedOut || strings.Contains(err.Error(), "state") { // one slice a segment is out
				t.Fatal(s, err)
			}
			seen.Take(t, out)
			out = next(t, r)
			put(4)
			clock.pass(20 * time.Second)
			expectStale(t, r)
			seen.Take(t, out)
			waittest.Until(t, "the next event is there", func() bool { return r.Reader.Ready() == 1 })
			expectStale(t, r)
			if tc.out {
				c.Put(g.Segment, removed(t, "reader"))
			}
			c.Set(nil)
			if tc.out {
				if s, err := r.Next(waittest.Limit(t)); fault.CodeOf(err) != fault.ReaderNotInGroup {
					t.Fatal(s, err)
				}
			} else {
				seen.Take(t, next(t, r))
				seen.Once(t, 4)
			}
			if err := r.Close(waittest.Limit(t)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// So does one whose machine was suspended, which stops one of its clocks, or whose wall
// clock was put back meanwhile.
func TestHazard15ReaderThatSleptHandsOutNothing(t *testing.T) {
	for name, sleep := range map[string]func(*clocks){
		"suspended":              func(c *clocks) { c.wall.Add(int64(time.Minute)) },
		"the wall clock is back": func(c *clocks) { c.running.Add(int64(time.Minute)); c.wall.Add(-int64(time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			g := c.group()
			var clock clocks
			g.clock = clock.now
			r, heir := g.idleReader(t, "reader"), g.idleReader(t, "heir")
			r.mustStep(t)
			c.Put(c.Name(0), numbered(1))
			make(enginetest.Tally).Take(t, next(t, r))
			c.Put(c.Name(0), numbered(2))
			waittest.Until(t, "the next event is there", func() bool { return r.Reader.Ready() == 1 })
			sleep(&clock)
			expectStale(t, r)
			if err := g.ReaderOffline(waittest.Limit(t), "reader"); err != nil {
				t.Fatal(err)
			}
			heir.refresh = time.Time{}
			heir.mustStep(t)
			seen := make(enginetest.Tally)
			for len(seen) < 2 {
				seen.Take(t, next(t, heir))
			}
			seen.Once(t, 2)
			expectStale(t, r)
			r.refresh = time.Time{}
			if err := r.step(); fault.CodeOf(err) != fault.ReaderNotInGroup {
				t.Fatal(err)
			}
			if s, err := r.TryNext(); fault.CodeOf(err) != fault.ReaderNotInGroup {
				t.Fatal(s, err)
			}
		})
	}
}

// What counts is when the state was asked for, not when the answer came.
func TestStateIsAsOldAsTheQuestionForIt(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	var clock clocks
	g.clock = clock.now
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	c.Put(c.Name(0), numbered(1))
	clock.pass(time.Minute)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if info, ok := command.(wire.GetStreamSegmentInfo); ok && info.Segment == g.Segment {
			clock.pass(20 * time.Second)
		}
		return storetest.Serve
	})
	r.refresh = time.Time{}
	r.mustStep(t)
	r.Reader.Seen(clock.now())
	make(enginetest.Tally).Take(t, next(t, r))
	c.Put(c.Name(0), numbered(2))
	waittest.Until(t, "the next event is there", func() bool { return r.Reader.Ready() == 1 })
	clock.pass(10 * time.Second)
	expectStale(t, r)
}

// A reader says with what trouble it could not read the state, and tells neither of a
// checkpoint nor of the end by what it knew before.
func TestReaderSaysWhyItDoesNotSeeItsGroup(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	var clock clocks
	g.clock = clock.now
	r := g.markedReader(t, "reader")
	g.note(t, readergroup.CreateCheckpoint{Checkpoint: "checkpoint"})
	r.refresh = time.Time{}
	r.mustStep(t)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if looksAt(g.Segment, command) {
			return storetest.Expired
		}
		return storetest.Serve
	})
	clock.pass(time.Minute)
	r.refresh = time.Time{}
	if err := r.step(); fault.CodeOf(err) != fault.Unauthenticated {
		t.Fatal(err)
	}
	expectStale(t, r, "the token has expired", g.String()+" (state of the reader group)")
	r.Reader.Reconcile(nil, nil, "", true)
	r.Reader.End()
	expectStale(t, r, "the token has expired", g.String()+" (state of the reader group)")
	c.Set(nil)
	r.refresh = time.Time{}
	r.mustStep(t)
	var at *read.AtCheckpoint
	if s, err := r.TryNext(); !errors.As(err, &at) {
		t.Fatal(s, err)
	}
}

// In a group whose configuration has its state looked at rarely, a reader looks often
// enough to go on.
func TestReaderLooksAtItsGroupInTime(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r := g.idleReader(t, "reader")
	rare := r.state.Config()
	rare.RefreshMillis = time.Hour.Milliseconds()
	rare.Generation++
	g.note(t, readergroup.Init{Config: rare, Segments: r.state.Positions()})
	r = g.idleReader(t, "reader")
	for range 3 {
		r.mustStep(t)
		r.acquire, r.lag = time.Now().Add(time.Hour), time.Now().Add(time.Hour)
		if idle, most := r.idle(), r.limit()/4; idle > most {
			t.Fatalf("the next look is in %v, the limit is %v", idle, 4*most)
		}
		r.refresh = time.Time{}
	}
}
