package member

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Only who was silent for the whole limit, while the observer looked, is taken for
// dead.
func TestHazard15OnlyTheSilentAreTakenForDead(t *testing.T) {
	start := time.Now()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	v := liveness{limit: time.Second, heard: make(map[string]sign)} // which counts as 30 s
	readers, every := []string{"dead"}, 3*time.Second
	look := func(seconds int, want ...string) {
		t.Helper()
		v.read(at(seconds), every, len(readers)+1)
		if got := v.silent(readers, at(seconds)); !slices.Equal(got, want) {
			t.Fatalf("after %d s %q are taken for dead, want %q", seconds, got, want)
		}
	}
	look(0)
	for now := 3; now < 30; now += 3 {
		look(now)
	}
	look(30, "dead")
	readers = append(readers, "alive") // of three readers each has 40 s
	for now := 33; now < 40; now += 3 {
		v.hear(readergroup.UpdateDistanceToTail{Reader: "alive"}, at(now), len(readers)+1)
		look(now)
	}
	look(40, "dead")
	look(43, "dead")
	v.restart() // the observer could not read the state
	look(46)
	look(49)
	for now := 52; now < 86; now += 3 {
		v.hear(readergroup.CheckpointReader{Reader: "alive"}, at(now), len(readers)+1)
		look(now)
	}
	look(86, "dead")
	look(130) // it was asleep itself: everybody has the whole limit again
	for now := 133; now < 170; now += 3 {
		look(now)
	}
	look(170, "dead", "alive")
	readers = []string{"alive", "dead", "third", "fourth"} // who joins has the whole limit, and the limit grows
	look(173)
	v.hear(readergroup.AddReader{Reader: "alive"}, at(173), len(readers)+1)
	for now := 176; now < 190; now += 3 {
		look(now)
	}
	look(190, "dead")
	readers = readers[:2] // the others may not know yet that the limit shrinks
	v.hear(readergroup.UpdateDistanceToTail{Reader: "alive"}, at(190), len(readers)+1)
	for now := 193; now < 230; now += 3 {
		look(now, "dead")
	}
	look(230, "alive", "dead")
	v.limit = 0
	look(1000)
	v.limit = time.Hour
	for now := 1000; now < 4000; now += 600 {
		look(now)
	}
	v.limit = time.Second
	readers, every = []string{"alive", "dead"}, 20*time.Second // a group that is looked at rarely
	for _, reader := range readers {                           // which know that there are only three by now
		v.hear(readergroup.UpdateDistanceToTail{Reader: reader}, at(4000), len(readers)+1)
	}
	look(4000)
	look(4020)
	v.hear(readergroup.UpdateDistanceToTail{Reader: "alive"}, at(4040), len(readers)+1)
	look(4040, "dead")
	look(4085) // 25 s late
	look(4105)
	look(4120)
	look(4125, "alive", "dead")
}

// A reader that another one takes for dead leaves its segments to it, unread from
// its last checkpoint, and is told when it comes back.
func TestSilentReaderIsTakenOut(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("one"), []byte("two"))
	g := c.group()
	dead, heir := g.idleReader(t, "dead"), g.idleReader(t, "heir")
	dead.mustStep(t)
	if err := next(t, dead).Release(); err != nil { // consumed, but not checkpointed
		t.Fatal(err)
	}
	heir.liveness.limit = time.Second
	heir.mustStep(t)
	heir.mustStep(t)
	if !heir.state.Online("dead") {
		t.Fatal("a reader is taken out that was heard of a moment ago")
	}
	heir.liveness.heard["dead"] = sign{at: time.Now().Add(-time.Minute)}
	heir.mustStep(t)
	heir.mustStep(t)
	if heir.state.Online("dead") {
		t.Fatal("a reader that was silent for a minute is still in the group")
	}
	if s := next(t, heir); s.StartOffset() != 0 {
		t.Fatalf("the heir reads from offset %d", s.StartOffset())
	}
	dead.refresh = time.Time{}
	if err := dead.step(); fault.CodeOf(err) != fault.ReaderNotInGroup {
		t.Fatal(err)
	}
}

// Signs of life may lie in records that were truncated away before the observer read
// them, also while it is about to take the reader out. A silence is counted anew then.
func TestSignsOfLifeBehindTruncationAreNoSilence(t *testing.T) {
	for name, late := range map[string]bool{"before it looks": false, "while it takes the reader out": true} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			g := c.group()
			g.idleReader(t, "other")
			observer := g.idleReader(t, "observer")
			m := observer
			m.liveness.limit = time.Second
			observer.mustStep(t)
			speak := func() {
				g.note(t, readergroup.UpdateDistanceToTail{Reader: "other"})
				g.compacted(t)
			}
			m.liveness.heard["other"] = sign{at: time.Now().Add(-time.Minute)}
			if !late {
				speak()
			}
			enginetest.Must(t, m.look(waittest.Limit(t)))
			if late {
				speak()
			}
			enginetest.Must(t, m.evictSilent(time.Now()))
			if !m.state.Online("other") {
				t.Fatal("a reader is taken out that has just given a sign of life")
			}
			observer.mustStep(t)
			m.liveness.heard["other"] = sign{at: time.Now().Add(-time.Minute)}
			observer.mustStep(t)
			if m.state.Online("other") {
				t.Fatal("a reader that is silent since is still in the group")
			}
		})
	}
}

// A reader that watches the others keeps the names of those that are there, and one that
// does not keeps none.
func TestNamesOfFormerReadersAreForgotten(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	watches, trusts := g.idleReader(t, "watches"), g.idleReader(t, "trusts")
	watches.liveness.limit = time.Hour
	fetch := func() {
		for _, r := range []*Member{watches, trusts} {
			r.liveness.looked = r.now() // however long this machine takes
			if err := r.fetch(waittest.Limit(t)); err != nil {
				t.Fatal(err)
			}
		}
	}
	fetch()
	const readers = 1000
	for n := range readers {
		id := fmt.Sprint("reader-", n)
		updates := []readergroup.Update{readergroup.AddReader{Reader: id}, readergroup.UpdateDistanceToTail{Reader: id}, readergroup.RemoveReader{Reader: id}}
		record, err := readergroup.EncodeUpdates(updates...)
		if err != nil {
			t.Fatal(err)
		}
		c.Put(g.Segment, record)
	}
	fetch() // soon enough after the first to count what it hears
	if n := len(watches.liveness.heard); n > 2 {
		t.Errorf("%d names are kept of readers of which 2 are in the group", n)
	}
	if n := len(trusts.liveness.heard); n > 0 {
		t.Errorf("%d names are kept by a reader that takes nobody out", n)
	}
}
