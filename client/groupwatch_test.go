package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// told waits until a watch tells a status, and passes over others.
func told(t *testing.T, calls <-chan GroupStatus, want GroupStatus) {
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
		case <-time.After(30 * time.Second):
			t.Fatalf("%+v is not told", want)
		}
	}
}

// A watch tells of readers that join and leave, of scales, of the end, and of the
// group's deletion, each once.
func TestWatchTellsHowAGroupChanges(t *testing.T) {
	c := &testCluster{enginetest.MergedStream(t)}
	g := c.group()
	again := readergroup.Init{Config: readergroup.Config{Start: map[naming.Stream]streamcut.Cut{c.Stream: {}}, RefreshMillis: 100, MaxOutstandingCheckpoints: 1},
		Segments: map[readergroup.Segment]readergroup.Place{{Stream: c.Stream, ID: enginetest.Left}: {}, {Stream: c.Stream, ID: enginetest.Right}: {}}}
	g.note(t, again)
	calls := make(chan GroupStatus, 100)
	w, err := g.Watch(waittest.Limit(t), func(s GroupStatus) { calls <- s })
	if err != nil {
		t.Fatal(err)
	}
	if first := <-calls; first != (GroupStatus{Segments: 2}) {
		t.Fatalf("first %+v is told", first)
	}
	g.note(t, readergroup.AddReader{Reader: "other"})
	told(t, calls, GroupStatus{Segments: 2, Readers: 1})
	g.note(t, readergroup.RemoveReader{Reader: "other"})
	told(t, calls, GroupStatus{Segments: 2})
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	out := []*Slice{next(t, r), next(t, r)}
	if err := out[0].Release(); err != nil {
		t.Fatal(err)
	}
	told(t, calls, GroupStatus{Segments: 1, Readers: 1})
	if err := out[1].Release(); err != nil {
		t.Fatal(err)
	}
	if err := next(t, r).Release(); err != nil { // the merged segment
		t.Fatal(err)
	}
	if _, err := r.Next(waittest.Limit(t)); !errors.Is(err, ErrEnd) {
		t.Fatal(err)
	}
	told(t, calls, GroupStatus{Readers: 1, EndOfData: true})
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	told(t, calls, GroupStatus{EndOfData: true})
	g.note(t, again)
	told(t, calls, GroupStatus{Segments: 2})
	c.Delete(g.engine.Segment)
	if last := <-calls; !errors.Is(last.Err, ErrNoSuchReaderGroup) {
		t.Fatalf("last %+v is told", last)
	}
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if len(calls) > 0 {
		t.Fatalf("behind the last, %+v is told", <-calls)
	}
	if _, err := g.Watch(waittest.Limit(t), func(GroupStatus) {}); !errors.Is(err, ErrNoSuchReaderGroup) {
		t.Fatal(err)
	}
}

// Close waits for the call that is under way, as long as its caller wants, and
// nothing is told after it; closing the client ends watches too.
func TestCloseEndsAWatch(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	inside, leave := make(chan struct{}), make(chan struct{})
	calls := 0
	w, err := g.Watch(waittest.Limit(t), func(GroupStatus) {
		calls++
		close(inside)
		<-leave
	})
	if err != nil {
		t.Fatal(err)
	}
	<-inside
	none, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.Close(none); !errors.Is(err, ErrCancelled) {
		t.Fatal(err)
	}
	g.note(t, readergroup.AddReader{Reader: "other"})
	close(leave)
	for range 2 {
		if err := w.Close(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 1 {
		t.Fatalf("the function was called %d times", calls)
	}
	if _, err := g.Watch(waittest.Limit(t), func(GroupStatus) {}); err != nil {
		t.Fatal(err)
	}
	if err := g.client.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Watch(waittest.Limit(t), func(GroupStatus) {}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

// While the servers are away a watch tells nothing, and then what has changed.
func TestWatchOutlivesAnOutage(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	calls := make(chan GroupStatus, 100)
	w, err := g.Watch(waittest.Limit(t), func(s GroupStatus) { calls <- s })
	if err != nil {
		t.Fatal(err)
	}
	told(t, calls, GroupStatus{Segments: 1})
	c.Refuse(func(string) error { return errors.New("the controller is away") })
	c.CutAll()
	c.Refuse(nil)
	g.note(t, readergroup.AddReader{Reader: "other"})
	told(t, calls, GroupStatus{Segments: 1, Readers: 1})
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}
