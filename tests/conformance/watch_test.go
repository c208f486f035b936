package conformance

import (
	"errors"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Whoever watches a group is told when a scale gives it other segments to read, how
// many readers it has, when it has read everything, and that it was deleted.
func TestGroupIsWatched(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	calls := make(chan client.GroupStatus, 100)
	w, err := g.Watch(ctx, func(s client.GroupStatus) { calls <- s })
	if err != nil {
		t.Fatal(err)
	}
	told := func(want client.GroupStatus) {
		t.Helper()
		for {
			select {
			case got := <-calls:
				if got == want {
					return
				}
				if got.Err != nil {
					t.Fatal(got.Err)
				}
			case <-ctx.Done():
				t.Fatalf("%+v is not told", want)
			}
		}
	}
	told(client.GroupStatus{Segments: 1})
	r := openReader(ctx, t, g, "r")
	o := newOracle(t)
	done := make(chan error, 1)
	go func() { done <- o.drain(ctx, r) }()
	told(client.GroupStatus{Segments: 1, Readers: 1})
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	scaleTo(ctx, t, c, scope, stream, 3)
	told(client.GroupStatus{Segments: 3, Readers: 1})
	writeEvents(ctx, t, c, scope, stream, 51, 100)
	seal(ctx, t, c, scope, stream)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	o.check(100)
	told(client.GroupStatus{EndOfData: true})
	if err := c.DeleteReaderGroup(ctx, scope, "g"); err != nil {
		t.Fatal(err)
	}
	if last := <-calls; !errors.Is(last.Err, client.ErrNoSuchReaderGroup) {
		t.Fatalf("%+v is told", last)
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
