package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// announce writes to a group's state that it may get a new configuration, as whoever
// is about to give it one does.
func announce(ctx context.Context, t *testing.T, scope, group string) {
	t.Helper()
	log := harness.GroupLog(t, harness.Shared(t).ControllerURI(), scope, group)
	record, err := readergroup.EncodeUpdates(readergroup.UpdatingConfig{Updating: true})
	if err != nil {
		t.Fatal(err)
	}
	for added := false; !added; {
		_, end, err := log.Bounds(ctx)
		if err == nil {
			_, added, err = log.AppendAt(ctx, end, record)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// thrownOut waits until a reader is told that its group was reset, and closes it.
func thrownOut(ctx context.Context, t *testing.T, r *client.Reader) {
	t.Helper()
	for {
		s, err := r.Next(ctx)
		if err == nil {
			_ = s.ReleaseAt(s.StartOffset())
			continue
		}
		if errors.Is(err, client.ErrEnd) && ctx.Err() == nil { // it has not heard of it yet
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if !errors.Is(err, client.ErrGroupReinitialized) || !client.IsFinal(err) {
			t.Fatal(err)
		}
		if err := r.Close(ctx); err != nil {
			t.Fatal(err)
		}
		return
	}
}

// Who resets a group may die at any moment. Before the controller knows, nothing has
// happened, and somebody else can reset the group; from then on a member finishes it.
func TestResetThatWasBegunIsFinishedByAMember(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	writeEvents(ctx, t, c, scope, stream, 101, 150)
	seal(ctx, t, c, scope, stream)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	r := openReader(ctx, t, g, "r")
	announce(ctx, t, scope, "g")
	before := newOracle(t)
	before.takeFrom(ctx, r, 20)
	if err := g.ResetTo(ctx, info.Tail); err != nil {
		t.Fatal(err)
	}
	thrownOut(ctx, t, r)

	r = openReader(ctx, t, g, "r")
	after := newOracle(t)
	after.drainOpen(ctx, r)
	if len(after.seen) != 50 || !after.seen[101] {
		t.Fatalf("%d events were read behind the cut", len(after.seen))
	}
	direct := shared(t)
	config, err := direct.ReaderGroupConfig(ctx, scope, "g")
	if err != nil {
		t.Fatal(err)
	}
	config.Start[naming.Stream{Scope: scope, Name: stream}] = streamcut.Cut{} // its head
	generation, err := direct.UpdateReaderGroup(ctx, scope, "g", config)
	if err != nil || generation != 2 {
		t.Fatal(generation, err)
	}
	announce(ctx, t, scope, "g") // late, so that nobody sees it before the controller knows
	thrownOut(ctx, t, r)
	o := newOracle(t)
	if err := o.drain(ctx, openReader(ctx, t, g, "r")); err != nil {
		t.Fatal(err)
	}
	o.check(150)
}

// Resets at the same time come one after the other: all succeed, the last one holds,
// and every reader of before is told.
func TestResetsAtTheSameTime(t *testing.T) {
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	var cuts []client.StreamCut
	for n := 1; n <= 400; n += 100 {
		info, err := c.StreamInfo(ctx, scope, stream)
		if err != nil {
			t.Fatal(err)
		}
		cuts = append(cuts, info.Tail)
		writeEvents(ctx, t, c, scope, stream, n, n+99)
	}
	seal(ctx, t, c, scope, stream)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	var readers []*client.Reader
	for i := range 2 {
		readers = append(readers, openReader(ctx, t, g, fmt.Sprint("r-", i)))
	}
	var work sync.WaitGroup
	for _, cut := range cuts {
		work.Go(func() {
			if err := g.ResetTo(ctx, cut); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	for _, r := range readers {
		thrownOut(ctx, t, r)
	}
	config, err := shared(t).ReaderGroupConfig(ctx, scope, "g")
	if err != nil || config.Generation != int64(len(cuts)) {
		t.Fatal(config.Generation, err)
	}
	now, err := g.Config(ctx)
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for i, cut := range cuts {
		if now.Streams[0].From.String() == cut.String() {
			last = i
		}
	}
	if at := config.Start[naming.Stream{Scope: scope, Name: stream}]; last < 0 || at.Text() != cuts[last].String() {
		t.Fatalf("the group starts at %v, the controller says %v", now.Streams[0].From.Offsets(), at.Offsets)
	}
	o := newOracle(t)
	if err := o.drain(ctx, openReader(ctx, t, g, "r-0")); err != nil {
		t.Fatal(err)
	}
	if len(o.seen) != 400-100*last || !o.seen[100*last+1] {
		t.Fatalf("%d events were read from cut %d on", len(o.seen), last)
	}
}
