package write

import (
	"errors"
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
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Only while something waits to be stored are the servers missed: a connection
// that was lost long ago is no outage.
func TestOutageBeginsWhenSomethingWaits(t *testing.T) {
	t.Parallel()
	c := startCluster(t, keyspace...)
	const most = 2 * time.Second
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.MaxOutage = most })
	write(t, w, "k", 1, 1)
	flush(t, w, 1)
	c.CutAll()
	time.Sleep(2 * most)
	c.Set(enginetest.Once(func(command wire.Command) bool { _, ok := command.(wire.SetupAppend); return ok }, storetest.CloseNow))
	write(t, w, "k", 2, 2)
	flush(t, w, 2)
	// A real outage ends the writer; what was sent may be stored.
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) {
			return storetest.CloseLate
		}
		if _, ok := command.(wire.SetupAppend); ok && len(c.Stored(0)) == 3 {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	write(t, w, "k", 3, 3)
	if err := w.Flush(waittest.Limit(t)); !errors.Is(err, fault.OutageTooLong) || !fault.MayBeStored(err) {
		t.Fatal(err)
	}
}

// Whatever is in the way for longer than max.outage ends the writer with a final
// error that tells what is stored and whether more may be.
func TestOutageTooLongWhateverIsInTheWay(t *testing.T) {
	const most = time.Second
	next := naming.NewSegmentID(2, 1)
	low := enginetest.KeyFor(0, 0.5)
	for name, trouble := range map[string]struct {
		begin  func(*testCluster)
		stored bool // an event was sent, and no segment tells whether it is stored
	}{
		"stores hang up": {begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsHello, storetest.CloseNow))
			c.CutAll()
		}},
		"stores do not greet": {begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsHello, storetest.Ignore))
			c.CutAll()
		}},
		"no endpoint": {begin: func(c *testCluster) {
			c.Away("getURI")
			c.CutAll()
		}},
		"no token": {begin: func(c *testCluster) {
			c.Away("getDelegationToken")
			c.Set(enginetest.On(enginetest.IsSetup, storetest.Expired))
			c.CutAll()
		}},
		"set-up is not answered": {begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsSetup, storetest.Ignore))
			c.CutAll()
		}},
		"appends are not answered": {stored: true, begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsAppend, storetest.Ignore))
		}},
		"appends break connections": {stored: true, begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsAppend, storetest.CloseNow))
		}},
		"no controller while a segment is replaced": {stored: true, begin: func(c *testCluster) {
			c.Away("getSegmentsImmediatelyFollowing")
			c.Seal(c.Name(0))
		}},
		"a predecessor is never sealed": {begin: func(c *testCluster) {
			c.Replace([]naming.SegmentID{0, 1}, c.Segment(next, 0, 1))
			c.Seal(c.Name(0))
		}},
		"no store while a segment is replaced": {stored: true, begin: func(c *testCluster) {
			c.Replace([]naming.SegmentID{0, 1}, c.Segment(next, 0, 1))
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if _, ok := command.(wire.GetStreamSegmentInfo); ok {
					return storetest.Ignore
				}
				return storetest.Serve
			})
			c.Seal(c.Name(0))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, 0, 0.5, 1)
			w := c.writer(func(config *cluster.Config, limits *Config) {
				config.Credentials = controller.Basic("user", "password")
				limits.MaxOutage = most
			})
			write(t, w, low, 1, 10)
			flush(t, w, 10)
			trouble.begin(c)
			begun := time.Now()
			write(t, w, low, 11, 11)
			err := w.Flush(waittest.Limit(t))
			if !errors.Is(err, fault.OutageTooLong) || !fault.Final(err) || trouble.stored && !fault.MayBeStored(err) {
				t.Fatal(err)
			}
			if waited := time.Since(begun); waited < most {
				t.Fatalf("given up after %v", waited)
			}
			if acked, err := w.Acked(); acked != 10 || !errors.Is(err, fault.OutageTooLong) {
				t.Fatal(acked, err)
			}
			if _, err := w.TryWrite(nil, nil); !errors.Is(err, fault.OutageTooLong) {
				t.Fatal(err)
			}
			c.Expect(1, 10, 0)
			if err := w.Close(waittest.Limit(t)); !errors.Is(err, fault.OutageTooLong) {
				t.Fatal(err)
			}
		})
	}
}

// What was never sent is not said to be stored, maybe.
func TestOutageBeforeAnythingWasSent(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Set(enginetest.On(enginetest.IsSetup, storetest.CloseNow))
	w := c.writer(func(_ *cluster.Config, limits *Config) { limits.MaxOutage = 50 * time.Millisecond })
	write(t, w, "k", 1, 1)
	if err := w.Flush(waittest.Limit(t)); !errors.Is(err, fault.OutageTooLong) || fault.MayBeStored(err) {
		t.Fatal(err)
	}
}

// Without max.outage a writer tries for ever, whatever it is that fails.
func TestWithoutMaxOutageThereIsNoLimit(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(nil)
	const tries = 12
	var setUps, asked atomic.Int32
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsSetup(command) && setUps.Add(1) < tries {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	c.Refuse(func(method string) error {
		if method == "getURI" && asked.Add(1)%2 == 0 {
			return status.Error(codes.Unavailable, "away")
		}
		return nil
	})
	write(t, w, "k", 1, 10)
	flush(t, w, 10)
	c.Expect(1, 10, 0)
	if n := asked.Load(); n < tries {
		t.Fatalf("the endpoint was asked for %d times in %d tries", n, tries)
	}
}

// An ack that is lost on a connection that lives is not waited for for ever: the
// writer sets up again and hears what is stored.
func TestLostAckOnAConnectionThatLives(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(config *cluster.Config, _ *Config) { config.RequestTimeout = 200 * time.Millisecond })
	write(t, w, "k", 1, 1)
	flush(t, w, 1)
	c.Set(enginetest.Once(enginetest.IsAppend, storetest.NoReply))
	write(t, w, "k", 2, 2)
	flush(t, w, 2)
	c.Expect(1, 2, 0)
}

// A writer gives the connection up on which it is not answered. Another one that is
// answered there goes on to the end, and sends nothing twice.
func TestWriterThatIsNotAnsweredDisturbsNoOther(t *testing.T) {
	c := startCluster(t, keyspace...)
	config := enginetest.ClusterConfig()
	config.ConnectionsPerStore = 1
	client := c.Connect(config)
	open := func() *Writer {
		w, err := Open(waittest.Limit(t), client, c.Stream, defaults())
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	one, other := open(), open()
	write(t, one, "k", 1, 1)
	flush(t, one, 1)
	write(t, other, "k", 1, 1)
	flush(t, other, 1)
	arrived, answer := make(chan struct{}), make(chan struct{})
	var appends, elsewhere atomic.Int64 // of the first writer and the other one
	c.Set(func(conn int, command wire.Command) storetest.Verdict {
		switch {
		case enginetest.IsSetup(command):
			elsewhere.Add(1)
		case enginetest.IsAppend(command):
			switch appends.Add(1) {
			case 1:
				return storetest.NoReply
			case 2:
				close(arrived)
				<-answer
			}
		}
		return storetest.Serve
	})
	write(t, one, "k", 2, 2)
	waittest.Until(t, "the event is stored", func() bool { return len(c.Stored(0)) == 3 })
	write(t, other, "k", 2, 2)
	<-arrived
	one.mu.Lock()
	one.routes.find(0).GiveUp(errors.New("no answer"))
	one.mu.Unlock()
	flush(t, one, 2)
	close(answer)
	flush(t, other, 2)
	write(t, other, "k", 3, 3)
	flush(t, other, 3)
	if n := appends.Load(); n != 3 {
		t.Errorf("%d appends of three events", n)
	}
	if n := elsewhere.Load(); n > 2 {
		t.Errorf("%d set-ups on another connection", n)
	}
}

// Large events that are stored on one segment say nothing of another one, whose appends
// are not answered: its connection is replaced, and if that does not help the writer fails.
func TestLargeEventsOfOneSegmentDoNotHideTheStallOfAnother(t *testing.T) {
	for name, helps := range map[string]bool{"a new connection helps": true, "nothing helps": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, 0, 0.5, 1)
			w := c.writer(func(config *cluster.Config, limits *Config) {
				config.RequestTimeout, limits.MaxOutage = time.Second, time.Minute
				if !helps {
					limits.MaxOutage = 3 * time.Second
				}
			})
			flowing, stuck := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
			write(t, w, stuck, 1, 1)
			flush(t, w, 1)
			var struck atomic.Bool
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if block, ok := command.(wire.AppendBlockEnd); !ok || len(block.Data) > 1<<10 {
					return storetest.Serve
				}
				switch {
				case !helps:
					return storetest.Ignore
				case struck.CompareAndSwap(false, true):
					return storetest.NoReply
				}
				return storetest.Serve
			})
			write(t, w, stuck, 2, 2)
			large := make([]byte, segment.MaxAppend+1<<20) // no part of it is small
			done := make(chan error, 1)
			go func() { done <- w.Wait(waittest.Limit(t), 2) }()
			for n := int64(1); ; n++ {
				select {
				case err := <-done:
					if helps != (err == nil) || !helps && !errors.Is(err, fault.OutageTooLong) {
						t.Fatal(err)
					}
					return
				default:
				}
				if _, err := w.Write(waittest.Limit(t), []byte(flowing), large); err == nil {
					waittest.Until(t, "the large event is stored, or the writer failed", func() bool {
						w.mu.Lock()
						defer w.mu.Unlock()
						return w.err != nil || w.routes.find(enginetest.Position(flowing)).LargeBytes() == 0
					})
					if _, err := w.Acked(); err == nil {
						c.Truncate(c.Name(0), n*int64(wire.EventHeader+len(large))) // to spare memory
					}
				} else if helps || !errors.Is(err, fault.OutageTooLong) {
					t.Fatal(err)
				}
			}
		})
	}
}

// A segment whose appends are not answered is set up on another connection also while an
// older event waits for a store that is away.
func TestStallIsNoticedBehindAnOlderOne(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.writer(func(config *cluster.Config, _ *Config) { config.RequestTimeout = 200 * time.Millisecond })
	away, silent := enginetest.KeyFor(0, 0.5), enginetest.KeyFor(0.5, 1)
	var lost atomic.Bool
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if setUp, ok := command.(wire.SetupAppend); ok && setUp.Segment == c.Name(0) {
			return storetest.Failed
		}
		if enginetest.IsAppend(command) && lost.CompareAndSwap(false, true) {
			return storetest.NoReply
		}
		return storetest.Serve
	})
	write(t, w, away, 1, 1)
	write(t, w, silent, 2, 2)
	waittest.Until(t, "event 2 is known to be stored", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return !w.routes.find(enginetest.Position(silent)).Waits()
	})
	if acked, err := w.Acked(); acked != 0 || err != nil {
		t.Fatal(acked, err)
	}
	c.Set(nil)
	flush(t, w, 2)
	c.Expect(1, 1, 0)
	c.Expect(2, 2, 1)
}

// Segments are replaced again and again while their store answers no append. To be handed
// on to a successor does not store an event: it has waited since before.
func TestScalesDoNotHideAnOutage(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(config *cluster.Config, limits *Config) {
		config.RequestTimeout, limits.MaxOutage = 50*time.Millisecond, 2*time.Second
	})
	var mu sync.Mutex
	segments := make(map[wire.UUID]string) // of writers
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		mu.Lock()
		defer mu.Unlock()
		switch command := command.(type) {
		case wire.SetupAppend:
			segments[command.WriterID] = command.Segment
		case wire.AppendBlockEnd:
			if segments[command.WriterID] == c.Name(c.Current()[0]) {
				return storetest.Ignore
			}
		}
		return storetest.Serve
	})
	write(t, w, "k", 1, 1)
	ended := make(chan error, 1)
	go func() { ended <- w.Flush(waittest.Limit(t)) }()
	for {
		mu.Lock()
		reached := len(segments)
		mu.Unlock()
		if reached > int(c.Current()[0].Epoch()) {
			c.Scale(c.Current(), 0, 1) // it has come to the newest
		}
		select {
		case err := <-ended:
			if !errors.Is(err, fault.OutageTooLong) || reached < 3 {
				t.Fatal(reached, err)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}
