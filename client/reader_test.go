package client

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// group makes a reader group that reads the stream from its head.
func (c *testCluster) group() *ReaderGroup { return c.groupOf(DefaultConfig()) }

// groupOf is group for a client of the test's own making.
func (c *testCluster) groupOf(config Config) *ReaderGroup {
	c.T.Helper()
	heads := make(map[naming.SegmentID]int64)
	for _, id := range c.Current() {
		heads[id] = 0
	}
	init, err := readergroup.NewInit(readergroup.Config{
		Start:         map[naming.Stream]streamcut.Cut{c.Stream: {}},
		RefreshMillis: 100, MaxOutstandingCheckpoints: 1,
	}, map[naming.Stream]map[naming.SegmentID]int64{c.Stream: heads})
	if err != nil {
		c.T.Fatal(err)
	}
	record, err := readergroup.EncodeInit(init)
	if err != nil {
		c.T.Fatal(err)
	}
	log := naming.SegmentName(naming.ReaderGroupStream(c.Stream.Scope, "group"), 0)
	c.Create(log)
	c.Put(log, record)
	g, err := c.client(config).OpenReaderGroup(waittest.Limit(c.T), c.Stream.Scope, "group")
	if err != nil {
		c.T.Fatal(err)
	}
	return g
}

// note writes updates to the group's state, as another member would.
func (g *ReaderGroup) note(t *testing.T, updates ...readergroup.Update) {
	t.Helper()
	_, log := g.engine.Replica(nil)
	err := log.Fetch(waittest.Limit(t))
	if err == nil {
		err = log.Write(waittest.Limit(t), func() ([]byte, error) { return readergroup.EncodeUpdates(updates...) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// idleReader is a reader whose group work is done by the test, step by step.
func (g *ReaderGroup) idleReader(t *testing.T, id string) *Reader {
	t.Helper()
	r := &Reader{client: g.client, cluster: g.client.cluster, group: g.String(), id: id, config: DefaultReaderConfig(), due: make(chan struct{}, 1),
		assigned: make(map[readergroup.Segment]*assignment), clock: g.client.clock}
	r.life = g.client.cluster.Life.Child(id)
	r.member = newMembership(g.engine, r)
	r.member.life = r.life
	if err := r.member.join(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := g.client.adopt(r); err != nil {
		t.Fatal(err)
	}
	return r
}

// next takes a slice or fails.
func next(t *testing.T, r *Reader) *Slice {
	t.Helper()
	s, err := r.Next(waittest.Limit(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A segment that was released is not handed out any more, although the reader
// has events of it: its next owner reads them.
func TestReleasedSegmentIsNotHandedOut(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for id := range naming.SegmentID(2) {
		c.Put(c.Name(id), []byte("event"))
	}
	g := c.group()
	r := g.idleReader(t, "reader")
	if err := r.member.step(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // both segments have something to hand out
		s := next(t, r)
		if err := s.ReleaseAt(s.StartOffset()); err != nil {
			t.Fatal(err)
		}
	}
	g.note(t, readergroup.AddReader{Reader: "other"})
	if err := r.member.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := r.member.giveSegment(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	kept := r.member.state.Assigned("reader")
	if len(kept) != 1 {
		t.Fatalf("%d segments are kept", len(kept))
	}
	for {
		s, err := r.TryNext()
		if errors.Is(err, ErrTimedOut) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := kept[s.from.segment]; !ok {
			t.Fatalf("a slice of %s was handed out, which was released", s.Segment())
		}
	}
}

// A segment that was to be released, but is not any more, wakes who waits.
func TestSegmentThatStaysIsHandedOutAgain(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for id := range naming.SegmentID(2) {
		c.Put(c.Name(id), []byte("one"), []byte("two"))
	}
	g := c.group()
	r := g.idleReader(t, "reader")
	if err := r.member.step(); err != nil {
		t.Fatal(err)
	}
	out := []*Slice{next(t, r), next(t, r)}
	g.note(t, readergroup.AddReader{Reader: "other"})
	soon := time.Now().Add(time.Minute)
	if err := r.member.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := r.member.giveSegment(soon); err != nil { // waits for the slice
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() { _, err := r.Next(waittest.Limit(t)); got <- err }()
	waittest.Until(t, "somebody waits", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.changed.Awaited() })
	for _, s := range out {
		if s.from.leaving {
			if err := s.ReleaseAt(s.StartOffset()); err != nil {
				t.Fatal(err)
			}
		}
	}
	g.note(t, readergroup.RemoveReader{Reader: "other"})
	if err := r.member.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := r.member.giveSegment(soon); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
}

// A checkpoint has the positions of all segments of the reader, also of those
// whose acquisition it learns only when it reads the state again.
func TestCheckpointHasAcquisitionsWhoseAnswerWasLost(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	r := g.idleReader(t, "reader")
	first := readergroup.Segment{Stream: c.Stream, ID: 0}
	second := readergroup.Segment{Stream: c.Stream, ID: 1}
	g.note(t, readergroup.AcquireSegment{Reader: "reader", Segment: first}, readergroup.AcquireSegment{Reader: "reader", Segment: second},
		readergroup.CreateCheckpoint{Checkpoint: "checkpoint"})
	r.member.refresh = time.Now()
	if err := r.member.step(); err != nil {
		t.Fatal(err)
	}
	offsets, ok := r.member.state.CheckpointOffsets("checkpoint")
	if _, has := offsets[second]; !ok || !has || len(offsets) != 2 {
		t.Fatalf("the checkpoint, complete %v, has %v", ok, offsets)
	}
}

// A reader that cannot read a segment is a member all the same until it is
// closed: then the others get its segments.
func TestReaderThatFailedLeavesTheGroup(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.PutBytes(c.Name(0), []byte("this was written by something else"))
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", DefaultReaderConfig())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(waittest.Limit(t)); !errors.Is(err, ErrProtocol) {
		t.Fatal(err)
	}
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if readers, err := g.Readers(waittest.Limit(t)); err != nil || slices.Contains(readers, "reader") {
		t.Fatal(readers, err)
	}
}

// Without a limit of the caller's, a request that a store does not answer ends
// after the request timeout.
func TestRequestTimeoutHoldsForSegmentStores(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	g.client.cluster.RequestTimeout = 100 * time.Millisecond
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.Hello); ok {
			return storetest.Serve
		}
		return storetest.Ignore
	})
	none := context.Background()
	if _, err := g.Readers(none); !errors.Is(err, ErrTimedOut) {
		t.Fatal(err)
	}
	if err := g.ReaderOffline(none, "reader"); !errors.Is(err, ErrTimedOut) {
		t.Fatal(err)
	}
	if _, err := g.OpenReader(none, "reader", DefaultReaderConfig()); !errors.Is(err, ErrTimedOut) {
		t.Fatal(err)
	}
}

// A reader that joins its group while the client is being closed is out of it again.
func TestClosedClientLeavesNoReaderBehind(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	writes, goOn := make(chan struct{}, 10), make(chan struct{})
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok {
			writes <- struct{}{}
			<-goOn
		}
		return storetest.Serve
	})
	opened := make(chan error, 1)
	go func() {
		_, err := g.OpenReader(waittest.Limit(t), "reader", DefaultReaderConfig())
		opened <- err
	}()
	<-writes
	closed := make(chan error, 1)
	go func() { closed <- g.client.Close() }()
	waittest.Until(t, "the client is being closed", func() bool {
		g.client.mu.Lock()
		defer g.client.mu.Unlock()
		return g.client.closed
	})
	close(goOn)
	if err := <-opened; CodeOf(err) != ErrClosed {
		t.Fatal(err)
	}
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	g, err := c.client(DefaultConfig()).OpenReaderGroup(waittest.Limit(t), g.engine.Scope, g.engine.Name)
	if err != nil {
		t.Fatal(err)
	}
	if readers, err := g.Readers(waittest.Limit(t)); err != nil || len(readers) > 0 {
		t.Fatalf("the group has the readers %q: %v", readers, err)
	}
}

// Segments share the reader's memory, however many they are: with a small part each,
// one reads ahead no more than what is handed out next.
func TestManySegmentsShareTheBuffer(t *testing.T) {
	const segments, least = 16, 16 << 10 // bytes that a segment may take in any case
	var bounds []float64
	for i := range segments + 1 {
		bounds = append(bounds, float64(i)/segments)
	}
	c := startCluster(t, bounds...)
	event := make([]byte, 1000)
	fill := func() {
		for _, id := range c.Current() {
			for range 100 {
				c.Put(c.Name(id), event)
			}
		}
	}
	fill()
	g := c.group()
	config := DefaultReaderConfig()
	config.BufferBytes = 4 * least // for all
	r, err := g.OpenReader(waittest.Limit(t), "reader", config)
	if err != nil {
		t.Fatal(err)
	}
	held := func() (bytes int) {
		r.assignments(func(a *assignment) bool {
			for _, c := range a.ready {
				bytes += len(c.Buffer.Bytes())
			}
			if a.out != nil {
				bytes += len(a.out.bytes)
			}
			return false
		})
		return bytes
	}
	read := 0
	for range 10 {
		var out []*Slice
		for range segments { // one of each
			s := next(t, r)
			read += len(s.Bytes())
			out = append(out, s)
		}
		fill()
		for range 50 {
			if got := held(); got > segments*(least+2*len(event)) { // with events that two reads cut
				t.Fatalf("%d bytes are held", got)
			}
			time.Sleep(time.Millisecond)
		}
		for _, s := range out {
			if err := s.Release(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if read < 10*segments*least/2 {
		t.Errorf("only %d bytes were read", read)
	}
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}
