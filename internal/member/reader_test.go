package member

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A segment that was released is not handed out any more, although the reader
// has events of it: its next owner reads them.
func TestReleasedSegmentIsNotHandedOut(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for id := range naming.SegmentID(2) {
		c.Put(c.Name(id), []byte("event"))
	}
	g := c.group()
	r := g.idleReader(t, "reader")
	if err := r.step(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // both segments have something to hand out
		s := next(t, r)
		if err := s.ReleaseAt(s.StartOffset()); err != nil {
			t.Fatal(err)
		}
	}
	g.note(t, readergroup.AddReader{Reader: "other"})
	if err := r.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := r.giveSegment(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	kept := r.state.Assigned("reader")
	if len(kept) != 1 {
		t.Fatalf("%d segments are kept", len(kept))
	}
	for {
		s, err := r.TryNext()
		if errors.Is(err, fault.TimedOut) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := kept[segmentOf(t, s)]; !ok {
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
	if err := r.step(); err != nil {
		t.Fatal(err)
	}
	out := []*read.Slice{next(t, r), next(t, r)}
	g.note(t, readergroup.AddReader{Reader: "other"})
	soon := time.Now().Add(time.Minute)
	if err := r.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := r.giveSegment(soon); err != nil { // waits for the slice
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() { _, err := r.Next(waittest.Limit(t)); got <- err }()
	waittest.Until(t, "somebody waits", func() bool {
		stacks := make([]byte, 1<<20)
		return bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("read.(*Reader).Next("))
	})
	wanted, _ := r.state.SegmentToRelease("reader")
	for _, s := range out {
		if segmentOf(t, s) == wanted {
			if err := s.ReleaseAt(s.StartOffset()); err != nil {
				t.Fatal(err)
			}
		}
	}
	g.note(t, readergroup.RemoveReader{Reader: "other"})
	if err := r.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := r.giveSegment(soon); err != nil {
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
	r.refresh = time.Now()
	if err := r.step(); err != nil {
		t.Fatal(err)
	}
	offsets, ok := r.state.CheckpointOffsets("checkpoint")
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
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(waittest.Limit(t)); !errors.Is(err, fault.Protocol) {
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
	g.client.RequestTimeout = 100 * time.Millisecond
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.Hello); ok {
			return storetest.Serve
		}
		return storetest.Ignore
	})
	none := context.Background()
	if _, err := g.Readers(none); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
	if err := g.ReaderOffline(none, "reader"); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
	if _, err := g.OpenReader(none, "reader", defaults()); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
}
