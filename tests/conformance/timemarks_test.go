package conformance

import (
	"errors"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// A writer notes times, on segments that it wrote to and on others, before and
// after a scale; one that goes back is refused.
func TestTimesAreNotedAndDoNotGoBack(t *testing.T) {
	ctx := within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1) // also the least that a scale may leave
	w, err := c.OpenWriter(ctx, scope, stream, client.DefaultWriterConfig())
	if err != nil {
		t.Fatal(err)
	}
	for at := range int64(4) {
		if _, err := w.WriteKeyed(ctx, "k", payload("k", int(at)+1)); err != nil {
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
