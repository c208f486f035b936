package conformance

import (
	"errors"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A writer notes times, on segments that it wrote to and on others, before and
// after a scale; one that goes back is refused.
func TestTimesAreNotedAndDoNotGoBack(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1) // also the least that a scale may leave
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for at := range int64(4) {
		if _, err := w.Write(ctx, client.Event{Key: []byte("k"), Data: payload("k", int(at)+1)}); err != nil {
			t.Fatal(err)
		}
		if err := w.NoteTime(ctx, 1000+at); err != nil {
			t.Fatal(err)
		}
		if at == 1 {
			scaleTo(ctx, t, c, scope, stream, 2)
		}
	}
	if err := w.NoteTime(ctx, 999); !errors.Is(err, client.ErrInvalidArgument) {
		t.Fatal(err)
	}
	if err := w.NoteTime(ctx, 1003); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// A writer that continues another one of its id is the same one for the servers:
// it cannot note an earlier time, and can go on over segments that it has not
// written to itself.
func TestTimesOfWritersWithOneIDAreThoseOfOneWriter(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	limits := client.WriterConfig{}
	limits.ID = "clock"
	open := func() *client.Writer {
		t.Helper()
		w, err := c.OpenWriter(ctx, scope, stream, limits)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	earlier := open()
	for n := range 20 {
		if _, err := earlier.Write(ctx, client.Event{Data: payload("k", n+1)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := earlier.NoteTime(ctx, 1000); err != nil {
		t.Fatal(err)
	}
	later := open()
	if err := later.NoteTime(ctx, 999); !errors.Is(err, client.ErrInvalidArgument) {
		t.Fatal(err)
	}
	if err := later.NoteTime(ctx, 1001); err != nil {
		t.Fatal(err)
	}
	if err := earlier.NoteTime(ctx, 2000); !errors.Is(err, client.ErrFenced) {
		t.Fatal(err)
	}
	scaleTo(ctx, t, c, scope, stream, 3)
	if _, err := later.Write(ctx, client.Event{Data: payload("k", 21)}); err != nil {
		t.Fatal(err)
	}
	if err := later.NoteTime(ctx, 1002); err != nil {
		t.Fatal(err)
	}
	scaleTo(ctx, t, c, scope, stream, 2)
	last := open()
	if err := last.NoteTime(ctx, 1003); err != nil {
		t.Fatal(err)
	}
	if err := later.NoteTime(ctx, 3000); !errors.Is(err, client.ErrFenced) { // idle over the scale
		t.Fatal(err)
	}
	if _, err := last.Write(ctx, client.Event{Data: payload("k", 22)}); err != nil {
		t.Fatal(err)
	}
	if err := last.NoteTime(ctx, 1004); err != nil {
		t.Fatal(err)
	}
	if err := last.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
