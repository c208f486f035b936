package segment_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// single is an appender on its own.
type single struct {
	*segment.Appender
	told
	lock sync.Mutex
}

func newSingle(t *testing.T, stores *segmentstore.Stores, life *background.Life) *single {
	return appenderTo(t, stores, life, name)
}

func appenderTo(t *testing.T, stores *segmentstore.Stores, life *background.Life, name string) *single {
	a := &single{told: told{make(chan int, 1<<12), make(chan error, 16)}}
	a.Appender = segment.NewAppender(life, segment.Config{Lock: &a.lock, Stores: stores, Owner: a.told, Progress: new(segment.Progress), BlockBytes: 1 << 10}, name, wire.NewUUID())
	t.Cleanup(func() { locked(&a.lock, a.Stop) })
	return a
}

func (a *single) add(n int64) { locked(&a.lock, func() { a.Add(n, 0, []byte("event")) }) }

func isSetUp(c wire.Command) bool  { _, ok := c.(wire.SetupAppend); return ok }
func isAppend(c wire.Command) bool { _, ok := c.(wire.AppendBlockEnd); return ok }

// An appender leaves a connection that is about to end when its last event is stored, and
// cannot be set up on another one. With nothing to send it tries no more, whatever is in
// the way, and the next event finds out anew.
func TestAppenderWithNothingToSendDoesNotInsist(t *testing.T) {
	for what, trouble := range map[string]storetest.Verdict{
		"the connection breaks": storetest.CloseNow,
		"no right":              storetest.Refused,
		"tokens expire":         storetest.Expired,
		"out of order":          storetest.Failed,
		"nonsense":              storetest.Mistaken,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, stores := start(t)
			a := newSingle(t, stores, life(t))
			appended, goOn := make(chan struct{}), make(chan struct{})
			var setUps atomic.Int64
			s.Set(func(conn int, c wire.Command) storetest.Verdict {
				switch {
				case isAppend(c) && conn == 1:
					close(appended)
					<-goOn
				case isSetUp(c) && setUps.Add(1) > 1:
					return trouble
				}
				return storetest.Serve
			})
			a.add(1)
			<-appended
			conn, err := stores.ConnectTo(t.Context(), s.Endpoint(), segmentstore.Appends)
			if err != nil {
				t.Fatal(err)
			}
			conn.Retire()
			waittest.Until(t, "another connection", func() bool { return s.Dialled() > 1 })
			close(goOn)
			a.wait(t, "event 1")
			waittest.Until(t, "the set-up", func() bool { return setUps.Load() > 1 })
			time.Sleep(200 * time.Millisecond) // in which there were hundreds
			if n := setUps.Load(); n > 2 {
				t.Errorf("%d set-ups with nothing to send", n-1)
			}
			if len(a.failed) > 0 {
				t.Fatal(<-a.failed)
			}
			s.Set(nil)
			a.add(2)
			a.wait(t, "event 2")
			if n := len(s.Events(name)); n != 2 {
				t.Errorf("%d events are stored", n)
			}
		})
	}
}

// However set-ups fail while an event waits, there are few of them, and none of it is for
// good before it has lasted.
func TestSetUpsBackOffWhateverEndsThem(t *testing.T) {
	for what, verdicts := range map[string]struct{ setUp, append storetest.Verdict }{
		"set-ups break the connection":     {setUp: storetest.CloseNow},
		"set-ups are out of order":         {setUp: storetest.Failed},
		"set-ups are answered nonsense":    {setUp: storetest.Mistaken},
		"tokens expire":                    {setUp: storetest.Expired},
		"appends break the connection":     {append: storetest.CloseNow},
		"appends are out of order":         {append: storetest.Failed},
		"appends are answered with a read": {append: storetest.Mistaken},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, stores := start(t)
			a := newSingle(t, stores, patient(t))
			var setUps atomic.Int64
			s.Set(func(_ int, c wire.Command) storetest.Verdict {
				switch {
				case isSetUp(c):
					setUps.Add(1)
					return verdicts.setUp
				case isAppend(c):
					return verdicts.append
				}
				return storetest.Serve
			})
			a.add(1)
			time.Sleep(500 * time.Millisecond)
			if n := setUps.Load(); n > 20 {
				t.Errorf("%d set-ups", n)
			}
			if len(a.failed) > 0 {
				t.Fatal(<-a.failed)
			}
			s.Set(nil)
			a.wait(t, "the event")
			if n := len(s.Events(name)); n != 1 {
				t.Errorf("the event is stored %d times", n)
			}
		})
	}
}

// ending is an Authorizer whose tokens end at once.
type ending struct{ storetest.NoTokens }

func (ending) Token(context.Context, string, segmentstore.Access) (string, time.Time, error) {
	return "", time.Now().Add(time.Millisecond), nil
}

// Tokens end at once by this machine's clock, though not by the servers'. Nobody goes from
// connection to connection without a rest.
func TestConnectionsAreKeptForAWhileHoweverSoonTheirTokensEnd(t *testing.T) {
	s := storetest.Start(t)
	s.Create(name)
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}
	stores := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return s.Endpoint(), nil }, ending{}, 1)
	t.Cleanup(stores.Close)
	a := newSingle(t, stores, patient(t))
	begun, n := time.Now(), int64(0)
	for time.Since(begun) < time.Second {
		n++
		a.add(n)
		a.wait(t, "an event")
	}
	if dialled, most := s.Dialled(), 3+2*int(time.Since(begun)/time.Second); dialled > most {
		t.Errorf("%d connections", dialled)
	}
	if stored := len(s.Events(name)); stored != int(n) {
		t.Errorf("%d of %d events are stored", stored, n)
	}
}

// What only a moment's disorder could explain is for good when it has lasted.
func TestSetUpsThatFailForGood(t *testing.T) {
	for verdict, want := range map[storetest.Verdict]error{
		storetest.Mistaken: fault.Protocol,
		storetest.Expired:  fault.Unauthenticated,
		storetest.Refused:  fault.PermissionDenied,
	} {
		s, stores := start(t)
		a := newSingle(t, stores, life(t))
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			if isSetUp(c) {
				return verdict
			}
			return storetest.Serve
		})
		a.add(1)
		select {
		case err := <-a.failed:
			if !errors.Is(err, want) {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Errorf("%v does not end the appender", want)
		}
	}
}

// While others store large events at a store, one more waits for its turn. That is no
// fault of the servers', so it is not said to wait for them.
func TestLargeEventThatWaitsForOthersDoesNotWaitForTheServers(t *testing.T) {
	s, stores := start(t)
	var others []*segmentstore.Conn
	for range 2 {
		conn, err := stores.ConnectAlone(t.Context(), name, func(bool) {})
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, conn)
	}
	a := newSingle(t, stores, life(t))
	locked(&a.lock, func() { a.AddLarge(1, 0, make([]byte, segment.MaxAppend)) })
	waittest.Until(t, "its turn", func() bool { return !a.waits() })
	others[0].Close(errors.New("the test is done with it"))
	a.wait(t, "the large event")
	waittest.Until(t, "the end", func() bool { return len(s.Events(name)) == 1 && !a.waits() })
}

func (a *single) waits() (waits bool) {
	locked(&a.lock, func() { waits = a.Waits() })
	return waits
}
