package conformance

import (
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A reader that keeps its position with what it made of the events, and then dies,
// is taken offline there: the others read on behind it, and no event twice. Segments
// that it acquired after it had noted its position are read from where it got them.
func TestReaderThatKeptItsPositionRepeatsNothing(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 3)
	writeEvents(ctx, t, c, scope, stream, 1, 300)
	seal(ctx, t, c, scope, stream)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	o := newOracle(t)
	lost := openReader(ctx, t, g, "lost")
	var kept string
	for len(o.seen) < 200 {
		s := next(ctx, t, lost)
		done := s.EndOffset()
		for offset, event := range s.Events() {
			if len(o.seen) == 200 {
				done = offset
				break
			}
			o.take(event)
		}
		kept = s.Position(done).String()
		if done == s.EndOffset() { // else it dies before it has given back what it is done with
			if err := s.Release(); err != nil {
				t.Fatal(err)
			}
		}
	}
	at, err := client.ParsePosition(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.ReaderOfflineAt(ctx, "lost", at); err != nil {
		t.Fatal(err)
	}
	if err := o.drain(ctx, openReader(ctx, t, g, "next")); err != nil {
		t.Fatal(err)
	}
	o.check(300)
	if err := lost.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
