package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// endedByHand is a context that ends when it is told to, for the reason it is told.
type endedByHand struct {
	context.Context
	mu   sync.Mutex
	err  error
	done chan struct{}
}

func newEndedByHand() *endedByHand {
	return &endedByHand{Context: context.Background(), done: make(chan struct{})}
}

func (c *endedByHand) Deadline() (time.Time, bool) { return time.Now().Add(time.Hour), true }

func (c *endedByHand) Done() <-chan struct{} { return c.done }

func (c *endedByHand) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *endedByHand) end(err error) {
	c.mu.Lock()
	c.err = err
	c.mu.Unlock()
	close(c.done)
}

// interruption is what becomes of one call to a server, and of the context then.
type interruption struct {
	name              string
	controller, store storetest.Verdict
	ends              error // of the context, once the call is there; nil: it goes on
	refused           bool  // from this call on
}

var interruptions = []interruption{
	{name: "answer lost, and asked again", controller: storetest.NoReply, store: storetest.CloseLate},
	{name: "cancelled before its effect", controller: storetest.Ignore, store: storetest.Ignore, ends: context.Canceled},
	{name: "cancelled after its effect", controller: storetest.Held, store: storetest.NoReply, ends: context.Canceled},
	{name: "deadline before its effect", controller: storetest.Ignore, store: storetest.Ignore, ends: context.DeadlineExceeded},
	{name: "deadline after its effect", controller: storetest.Held, store: storetest.NoReply, ends: context.DeadlineExceeded},
	{name: "refused", store: storetest.Refused, refused: true},
}

// interrupt makes one call to the servers fail, counted from 1; the function it returns
// lets all be as before and reports whether there was such a call.
func (c *testCluster) interrupt(step int64, with interruption, ctx *endedByHand) (mend func() bool) {
	var steps atomic.Int64
	var once sync.Once
	var refuses atomic.Bool
	reached := func(effective bool, effect func() bool) bool {
		n := steps.Add(1)
		if n == step && with.ends != nil {
			once.Do(func() {
				go func() {
					for effective && !effect() {
						time.Sleep(time.Millisecond)
					}
					ctx.end(with.ends)
				}()
			})
		}
		refuses.Store(with.refused && n >= step)
		return n == step || with.refused && n > step
	}
	c.Refuse(func(string) error {
		if refuses.Load() {
			return status.Error(codes.PermissionDenied, "not you")
		}
		return nil
	})
	c.SetCalls(func(method string, _ int) storetest.Verdict {
		done := c.Effects(method)
		if reached(with.controller == storetest.Held, func() bool { return c.Effects(method) > done }) {
			return with.controller
		}
		return storetest.Serve
	})
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		switch command.(type) {
		case wire.Hello, wire.KeepAlive:
			return storetest.Serve
		}
		_, appends := command.(wire.ConditionalAppend)
		if reached(with.store == storetest.NoReply, func() bool { return !appends || len(c.Events("scope/_RGg/0.#epoch.0")) > 0 }) {
			return with.store
		}
		return storetest.Serve
	})
	return func() bool {
		c.Refuse(nil)
		c.SetCalls(nil)
		c.Set(nil)
		return steps.Load() >= step
	}
}

// Whatever interrupts the creation of a group, nothing half made is taken for a group:
// it is completed, told apart, or deleted.
func TestInterruptedCreationOfAGroup(t *testing.T) {
	config := ReaderGroupConfig{Streams: []GroupStream{{Scope: "scope", Stream: "stream"}}}
	other := config
	other.MaxOutstandingCheckpoints = 4
	const differs = "group.checkpoints.outstanding is 3, not 4"
	for _, with := range interruptions {
		t.Run(with.name, func(t *testing.T) {
			t.Parallel()
			halves := 0
			for step := int64(1); ; step++ {
				for _, then := range []string{"create", "create another", "open", "delete"} {
					c := newCluster(t, keyspace...)
					ctx := newEndedByHand()
					first, second := c.client(Config{}), c.client(Config{})
					mend := c.interrupt(step, with, ctx)
					created, err := first.CreateReaderGroup(ctx, "scope", "g", config)
					more := mend()
					about := fmt.Sprintf("call %d, then %s: created %v, %v", step, then, created, err)
					registered := c.Group("scope", "g") != nil
					complete := registered && len(c.Events("scope/_RGg/0.#epoch.0")) > 0
					switch {
					case created != (err == nil), created && !complete:
						t.Fatal(about)
					case err != nil && !MayBeStored(err) && registered:
						t.Fatalf("%s: it is registered", about)
					case err != nil && with.ends != nil && !errors.Is(err, with.ends):
						t.Fatal(about)
					}
					half := registered && !complete
					if half {
						halves++
					}
					switch then {
					case "create":
						if again, err := second.CreateReaderGroup(waittest.Limit(t), "scope", "g", config); err != nil || again == complete {
							t.Fatalf("%s: %v, %v", about, again, err)
						}
						g, err := second.OpenReaderGroup(waittest.Limit(t), "scope", "g")
						if err != nil {
							t.Fatalf("%s: %v", about, err)
						}
						if _, err := g.Readers(waittest.Limit(t)); err != nil {
							t.Fatalf("%s: %v", about, err)
						}
					case "create another":
						again, err := second.CreateReaderGroup(waittest.Limit(t), "scope", "g", other)
						mismatch := errors.Is(err, ErrConfigMismatch) && strings.Contains(err.Error(), differs)
						if again == registered || mismatch != registered || mismatch && strings.Contains(err.Error(), "it has no state") != half {
							t.Fatalf("%s: %v, %v", about, again, err)
						}
					case "open":
						_, err := second.OpenReaderGroup(waittest.Limit(t), "scope", "g")
						if errors.Is(err, ErrNoSuchReaderGroup) == complete || err != nil && strings.Contains(err.Error(), "create it again") != half {
							t.Fatalf("%s: %v", about, err)
						}
					case "delete":
						if err := second.DeleteReaderGroup(waittest.Limit(t), "scope", "g"); (err == nil) != registered || err != nil && !errors.Is(err, ErrNoSuchReaderGroup) {
							t.Fatalf("%s: %v", about, err)
						}
						if c.Group("scope", "g") != nil || c.Has("scope/_RGg/0.#epoch.0") {
							t.Fatalf("%s: something is left", about)
						}
						if again, err := second.CreateReaderGroup(waittest.Limit(t), "scope", "g", other); err != nil || !again {
							t.Fatalf("%s: %v, %v", about, again, err)
						}
					}
					first.Close()
					second.Close()
					c.Close()
					if !more {
						if err != nil || (halves > 0) != (with.ends != nil || with.refused) {
							t.Fatalf("%d were half made: %s", halves, about)
						}
						return
					}
				}
			}
		})
	}
}

// A group over a stream that does not exist leaves nothing behind, wherever in the
// stream it is to start.
func TestGroupOverAStreamThatIsNotThere(t *testing.T) {
	c := startCluster(t, keyspace...)
	client := c.client(Config{})
	there := GroupStream{Scope: "scope", Stream: "stream"}
	for _, lost := range []GroupStream{
		{Scope: "scope", Stream: "lost"},
		{Scope: "scope", Stream: "lost", FromTail: true},
		{Scope: "scope", Stream: "lost", From: cutOf("scope", "lost", 1)},
		{Scope: "nowhere", Stream: "stream"},
	} {
		want := ErrNoSuchStream
		if lost.Scope == "nowhere" {
			want = ErrNoSuchScope
		}
		for _, streams := range [][]GroupStream{{lost}, {there, lost}, {lost, there}} {
			if created, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", ReaderGroupConfig{Streams: streams}); created || !errors.Is(err, want) || MayBeStored(err) {
				t.Fatalf("%v: %v, %v", streams, created, err)
			}
			if c.Group("scope", "g") != nil || c.Calls("createReaderGroup") > 0 {
				t.Fatalf("%v: something is left", streams)
			}
		}
	}
	if created, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", ReaderGroupConfig{Streams: []GroupStream{there}}); !created || err != nil {
		t.Fatal(created, err)
	}
}

// Two that create one group at the same time, of which one has to complete what the
// other one began, both have it, and one of them made it.
func TestCreationsOfOneGroupAtOnce(t *testing.T) {
	c := startCluster(t, keyspace...)
	config := ReaderGroupConfig{Streams: []GroupStream{{Scope: "scope", Stream: "stream", FromTail: true}}}
	var made atomic.Int64
	var work sync.WaitGroup
	for range 8 {
		client := c.client(Config{})
		work.Go(func() {
			created, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", config)
			if err != nil {
				t.Error(err)
			}
			if created {
				made.Add(1)
			}
		})
	}
	work.Wait()
	if made.Load() != 1 {
		t.Fatalf("%d made it", made.Load())
	}
}

// What differs is named: the setting, the stream, or which cut of it.
func TestMismatchOfAGroupNamesWhatDiffers(t *testing.T) {
	c := startCluster(t, keyspace...)
	client := c.client(Config{})
	c.AddStream(naming.Stream{Scope: "scope", Name: "other"})
	one, other := GroupStream{Scope: "scope", Stream: "stream"}, GroupStream{Scope: "scope", Stream: "other"}
	config := ReaderGroupConfig{Streams: []GroupStream{one}}
	if created, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", config); !created || err != nil {
		t.Fatal(created, err)
	}
	wide := StreamCut{}
	wide.cut.Stream, wide.cut.Offsets = c.Stream, make(map[naming.SegmentID]int64)
	for n := range 5000 {
		wide.cut.Offsets[naming.NewSegmentID(int32(n), 0)] = 1
	}
	for want, change := range map[string]func(*ReaderGroupConfig){
		"group.refresh.interval in ms is 3000, not 1000":                    func(c *ReaderGroupConfig) { c.RefreshInterval = time.Second },
		"group.checkpoint.interval in ms is 30000, not 0":                   func(c *ReaderGroupConfig) { c.CheckpointInterval = Never },
		"group.checkpoints.outstanding is 3, not 9":                         func(c *ReaderGroupConfig) { c.MaxOutstandingCheckpoints = 9 },
		"group.retention is none, not manual":                               func(c *ReaderGroupConfig) { c.Retention = GroupRetentionManual },
		"it also reads stream scope/stream":                                 func(c *ReaderGroupConfig) { c.Streams = []GroupStream{other} },
		"it does not read stream scope/other":                               func(c *ReaderGroupConfig) { c.Streams = []GroupStream{one, other} },
		"the start of stream scope/stream is its head, not scope/stream:":   func(c *ReaderGroupConfig) { c.Streams[0].From = cutOf("scope", "stream", 7) },
		"the start of stream scope/stream is its head, not scope/stream:0":  func(c *ReaderGroupConfig) { c.Streams[0].FromTail = true },
		"the end of stream scope/stream is none, not scope/stream:0=1, 1=1": func(c *ReaderGroupConfig) { c.Streams[0].To = wide },
	} {
		wanted := config
		wanted.Streams = slices.Clone(config.Streams)
		change(&wanted)
		created, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", wanted)
		if created || !errors.Is(err, ErrConfigMismatch) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "state") || len(err.Error()) > 2000 {
			t.Errorf("%s: %v, %.3000v", want, created, err)
		}
	}
	wanted := config
	wanted.MaxOutstandingCheckpoints, wanted.Retention = 4, GroupRetentionCheckpoint
	if _, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", wanted); err == nil || !strings.Contains(err.Error(), "is 3, not 4; group.retention is none, not checkpoint") {
		t.Error(err)
	}
	if created, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", config); created || err != nil {
		t.Error(created, err)
	}
}

// What the configuration of a group says, whoever made it, can be given back.
func TestConfigurationsOfOtherClientsAreAccepted(t *testing.T) {
	c := startCluster(t, keyspace...)
	client := c.client(Config{})
	one := GroupStream{Scope: "scope", Stream: "stream"}
	if created, err := client.CreateReaderGroup(waittest.Limit(t), "scope", "g", ReaderGroupConfig{Streams: []GroupStream{one}}); !created || err != nil {
		t.Fatal(created, err)
	}
	g, err := client.OpenReaderGroup(waittest.Limit(t), "scope", "g")
	if err != nil {
		t.Fatal(err)
	}
	for _, millis := range []int64{math.MinInt64, -1, 0, 1, 3000, math.MaxInt64} {
		for _, outstanding := range []int32{1, 3, math.MaxInt32} {
			state, _, err := g.engine.Read(waittest.Limit(t))
			if err != nil {
				t.Fatal(err)
			}
			strange := state.Config()
			strange.RefreshMillis, strange.CheckpointMillis, strange.MaxOutstandingCheckpoints = millis, millis, outstanding
			if err := g.engine.Reset(waittest.Limit(t), group.Config{Config: strange}); err != nil {
				t.Fatal(millis, outstanding, err)
			}
			config, err := g.Config(waittest.Limit(t))
			if err != nil {
				t.Fatal(millis, outstanding, err)
			}
			if err := g.Reset(waittest.Limit(t), config); err != nil {
				t.Errorf("%d ms, %d outstanding: %+v: %v", millis, outstanding, config, err)
			}
		}
	}
}
