package client

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Only while something waits to be stored are the servers missed: a connection
// that was lost long ago is no outage.
func TestOutageBeginsWhenSomethingWaits(t *testing.T) {
	c := startCluster(t, keyspace...)
	const most = 200 * time.Millisecond
	w := c.writer(func(config *Config, _ *WriterConfig) { config.MaxOutage = most })
	write(t, w, "k", 1, 1)
	flush(t, w, 1)
	c.CutAll()
	time.Sleep(2 * most)
	c.Set(once(func(command wire.Command) bool { _, ok := command.(wire.SetupAppend); return ok }, storetest.CloseNow))
	write(t, w, "k", 2, 2)
	flush(t, w, 2)
	// A real outage ends the writer; what was sent may be stored.
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if isAppend(command) {
			return storetest.CloseLate
		}
		if _, ok := command.(wire.SetupAppend); ok && len(c.stored(0)) == 3 {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	write(t, w, "k", 3, 3)
	if err := w.Flush(within(t)); !errors.Is(err, ErrOutageTooLong) || !MayBeStored(err) {
		t.Fatal(err)
	}
}

// away makes the controller unable to answer one method.
func (c *cluster) away(method string) {
	c.Refuse(func(asked string) error {
		if asked == method {
			return status.Error(codes.Unavailable, "away")
		}
		return nil
	})
}

// on makes a fault that strikes each command for which is holds.
func on(is func(wire.Command) bool, v storetest.Verdict) storetest.Fault {
	return func(_ int, c wire.Command) storetest.Verdict {
		if is(c) {
			return v
		}
		return storetest.Serve
	}
}

func isHello(c wire.Command) bool { _, ok := c.(wire.Hello); return ok }
func isSetup(c wire.Command) bool { _, ok := c.(wire.SetupAppend); return ok }

// Whatever is in the way for longer than max.outage ends the writer with a final
// error that tells what is stored and whether more may be.
func TestOutageTooLongWhateverIsInTheWay(t *testing.T) {
	const most = time.Second
	next := naming.NewSegmentID(2, 1)
	low := keyFor(0, 0.5)
	for name, trouble := range map[string]struct {
		begin  func(*cluster)
		stored bool // surely an event was sent without an answer
	}{
		"stores hang up": {begin: func(c *cluster) {
			c.Set(on(isHello, storetest.CloseNow))
			c.CutAll()
		}},
		"stores do not greet": {begin: func(c *cluster) {
			c.Set(on(isHello, storetest.Ignore))
			c.CutAll()
		}},
		"no endpoint": {begin: func(c *cluster) {
			c.away("getURI")
			c.CutAll()
		}},
		"no token": {begin: func(c *cluster) {
			c.away("getDelegationToken")
			c.Set(on(isSetup, storetest.Expired))
			c.CutAll()
		}},
		"set-up is not answered": {begin: func(c *cluster) {
			c.Set(on(isSetup, storetest.Ignore))
			c.CutAll()
		}},
		"appends are not answered": {stored: true, begin: func(c *cluster) {
			c.Set(on(isAppend, storetest.Ignore))
		}},
		"appends break connections": {stored: true, begin: func(c *cluster) {
			c.Set(on(isAppend, storetest.CloseNow))
		}},
		"no controller while a segment is replaced": {stored: true, begin: func(c *cluster) {
			c.away("getSegmentsImmediatelyFollowing")
			c.Seal(c.Name(0))
		}},
		"a predecessor is never sealed": {stored: true, begin: func(c *cluster) {
			c.Replace([]naming.SegmentID{0, 1}, c.Segment(next, 0, 1))
			c.Seal(c.Name(0))
		}},
		"no store while a segment is replaced": {stored: true, begin: func(c *cluster) {
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
			w := c.writer(func(config *Config, limits *WriterConfig) {
				asUser(config, limits)
				config.MaxOutage = most
			})
			write(t, w, low, 1, 10)
			flush(t, w, 10)
			trouble.begin(c)
			begun := time.Now()
			write(t, w, low, 11, 11)
			err := w.Flush(within(t))
			if !errors.Is(err, ErrOutageTooLong) || !IsFinal(err) || trouble.stored && !MayBeStored(err) {
				t.Fatal(err)
			}
			if waited := time.Since(begun); waited < most {
				t.Fatalf("given up after %v", waited)
			}
			if acked, err := w.Acked(); acked != 10 || !errors.Is(err, ErrOutageTooLong) {
				t.Fatal(acked, err)
			}
			if _, err := w.TryWrite(nil); !errors.Is(err, ErrOutageTooLong) {
				t.Fatal(err)
			}
			c.expect(1, 10, 0)
			if err := w.Close(within(t)); !errors.Is(err, ErrOutageTooLong) {
				t.Fatal(err)
			}
		})
	}
}

// What was never sent is not said to be stored, maybe.
func TestOutageBeforeAnythingWasSent(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Set(on(isSetup, storetest.CloseNow))
	w := c.writer(func(config *Config, _ *WriterConfig) { config.MaxOutage = 50 * time.Millisecond })
	write(t, w, "k", 1, 1)
	if err := w.Flush(within(t)); !errors.Is(err, ErrOutageTooLong) || MayBeStored(err) {
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
		if isSetup(command) && setUps.Add(1) < tries {
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
	c.expect(1, 10, 0)
	if n := asked.Load(); n < tries {
		t.Fatalf("the endpoint was asked for %d times in %d tries", n, tries)
	}
}

// An ack that is lost on a connection that lives is not waited for for ever: the
// writer sets up again and hears what is stored.
func TestLostAckOnAConnectionThatLives(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(config *Config, _ *WriterConfig) { config.RequestTimeout = 200 * time.Millisecond })
	write(t, w, "k", 1, 1)
	flush(t, w, 1)
	c.Set(once(isAppend, storetest.NoReply))
	write(t, w, "k", 2, 2)
	flush(t, w, 2)
	c.expect(1, 2, 0)
}
