package write

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// refusing makes the controller answer a method with a status, a number of times, and
// counts them.
func (c *testCluster) refusing(method string, code codes.Code, times int64) *atomic.Int64 {
	var struck atomic.Int64
	c.Refuse(func(asked string) error {
		if asked == method && struck.Load() < times {
			struck.Add(1)
			return status.Error(code, "the test says so")
		}
		return nil
	})
	return &struck
}

// Whatever stands in the way of a writer that follows a scale, and goes away again, only
// holds it up: it has no limit unless max.outage is set.
func TestWritersFollowAScaleThroughPassingTrouble(t *testing.T) {
	const limit = 300 * time.Millisecond // request.timeout
	type trouble struct {
		begin func(c *testCluster) (struck func() bool)
		end   func(c *testCluster)
	}
	troubles := map[string]trouble{
		"a store's address is not told": {
			func(c *testCluster) func() bool {
				begun := c.Calls("getURI")
				c.SetCalls(func(method string, call int) storetest.Verdict {
					if method == "getURI" {
						return storetest.Ignore
					}
					return storetest.Serve
				})
				c.CutAll()
				return func() bool { return c.Calls("getURI") > begun }
			},
			func(c *testCluster) { c.SetCalls(nil) },
		},
		"a stranger at the store's port": {
			func(c *testCluster) func() bool {
				c.Greet([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
				dialled := c.Dialled()
				c.CutAll()
				return func() bool { return c.Dialled() > dialled+2 }
			},
			func(c *testCluster) { c.Greet(nil) },
		},
		"the store closes without a word": {
			func(c *testCluster) func() bool {
				var struck atomic.Int64
				c.Set(func(_ int, command wire.Command) storetest.Verdict {
					switch command.(type) {
					case wire.GetStreamSegmentInfo, wire.GetSegmentAttribute, wire.UpdateSegmentAttribute, wire.SetupAppend:
						struck.Add(1)
						return storetest.CloseNow
					}
					return storetest.Serve
				})
				return func() bool { return struck.Load() > 5 }
			},
			func(c *testCluster) { c.Set(nil) },
		},
	}
	for _, method := range []string{"getSegmentsImmediatelyFollowing", "getEpochSegments", "getURI", "getDelegationToken"} {
		for code, times := range map[codes.Code]int64{
			codes.Unavailable:     20,
			codes.Unknown:         5,
			codes.Unauthenticated: 2,
		} {
			troubles[fmt.Sprintf("%s answers %v", method, code)] = trouble{
				func(c *testCluster) func() bool {
					c.refusing(method, code, times)
					c.CutAll()
					return func() bool { return true } // whether it is asked depends on the writer
				},
				func(c *testCluster) { c.Refuse(nil) },
			}
		}
		troubles["no "+method+" for longer than request.timeout"] = trouble{
			func(c *testCluster) func() bool {
				begun := time.Now()
				c.Away(method)
				c.CutAll()
				return func() bool { return time.Since(begun) > 3*limit }
			},
			func(c *testCluster) { c.Refuse(nil) },
		}
	}
	for _, id := range []string{"", "writer"} {
		for name, trouble := range troubles {
			t.Run(fmt.Sprintf("id %q/%s", id, name), func(t *testing.T) {
				t.Parallel()
				c := startCluster(t, keyspace...)
				w := c.writer(func(config *cluster.Config, limits *Config) {
					config.Credentials = controller.Basic("user", "password")
					config.RequestTimeout = limit
					limits.ID = id
				})
				write(t, w, "k", 1, 10)
				flush(t, w, 10)
				struck := trouble.begin(c)
				c.Scale(c.Current(), 0, 0.5, 1)
				write(t, w, "k", 11, 20)
				waittest.Until(t, "the trouble stands in the way", struck)
				trouble.end(c)
				flush(t, w, 20)
				c.Expect(1, 20, c.Segments()...)
				if err := w.Close(waittest.Limit(t)); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// loseAcks makes a segment store what comes next, and tell nobody.
func (c *testCluster) loseAcks(id naming.SegmentID) {
	writers := make(map[wire.UUID]bool) // by SetupAppend, which no event follows at once
	var mu sync.Mutex
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		mu.Lock()
		defer mu.Unlock()
		switch r := command.(type) {
		case wire.SetupAppend:
			if r.Segment != c.Name(id) {
				return storetest.Serve
			}
			if writers[r.WriterID] {
				return storetest.CloseNow
			}
			writers[r.WriterID] = true
		case wire.AppendBlockEnd:
			if writers[r.WriterID] {
				return storetest.NoReply
			}
		}
		return storetest.Serve
	})
	c.CutAll()
}

// An error that ends a writer while it follows a scale speaks for all its segments: what
// another segment has stored without an ack may be stored.
func TestFinalErrorOfAReplacementSpeaksForAllSegments(t *testing.T) {
	for _, id := range []string{"", "writer"} {
		for _, method := range []string{"getSegmentsImmediatelyFollowing", "getURI"} {
			t.Run(fmt.Sprintf("id %q/%s", id, method), func(t *testing.T) {
				c := startCluster(t, 0, 0.5, 1)
				w := c.writer(func(config *cluster.Config, limits *Config) {
					config.Credentials = controller.Basic("user", "password")
					limits.ID = id
				})
				low, high := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
				write(t, w, low, 1, 1)
				write(t, w, high, 2, 2)
				flush(t, w, 2)
				c.loseAcks(1)
				write(t, w, high, 3, 3)
				waittest.Until(t, "the event is stored", func() bool { return len(c.Stored(1)) == 2 })
				c.refusing(method, codes.PermissionDenied, 1<<40)
				c.Scale([]naming.SegmentID{0}, 0, 0.25, 0.5)
				write(t, w, low, 4, 4)
				err := w.Flush(waittest.Limit(t))
				if !errors.Is(err, fault.PermissionDenied) || !fault.MayBeStored(err) {
					t.Fatal(err)
				}
			})
		}
	}
}

// A segment is sealed, or was truncated away, and the writer that follows it ends. Its
// error says that an event may be stored if it was sent and nobody told that it is not
// stored, however much later the writer ends, and only then.
func TestFinalErrorKnowsWhatASegmentDidNotTell(t *testing.T) {
	successorsAway := func(c *testCluster) {
		c.Set(func(_ int, command wire.Command) storetest.Verdict {
			if setup, ok := command.(wire.SetupAppend); ok && setup.Segment != c.Name(0) {
				return storetest.CloseNow
			}
			return storetest.Serve
		})
	}
	refusing := func(method string) func(*testCluster) {
		return func(c *testCluster) { c.refusing(method, codes.PermissionDenied, 1<<40) }
	}
	const never = storetest.CloseNow // sent
	for name, is := range map[string]struct {
		id     string
		event  storetest.Verdict // what becomes of it
		end    func(c *testCluster)
		gone   bool // the segment
		sealed bool // the stream
		close  bool // what ends the writer
		doubt  bool
	}{
		"sealed, successors away":                {event: storetest.Ignore, end: successorsAway, close: true},
		"gone, successors away":                  {event: storetest.NoReply, end: successorsAway, gone: true, close: true, doubt: true},
		"gone, successors away, nothing sent":    {event: never, end: successorsAway, gone: true, close: true},
		"successors not to be known":             {event: storetest.Ignore, end: refusing("getSegmentsImmediatelyFollowing"), doubt: true},
		"gone, successors not to be known":       {event: storetest.NoReply, end: refusing("getSegmentsImmediatelyFollowing"), gone: true, doubt: true},
		"gone, not to be known, nothing sent":    {event: never, end: refusing("getSegmentsImmediatelyFollowing"), gone: true},
		"sealed, successors not to be entered":   {id: "id", event: storetest.Ignore, end: refusing("getCurrentSegments")},
		"gone, successors not to be entered":     {id: "id", event: storetest.NoReply, end: refusing("getCurrentSegments"), gone: true, doubt: true},
		"gone, not to be entered, nothing sent":  {id: "id", event: never, end: refusing("getCurrentSegments"), gone: true},
		"another stream of the name":             {event: storetest.NoReply, end: func(c *testCluster) { c.Recreate(keyspace...) }, doubt: true},
		"another stream of the name, not sent":   {event: never, end: func(c *testCluster) { c.Recreate(keyspace...) }},
		"sealed stream":                          {sealed: true, event: storetest.Ignore, end: func(*testCluster) {}},
		"sealed stream, truncated":               {sealed: true, event: storetest.NoReply, end: func(*testCluster) {}, gone: true, doubt: true},
		"sealed stream, truncated, nothing sent": {sealed: true, event: never, end: func(*testCluster) {}, gone: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, keyspace...)
			w := c.writer(func(_ *cluster.Config, limits *Config) { limits.ID = is.id })
			struck := make(chan struct{})
			strike := sync.OnceFunc(func() { close(struck) })
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				_, isSetUp := command.(wire.SetupAppend)
				_, isAppend := command.(wire.AppendBlockEnd)
				switch {
				case isSetUp && is.event == never, isAppend:
					defer strike()
					return is.event
				}
				return storetest.Serve
			})
			write(t, w, "k", 1, 1)
			<-struck
			if is.event == storetest.NoReply {
				waittest.Until(t, "the event is stored", func() bool { return len(c.Stored(0)) == 1 })
			}
			if is.sealed {
				c.Seal(c.Name(0))
			} else {
				c.Scale([]naming.SegmentID{0}, keyspace...)
			}
			if is.gone {
				c.Delete(c.Name(0))
			}
			is.end(c)
			if !is.close {
				c.Set(nil)
			}
			c.CutAll()
			if is.close {
				waittest.Until(t, "the segment is replaced", func() bool {
					w.mu.Lock()
					defer w.mu.Unlock()
					return w.routes.find(0).id != 0
				})
				_ = w.Close(waittest.DeadlineWhen(t, func() bool { return true }))
			}
			waittest.Until(t, "the end", func() bool { _, err := w.Acked(); return err != nil })
			if acked, err := w.Acked(); acked != 0 || fault.MayBeStored(err) != is.doubt {
				t.Errorf("acknowledged through %d: %v", acked, err)
			}
		})
	}
}

// A sealed segment whose store does not answer holds up nothing but what follows it.
func TestReplacementsDoNotWaitForEachOther(t *testing.T) {
	c := startCluster(t, 0, 0.25, 0.5, 0.75, 1)
	w := c.writer(nil)
	keys := []string{enginetest.KeyFor(0, 0.25), enginetest.KeyFor(0.25, 0.5), enginetest.KeyFor(0.5, 0.75), enginetest.KeyFor(0.75, 1)}
	for i, key := range keys {
		write(t, w, key, int64(i)+1, int64(i)+1)
	}
	flush(t, w, 4)
	var released atomic.Bool
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if info, ok := command.(wire.GetStreamSegmentInfo); ok && info.Segment == c.Name(0) && !released.Load() {
			return storetest.Ignore
		}
		return storetest.Serve
	})
	c.Scale([]naming.SegmentID{0}, 0, 0.1, 0.25)
	write(t, w, keys[0], 5, 5)
	waittest.Until(t, "the first segment is known to be sealed", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.routes.find(0).replacing
	})
	c.Scale([]naming.SegmentID{1}, 0.25, 0.4, 0.5)
	c.Scale([]naming.SegmentID{2, 3}, 0.5, 1)
	for i, key := range keys[1:] {
		write(t, w, key, int64(i)+6, int64(i)+6)
	}
	waittest.Until(t, "the others are replaced", func() bool { return len(c.Stored(c.Segments()...)) == 4+3 })
	if acked, err := w.Acked(); acked != 4 || err != nil {
		t.Fatalf("acknowledged through %d: %v", acked, err)
	}
	released.Store(true)
	flush(t, w, 8)
	seen := map[int64]int{}
	for _, n := range c.Stored(c.Segments()...) {
		seen[n]++
	}
	for n := range int64(8) {
		if seen[n+1] != 1 {
			t.Errorf("event %d is stored %d times", n+1, seen[n+1])
		}
	}
}
