package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// writeEvents writes the events 1 to n under a few keys and flushes.
func writeEvents(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, from, to int) {
	t.Helper()
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for n := from; n <= to; n++ {
		key := fmt.Sprint("key", n%7)
		if _, err := w.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

func newGroup(ctx context.Context, t *testing.T, c *client.Client, scope, name string, change func(*client.ReaderGroupConfig), streams ...client.GroupStream) *client.ReaderGroup {
	t.Helper()
	config := client.ReaderGroupConfig{Streams: streams}
	config.RefreshInterval = 200 * time.Millisecond
	if change != nil {
		change(&config)
	}
	if created, err := c.CreateReaderGroup(ctx, scope, name, config); err != nil || !created {
		t.Fatal(created, err)
	}
	g, err := c.OpenReaderGroup(ctx, scope, name)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func openReader(ctx context.Context, t *testing.T, g *client.ReaderGroup, id string) *client.Reader {
	t.Helper()
	r, err := g.OpenReader(ctx, id, client.ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A slice that is given back at an event is handed out again from there, first;
// what a closed reader had out counts as unread, and the next reader gets it.
func TestWhatIsNotGivenBackIsReadAgain(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	first := openReader(ctx, t, g, "first")
	s, err := first.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	var at int64
	for offset, event := range s.Events() {
		if len(read) == 10 {
			at = offset
			break
		}
		read = append(read, string(event))
	}
	if err := s.ReleaseAt(at + 1); !errors.Is(err, client.ErrInvalidArgument) {
		t.Fatal(err)
	}
	if _, err := first.TryNext(); !errors.Is(err, client.ErrTimedOut) {
		t.Fatal("a second slice of a segment is out", err)
	}
	if err := s.ReleaseAt(at); err != nil {
		t.Fatal(err)
	}
	if err := s.Release(); !errors.Is(err, client.ErrClosed) {
		t.Fatal(err)
	}
	s, err = first.Next(ctx)
	if err != nil || s.StartOffset() != at {
		t.Fatal(s, err)
	}
	out := slices.Clone(s.Bytes())
	if err := first.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out, s.Bytes()) {
		t.Fatal("the bytes of a slice that is out changed when the reader was closed")
	}
	if _, err := first.Next(ctx); !errors.Is(err, client.ErrClosed) {
		t.Fatal(err)
	}
	second := openReader(ctx, t, g, "second")
	for len(read) < 100 {
		s, err := second.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range s.Events() {
			read = append(read, string(event))
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	for i, event := range read {
		if want := string(payload(fmt.Sprint("key", (i+1)%7), i+1)); event != want {
			t.Fatalf("event %d is %q, not %q", i+1, event, want)
		}
	}
	if err := second.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// Readers that join get a share of the segments, and those that leave give
// theirs to the others.
func TestSegmentsMoveToReadersThatJoinAndFromThoseThatLeave(t *testing.T) {
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 4)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	o := newOracle(t)
	a := openReader(ctx, t, g, "a")
	go o.drain(ctx, a)
	writeEvents(ctx, t, c, scope, stream, 1, 1000)
	o.waitFor(ctx, 1000)
	b := openReader(ctx, t, g, "b")
	segments := make(map[string]bool)
	for n := 1001; len(segments) < 2; n += 20 {
		writeEvents(ctx, t, c, scope, stream, n, n+19)
		o.written = n + 19
		for {
			short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
			s, err := b.Next(short)
			cancel()
			if errors.Is(err, client.ErrTimedOut) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			segments[s.Segment()] = true
			for _, event := range s.Events() {
				o.take(event)
			}
			if err := s.Release(); err != nil {
				t.Fatal(err)
			}
		}
	}
	readers, err := g.Readers(ctx)
	if err != nil || !slices.Equal(readers, []string{"a", "b"}) {
		t.Fatal(readers, err)
	}
	if err := b.Close(ctx); err != nil {
		t.Fatal(err)
	}
	writeEvents(ctx, t, c, scope, stream, o.written+1, o.written+500)
	o.waitFor(ctx, o.written+500)
	if err := a.Close(ctx); err != nil {
		t.Fatal(err)
	}
	o.check(o.written + 500)
}

// A reader that was declared offline is told so, and its segments are read from
// its last checkpoint or acquisition by another one: nothing is lost.
func TestReaderOfflineHandsItsSegmentsOver(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	writeEvents(ctx, t, c, scope, stream, 1, 200)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	lost := openReader(ctx, t, g, "lost")
	if _, err := lost.Next(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := g.OpenReader(ctx, "lost", client.ReaderConfig{}); !errors.Is(err, client.ErrAlreadyExists) {
		t.Fatal(err)
	}
	if err := g.ReaderOffline(ctx, "lost"); err != nil {
		t.Fatal(err)
	}
	if err := g.ReaderOffline(ctx, "never-there"); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	if err := o.drain(ctx, openReader(ctx, t, g, "next")); err != nil {
		t.Fatal(err)
	}
	o.check(200)
	for {
		if _, err := lost.Next(ctx); err != nil {
			if !errors.Is(err, client.ErrReaderNotInGroup) || !client.IsFinal(err) {
				t.Fatal(err)
			}
			break
		}
	}
	if err := lost.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// A group starts where it is told: at the head, at the tail, at a cut; it ends
// at a cut.
func TestGroupsStartAndEndWhereTheyAreTold(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := client.ParseStreamCut(info.Tail.String())
	if err != nil {
		t.Fatal(err)
	}
	tail := newGroup(ctx, t, c, scope, "tail", nil, client.GroupStream{Scope: scope, Stream: stream, FromTail: true})
	writeEvents(ctx, t, c, scope, stream, 51, 120)
	for name, from := range map[string]struct {
		stream      client.GroupStream
		first, last int
	}{
		"head":    {client.GroupStream{Scope: scope, Stream: stream}, 1, 120},
		"at-cut":  {client.GroupStream{Scope: scope, Stream: stream, From: cut}, 51, 120},
		"bounded": {client.GroupStream{Scope: scope, Stream: stream, To: cut}, 1, 50},
		"tail":    {client.GroupStream{}, 51, 120},
	} {
		g := tail
		if name != "tail" {
			g = newGroup(ctx, t, c, scope, name, nil, from.stream)
		}
		o := newOracle(t)
		r := openReader(ctx, t, g, "r")
		if name == "bounded" {
			if err := o.drain(ctx, r); err != nil { // it ends by itself, although the stream does not
				t.Fatal(err)
			}
		} else {
			go o.drain(ctx, r)
			o.waitFor(ctx, from.last-from.first+1)
			if err := r.Close(ctx); err != nil {
				t.Fatal(err)
			}
		}
		for n := from.first; n <= from.last; n++ {
			if !o.seen[n] {
				t.Fatalf("%s: event %d was not read", name, n)
			}
		}
		if len(o.seen) != from.last-from.first+1 {
			t.Fatalf("%s: %d events were read", name, len(o.seen))
		}
	}
	if created, err := c.CreateReaderGroup(ctx, scope, "head", client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream, From: cut}}}); created || !errors.Is(err, client.ErrConfigMismatch) {
		t.Fatal(created, err)
	}
	if err := c.DeleteReaderGroup(ctx, scope, "head"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.OpenReaderGroup(ctx, scope, "head"); !errors.Is(err, client.ErrNoSuchReaderGroup) {
		t.Fatal(err)
	}
	if err := c.DeleteReaderGroup(ctx, scope, "head"); !errors.Is(err, client.ErrNoSuchReaderGroup) {
		t.Fatal(err)
	}
}

// However truncation overtakes a reader, every byte of the stream is read once or
// told as skipped, and what is left is read.
func TestEveryByteIsReadOrToldAsTruncated(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	config := client.ReaderConfig{}
	config.BufferBytes = 64 << 10 // reads ahead 16 KiB at a time, of events that do not fit into that
	r, err := g.OpenReader(ctx, "r", config)
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	var at, skipped int64 // every offset below at was accounted for
	take := func() {
		t.Helper()
		s, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if s.StartOffset() != at+s.Skipped() {
			t.Fatalf("a slice starts at %d and tells that %d bytes were skipped; all up to %d was told", s.StartOffset(), s.Skipped(), at)
		}
		for _, event := range s.Events() {
			o.take(event[:bytes.IndexByte(event, 0)])
		}
		at, skipped = s.EndOffset(), skipped+s.Skipped()
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	write := func(events int) {
		t.Helper()
		for range events {
			n++
			event := append(payload("key", n), make([]byte, 1+(n*7919)%1700)...)
			if _, err := w.Write(ctx, client.Event{Key: []byte("key"), Data: event}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for round := range 12 {
		write(100)
		for range round % 4 {
			take()
		}
		if round%2 == 0 {
			info, err := c.StreamInfo(ctx, scope, stream)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.TruncateStream(ctx, scope, stream, info.Tail); err != nil {
				t.Fatal(err)
			}
		}
	}
	for write(1); !o.seen[n]; {
		take()
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if skipped == 0 {
		t.Error("truncation never overtook the reader")
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// A stream that was truncated within an event ends its readers with an error; they
// never wait for what the wrong bytes seem to announce. The group goes on from a cut
// between events.
func TestTruncationWithinAnEventIsAnError(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	writeEvents(ctx, t, c, scope, stream, 51, 100)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	bad := streamcut.Cut{Stream: naming.Stream{Scope: scope, Name: stream}, Offsets: map[naming.SegmentID]int64{0: info.Tail.Offsets()[0] - 4}}
	cut, err := client.ParseStreamCut(bad.Text())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.TruncateStream(ctx, scope, stream, cut); err != nil {
		t.Fatal(err)
	}
	r := openReader(ctx, t, g, "r")
	if _, err := r.Next(ctx); !errors.Is(err, client.ErrProtocol) {
		t.Fatal(err)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := g.ResetTo(ctx, info.Tail); err != nil {
		t.Fatal(err)
	}
	r = openReader(ctx, t, g, "r")
	o := newOracle(t)
	o.takeFrom(ctx, r, 50)
	if !o.seen[51] || !o.seen[100] {
		t.Error("other events were read")
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// What truncation takes away is skipped and told.
func TestTruncatedEventsAreSkippedAndTold(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	writeEvents(ctx, t, c, scope, stream, 51, 60)
	if err := c.TruncateStream(ctx, scope, stream, info.Tail); err != nil {
		t.Fatal(err)
	}
	r := openReader(ctx, t, g, "r")
	s, err := r.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s.Skipped() != info.Tail.Offsets()[0] || s.StartOffset() != s.Skipped() {
		t.Fatalf("%d bytes were skipped before offset %d; the cut is %v", s.Skipped(), s.StartOffset(), info.Tail.Offsets())
	}
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
