package segment

import (
	"testing"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// A store that answers late, again and again, while a read waits at the tail keeps its
// connection. One that does not answer any more loses it.
func TestPatienceIsWithAnswersThatStayAway(t *testing.T) {
	f := &Fetcher{Name: "segment", life: background.New(background.Config{}, "test"), line: &line{conn: new(segmentstore.Conn)}}
	defer f.life.End()
	f.watch.oldest = new(ask)
	for range 10 {
		for range patience - 1 {
			f.miss(true)
		}
		if f.watch.exhausted() || f.life.Trouble() == nil {
			t.Fatalf("after %d looks: exhausted %v, %v", f.watch.missed, f.watch.exhausted(), f.life.Trouble())
		}
		if f.miss(false); f.life.Trouble() != nil {
			t.Fatal(f.life.Trouble())
		}
	}
	for range patience {
		f.miss(true)
	}
	if !f.watch.exhausted() {
		t.Error("it waits on")
	}
}
