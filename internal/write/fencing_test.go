package write

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
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

// contest is writers of one id that are open at the same time, and what they have stored.
type contest struct {
	*testCluster
	looks   *cluster.Cluster // at what the store has
	deleted map[mark]bool
	writers []*contender // in the order in which they were opened
}

// mark is in an event: who wrote it, and its number.
type mark struct{ writer, number int64 }

// contender is one of the writers.
type contender struct {
	process
	index     int64
	next      int64
	there     map[int64]bool // numbers that the stream had when it was opened, as far as it knew
	stored    map[mark]bool  // all that was ever stored when it was opened
	traceless bool           // no segment knew of it, or of a later one, at some time since
}

func newContest(t *testing.T, bounds ...float64) *contest {
	c := &contest{testCluster: startCluster(t, bounds...), deleted: make(map[mark]bool)}
	c.looks = c.Connect(enginetest.ClusterConfig())
	return c
}

// open opens the next writers, at the same time; some may be fenced by others of them. The
// meantime passes besides.
func (c *contest) open(writers int, meantime func()) {
	c.T.Helper()
	var work sync.WaitGroup
	var mu sync.Mutex
	var opened []process
	for range writers {
		work.Go(func() {
			p, err := c.process()
			switch {
			case err == nil:
				mu.Lock()
				opened = append(opened, p)
				mu.Unlock()
			case writers == 1 || !errors.Is(err, fault.Fenced):
				c.T.Error(err)
			}
		})
	}
	meantime()
	work.Wait()
	slices.SortFunc(opened, func(a, b process) int { return cmp.Compare(a.resumed.By, b.resumed.By) })
	stored := c.ever()
	for _, p := range opened {
		w := &contender{process: p, index: int64(len(c.writers)), next: p.Durable() + 1, stored: stored, there: make(map[int64]bool)}
		for m := range stored {
			w.there[m.number] = w.there[m.number] || w.resumed.Most > 0 || !c.deleted[m]
		}
		if w.index > 0 && w.resumed.By <= c.writers[w.index-1].resumed.By {
			c.T.Errorf("incarnation %x was issued after %x", w.resumed.By, c.writers[w.index-1].resumed.By)
		}
		c.writers = append(c.writers, w)
	}
}

// write writes events, whose keys are those of the script.
func (w *contender) write(t *testing.T, events int) (err error) {
	for range events {
		event := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(w.next)), uint64(w.index))
		var n int64
		if n, err = w.Write(waittest.Limit(t), []byte(fmt.Sprint("key", w.next%keys)), event); err != nil {
			return err
		}
		if n != w.next {
			t.Fatalf("event %d got number %d", w.next, n)
		}
		w.next++
	}
	return nil
}

// left are the events in the segments that are left.
func (c *contest) left() map[mark]bool {
	events := make(map[mark]bool)
	for _, id := range c.Segments() {
		if !c.Has(c.Name(id)) {
			continue
		}
		for _, m := range c.marks(id) {
			if events[m] {
				c.T.Errorf("event %d of writer %d is stored twice", m.number, m.writer)
			}
			events[m] = true
		}
	}
	return events
}

func (c *contest) marks(id naming.SegmentID) (marks []mark) {
	for _, e := range c.Events(c.Name(id)) {
		marks = append(marks, mark{int64(binary.BigEndian.Uint64(e[8:])), int64(binary.BigEndian.Uint64(e))})
	}
	return marks
}

// ever are all events that were stored.
func (c *contest) ever() map[mark]bool {
	events := c.left()
	for m := range c.deleted {
		events[m] = true
	}
	return events
}

// truncate deletes some of the segments that are not current, none before those that it
// follows.
func (c *contest) truncate(r *rand.Rand) {
	var all []controller.SegmentRange
	for epoch := int32(0); ; epoch++ {
		segments, err := c.looks.Controller.EpochSegments(waittest.Limit(c.T), c.Stream, epoch)
		if err != nil {
			break
		}
		for _, s := range segments {
			if s.Segment.Epoch() == epoch {
				all = append(all, s)
			}
		}
	}
	gone := make(map[naming.SegmentID]bool)
	for _, s := range all {
		follows := func(o controller.SegmentRange) bool {
			return o.Segment.Epoch() < s.Segment.Epoch() && o.Low < s.High && s.Low < o.High && c.Has(c.Name(o.Segment)) && !gone[o.Segment]
		}
		gone[s.Segment] = r.IntN(4) > 0 && c.Has(c.Name(s.Segment)) && !slices.Contains(c.Current(), s.Segment) && !slices.ContainsFunc(all, follows)
	}
	newest := c.newest(func(id naming.SegmentID) bool { return !gone[id] })
	for _, w := range c.writers {
		w.traceless = w.traceless || newest < w.resumed.By
	}
	for _, s := range all {
		if gone[s.Segment] {
			for _, m := range c.marks(s.Segment) {
				c.deleted[m] = true // others may be there, too: its writer had not asked yet
			}
			c.Delete(c.Name(s.Segment))
		}
	}
}

// newest is the newest incarnation that some segments know.
func (c *contest) newest(of func(naming.SegmentID) bool) (newest segment.Incarnation) {
	for _, id := range c.Segments() {
		if of(id) {
			holder, err := segment.Attribute(waittest.Limit(c.T), c.looks.Stores, c.Name(id), segmentstore.Write, resume.NewIdentity("script").UUID("holder"))
			if err != nil && fault.CodeOf(err) != fault.NoSuchSegment {
				c.T.Fatal(err)
			}
			newest = max(newest, segment.Incarnation(holder))
		}
	}
	return newest
}

// judge ends the contest: the newest writer can write everywhere, and then no other one
// can. What was acknowledged is stored.
func (c *contest) judge() {
	c.T.Helper()
	newest := c.writers[len(c.writers)-1]
	if err := newest.write(c.T, 2*keys); err != nil {
		c.T.Fatalf("the newest writer: %v", err)
	}
	if err := newest.Flush(waittest.Limit(c.T)); err != nil {
		c.T.Fatalf("the newest writer: %v", err)
	}
	before := c.ever()
	for _, w := range c.writers[:len(c.writers)-1] {
		err := w.write(c.T, 2*keys)
		if err == nil {
			err = w.Flush(waittest.Limit(c.T))
		}
		if err == nil && w.there[w.next-1] {
			continue // it has not come to what is not stored yet
		}
		if !errors.Is(err, fault.Fenced) {
			c.T.Errorf("writer %d of %d: %v", w.index, len(c.writers), err)
		}
	}
	ever := c.ever()
	if len(ever) != len(before) {
		c.T.Errorf("%d events of superseded writers are stored", len(ever)-len(before))
	}
	for i, w := range c.writers {
		acked, _ := w.Acked()
		for n := w.Durable() + 1; n <= acked; n++ {
			if !ever[mark{w.index, n}] && !w.there[n] {
				c.T.Fatalf("event %d of writer %d was acknowledged and is not stored", n, w.index)
			}
		}
		for m := range ever {
			if m.writer < w.index && !w.stored[m] && !slices.ContainsFunc(c.writers[i:], func(w *contender) bool { return w.traceless }) {
				c.T.Fatalf("event %d of writer %d was stored after writer %d was opened", m.number, m.writer, w.index)
			}
		}
		w.client.Close()
	}
}

// Writers of one id, some of which are idle, over scales and truncations that leave
// nothing of what knew of them: each is another incarnation, and a superseded one
// acknowledges nothing that is not stored, and ends.
func TestSupersededWritersAcknowledgeNothingThatIsNotStored(t *testing.T) {
	for round := range 40 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Logf("seed %d", seed)
				}
			}()
			r := rand.New(rand.NewPCG(seed, 0))
			bounds := []float64{0, 1}
			if r.IntN(2) == 0 {
				bounds = []float64{0, 0.4, 0.7, 1}
			}
			c := newContest(t, bounds...)
			if r.IntN(2) == 0 {
				c.Set(disorder(rand.New(rand.NewPCG(seed, 1))))
			}
			c.open(1, func() {})
			for range 10 + r.IntN(50) {
				w := c.writers[len(c.writers)-1-r.IntN(min(len(c.writers), 3))]
				switch r.IntN(8) {
				case 0:
					switch {
					case len(c.writers) > 8:
					case r.IntN(2) == 0:
						c.open(1, func() { c.scaleAtRandom(r) })
					default:
						c.open(2+r.IntN(3), func() { c.scaleAtRandom(r) })
					}
				case 1, 2:
					c.scaleAtRandom(r)
				case 3:
					c.truncate(r)
				case 4:
					c.Release()
				case 5:
					if err := w.Flush(waittest.Limit(t)); err != nil && !errors.Is(err, fault.Fenced) {
						t.Fatal(err)
					}
				default:
					if err := w.write(t, 1+r.IntN(30)); err != nil && !errors.Is(err, fault.Fenced) {
						t.Fatal(err)
					}
				}
			}
			c.Set(nil)
			c.Release()
			c.judge()
		})
	}
}

// disorder breaks connections, before or after a command has taken effect.
func disorder(r *rand.Rand) storetest.Fault {
	var draw sync.Mutex
	return func(_ int, command wire.Command) storetest.Verdict {
		draw.Lock()
		defer draw.Unlock()
		switch command.(type) {
		case wire.AppendBlockEnd, wire.SetupAppend, wire.UpdateSegmentAttribute:
			switch r.IntN(40) {
			case 0:
				return storetest.CloseLate
			case 1:
				return storetest.CloseNow
			case 2:
				return storetest.Held
			}
		}
		return storetest.Serve
	}
}

// superseded checks that a writer ends when it writes an event with a key, which is not
// stored.
func (c *testCluster) superseded(w process, key string) {
	c.T.Helper()
	_, err := w.Write(waittest.Limit(c.T), []byte(key), binary.BigEndian.AppendUint64(nil, 1<<40))
	if err == nil {
		err = w.Flush(waittest.Limit(c.T))
	}
	if !errors.Is(err, fault.Fenced) {
		c.T.Errorf("the superseded writer: %v", err)
	}
	for _, id := range c.Segments() {
		if c.Has(c.Name(id)) && slices.Contains(c.Stored(id), 1<<40) {
			c.T.Error("the event of the superseded writer is stored")
		}
	}
	w.client.Close()
}

// A writer is idle while all that knows of it is replaced and deleted. The next one of its
// id finds nothing, but is another incarnation: the idle one ends when it follows.
func TestIdleWriterIsFencedByOneThatFoundNoTraceOfIt(t *testing.T) {
	for _, openings := range []int{1, 5} { // of those before, so that the newer one does not have the higher count
		c := startCluster(t, keyspace...)
		var older process
		for range openings {
			older = c.mustProcess()
			defer older.client.Close()
		}
		older.playTo(t, 50)
		flush(t, older.Writer, 50)
		c.Scale([]naming.SegmentID{0}, 0, 1)
		c.Delete(c.Name(0))
		newer := c.mustProcess()
		if d := newer.Durable(); d != 0 {
			t.Fatalf("durable through %d", d)
		}
		newer.playTo(t, 20)
		c.superseded(older, "any")
		newer.play(t, 21, 100)
		flush(t, newer.Writer, 100)
		newer.client.Close()
		c.exactly(100)
	}
}

// A later writer of the id that has been idle is found wherever it is known still, by one
// that follows a scale to where it is not.
func TestFollowingWriterFindsLaterOneElsewhere(t *testing.T) {
	low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	for name, tc := range map[string]struct {
		change func(c *testCluster)
		key    string // that the older one writes
	}{
		"where position 0 is": {func(c *testCluster) {
			c.Scale([]naming.SegmentID{1}, 0.5, 1)
			c.Delete(c.Name(1))
		}, high},
		"in another segment": {func(c *testCluster) {
			c.Scale([]naming.SegmentID{0}, 0, 0.5)
			c.Delete(c.Name(0))
		}, low},
		"in one that is replaced": {func(c *testCluster) {
			c.Scale([]naming.SegmentID{0}, 0, 0.5)
			c.Scale([]naming.SegmentID{1}, 0.5, 0.7, 1)
			c.Delete(c.Name(0))
		}, low},
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, 0, 0.5, 1)
			older := c.mustProcess()
			newer := c.mustProcess()
			tc.change(c)
			c.superseded(older, tc.key)
			newer.playTo(t, 100)
			flush(t, newer.Writer, 100)
			newer.client.Close()
			c.exactly(100)
		})
	}
}

// A writer that is busy elsewhere takes care that it is known where position 0 is, so that
// an idle one which follows a scale does not take its place.
func TestBusyWriterIsKnownWherePosition0Is(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	high := enginetest.KeyFor(0.5, 1)
	older := c.mustProcess()
	newer := c.mustProcess()
	c.Scale([]naming.SegmentID{0}, 0, 0.5)
	write(t, newer.Writer, high, 1, 10)
	flush(t, newer.Writer, 10)
	c.Scale([]naming.SegmentID{1}, 0.5, 1)
	c.Delete(c.Name(0))
	c.Delete(c.Name(1))
	c.superseded(older, high)
	write(t, newer.Writer, high, 11, 20)
	flush(t, newer.Writer, 20)
	newer.client.Close()
	c.Expect(11, 20, c.Current()...)
}

// Where nothing is left that knows of the later writer, the earlier one may come first.
// Then the later one takes over, and has its own events stored instead of taking those of
// the earlier one for them.
func TestLaterWriterTakesOverWhereAnEarlierOneCameFirst(t *testing.T) {
	c := startCluster(t, keyspace...)
	older := c.mustProcess()
	older.playTo(t, 50)
	flush(t, older.Writer, 50)
	newer := c.mustProcess()
	c.Scale([]naming.SegmentID{0}, 0, 1)
	c.Delete(c.Name(0))
	older.play(t, 51, 70)
	flush(t, older.Writer, 70)
	newer.playTo(t, 60)
	flush(t, newer.Writer, 60)
	newer.client.Close()
	c.superseded(older, "any")
	all := c.Stored(c.Current()...)
	slices.Sort(all)
	for n := int64(51); n <= 70; n++ {
		want := 1
		if n <= 60 {
			want = 2
		}
		i, _ := slices.BinarySearch(all, n)
		j, _ := slices.BinarySearch(all, n+1)
		if j-i != want {
			t.Errorf("event %d is stored %d times, not %d", n, j-i, want)
		}
	}
}

// A lone writer goes on after all that knew of it was replaced and deleted while it was
// idle.
func TestLoneWriterGoesOnWhereNothingKnowsOfIt(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	p := c.mustProcess()
	p.playTo(t, 50)
	flush(t, p.Writer, 50)
	kept := c.Stored(0, 1)
	c.Scale([]naming.SegmentID{0, 1}, 0, 1)
	c.Delete(c.Name(0))
	c.Delete(c.Name(1))
	p.play(t, 51, 100)
	flush(t, p.Writer, 100)
	p.kill()
	p = c.mustProcess()
	if d := p.Durable(); d != 100 {
		t.Errorf("durable through %d of 100", d)
	}
	p.client.Close()
	if all := append(kept, c.Stored(c.Current()...)...); len(all) != 100 {
		t.Errorf("%d of 100 events are stored", len(all))
	}
}

// An id can be opened billions of times, whatever becomes of the openings, without a scale
// in between.
func TestIDIsNotUsedUp(t *testing.T) {
	c := startCluster(t, keyspace...)
	p := c.mustProcess()
	p.playTo(t, 10)
	flush(t, p.Writer, 10)
	c.Scale([]naming.SegmentID{0}, 0, 1)
	ctx := waittest.Limit(t)
	opened := func(times segment.Incarnation) {
		t.Helper()
		_, err := segment.Change(ctx, p.client.Stores, c.Name(c.Current()[0]), resume.NewIdentity("script").UUID("incarnation"),
			func(int64) (int64, error) { return int64(times), nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	many := segment.Incarnation(1<<32 + 1<<31)
	opened(many)
	p.kill()
	p = c.mustProcess()
	if d := p.Durable(); d != 10 || p.resumed.By != many+1 {
		t.Fatalf("incarnation %x, durable through %d", p.resumed.By, d)
	}
	p.playTo(t, 20)
	flush(t, p.Writer, 20)
	last := segment.Incarnation(1<<33 - 1)
	opened(last)
	p.client.Close()
	if _, err := c.process(); !errors.Is(err, fault.InvalidArgument) {
		t.Fatal(err)
	}
	c.exactly(20)
}

// An incarnation is not taken before the segment that counts them says so: it may be sealed
// first, or another writer may come first.
func TestIncarnationIsTakenWhenItsSegmentSaysSo(t *testing.T) {
	c := startCluster(t, keyspace...)
	claim := resume.NewIdentity("script").UUID("incarnation")
	var once sync.Once
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if r, ok := command.(wire.UpdateSegmentAttribute); ok && r.AttributeID == claim {
			once.Do(func() { c.Scale([]naming.SegmentID{0}, 0, 1) })
		}
		return storetest.Serve
	})
	p := c.mustProcess()
	if want := segment.Incarnation(0).Next(1); p.resumed.By != want {
		t.Errorf("incarnation %x, not %x", p.resumed.By, want)
	}
	p.client.Close()
}

// A segment that is replaced already may not be sealed yet. Nothing follows from what is
// not there before it is, since another writer of the id may come to it.
func TestWriterThatComesToAReplacedSegmentIsSeen(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.ScaleUnsealed([]naming.SegmentID{0}, 0, 1)
	opened := make(chan process)
	go func() {
		p, err := c.process()
		if err != nil {
			t.Error(err)
		}
		opened <- p
	}()
	waittest.Until(t, "the first segment is asked whether it is sealed", func() bool { return c.Asked(c.Name(0)) > 0 })
	c.Instead("getCurrentSegments", &pb.Segments{Ranges: []*pb.SegmentRange{c.Segment(0, 0, 1)}})
	late := c.mustProcess()
	late.playTo(t, 10)
	if err := late.Wait(waittest.Limit(t), 10); err != nil {
		t.Fatal(err)
	}
	c.Instead("getCurrentSegments", nil)
	late.kill()
	c.Seal(c.Name(0))
	p := <-opened
	p.playTo(t, 20)
	flush(t, p.Writer, 20)
	p.client.Close()
	c.exactly(20)
}
