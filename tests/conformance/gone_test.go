package conformance

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A stream that is deleted under a writer, and maybe made anew under its name,
// ends the writer with an error that says so, and that what was not acknowledged
// may have been stored. A new writer works on the new stream.
func TestDeletedStreamEndsTheWriter(t *testing.T) {
	for _, again := range []bool{false, true} {
		t.Run(fmt.Sprintf("made anew %v", again), func(t *testing.T) {
			ctx := waittest.Within(t, time.Minute)
			c := connect(t)
			scope, stream := newStream(t, c, 2)
			old, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
			if err != nil {
				t.Fatal(err)
			}
			put := func(w *client.Writer, first, last int) error {
				for n := first; n <= last; n++ {
					if _, err := w.Write(ctx, client.Event{Key: []byte(fmt.Sprint("key", n%5)), Data: payload(fmt.Sprint("key", n%5), n)}); err != nil {
						return err
					}
				}
				return w.Flush(ctx)
			}
			if err := put(old, 1, 20); err != nil {
				t.Fatal(err)
			}
			if err := c.SealStream(ctx, scope, stream); err != nil {
				t.Fatal(err)
			}
			if _, err := c.DeleteStream(ctx, scope, stream); err != nil {
				t.Fatal(err)
			}
			if again {
				if _, err := c.CreateStream(ctx, scope, stream, client.StreamConfig{}); err != nil {
					t.Fatal(err)
				}
			}
			if err := put(old, 21, 40); !errors.Is(err, client.ErrNoSuchStream) || !client.MayBeStored(err) {
				t.Fatal(err)
			}
			if acked, err := old.Acked(); acked != 20 || !errors.Is(err, client.ErrNoSuchStream) {
				t.Fatal(acked, err)
			}
			if !again {
				return
			}
			w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
			if err != nil {
				t.Fatal(err)
			}
			if err := put(w, 1, 20); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(ctx); err != nil {
				t.Fatal(err)
			}
			readBack(ctx, t, c, scope, stream, 20)
		})
	}
}

// A segment that is sealed by a scale and truncated away before the writer hears
// of either: what it writes next goes to the successors, once.
func TestSegmentTruncatedAwayUnderAWriter(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	put := func(first, last int) {
		t.Helper()
		for n := first; n <= last; n++ {
			if _, err := w.Write(ctx, client.Event{Key: []byte(fmt.Sprint("key", n%5)), Data: payload(fmt.Sprint("key", n%5), n)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(1, 20)
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	scaleTo(ctx, t, c, scope, stream, 2)
	info, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.TruncateStream(ctx, scope, stream, info.Tail); err != nil {
		t.Fatal(err)
	}
	put(21, 1000)
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 1)
	for n := 1; n <= 20; n++ { // truncated
		if o.seen[n] {
			t.Errorf("event %d is still there", n)
		}
		o.seen[n] = true
	}
	o.check(1000)
}
