package conformance

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// What a reader reads lies in its time window: nothing is older than the lower
// bound, which never goes back and moves on with what is read, over a scale too; as
// long as there is one segment, nothing is newer than the upper bound. At the tail
// there is no upper bound, and before the first mark no lower one.
func TestWhatIsReadLiesInTheTimeWindow(t *testing.T) {
	ctx := waittest.Within(t, 4*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	const first = 1000
	var now int64 = first
	write := func() {
		t.Helper()
		now++
		if _, err := w.Write(ctx, client.Event{Key: []byte("k"), Data: strconv.AppendInt(nil, now, 10)}); err != nil {
			t.Fatal(err)
		}
		if err := w.NoteTime(ctx, now); err != nil {
			t.Fatal(err)
		}
	}
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	tail := openReader(ctx, t, g, "tail") // follows the writer
	window := func(r *client.Reader) client.TimeWindow {
		t.Helper()
		w, err := r.TimeWindow(ctx, scope, stream)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if got := window(tail); got.Lower != client.NoLowerBound || got.Upper != client.NoUpperBound {
		t.Fatalf("without times the window is %+v", got)
	}
	if _, err := tail.TimeWindow(ctx, scope, "other"); !errors.Is(err, client.ErrInvalidArgument) {
		t.Fatal(err)
	}
	// The servers make two marks, one before and one after a scale.
	marked, split := int64(client.NoLowerBound), int64(0)
	for marks := 0; marks < 2; {
		write()
		s := next(ctx, t, tail)
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
		got := window(tail)
		if got.Lower > now || got.Lower < marked {
			t.Fatalf("at %d, behind a window from %d, the window is %+v", now, marked, got)
		}
		if got.Lower > marked {
			marked = got.Lower
			if marks++; marks == 1 {
				split = now
				scaleTo(ctx, t, c, scope, stream, 2)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	if marked <= first {
		t.Fatalf("the last mark is %d", marked)
	}
	if err := tail.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	seal(ctx, t, c, scope, stream)
	r := openReader(ctx, t, newGroup(ctx, t, c, scope, "later", nil, client.GroupStream{Scope: scope, Stream: stream}), "r")
	last := int64(client.NoLowerBound)
	upper := false // there was one
	for read := int64(first); read < now; {
		s := next(ctx, t, r)
		start := s.StartOffset()
		var at int64
		end := s.EndOffset()
		for offset, event := range s.Events() {
			if offset > start {
				end = offset // give back one event at a time
				break
			}
			if at, err = strconv.ParseInt(string(event), 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		got := window(r)
		if at != read+1 || got.Lower < last || at < got.Lower {
			t.Fatalf("event %d is read after %d, in the window %+v after one from %d", at, read, got, last)
		}
		if at <= split && at > got.Upper {
			t.Fatalf("event %d is read in the window %+v", at, got)
		}
		upper = upper || got.Upper < client.NoUpperBound
		last, read = got.Lower, at
		if err := s.ReleaseAt(end); err != nil {
			t.Fatal(err)
		}
	}
	if last == client.NoLowerBound || !upper {
		t.Errorf("the last window is from %d; an upper bound was told: %v", last, upper)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := r.TimeWindow(ctx, scope, stream); !errors.Is(err, client.ErrClosed) {
		t.Fatal(err)
	}
}
