package member

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// passed is where the group stood at a checkpoint, by segment number.
func (g *testGroup) passed(t *testing.T, name string) (offsets map[int32]int64, ok bool) {
	t.Helper()
	state, log := g.Replica(nil)
	if err := log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	all, ok := state.CheckpointOffsets(name)
	offsets = make(map[int32]int64)
	for s, offset := range all {
		offsets[s.ID.Number()] = offset
	}
	return offsets, ok
}

// An application that asked for checkpoints gets one when nothing is out, and
// passes it by asking for more: the group notes exactly what was given back, not
// what was handed out since.
func TestHazard17NamedCheckpointIsTheApplications(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	for id := range 2 {
		c.Put(c.Name(c.Current()[id]), []byte("one"), []byte("two"))
	}
	g := c.group()
	r := g.markedReader(t, "reader")
	r.mustStep(t)
	out := next(t, r)
	g.note(t, readergroup.CreateCheckpoint{Checkpoint: "named"})
	r.mustStep(t)
	if _, err := r.TryNext(); !errors.Is(err, fault.TimedOut) {
		t.Fatalf("while a slice is out and a checkpoint waits, Next returns %v", err)
	}
	if _, done := g.passed(t, "named"); done {
		t.Fatal("the checkpoint was passed behind the application's back")
	}
	var one int64
	for offset := range out.Events() {
		one = offset
	}
	if err := out.ReleaseAt(one); err != nil { // the first event is consumed, the second is not
		t.Fatal(err)
	}
	var at *read.AtCheckpoint
	if s, err := r.Next(waittest.Limit(t)); s != nil || !errors.As(err, &at) || at.Name != "named" {
		t.Fatal(s, err)
	}
	r.mustStep(t)
	if _, done := g.passed(t, "named"); done {
		t.Fatal("the checkpoint was noted before the application asked for more")
	}
	for range 2 {
		if err := next(t, r).Release(); err != nil { // consumed before the group's work is done
			t.Fatal(err)
		}
	}
	r.mustStep(t)
	offsets, done := g.passed(t, "named")
	if !done || offsets[numberOf(t, out)] != one || offsets[1-numberOf(t, out)] != 0 {
		t.Fatalf("the checkpoint, done %v, has %v, want %d and 0", done, offsets, one)
	}
	if _, err := r.TryNext(); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
}

// A checkpoint that is given up while the application is to be told of it, or was
// told, holds nothing up.
func TestCheckpointThatIsGivenUpHoldsNothingUp(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("one"), []byte("two"))
	g := c.group()
	r := g.markedReader(t, "reader")
	r.mustStep(t)
	for _, told := range []bool{false, true} {
		g.note(t, readergroup.CreateCheckpoint{Checkpoint: "given up"})
		r.mustStep(t)
		if told {
			var at *read.AtCheckpoint
			if _, err := r.TryNext(); !errors.As(err, &at) {
				t.Fatal(err)
			}
		}
		if err := g.CancelCheckpoints(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
		r.mustStep(t)
		s := next(t, r)
		if err := s.ReleaseAt(s.StartOffset()); err != nil {
			t.Fatal(err)
		}
	}
}

// An application that did not ask is not held up by a checkpoint, nor is anybody
// by an application that asked and only stream cuts are wanted.
func TestHazard17SilentCheckpointsPassBesideTheApplication(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("one"))
	g := c.group()
	for _, test := range []struct {
		reader, checkpoint string
		asked              bool
	}{{"asked", "_SILENT_", true}, {"did not ask", "named", false}} {
		config := defaults()
		config.Checkpoints = test.asked
		r := g.idleReaderOf(t, "reader", config)
		r.mustStep(t)
		s := next(t, r)
		g.note(t, readergroup.CreateCheckpoint{Checkpoint: test.checkpoint})
		r.mustStep(t)
		if offsets, done := g.passed(t, test.checkpoint); !done || offsets[0] != 0 {
			t.Fatalf("%s: the checkpoint, done %v, has %v", test.reader, done, offsets)
		}
		if err := s.ReleaseAt(s.StartOffset()); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// What all readers have passed is told to who waits for it, although the next
// checkpoint, an automatic one, made the group forget it meanwhile.
func TestCheckpointThatIsForgottenAtOnceIsTold(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	told := make(chan error, 1)
	go func() {
		cuts, err := g.GenerateStreamCuts(waittest.Limit(t))
		if err == nil && (len(cuts) != 1 || cuts[c.Stream].Offsets[0] != 7) {
			err = fmt.Errorf("the cuts are %v", cuts)
		}
		told <- err
	}()
	var name string
	waittest.Until(t, "cuts are asked for", func() bool {
		state, _, err := g.Read(waittest.Limit(t))
		if err != nil {
			t.Fatal(err)
		}
		var pending bool
		name, pending = state.Checkpoint("reader")
		return pending
	})
	g.note(t, readergroup.CheckpointReader{Checkpoint: name, Reader: "reader", Offsets: map[readergroup.Segment]int64{{Stream: c.Stream}: 7}},
		readergroup.CreateCheckpoint{Checkpoint: "next"}, readergroup.ClearCheckpointsBefore{Checkpoint: "next"})
	if err := <-told; err != nil {
		t.Fatal(err)
	}
}

// A segment that was read to its end is in a checkpoint as such, not with an offset
// that truncation makes worthless; one that the group reads to a cut, with the cut.
func TestCheckpointTellsWhatWasReadToTheEnd(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("one"))
	g := c.group()
	r := g.markedReader(t, "reader")
	r.mustStep(t)
	g.note(t, readergroup.CreateCheckpoint{Checkpoint: "c"}) // nothing is completed while it waits
	r.mustStep(t)
	var at *read.AtCheckpoint
	for {
		s, err := r.Next(waittest.Limit(t))
		if errors.As(err, &at) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	if err := next(t, r).Release(); err != nil {
		t.Fatal(err)
	}
	c.Seal(c.Name(0))
	waittest.Until(t, "the segment is at its end", func() bool {
		return len(r.Reader.Consumed()) == 1
	})
	for _, place := range r.Reader.Places() {
		if place.Offset != -1 {
			t.Fatal(place)
		}
	}
}

// Who waits for a checkpoint in several calls gets its result also if all readers
// passed it between two of them; once, and nobody else does.
func TestCheckpointIsWaitedForInSeveralCalls(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("one"))
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	if err := next(t, r).Release(); err != nil {
		t.Fatal(err)
	}
	for begun, calls := false, 0; !begun || calls < 2; calls++ {
		short, cancel := context.WithTimeout(waittest.Limit(t), 50*time.Millisecond)
		_, err := g.InitiateCheckpoint(short, "c")
		cancel()
		if !errors.Is(err, fault.TimedOut) {
			t.Fatal(err)
		}
		state, _, err := g.Read(waittest.Limit(t))
		if err != nil {
			t.Fatal(err)
		}
		_, begun = state.Checkpoint("reader")
	}
	r.mustStep(t)
	if _, done := g.passed(t, "c"); !done {
		t.Fatal("it is not passed")
	}
	if other, err := group.Open(waittest.Limit(t), g.client, g.Scope, g.Name); err != nil {
		t.Fatal(err)
	} else if _, err := other.InitiateCheckpoint(waittest.Limit(t), "c"); !errors.Is(err, fault.AlreadyExists) {
		t.Fatal(err)
	}
	checkpoint, err := g.InitiateCheckpoint(waittest.Limit(t), "c")
	if err != nil || checkpoint[c.Stream].Offsets[0] != 11 {
		t.Fatal(checkpoint, err)
	}
	if _, err := g.InitiateCheckpoint(waittest.Limit(t), "c"); !errors.Is(err, fault.AlreadyExists) {
		t.Fatal(err)
	}
}

// A checkpoint that is given up, and begun anew under its name before the reader looks, is another
// one: the application is told of it, although it has passed the first one, and what it has given
// back since counts.
func TestCheckpointBegunAnewUnderItsNameIsAnotherOne(t *testing.T) {
	for name, end := range map[string][]readergroup.Update{
		"given up":            {readergroup.RemoveOutstandingCheckpoints{}},
		"forgotten for later": {readergroup.CreateCheckpoint{Checkpoint: "later"}, readergroup.ClearCheckpointsBefore{Checkpoint: "later"}, readergroup.RemoveOutstandingCheckpoints{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			c.Put(c.Name(0), []byte("one"), []byte("two"))
			g := c.group()
			r := g.markedReader(t, "reader")
			r.mustStep(t)
			g.note(t, readergroup.CreateCheckpoint{Checkpoint: "c"})
			r.mustStep(t)
			var at *read.AtCheckpoint
			if s, err := r.Next(waittest.Limit(t)); !errors.As(err, &at) {
				t.Fatal(s, err)
			}
			s := next(t, r) // the application has passed it, which the group does not know
			g.note(t, append(end, readergroup.CreateCheckpoint{Checkpoint: "c"})...)
			enginetest.Must(t, s.Release())
			r.mustStep(t)
			if _, done := g.passed(t, "c"); done {
				t.Fatal("the second one is passed behind the application's back")
			}
			if s, err := r.Next(waittest.Limit(t)); !errors.As(err, &at) {
				t.Fatal(s, err)
			}
			if s, err := r.TryNext(); !errors.Is(err, fault.TimedOut) {
				t.Fatal(s, err)
			}
			r.mustStep(t)
			if offsets, done := g.passed(t, "c"); !done || offsets[0] == 0 {
				t.Fatalf("done %v, at %v", done, offsets)
			}
		})
	}
}
