package member

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/clock"
	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
	"github.com/pravega/pravega-client-go/internal/synchronizer/logtest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// The log of a group's state stays short. A member that slept while what it
// needs was truncated away goes on from the compacted state: it loses nothing,
// and nothing that is not its own is skipped or acquired (#7248 too).
func TestPravega4122MemberSurvivesTheTruncationOfTheState(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	busy, asleep := g.idleReader(t, "busy"), g.idleReader(t, "asleep")
	busy.compactAfter, busy.compactChance = 1<<10, 1
	if err := asleep.step(); err != nil {
		t.Fatal(err)
	}
	before := asleep.state.Assigned("asleep")
	log := segment.NewLog(g.client.Stores, g.Segment)
	start, end := int64(0), int64(0)
	for n := 0; start == 0; n++ {
		for i := range 20 {
			g.note(t, readergroup.CreateCheckpoint{Checkpoint: fmt.Sprint("checkpoint-", n, "-", i)},
				readergroup.RemoveOutstandingCheckpoints{}, readergroup.ClearCheckpointsBefore{Checkpoint: fmt.Sprint("checkpoint-", n, "-", i)})
		}
		busy.refresh = time.Time{}
		if err := busy.step(); err != nil {
			t.Fatal(err)
		}
		var err error
		if start, end, err = log.Bounds(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
	}
	if end-start > 64<<10 {
		t.Fatalf("the log has %d bytes", end-start)
	}
	asleep.refresh = time.Time{}
	if err := asleep.step(); err != nil {
		t.Fatal(err)
	}
	for s := range before {
		if !asleep.state.Owns("asleep", s) {
			t.Fatalf("%s was lost", s)
		}
	}
	late := g.idleReader(t, "late")
	if got := late.state.Readers(); len(got) != 3 {
		t.Fatal(got)
	}
	if segments := late.state.Segments(); segments != 2 {
		t.Fatalf("the state has %d segments", segments)
	}
}

// A compaction that loses to an official member's completion, which lets a segment get
// free too early, does not make that the truth for those who read no more than the whole
// state.
func TestCompactionDoesNotHideWhatIsToBeMended(t *testing.T) {
	segment := func(stream string, number int32) readergroup.Segment {
		return readergroup.Segment{Stream: naming.Stream{Scope: "scope", Name: stream}, ID: naming.NewSegmentID(number, 0)}
	}
	complete := func(stream string, number int32) readergroup.Update { // of two that are merged
		merged := readergroup.Successor{Predecessors: []naming.SegmentID{naming.NewSegmentID(0, 0), naming.NewSegmentID(1, 0)}}
		return readergroup.SegmentCompleted{Reader: "java", Segment: segment(stream, number), Successors: map[readergroup.Segment]readergroup.Successor{segment(stream, 2): merged}}
	}
	l := logtest.New()
	write := func(updates ...readergroup.Update) {
		record, err := readergroup.Record{Initial: len(l.Records) == 0, Updates: updates}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		l.Records = append(l.Records, string(record))
	}
	begin := readergroup.Init{Segments: make(map[readergroup.Segment]readergroup.Place)}
	owned := []readergroup.Update{readergroup.AddReader{Reader: "java"}}
	for _, stream := range []string{"x", "y"} {
		for number := range int32(2) {
			begin.Segments[segment(stream, number)] = readergroup.Place{}
			owned = append(owned, readergroup.AcquireSegment{Reader: "java", Segment: segment(stream, number)})
		}
	}
	write(begin)
	write(append(owned, complete("x", 1))...)
	life := background.New(background.Config{}, "ours")
	defer life.End()
	m := &Member{Reader: read.New(read.Config{}), id: "ours", group: new(group.Group), life: life, clock: clock.Now, looked: true, compactChance: 1, attemptLimit: group.AttemptLimit}
	m.log = synchronizer.New(l, &group.Replica{State: &m.state})
	if err := m.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	l.Before = func() { // segment 2 of x is free now
		l.Before = nil
		write(complete("y", 0))
	}
	if err := m.compact(time.Now()); err != nil {
		t.Fatal(err)
	}
	var newcomer readergroup.State
	if err := synchronizer.New(l, &group.Replica{State: &newcomer}).Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	if len(l.Records) != 3 || m.state.Mend() == nil || newcomer.Mend() == nil {
		t.Fatalf("%d records lead to %+v", len(l.Records), newcomer.Compact())
	}
}

// A reader that was taken out of its group is told so, although another one has
// joined under its name since.
func TestReaderWhoseNameWasTakenOverIsTold(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	old := g.idleReader(t, "reader")
	if err := old.step(); err != nil {
		t.Fatal(err)
	}
	if err := g.ReaderOffline(waittest.Limit(t), "reader"); err != nil {
		t.Fatal(err)
	}
	fresh := g.idleReader(t, "reader")
	if err := fresh.step(); err != nil {
		t.Fatal(err)
	}
	old.refresh = time.Time{}
	err := old.step()
	if !errors.Is(err, fault.ReaderNotInGroup) || !fault.Final(err) {
		t.Fatal(err)
	}
	if err := old.Close(waittest.Limit(t)); err != nil { // it was not told by Next yet
		t.Fatal(err)
	}
	if readers, err := g.Readers(waittest.Limit(t)); err != nil || len(readers) != 1 {
		t.Fatal("the old reader took the new one's name along:", readers, err)
	}
}

// So is one whose group was reset, although it has joined again under its name.
func TestReaderOfAGroupThatWasResetIsTold(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	old := g.idleReader(t, "reader")
	reset := old.state.Config()
	reset.Generation++
	g.note(t, readergroup.Init{Config: reset, Segments: old.state.Positions()})
	fresh := g.idleReader(t, "reader")
	if err := fresh.step(); err != nil {
		t.Fatal(err)
	}
	old.refresh = time.Time{}
	if err := old.step(); !errors.Is(err, fault.GroupReinitialized) || !fault.Final(err) {
		t.Fatal(err)
	} else {
		old.Reader.Fail(err)
	}
}

// So is one that finds out when it writes to the group's state.
func TestReaderOfAGroupThatWasResetIsToldInTheMiddleOfItsWork(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	old := g.idleReader(t, "reader")
	g.note(t, readergroup.CreateCheckpoint{Checkpoint: "c"})
	if err := old.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	reset := old.state.Config()
	reset.Generation++
	g.note(t, readergroup.Init{Config: reset, Segments: old.state.Positions()})
	err := old.write(waittest.Limit(t), func() ([]readergroup.Update, error) { return old.state.Pass("reader", "c", nil) })
	if !errors.Is(err, fault.GroupReinitialized) {
		t.Fatal(err)
	}
	old.Reader.Fail(err)
}

// What is unread is right for who reads the state from a compacted record on, without
// any checkpoint.
func TestUnreadBytesAfterACompaction(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	total := int64(0)
	for n := range 100 {
		for _, id := range c.Current() {
			event := fmt.Append(nil, "event ", n)
			c.Put(c.Name(id), event)
			total += int64(len(event) + wire.EventHeader)
		}
	}
	g := c.group()
	r := g.idleReader(t, "reader")
	r.compactAfter, r.compactChance = 1, 1
	r.mustStep(t)
	s := next(t, r)
	read := s.EndOffset()
	for offset := range s.Events() {
		if offset > 0 && read == s.EndOffset() {
			read = offset // of the second event
		}
	}
	if err := s.ReleaseAt(read); err != nil {
		t.Fatal(err)
	}
	check := func(want int64) {
		t.Helper()
		other, err := group.Open(waittest.Limit(t), g.client, g.Scope, g.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := other.UnreadBytes(waittest.Limit(t)); err != nil || got != want {
			t.Fatalf("%d bytes are unread, want %d: %v", got, want, err)
		}
	}
	check(total) // nothing is told yet
	if err := r.tellLag(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	check(total - read)
	log := segment.NewLog(g.client.Stores, g.Segment)
	for start := int64(0); start == 0; { // nothing of before is left
		r.mustStep(t)
		var err error
		if start, _, err = log.Bounds(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
	}
	check(total - read)
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	check(total - read)
}

// Members do not go on to ask for a configuration that was announced and never came
// as often as at first, until it is announced anew.
func TestMembersAskMoreAndMoreSeldomForWhatDoesNotCome(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r := g.idleReader(t, "reader")
	c.Instead("getReaderGroupConfig", &pb.ReaderGroupConfigReply{Config: &pb.ReaderGroupConfig{Id: wire.UUID{}.String()}})
	now := time.Now()
	asks := func(d time.Duration) int {
		t.Helper()
		before := c.Calls("getReaderGroupConfig")
		for end := now.Add(d); now.Before(end); now = now.Add(time.Second) {
			if err := r.renewConfig(now); err != nil {
				t.Fatal(err)
			}
		}
		return c.Calls("getReaderGroupConfig") - before
	}
	for range 2 {
		g.note(t, readergroup.UpdatingConfig{Updating: true})
		if err := r.fetch(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
		if n := asks(time.Minute); n < 3 {
			t.Fatalf("%d asks in the first minute", n)
		}
		if n := asks(10 * time.Hour); n < 36 || n > 100 {
			t.Fatalf("%d asks in ten hours", n)
		}
	}
}
