package member

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// The tests of this file are named after defects that other clients of Pravega
// have in their reader groups: those of the Rust client by what they do there,
// those of the Java client by the number of their report at pravega/pravega.

// soon is a limit for what is to fail.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// A change of the group that cannot be stored is no success, however often it was
// tried, and the store's address is asked for again each time: when the segment of
// the group's state is to be had again, the same handle and reader go on.
func TestRust1ChangeThatIsNotStoredIsNoSuccess(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	stays, leaves := g.idleReader(t, "stays"), g.idleReader(t, "leaves")
	stays.mustStep(t)
	var tries atomic.Int64
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok {
			tries.Add(1)
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	asked := c.Calls("getURI")
	often := func() context.Context {
		before := tries.Load()
		return waittest.DeadlineWhen(t, func() bool { return tries.Load() >= before+3 })
	}
	stays.attemptLimit = 300 * time.Millisecond
	for name, change := range map[string]func() error{
		"a reader is taken offline": func() error { return g.ReaderOffline(often(), "stays") },
		"a reader leaves":           func() error { return leaves.Close(often()) },
		"a reader joins":            func() error { _, err := g.OpenReader(often(), "joins", defaults()); return err },
		"cuts are asked for":        func() error { _, err := g.GenerateStreamCuts(often()); return err },
		"a reader tells its lag":    func() error { return stays.tellLag(time.Now().Add(time.Hour)) },
	} {
		if err := change(); !errors.Is(err, fault.TimedOut) {
			t.Errorf("%s, which cannot be stored: %v", name, err)
		}
	}
	if n := int(tries.Load()); n < 10 || c.Calls("getURI")-asked < n/2 {
		t.Errorf("%d tries, and the address was asked for %d times", n, c.Calls("getURI")-asked)
	}
	c.Set(nil)
	stays.attemptLimit = group.AttemptLimit
	if readers, err := g.Readers(waittest.Limit(t)); err != nil || !slices.Equal(readers, []string{"leaves", "stays"}) {
		t.Fatal(readers, err)
	}
	if err := g.ReaderOffline(waittest.Limit(t), "leaves"); err != nil {
		t.Fatal(err)
	}
	stays.acquire = time.Time{}
	stays.mustStep(t)
	if owned := stays.state.Assigned("stays"); len(owned) != 2 {
		t.Fatalf("the reader owns %v", owned)
	}
}

// A segment of which the head was truncated away is not at its end: the rest is
// read, also what is written later, and the group keeps the segment.
func TestRust2TruncationIsNotTheEndOfASegment(t *testing.T) {
	c := startCluster(t, keyspace...)
	event := func(n int) []byte { return fmt.Appendf(nil, "%4d%01000d", n, 0) }
	size := int64(len(event(0)) + wire.EventHeader)
	for n := range 200 {
		c.Put(c.Name(0), event(n))
	}
	g := c.group()
	config := defaults()
	config.BufferBytes = 16 << 10 // so that the rest is not read ahead
	r := g.idleReaderOf(t, "reader", config)
	r.mustStep(t)
	seen := make(map[int]int)
	take := func() *read.Slice {
		t.Helper()
		s := next(t, r)
		for _, e := range s.Events() {
			var n int
			if _, err := fmt.Sscanf(string(e[:4]), "%d", &n); err != nil {
				t.Fatal(err)
			}
			seen[n]++
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
		return s
	}
	take()
	c.Truncate(c.Name(0), 150*size)
	var skipped int64
	for last := 199; seen[last] == 0; {
		skipped += take().Skipped()
	}
	for n := 200; n < 210; n++ {
		c.Put(c.Name(0), event(n))
	}
	for seen[209] == 0 {
		take()
	}
	missing := int64(0)
	for n := range 210 {
		switch {
		case seen[n] > 1:
			t.Errorf("event %d was read %d times", n, seen[n])
		case seen[n] == 0 && n >= 150:
			t.Errorf("event %d was not read", n)
		case seen[n] == 0:
			missing += size
		}
	}
	if skipped == 0 || skipped != missing {
		t.Errorf("%d bytes were skipped, %d are missing", skipped, missing)
	}
	r.mustStep(t)
	if !r.state.Owns("reader", readergroup.Segment{Stream: c.Stream, ID: 0}) {
		t.Error("the group gave the segment up")
	}
}

// Whatever is given back, in whatever parts, while segments grow, are sealed and
// have successors: each event is consumed once and in order, empty ones too, and
// none waits for new data.
func TestRust4SlicesGivenBackInPartsLoseNothing(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	written, consumed := make(map[string]int64), make(map[string]int64) // bytes of each segment
	events, handed := 0, 0
	put := func() {
		ids := c.Current()
		name := c.Name(ids[random.IntN(len(ids))])
		payload := make([]byte, random.IntN(3)*random.IntN(40)) // often empty
		c.Put(name, payload)
		written[name] += int64(len(payload) + wire.EventHeader)
		events++
	}
	scales := 0
	scale := func() {
		scales++
		ids := c.Current()
		if len(ids) == 1 {
			c.Scale(ids, 0, 0.5, 1)
		} else {
			c.Scale(ids, 0, 1)
		}
	}
	unread := func() (n int64) {
		for name, size := range written {
			n += size - consumed[name]
		}
		return n
	}
	var out []*read.Slice
	take := func(s *read.Slice) {
		t.Helper()
		if s.StartOffset() != consumed[s.Segment()] || s.Skipped() != 0 {
			t.Fatalf("a slice of %s starts at %d, consumed are %d bytes", s.Segment(), s.StartOffset(), consumed[s.Segment()])
		}
		out = append(out, s)
		handed++
	}
	giveBack := func() {
		at := random.IntN(len(out))
		s := out[at]
		out = slices.Delete(out, at, at+1)
		to := s.StartOffset()
		for offset := range s.Events() {
			if to = offset; random.IntN(3) == 0 {
				break
			}
		}
		if random.IntN(3) == 0 {
			to = s.EndOffset()
		}
		name := s.Segment()
		if err := s.ReleaseAt(to); err != nil {
			t.Fatal(err)
		}
		consumed[name] = to
	}
	for step := range 3000 {
		switch n := random.IntN(20); {
		case n < 8:
			put()
		case n == 8 && step%8 == 0:
			scale()
		case n < 13 && len(out) > 0:
			giveBack()
		case len(out) == 0 && unread() > 0: // there must be one
			take(next(t, r))
		default:
			s, err := r.TryNext()
			if err == nil {
				take(s)
			} else if !errors.Is(err, fault.TimedOut) {
				t.Fatal(err)
			}
		}
	}
	for len(out) > 0 {
		giveBack()
	}
	for unread() > 0 { // without anything new
		take(next(t, r))
		giveBack()
	}
	for _, id := range c.Current() {
		c.Seal(c.Name(id))
	}
	if s, err := r.Next(waittest.Limit(t)); !errors.Is(err, read.ErrEnd) {
		t.Fatal(s, err)
	}
	if scales < 10 || handed < 100 {
		t.Fatalf("%d scales, %d slices: too few to show anything", scales, handed)
	}
	t.Logf("%d events, %d scales, %d slices", events, scales, handed)
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}

// A member that does not know yet that a segment is another's neither releases nor
// completes it.
func TestRust5OnlyTheOwnerGivesASegmentAway(t *testing.T) {
	c := startCluster(t, 0, 0.25, 0.5, 0.75, 1)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	g.note(t, readergroup.AddReader{Reader: "other"}, readergroup.AddReader{Reader: "third"})
	if err := r.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	lost, due := r.state.SegmentToRelease("reader")
	if !due {
		t.Fatal("nothing is to be released")
	}
	changes := []readergroup.Update{readergroup.RemoveReader{Reader: "reader"}, readergroup.AcquireSegment{Reader: "other", Segment: lost},
		readergroup.AddReader{Reader: "reader"}}
	for s := range r.state.Assigned("reader") {
		if s != lost {
			changes = append(changes, readergroup.AcquireSegment{Reader: "reader", Segment: s})
		}
	}
	g.note(t, append(changes, readergroup.UpdateDistanceToTail{Reader: "reader"}, readergroup.UpdateDistanceToTail{Reader: "other"})...)
	if err := r.giveSegment(time.Now().Add(time.Hour)); fault.CodeOf(err) != fault.ReaderNotInGroup {
		t.Fatal(err)
	}
	c.Seal(c.Name(lost.ID))
	waittest.Until(t, "the segment is at its end", func() bool {
		return len(r.Reader.Consumed()) == 1
	})
	if err := r.completeSegments(time.Now()); fault.CodeOf(err) != fault.ReaderNotInGroup {
		t.Fatal(err)
	}
	state, _, err := g.Read(waittest.Limit(t))
	if err != nil {
		t.Fatal(err)
	}
	if !state.Owns("other", lost) || len(state.Assigned("reader")) != 3 || len(state.Unassigned()) > 0 {
		t.Fatalf("readers have %v and %v, free are %v", state.Assigned("reader"), state.Assigned("other"), state.Unassigned())
	}
}

// A change costs one round trip, and none when nobody else wrote needs the log to
// be read. Reading events costs none at all.
func TestRust12GroupWorkTakesNoNeedlessRoundTrip(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	var appends, others atomic.Int64
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		switch command := command.(type) {
		case wire.ConditionalAppend:
			appends.Add(1)
		case wire.SetupAppend:
			others.Add(1)
		case wire.GetStreamSegmentInfo:
			if command.Segment == g.Segment {
				others.Add(1)
			}
		case wire.ReadSegment:
			if command.Segment == g.Segment {
				others.Add(1)
			}
		}
		return storetest.Serve
	})
	expect := func(what string, wantAppends, wantOthers int64) {
		t.Helper()
		if a, o := appends.Swap(0), others.Swap(0); a != wantAppends || o != wantOthers {
			t.Errorf("%s took %d appends and %d other requests, want %d and %d", what, a, o, wantAppends, wantOthers)
		}
	}
	tell := func() {
		t.Helper()
		r.lag = time.Time{}
		if err := r.tellLag(time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		tell()
	}
	expect("20 changes", 20, 0)
	for n := range 100 {
		c.Put(c.Name(naming.SegmentID(n%2)), fmt.Append(nil, n))
		if err := next(t, r).Release(); err != nil {
			t.Fatal(err)
		}
	}
	expect("reading", 0, 0)
	g.note(t, readergroup.UpdatingConfig{Updating: false})
	appends.Store(0)
	others.Store(0)
	tell()
	expect("a change after somebody else's", 2, 2) // refused; where the log ends, the record, and again
	if err := r.log.Fetch(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	expect("a look when nobody wrote", 0, 1)
}

// An event that is written after the reader has come to the tail is handed out
// without any timer's help: the reader has none here, and still none is late.
func TestPravega6440NoWakeUpIsLost(t *testing.T) {
	c := startCluster(t, 0, 0.25, 0.5, 0.75, 1)
	g := c.group()
	r := g.idleReader(t, "reader")
	r.mustStep(t)
	ids := c.Current()
	for n := range 5000 {
		event := fmt.Append(nil, n)
		written := make(chan struct{})
		go func() {
			defer close(written)
			if n%3 == 0 {
				time.Sleep(time.Duration(n%7) * 20 * time.Microsecond)
			}
			c.Put(c.Name(ids[n%len(ids)]), event)
		}()
		s := next(t, r)
		for _, got := range s.Events() {
			if string(got) != string(event) {
				t.Fatalf("%q was read, %q written", got, event)
			}
		}
		if s.EndOffset()-s.StartOffset() != int64(len(event)+wire.EventHeader) {
			t.Fatalf("a slice of %d bytes", s.EndOffset()-s.StartOffset())
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
		<-written
	}
}

// A reader is taken offline by who has not heard of it before, although others
// change the group at the same moment.
func TestPravega4513OfflineLooksAtTheNewestState(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	if err := g.ReaderOffline(waittest.Limit(t), "late"); err != nil { // it was never there
		t.Fatal(err)
	}
	late := g.idleReader(t, "late")
	late.mustStep(t)
	faults := 0
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok && faults < 5 {
			faults++
			record, err := readergroup.EncodeUpdates(readergroup.AddReader{Reader: fmt.Sprint("other-", faults)})
			if err != nil {
				t.Error(err)
			}
			c.Put(g.Segment, record)
		}
		return storetest.Serve
	})
	if err := g.ReaderOffline(waittest.Limit(t), "late"); err != nil {
		t.Fatal(err)
	}
	state, _, err := g.Read(waittest.Limit(t))
	if err != nil {
		t.Fatal(err)
	}
	if state.Online("late") || len(state.Readers()) != 5 || len(state.Unassigned()) != 1 {
		t.Fatalf("the group has the readers %v, free are %v", state.Readers(), state.Unassigned())
	}
}

// A limit of time holds whatever stands still: the stores, the controller, or the
// group's state only.
func TestPravega537LimitsOfTimeHold(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("event"))
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	s := next(t, r)
	var pointer streamcut.Pointer
	for offset, event := range s.Events() {
		pointer = s.Pointer(offset, event)
	}
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	expect := func(what string) {
		t.Helper()
		for range 3 {
			if s, err := r.Next(soon(t)); !errors.Is(err, fault.TimedOut) {
				t.Fatal(what, s, err)
			}
			if s, err := r.TryNext(); !errors.Is(err, fault.TimedOut) {
				t.Fatal(what, s, err)
			}
		}
	}
	expect("nothing to read")
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	expect("no change of the group is answered")
	c.Set(func(int, wire.Command) storetest.Verdict { return storetest.Ignore })
	c.SetCalls(func(string, int) storetest.Verdict { return storetest.Ignore })
	expect("no server answers")
	c.CutAll()
	expect("connections break, and no server answers")
	if event, err := segment.ReadEvent(soon(t), g.client.Stores, pointer.Segment.String(), pointer.Offset, int(pointer.Length)); !errors.Is(err, fault.TimedOut) {
		t.Fatal(event, err)
	}
	if _, err := g.UnreadBytes(soon(t)); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
	if err := r.Close(soon(t)); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
}
