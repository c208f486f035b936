package member

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/background"
	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// patience of the readers of these tests, by their clock.
const testPatience = time.Minute

// worker is a reader whose group work is done step by step, ten seconds apart by its
// clock, and of which only one kind is due.
type worker struct {
	*testCluster
	g     *testGroup
	r     *Member
	m     *Member
	clock clocks
	steps int
}

func (w *worker) note(updates ...readergroup.Update) {
	w.T.Helper()
	record, err := readergroup.EncodeUpdates(updates...)
	if err != nil {
		w.T.Fatal(err)
	}
	w.Put(w.g.Segment, record)
}

func newWorker(t *testing.T, change func(*readergroup.Config)) *worker {
	t.Helper()
	w := &worker{testCluster: startCluster(t, 0, 0.5, 1)}
	w.g = w.groupOf(loggedIn())
	c := w.g.client
	w.g.clock = w.clock.now
	c.Life = background.New(background.Config{Patience: testPatience, Logger: c.Log, Now: func() time.Time { return w.clock.now().Time() }}, "test")
	first := w.g.idleReader(t, "first")
	config := first.state.Config()
	change(&config)
	w.g.note(t, readergroup.Init{Config: config, Segments: first.state.Positions()})
	w.r = w.g.idleReader(t, "reader")
	w.m = w.r
	w.m.compactChance = 0
	w.r.mustStep(t) // it has both segments
	return w
}

// task is a kind of group work: how it gets due, and what it needs.
type task struct {
	work   background.Work
	config func(*readergroup.Config)
	begin  func(*worker)
	due    func(*worker)                   // before each step
	method string                          // of the controllers, or
	needs  func(string, wire.Command) bool // of the store
}

func writesState(segment string, c wire.Command) bool {
	setup, ok := c.(wire.SetupAppend)
	_, appends := c.(wire.ConditionalAppend)
	return appends || ok && setup.Segment == segment
}

func plain(*readergroup.Config) {}

// manyAtOnce runs subtests that mostly wait, more at a time than there are processors. The
// function waits for all.
func manyAtOnce(t *testing.T) (run func(name string, f func(t *testing.T)), wait func()) {
	places := make(chan struct{}, 12)
	var all sync.WaitGroup
	run = func(name string, f func(t *testing.T)) {
		places <- struct{}{}
		all.Go(func() {
			t.Run(name, f)
			<-places
		})
	}
	return run, all.Wait
}

var tasks = []task{
	{work: background.ReadGroupState, needs: looksAt},
	{work: background.WriteGroupState, needs: writesState, due: func(w *worker) {
		w.note(readergroup.CreateCheckpoint{Checkpoint: fmt.Sprint("checkpoint-", w.steps)})
	}},
	{work: background.FindGroupSuccessors, method: "getSegmentsImmediatelyFollowing", begin: func(w *worker) {
		w.Seal(w.Name(0))
		waittest.Until(w.T, "the segment is read to its end", func() bool { return len(w.r.Reader.Consumed()) == 1 })
	}},
	{work: background.CompactGroupState, needs: writesState, begin: func(w *worker) { w.m.compactAfter, w.m.compactChance = 0, 1 }, due: func(w *worker) {
		w.note(readergroup.UpdateDistanceToTail{Reader: "another"})
	}},
	{work: background.RemoveSilentReader, needs: writesState, begin: func(w *worker) { w.m.liveness.limit = time.Second }, due: func(w *worker) {
		if !w.m.state.Online("silent") && w.steps == 1 {
			w.note(readergroup.AddReader{Reader: "silent"})
		}
	}},
	{work: background.StartCheckpoint, needs: writesState, config: func(c *readergroup.Config) { c.CheckpointMillis = 5000 }},
	{work: background.PublishCheckpoint, method: "updateSubscriberStreamCut", config: func(c *readergroup.Config) { c.Retention = readergroup.ReleaseAtCheckpoints }, due: func(w *worker) {
		w.m.unpublished = time.Time{}
		w.note(readergroup.CreateCheckpoint{Checkpoint: fmt.Sprint("checkpoint-", w.steps)})
	}},
	{work: background.RenewGroupConfig, method: "getReaderGroupConfig", begin: func(w *worker) {
		w.Register(&pb.ReaderGroupConfig{Scope: w.g.Scope, Name: w.g.Name, Id: wire.UUID{}.String()})
	}, due: func(w *worker) {
		w.m.renew = time.Time{}
		if w.steps == 1 {
			w.note(readergroup.UpdatingConfig{Updating: true})
		}
	}},
	{work: background.ReportLag, needs: writesState, due: func(w *worker) { w.m.lag = time.Time{} }},
}

// step does what is due.
func (w *worker) step(of task) {
	w.steps++
	w.clock.pass(10 * time.Second)
	never := w.m.now().Add(24 * time.Hour)
	w.m.acquire, w.m.release, w.m.lag, w.m.renew = never, never, never, never
	w.r.Reader.Seen(w.clock.now()) // in place of the lag
	if of.due != nil {
		of.due(w)
	}
	_ = w.m.step() // the worker tells whether it is finished
}

// failure is what happens to a call.
type failure struct {
	name    string
	verdict storetest.Verdict
	code    codes.Code // of the controllers, in place of the verdict
	fatal   bool       // to essential work, at once
	lasts   bool       // fatal to it if it lasts
	slow    bool       // it takes seconds: new tokens are asked for, again and again
}

var ofStores = []failure{
	{name: "unreachable", verdict: storetest.CloseNow},
	{name: "timed out", verdict: storetest.Ignore},
	{name: "out of order", verdict: storetest.Failed},
	{name: "garbage", verdict: storetest.Mistaken, lasts: true},
	{name: "unauthenticated", verdict: storetest.Expired, lasts: true, slow: true},
	{name: "refused", verdict: storetest.Refused, lasts: true, slow: true},
	{name: "not found", verdict: storetest.Missing, fatal: true},
	{name: "closed without a word", verdict: storetest.CloseLate},
}

var ofControllers = []failure{
	{name: "unreachable", code: codes.Unavailable},
	{name: "timed out", verdict: storetest.Ignore},
	{name: "out of order", code: codes.Internal},
	{name: "garbage", code: codes.Unimplemented, lasts: true},
	{name: "unauthenticated", code: codes.Unauthenticated, lasts: true},
	{name: "refused", code: codes.PermissionDenied, fatal: true},
	{name: "not found", code: codes.NotFound, fatal: true},
	{name: "closed without a word", verdict: storetest.CloseNow},
}

// failures are those of the servers that the task needs.
func (of task) failures() []failure {
	if of.needs != nil {
		return ofStores
	}
	return ofControllers
}

// befall lets a failure happen to a task's first calls, and counts them.
func (w *worker) befall(of task, with failure, times int64) *atomic.Int64 {
	var hits atomic.Int64
	hit := func(is bool) bool { return is && hits.Add(1) <= times }
	w.CutAll() // so that writes have to be set up
	w.Set(func(_ int, c wire.Command) storetest.Verdict {
		if of.needs != nil && of.needs(w.g.Segment, c) {
			if _, appends := c.(wire.ConditionalAppend); appends && with.slow {
				return storetest.Serve // it shows no token
			}
			if hit(true) {
				return with.verdict
			}
		}
		return storetest.Serve
	})
	w.SetCalls(func(method string, _ int) storetest.Verdict {
		if of.method == method && with.code == codes.OK && hit(true) {
			return with.verdict
		}
		return storetest.Serve
	})
	w.Refuse(func(method string) error {
		if of.method == method && with.code != codes.OK && hit(true) {
			return status.Error(with.code, with.name)
		}
		return nil
	})
	return &hits
}

func (w *worker) cure() {
	w.Set(nil)
	w.SetCalls(nil)
	w.Refuse(nil)
}

// Whatever happens to a piece of a reader's group work, and however long, the reader
// bears it, works on without, or ends, as the table of background work has it.
func TestGroupWorkFails(t *testing.T) {
	const ever = 1 << 40
	t.Parallel()
	run, wait := manyAtOnce(t)
	defer wait()
	for _, of := range tasks {
		for _, with := range of.failures() {
			for _, lasts := range []string{"once", "for a while", "for ever"} {
				run(fmt.Sprintf("%v/%s/%s", of.work, with.name, lasts), func(t *testing.T) {
					change := of.config
					if change == nil {
						change = plain
					}
					w := newWorker(t, change)
					if of.begin != nil {
						of.begin(w)
					}
					if !with.fatal && !with.lasts { // it is tried again and again within an attempt
						w.m.attemptLimit = 100 * time.Millisecond
					}
					dies := !of.work.Optional() && (with.fatal || with.lasts && lasts == "for ever")
					if of.work == background.FindGroupSuccessors && with.name == "not found" {
						dies = false // the stream is deleted, so nothing follows
					}
					times := int64(ever)
					if lasts == "once" {
						times = 1
					}
					hits := w.befall(of, with, times)
					fails := func() int { return w.r.life.Failures(of.work) }
					enough := func() bool {
						switch {
						case lasts == "once":
							return hits.Load() > 0
						case with.slow && !dies:
							return fails() > 0
						case lasts == "for a while":
							return fails() > 2
						}
						return fails() > background.Tries
					}
					tolerated := of.method != "" && with.name == "not found" && of.work != background.RenewGroupConfig // is an answer
					waittest.Until(t, "the failure has come", func() bool {
						w.step(of)
						return w.m.finished || enough() || tolerated && hits.Load() > 0
					})
					if lasts != "for ever" || tolerated {
						w.cure()
					}
					if !w.m.finished && lasts != "for ever" {
						waittest.Until(t, "the work succeeds", func() bool { w.step(of); return w.m.finished || fails() == 0 })
					}
					if w.m.finished != dies {
						_, err := w.r.TryNext()
						t.Fatalf("finished is %v, should be %v: %v", w.m.finished, dies, err)
					}
					if dies {
						if s, err := w.r.Next(waittest.Limit(t)); err == nil || fault.CodeOf(err) == fault.TimedOut {
							t.Fatalf("%v, %v", s, err)
						}
						w.cure()
						return
					}
					w.cure()
					waittest.Until(t, "the state is read", func() bool { w.step(of); return !w.r.Reader.Stale() })
					w.Put(w.Name(1), numbered(1))
					next(t, w.r)
				})
			}
		}
	}
}

// told waits until a status is told.
func told(t *testing.T, calls <-chan group.Status, want group.Status) {
	t.Helper()
	for {
		select {
		case got := <-calls:
			if got == want {
				return
			}
			if got.Err != nil {
				t.Fatal(got.Err)
			}
		case <-waittest.Limit(t).Done():
			t.Fatalf("%+v is not told", want)
		}
	}
}

// So it is with a watch of a group.
func TestWatchFails(t *testing.T) {
	const ever = 1 << 40
	t.Parallel()
	run, wait := manyAtOnce(t)
	defer wait()
	watching := task{work: background.WatchGroup, needs: looksAt}
	for _, with := range ofStores {
		for _, lasts := range []string{"once", "for a while", "for ever"} {
			run(with.name+"/"+lasts, func(t *testing.T) {
				w := &worker{testCluster: startCluster(t, keyspace...)}
				w.g = w.groupOf(loggedIn())
				c := w.g.client
				if !with.fatal && !with.lasts { // it is tried again and again within an attempt
					w.g.AttemptLimit = 100 * time.Millisecond
				}
				c.Life = background.New(background.Config{Patience: testPatience, Logger: c.Log, Now: func() time.Time {
					w.clock.pass(10 * time.Second)
					return w.clock.now().Time()
				}}, "test")
				calls := make(chan group.Status, 100)
				watch, err := w.g.Watch(waittest.Limit(t))
				if err != nil {
					t.Fatal(err)
				}
				watch.Start(func(s group.Status) { calls <- s })
				told(t, calls, group.Status{Segments: 1})
				times := int64(ever)
				if lasts == "once" {
					times = 1
				}
				hits := w.befall(watching, with, times)
				fails := func() int { return watch.Life().Failures(background.WatchGroup) }
				if with.fatal || with.lasts && lasts == "for ever" {
					if last := <-calls; last.Err == nil {
						t.Fatalf("%+v is told", last)
					}
				} else {
					waittest.Until(t, "the failure has come", func() bool { return hits.Load() > 0 && (lasts == "once" || fails() > 1) })
					if lasts == "for ever" {
						waittest.Until(t, "it has come often", func() bool { return fails() > background.Tries })
					}
					w.cure()
					w.note(readergroup.AddReader{Reader: "other"})
					told(t, calls, group.Status{Segments: 1, Readers: 1})
				}
				if err := watch.Close(waittest.Limit(t)); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// A reader that may not tell the controllers what its group does not need any more, as
// that takes the right to write to the streams, reads on, and says so once.
func TestReaderReadsOnWithoutTheRightToPublish(t *testing.T) {
	w := newWorker(t, func(c *readergroup.Config) { c.Retention = readergroup.ReleaseAtCheckpoints })
	var said warnings
	w.r.life = background.New(background.Config{Patience: testPatience, Logger: slog.New(&said), Now: w.m.now}, "reader")
	var publish task
	for _, of := range tasks {
		if of.work == background.PublishCheckpoint {
			publish = of
		}
	}
	w.Refuse(func(method string) error {
		if method == publish.method {
			return status.Error(codes.PermissionDenied, "READ_UPDATE is needed")
		}
		return nil
	})
	seen := make(enginetest.Tally)
	for id := range uint64(100) {
		w.step(publish)
		w.Put(w.Name(1), numbered(id+1))
		seen.Take(t, next(t, w.r))
	}
	seen.Once(t, 100)
	if w.Calls(publish.method) < 5 || len(said.texts) != 1 {
		t.Errorf("after %d calls, %q was said", w.Calls(publish.method), said.texts)
	}
}

// The streams of a group are asked about all at once, so one of which the controllers do
// not answer holds up no other one.
func TestGroupWorkOnOneStreamWaitsForNoOther(t *testing.T) {
	const streams = 4
	offsets, config := make(map[readergroup.Segment]int64), readergroup.Config{Start: make(map[naming.Stream]streamcut.Cut)}
	for n := range streams {
		stream := naming.Stream{Scope: "scope", Name: fmt.Sprint("stream-", n)}
		offsets[readergroup.Segment{Stream: stream}] = 0
		config.Start[stream] = streamcut.Cut{} // the head
	}
	for method, work := range map[string]func(ctx context.Context, w *worker) error{
		"updateSubscriberStreamCut": func(ctx context.Context, w *worker) error { return w.m.releaseBefore(ctx, offsets) },
		"getSegments": func(ctx context.Context, w *worker) error {
			return enginetest.Second(w.g.client.Heads(ctx, config))
		},
	} {
		w := newWorker(t, plain)
		for stream := range config.Start {
			w.AddStream(stream)
		}
		before, all := w.Calls(method), make(chan struct{})
		w.SetCalls(func(asked string, call int) storetest.Verdict {
			if asked == method {
				if call == before+streams {
					close(all)
				}
				select {
				case <-all:
				case <-t.Context().Done():
				}
			}
			return storetest.Serve
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := work(ctx, w); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		if n := w.Effects(method) - before; n != streams {
			t.Errorf("%s: %d of %d", method, n, streams)
		}
	}
}

// warnings are what is logged at WARN and above.
type warnings struct{ texts []string }

func (*warnings) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (w *warnings) Handle(_ context.Context, r slog.Record) error {
	w.texts = append(w.texts, r.Message)
	return nil
}

func (w *warnings) WithAttrs([]slog.Attr) slog.Handler { return w }
func (w *warnings) WithGroup(string) slog.Handler      { return w }

// Readers go on with the configuration that they have when somebody has begun to reset
// the group to one that cannot come into force. Those who come are told, and join when
// the group is reset again.
func TestHazard23ResetThatCannotBeFinishedHoldsNobodyUp(t *testing.T) {
	w := newWorker(t, plain)
	config := w.m.state.Config()
	deleted := &pb.StreamCut{Stream: &pb.Stream{Scope: "scope", Name: "deleted"}}
	w.Register(&pb.ReaderGroupConfig{Scope: w.g.Scope, Name: w.g.Name, Id: wire.UUID(config.ID).String(), Generation: config.Generation + 1,
		Starts: []*pb.StreamCut{deleted}, Ends: []*pb.StreamCut{deleted}})
	w.note(readergroup.UpdatingConfig{Updating: true})
	renew := task{due: func(w *worker) { w.m.renew = time.Time{} }}
	seen := make(enginetest.Tally)
	for id := range uint64(20) {
		w.step(renew)
		w.Put(w.Name(1), numbered(id+1))
		seen.Take(t, next(t, w.r))
	}
	seen.Once(t, 20)
	if w.Calls("getReaderGroupConfig") == 0 {
		t.Fatal("nobody tried to finish the reset")
	}
	_, err := w.g.OpenReader(waittest.Limit(t), "late", defaults())
	if !errors.Is(err, fault.NoSuchStream) || !strings.Contains(err.Error(), "scope/deleted") || !strings.Contains(err.Error(), "reset it again") || fault.MayBeStored(err) {
		t.Fatal(err)
	}
	whole := map[naming.Stream]streamcut.Cut{w.Stream: {}}
	config.Start, config.End = whole, whole
	if err := w.g.Reset(waittest.Limit(t), group.Config{Config: config}); err != nil {
		t.Fatal(err)
	}
	late, err := w.g.OpenReader(waittest.Limit(t), "late", defaults())
	if err != nil {
		t.Fatal(err)
	}
	w.step(renew)
	if s, err := w.r.TryNext(); !errors.Is(err, fault.GroupReinitialized) {
		t.Fatal(s, err)
	}
	if err := late.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}

// A reader that comes while a reset is under way opens under the old configuration if it
// may not ask for the new one: others, who may, finish the reset.
func TestReaderOpensWithoutTheRightToFinishAReset(t *testing.T) {
	w := newWorker(t, plain)
	w.note(readergroup.UpdatingConfig{Updating: true})
	w.SetCalls(func(method string, _ int) storetest.Verdict {
		if method == "getReaderGroupConfig" {
			return storetest.Refused
		}
		return storetest.Serve
	})
	asked := w.Calls("getReaderGroupConfig")
	late, err := w.g.OpenReader(waittest.Limit(t), "late", defaults())
	if err != nil {
		t.Fatal(err)
	}
	if w.Calls("getReaderGroupConfig") == asked {
		t.Error("it did not try to finish the reset")
	}
	if err := late.Close(waittest.Limit(t)); err != nil {
		t.Error(err)
	}
}

// Failures of one kind of work do not use up the patience for those of another.
func TestFailuresOfOneKindDoNotCountForAnother(t *testing.T) {
	w := newWorker(t, plain)
	w.m.attemptLimit = 100 * time.Millisecond
	w.Seal(w.Name(0))
	waittest.Until(t, "the segment is read to its end", func() bool { return len(w.r.Reader.Consumed()) == 1 })
	w.SetCalls(func(method string, _ int) storetest.Verdict {
		if method == "getSegmentsImmediatelyFollowing" {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	waittest.Until(t, "the controllers are away for long", func() bool {
		w.step(task{})
		return w.r.life.Failures(background.FindGroupSuccessors) > 2*background.Tries
	})
	stranger := true
	w.Set(func(_ int, c wire.Command) storetest.Verdict {
		if stranger && looksAt(w.g.Segment, c) {
			stranger = false
			return storetest.Mistaken
		}
		return storetest.Serve
	})
	w.step(task{})
	if stranger || w.r.life.Failures(background.ReadGroupState) != 1 || w.m.finished {
		_, err := w.r.TryNext()
		t.Fatal("a garbled answer during an outage ends the reader:", err)
	}
	w.cure()
	waittest.Until(t, "all is well", func() bool { w.step(task{}); return w.m.waits == nil && !w.m.partial })
}

// Readers without a sign of life are taken out while the controllers are away too, for as
// long as the group's state can be read and written.
func TestHazard15SilentReaderIsTakenOutWithoutControllers(t *testing.T) {
	w := newWorker(t, plain)
	w.m.attemptLimit = 100 * time.Millisecond
	w.m.liveness.limit = time.Second
	w.note(readergroup.RemoveReader{Reader: "first"}, readergroup.AddReader{Reader: "silent"})
	w.Seal(w.Name(0))
	waittest.Until(t, "the segment is read to its end", func() bool { return len(w.r.Reader.Consumed()) == 1 })
	w.SetCalls(func(string, int) storetest.Verdict { return storetest.Ignore })
	began := w.m.now()
	for w.step(task{}); w.m.state.Online("silent"); w.step(task{}) {
		if silence := w.m.now().Sub(began); silence > 2*time.Minute {
			t.Fatalf("a reader is in the group that was silent for %v", silence)
		}
	}
	if silence := w.m.now().Sub(began); silence < leastLiveness {
		t.Fatalf("a reader was taken out after %v", silence)
	}
	if w.m.waits == nil {
		t.Fatal("nothing had to wait for the controllers")
	}
}
