package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A bounded group ends at its cuts, over scales, with several readers, and again
// and again after resets: to its start, to a checkpoint, to the last checkpoint, to
// the very end, and with another end.
func TestBoundedGroupEndsAgainAfterEachReset(t *testing.T) {
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	early, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	scaleTo(ctx, t, c, scope, stream, 2)
	writeEvents(ctx, t, c, scope, stream, 101, 200)
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	scaleTo(ctx, t, c, scope, stream, 1)
	writeEvents(ctx, t, c, scope, stream, 201, 300)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream, To: info.Tail})
	first := newOracle(t)
	r := openReader(ctx, t, g, "r")
	first.takeFrom(ctx, r, 50)
	fifty, err := g.InitiateCheckpoint(ctx, "fifty")
	if err != nil {
		t.Fatal(err)
	}
	first.drainOpen(ctx, r)
	first.check(200)
	end, err := g.InitiateCheckpoint(ctx, "end")
	if err != nil || len(end.Cuts()) != 0 {
		t.Fatal(end.Cuts(), err)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	config, err := g.Config(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, back := range []struct {
		to          string
		first, last int // events that are read then
		call        func() error
	}{
		{"its configuration", 1, 200, func() error { return g.Reset(ctx, config) }},
		{"a checkpoint", 51, 200, func() error { return g.ResetTo(ctx, fifty.Cuts()...) }},
		{"a cut", 101, 200, func() error { return g.ResetTo(ctx, early.Tail) }},
		{"its end", 1, 0, func() error { return g.ResetTo(ctx, info.Tail) }},
		{"an earlier end", 1, 100, func() error {
			config.Streams[0].To = early.Tail
			return g.Reset(ctx, config)
		}},
		{"a start behind its end", 1, 100, func() error { // is refused
			if err := g.ResetTo(ctx, info.Tail); !errors.Is(err, client.ErrInvalidArgument) {
				t.Errorf("a reset to a cut behind the end: %v", err)
			}
			return g.Reset(ctx, config)
		}},
		{"no end", 1, 300, func() error {
			config.Streams[0].To = client.StreamCut{}
			return g.Reset(ctx, config)
		}},
	} {
		t.Run(back.to, func(t *testing.T) {
			if err := back.call(); err != nil {
				t.Fatal(err)
			}
			if back.last == 300 {
				seal(ctx, t, c, scope, stream)
			}
			o := newOracle(t)
			done := make(chan error)
			for _, id := range []string{"a", "b"} {
				r := openReader(ctx, t, g, id)
				go func() { done <- o.drain(ctx, r) }()
			}
			for range 2 {
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
			if len(o.seen) != back.last-back.first+1 {
				t.Errorf("%d events were read", len(o.seen))
			}
			for n := back.first; n <= back.last; n++ {
				if !o.seen[n] {
					t.Fatalf("event %d was not read", n)
				}
			}
		})
	}
}

// Of two segments one has been read as far as the group is to go, or to its end
// before both were merged, and the other has not: a cut that is taken then is one of
// the whole stream, which the controller takes for retention and for a reset, and
// the group goes on from it to its end (an official Java client's lacks the first
// segment: a reset to it is refused or makes a group that stalls).
func TestGroupGoesOnFromWhereOneOfTwoSegmentsIsDone(t *testing.T) {
	for _, bounded := range []bool{false, true} {
		t.Run(fmt.Sprintf("bounded %v", bounded), func(t *testing.T) { goOnFromHalf(t, bounded) })
	}
}

func goOnFromHalf(t *testing.T, bounded bool) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	scaleTo(ctx, t, c, scope, stream, 2)
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	reads, total := client.GroupStream{Scope: scope, Stream: stream}, 150
	if bounded {
		info, err := c.StreamInfo(ctx, scope, stream)
		if err != nil {
			t.Fatal(err)
		}
		reads.To, total = info.Tail, 100
	}
	scaleTo(ctx, t, c, scope, stream, 1)
	writeEvents(ctx, t, c, scope, stream, 101, 150)
	seal(ctx, t, c, scope, stream)
	g := newGroup(ctx, t, c, scope, "g", func(config *client.ReaderGroupConfig) { config.Retention = client.GroupRetentionManual }, reads)
	r := openReader(ctx, t, g, "r")
	o := newOracle(t)
	out := []*client.Slice{next(ctx, t, r), next(ctx, t, r)} // each has all of its segment
	slices.SortFunc(out, func(a, b *client.Slice) int { return strings.Compare(a.Segment(), b.Segment()) })
	done, half := out[0], out[1]
	end := done.EndOffset()
	for _, event := range done.Events() {
		o.take(event)
	}
	if err := done.Release(); err != nil {
		t.Fatal(err)
	}
	if !bounded {
		end = -1 // its own
	}
	var cut client.StreamCut
	// Meanwhile the reader tells the group that it is done with one.
	for told, cuts := false, 0; cuts < 10 || !told; cuts++ {
		made, err := g.GenerateStreamCuts(ctx)
		if err != nil || len(made) != 1 {
			t.Fatal(cut, made, err)
		}
		cut = made[0]
		offsets := slices.Sorted(maps.Values(cut.Offsets()))
		if len(offsets) != 2 || offsets[0] != half.StartOffset() && offsets[1] != half.StartOffset() {
			t.Fatalf("a cut has %v", cut.Offsets())
		}
		told = slices.Contains(offsets, end)
		time.Sleep(50 * time.Millisecond)
	}
	if err := g.UpdateRetentionStreamCut(ctx, cut); err != nil {
		t.Error(err)
	}
	if err := g.ResetTo(ctx, cut); err != nil {
		t.Fatal(err)
	}
	_ = half.Release() // noted or not, as the reader has heard of it or not
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := o.drain(ctx, openReader(ctx, t, g, "r")); err != nil {
		t.Fatal(err)
	}
	o.check(total)
}

// The last checkpoint was taken when one of two segments that were merged had been
// read, and the group has gone on since: it can go back there all the same.
func TestGroupGoesBackIntoTheMidstOfAMerge(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	scaleTo(ctx, t, c, scope, stream, 2)
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	scaleTo(ctx, t, c, scope, stream, 1)
	writeEvents(ctx, t, c, scope, stream, 101, 150)
	seal(ctx, t, c, scope, stream)
	g := newGroup(ctx, t, c, scope, "g", func(config *client.ReaderGroupConfig) { config.CheckpointInterval = client.Never },
		client.GroupStream{Scope: scope, Stream: stream})
	r := openReader(ctx, t, g, "r")
	o := newOracle(t)
	done, half := next(ctx, t, r), next(ctx, t, r) // each has all of its segment
	for _, event := range done.Events() {
		o.take(event)
	}
	if err := done.Release(); err != nil {
		t.Fatal(err)
	}
	known := make(chan struct{})
	w, err := g.Watch(ctx, func(s client.GroupStatus) {
		if s.Segments == 1 {
			close(known)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-known: // the group is done with one of them
	case <-ctx.Done():
		t.Fatal(ctx.Err())
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := g.InitiateCheckpoint(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	if err := half.Release(); err != nil {
		t.Fatal(err)
	}
	for merged := next(ctx, t, r); ; merged = next(ctx, t, r) { // it goes on with what follows both
		_ = merged.ReleaseAt(merged.StartOffset())
		if merged.Segment() != half.Segment() {
			break
		}
	}
	if err := g.ResetToLastCheckpoint(ctx); err != nil {
		t.Fatal(err)
	}
	config, err := g.Config(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if from := config.Streams[0].From.Offsets(); len(from) != 2 { // what was done by then is a part of the cut
		t.Fatalf("the group starts at %v", from)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := o.drain(ctx, openReader(ctx, t, g, "r")); err != nil {
		t.Fatal(err)
	}
	o.check(150)
}

func next(ctx context.Context, t *testing.T, r *client.Reader) *client.Slice {
	t.Helper()
	s, err := r.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A group reads streams of two scopes that bear the same name, each from somewhere
// to somewhere.
func TestGroupReadsStreamsOfTwoScopes(t *testing.T) {
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	one, stream := newStream(t, c, 2)
	other := one + "-other"
	if _, err := c.CreateScope(ctx, other); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateStream(ctx, other, stream, client.StreamConfig{}); err != nil {
		t.Fatal(err)
	}
	tail := func(scope string) client.StreamCut {
		info, err := c.StreamInfo(ctx, scope, stream)
		if err != nil {
			t.Fatal(err)
		}
		return info.Tail
	}
	writeEvents(ctx, t, c, one, stream, 1001, 1010) // before the beginning
	from := tail(one)
	writeEvents(ctx, t, c, one, stream, 1, 100)
	writeEvents(ctx, t, c, other, stream, 1, 200)
	to := tail(other)
	writeEvents(ctx, t, c, other, stream, 2001, 2010) // behind the end
	g := newGroup(ctx, t, c, one, "g", nil,
		client.GroupStream{Scope: one, Stream: stream, From: from, To: tail(one)},
		client.GroupStream{Scope: other, Stream: stream, To: to})
	seen := map[string]*oracle{one: newOracle(t), other: newOracle(t)}
	r := openReader(ctx, t, g, "r")
	for {
		slice, err := r.Next(ctx)
		if errors.Is(err, client.ErrEnd) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range slice.Events() {
			seen[slice.Scope()].take(event)
		}
		if err := slice.Release(); err != nil {
			t.Fatal(err)
		}
	}
	seen[one].check(100)
	seen[other].check(200)
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
