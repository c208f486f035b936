package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// take reads until n events were taken by the oracle, in one reader, and stays in
// the group.
func (o *oracle) takeFrom(ctx context.Context, r *client.Reader, n int) {
	o.t.Helper()
	for len(o.seen) < n {
		s, err := r.Next(ctx)
		if err != nil {
			o.t.Fatal(err)
		}
		next := s.EndOffset()
		for offset, event := range s.Events() {
			if len(o.seen) == n {
				next = offset
				break
			}
			o.take(event)
		}
		if err := s.ReleaseAt(next); err != nil {
			o.t.Fatal(err)
		}
	}
}

func seal(ctx context.Context, t *testing.T, c *client.Client, scope string, streams ...string) {
	t.Helper()
	for _, stream := range streams {
		if err := c.SealStream(ctx, scope, stream); err != nil {
			t.Fatal(err)
		}
	}
}

// A checkpoint is a place to go back to: for the group itself, for another group,
// as text and as bytes. So is a cut that was taken beside the application. Readers
// of a group that was reset are told, and what they read again is exactly what lies
// behind the place.
func TestGroupsGoBackToCheckpointsAndCuts(t *testing.T) {
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	writeEvents(ctx, t, c, scope, stream, 1, 300)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	r := openReader(ctx, t, g, "r")
	before := newOracle(t)
	before.takeFrom(ctx, r, 100)
	checkpoint, err := g.InitiateCheckpoint(ctx, "hundred")
	if err != nil || checkpoint.Name() != "hundred" || len(checkpoint.Cuts()) != 1 {
		t.Fatal(checkpoint, err)
	}
	if _, err := g.InitiateCheckpoint(ctx, "hundred"); !errors.Is(err, client.ErrAlreadyExists) {
		t.Fatal(err)
	}
	at100 := len(before.seen)
	before.takeFrom(ctx, r, 200)
	cuts, err := g.GenerateStreamCuts(ctx)
	if err != nil || len(cuts) != 1 {
		t.Fatal(cuts, err)
	}
	before.takeFrom(ctx, r, 250)
	config, err := g.Config(ctx)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := checkpoint.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var kept client.Checkpoint
	if err := kept.UnmarshalBinary(bytes); err != nil || kept.Name() != "hundred" || kept.Cuts()[0].String() != checkpoint.Cuts()[0].String() {
		t.Fatal(kept, err)
	}
	cut, err := client.ParseStreamCut(cuts[0].String())
	if err != nil {
		t.Fatal(err)
	}
	seal(ctx, t, c, scope, stream)
	for _, back := range []struct {
		to   string
		read int // before it
		call func() error
	}{
		{"the checkpoint", at100, func() error { return g.ResetTo(ctx, kept.Cuts()...) }},
		{"the cut", 200, func() error { return g.ResetTo(ctx, cut) }},
		{"a configuration", 0, func() error {
			config.Streams[0].From = client.StreamCut{}
			return g.Reset(ctx, config)
		}},
	} {
		if err := back.call(); err != nil {
			t.Fatalf("%s: %v", back.to, err)
		}
		thrownOut(ctx, t, r)
		r = openReader(ctx, t, g, "r")
		again := newOracle(t)
		again.drainOpen(ctx, r)
		if len(again.seen) != 300-back.read {
			t.Fatalf("%s: %d events were read, want %d", back.to, len(again.seen), 300-back.read)
		}
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	other := newOracle(t)
	if err := other.drain(ctx, openReader(ctx, t, newGroup(ctx, t, c, scope, "other", nil, kept.Streams()...), "r")); err != nil {
		t.Fatal(err)
	}
	if len(other.seen) != 200 {
		t.Fatalf("a group that starts at the checkpoint read %d events", len(other.seen))
	}
}

// drainOpen reads until the end and leaves the reader in the group.
func (o *oracle) drainOpen(ctx context.Context, r *client.Reader) {
	o.t.Helper()
	for {
		s, err := r.Next(ctx)
		if errors.Is(err, client.ErrEnd) {
			return
		}
		if err != nil {
			o.t.Fatal(err)
		}
		for _, event := range s.Events() {
			o.take(event)
		}
		if err := s.Release(); err != nil {
			o.t.Fatal(err)
		}
	}
}

// A group goes back to the last checkpoint that its readers started by themselves.
// Before there is one, it goes back to where it started.
func TestGroupGoesBackToItsLastAutomaticCheckpoint(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	g := newGroup(ctx, t, c, scope, "g", func(config *client.ReaderGroupConfig) { config.CheckpointInterval = time.Second },
		client.GroupStream{Scope: scope, Stream: stream})
	if err := g.ResetToLastCheckpoint(ctx); err != nil {
		t.Fatal(err)
	}
	config := client.ReaderConfig{}
	config.Checkpoints = true
	r, err := g.OpenReader(ctx, "r", config)
	if err != nil {
		t.Fatal(err)
	}
	for read := 0; ; {
		s, err := r.Next(ctx)
		var at *client.AtCheckpoint
		if errors.As(err, &at) {
			if read == 20 {
				break
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		next := s.StartOffset()
		for offset := range s.Events() {
			if next = offset; read == 20 {
				break
			}
			read++
		}
		if err := s.ReleaseAt(next); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	s, err := r.Next(ctx) // the checkpoint is passed
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	for { // until the group knows
		unread, err := g.UnreadBytes(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if unread == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := g.ResetToLastCheckpoint(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	seal(ctx, t, c, scope, stream)
	o := newOracle(t)
	if err := o.drain(ctx, openReader(ctx, t, g, "r")); err != nil {
		t.Fatal(err)
	}
	if len(o.seen) != 30 || !o.seen[21] {
		t.Fatalf("%d events were read again", len(o.seen))
	}
}

// Several initiators at once get each their checkpoint, and no more than the group
// allows may wait; one that nobody passes ends when its caller wants.
func TestCheckpointsAtTheSameTime(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	empty, err := g.InitiateCheckpoint(ctx, "without readers")
	if err != nil || len(empty.Cuts()) != 1 {
		t.Fatal(empty, err)
	}
	r := openReader(ctx, t, g, "r")
	var work sync.WaitGroup
	for i := range 3 {
		work.Go(func() {
			for round := range 5 {
				if _, err := g.InitiateCheckpoint(ctx, fmt.Sprint("c-", i, "-", round)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	asks := client.ReaderConfig{}
	asks.Checkpoints = true
	slow, err := g.OpenReader(ctx, "slow", asks) // which never calls Next
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		short, cancel := context.WithTimeout(ctx, time.Second)
		_, err := g.InitiateCheckpoint(short, fmt.Sprint("stuck-", i))
		cancel()
		if !errors.Is(err, client.ErrTimedOut) {
			t.Fatal(err)
		}
	}
	if _, err := g.InitiateCheckpoint(ctx, "too many"); !errors.Is(err, client.ErrConflict) {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := g.InitiateCheckpoint(cancelled, "stuck-0"); !errors.Is(err, client.ErrCancelled) {
		t.Fatal(err)
	}
	if err := g.CancelCheckpoints(ctx); err != nil {
		t.Fatal(err)
	}
	if cuts, err := g.GenerateStreamCuts(ctx); err != nil || len(cuts) != 1 {
		t.Fatal(cuts, err)
	}
	for _, r := range []*client.Reader{r, slow} {
		if err := r.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// What is unread is counted to the byte: without a checkpoint, with one, over a
// scale, in several streams, and up to the cuts of a bounded group.
func TestPravega2156UnreadBytesAreThoseOfTheEvents(t *testing.T) {
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	if _, err := c.CreateStream(ctx, scope, "other", client.StreamConfig{}); err != nil {
		t.Fatal(err)
	}
	size := func(from, to int) (sum int64) {
		for n := from; n <= to; n++ {
			key := fmt.Sprint("key", n%7)
			if n > 200 {
				key = "other"
			}
			sum += 8 + int64(len(payload(key, n)))
		}
		return sum
	}
	all := []client.GroupStream{{Scope: scope, Stream: stream}, {Scope: scope, Stream: "other"}}
	g := newGroup(ctx, t, c, scope, "g", nil, all...)
	unread := func(g *client.ReaderGroup, want int64) {
		t.Helper()
		var got int64
		for {
			var err error
			if got, err = g.UnreadBytes(ctx); err != nil {
				t.Fatalf("%d bytes are said to be unread, want %d: %v", got, want, err)
			}
			if got == want {
				return
			}
			if ctx.Err() != nil {
				t.Fatalf("%d bytes are said to be unread, want %d", got, want)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	unread(g, 0)
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	unread(g, size(1, 100))
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	bounded := newGroup(ctx, t, c, scope, "bounded", nil, client.GroupStream{Scope: scope, Stream: stream, To: info.Tail})
	scale(ctx, t, c, scope, stream, 2)
	writeEvents(ctx, t, c, scope, stream, 101, 200)
	w, err := c.OpenWriter(ctx, scope, "other", client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 201; n <= 250; n++ {
		if _, err := w.Write(ctx, client.Event{Key: []byte("other"), Data: payload("other", n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	unread(g, size(1, 250))
	unread(bounded, size(1, 100))
	r := openReader(ctx, t, g, "r")
	o := newOracle(t)
	o.takeFrom(ctx, r, 30)
	rest := size(1, 250)
	for n := range o.seen {
		rest -= size(n, n)
	}
	unread(g, rest)
	if _, err := g.InitiateCheckpoint(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	unread(g, rest)
	o.takeFrom(ctx, r, 250)
	unread(g, 0)
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	unread(g, 0)
	unread(bounded, size(1, 100))
	if err := newOracle(t).drain(ctx, openReader(ctx, t, bounded, "r")); err != nil {
		t.Fatal(err)
	}
	unread(bounded, 0)
}

func scale(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, n int) {
	t.Helper()
	segments, err := c.Segments(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	var seal []int64
	for _, s := range segments {
		seal = append(seal, s.ID)
	}
	var into []client.KeyRange
	for i := range n {
		into = append(into, client.KeyRange{Low: float64(i) / float64(n), High: float64(i+1) / float64(n)})
	}
	if err := c.ScaleStream(ctx, scope, stream, seal, into); err != nil {
		t.Fatal(err)
	}
}

// Every event can be fetched again by its pointer, from a text and from bytes,
// within the caller's limit; what is not there is told (pravega#2673, #537).
func TestEventsAreFetchedByTheirPointers(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	events := [][]byte{[]byte("first"), {}, slices.Repeat([]byte("large "), 1<<20), []byte("last")}
	for _, e := range events {
		if _, err := w.Write(ctx, client.Event{Key: []byte("k"), Data: e}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	r := openReader(ctx, t, g, "r")
	var pointers []client.EventPointer
	for len(pointers) < len(events) {
		s, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for offset, event := range s.Events() {
			pointers = append(pointers, s.Pointer(offset, event))
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for i, p := range pointers {
		bytes, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var kept client.EventPointer
		if err := kept.UnmarshalBinary(bytes); err != nil || kept != p || kept.Stream() != stream || kept.Size() != len(events[i]) {
			t.Fatal(kept, p, err)
		}
		if kept, err = client.ParseEventPointer(p.String()); err != nil || kept != p {
			t.Fatal(kept, p, err)
		}
		if got, err := c.FetchEvent(ctx, kept); err != nil || string(got) != string(events[i]) {
			t.Fatalf("event %d comes back with %d bytes: %v", i, len(got), err)
		}
	}
	for name, text := range map[string]string{
		"beyond the tail":  fmt.Sprintf("%s:%d-20", pointers[0].Segment(), pointers[3].Offset()+1000),
		"between events":   fmt.Sprintf("%s:%d-13", pointers[0].Segment(), pointers[0].Offset()+1),
		"of another size":  fmt.Sprintf("%s:%d-14", pointers[0].Segment(), pointers[0].Offset()),
		"without a header": fmt.Sprintf("%s:%d-3", pointers[0].Segment(), pointers[0].Offset()),
	} {
		p, err := client.ParseEventPointer(text)
		if err == nil {
			_, err = c.FetchEvent(ctx, p)
		}
		if !errors.Is(err, client.ErrInvalidArgument) {
			t.Fatalf("an event %s: %v", name, err)
		}
	}
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.TruncateStream(ctx, scope, stream, info.Tail); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FetchEvent(ctx, pointers[0]); !errors.Is(err, client.ErrSegmentTruncated) {
		t.Fatal(err)
	}
	seal(ctx, t, c, scope, stream)
	if _, err := c.DeleteStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FetchEvent(ctx, pointers[0]); !errors.Is(err, client.ErrNoSuchSegment) && !errors.Is(err, client.ErrNoSuchStream) {
		t.Fatal(err)
	}
}

// What the group has checkpointed, or was said not to need, may be truncated by the
// stream's retention policy, and nothing else.
func TestRetentionFollowsTheGroup(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	one := client.GroupStream{Scope: scope, Stream: stream}
	retention := func(kind client.GroupRetention) func(*client.ReaderGroupConfig) {
		return func(config *client.ReaderGroupConfig) { config.Retention = kind }
	}
	none := newGroup(ctx, t, c, scope, "none", nil, one)
	manual := newGroup(ctx, t, c, scope, "manual", retention(client.GroupRetentionManual), one)
	automatic := newGroup(ctx, t, c, scope, "automatic", retention(client.GroupRetentionCheckpoint), one)
	for g, want := range map[*client.ReaderGroup]client.GroupRetention{none: client.GroupRetentionNone, manual: client.GroupRetentionManual, automatic: client.GroupRetentionCheckpoint} {
		if config, err := g.Config(ctx); err != nil || config.Retention != want {
			t.Fatal(config, err)
		}
	}
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	if err := none.UpdateRetentionStreamCut(ctx, info.Tail); !errors.Is(err, client.ErrInvalidArgument) {
		t.Fatal(err)
	}
	if err := manual.UpdateRetentionStreamCut(ctx, info.Tail); err != nil {
		t.Fatal(err)
	}
	if err := manual.UpdateRetentionStreamCut(ctx, info.Head); !errors.Is(err, client.ErrInvalidArgument) {
		t.Fatalf("a cut before the last one: %v", err)
	}
	r := openReader(ctx, t, automatic, "r")
	newOracle(t).takeFrom(ctx, r, 100)
	if _, err := automatic.InitiateCheckpoint(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	direct := shared(t)
	config, err := direct.ReaderGroupConfig(ctx, scope, "automatic")
	if err != nil {
		t.Fatal(err)
	}
	head, err := direct.HeadSegments(ctx, naming.Stream{Scope: scope, Name: stream})
	if err != nil {
		t.Fatal(err)
	}
	for { // until a cut before the checkpoint is refused
		err := direct.ReleaseBefore(ctx, scope, "automatic", config.ID, config.Generation, head)
		if errors.Is(err, client.ErrInvalidArgument) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
