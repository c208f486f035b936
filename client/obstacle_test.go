package client

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault/faulttest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// briefly bounds calls that are to run out of time, long enough to meet what is in the way.
func briefly(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// troubled makes calls with little time until their error names all of what is in the way,
// and returns it. Nothing else but TimedOut comes meanwhile.
func troubled(t *testing.T, call func(context.Context) error, names ...string) *Error {
	t.Helper()
	var e *Error
	waittest.Until(t, "the error names "+strings.Join(names, ", "), func() bool {
		err := call(briefly(t))
		if !errors.As(err, &e) || !errors.Is(err, ErrTimedOut) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		faulttest.Check(t, err.Error())
		for _, name := range names {
			if !strings.Contains(err.Error(), name) {
				return false
			}
		}
		return true
	})
	return e
}

// Whatever keeps events from being stored is told by every call that waits for it in vain,
// and by the writer when it is asked: which server, at which address, and what it did.
func TestWritersSayWhatKeepsThemFromStoring(t *testing.T) {
	next := naming.NewSegmentID(2, 1)
	low := enginetest.KeyFor(0, 0.5)
	for name, trouble := range map[string]struct {
		begin func(*testCluster)
		end   func(*testCluster)
		code  Code
		words string
	}{
		"stores hang up": {code: ErrUnreachable, words: "the server closed the connection", begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsHello, storetest.CloseNow))
			c.CutAll()
		}},
		"stores do not greet": {code: ErrUnreachable, words: "no answer", begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsHello, storetest.Ignore))
			c.CutAll()
		}},
		"no endpoint": {code: ErrUnreachable, words: "away", begin: func(c *testCluster) {
			c.Away("getURI")
			c.CutAll()
		}, end: func(c *testCluster) { c.Refuse(nil) }},
		"endpoint is not told": {code: ErrUnreachable, words: "no answer yet", begin: func(c *testCluster) {
			c.SetCalls(func(method string, _ int) storetest.Verdict {
				if method == "getURI" {
					return storetest.Ignore
				}
				return storetest.Serve
			})
			c.CutAll()
		}, end: func(c *testCluster) { c.SetCalls(nil) }},
		"set-up is not answered": {code: ErrUnreachable, words: "has not answered yet", begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsSetup, storetest.Ignore))
			c.CutAll()
		}},
		"appends are not answered": {code: ErrUnreachable, words: "has not answered an append yet", begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsAppend, storetest.NoReply))
		}, end: func(c *testCluster) { c.Set(nil); c.CutAll() }},
		"appends break connections": {code: ErrUnreachable, words: "the server closed the connection", begin: func(c *testCluster) {
			c.Set(enginetest.On(enginetest.IsAppend, storetest.CloseNow))
		}},
		"no controller while a segment is replaced": {code: ErrUnreachable, words: "away", begin: func(c *testCluster) {
			c.Away("getSegmentsImmediatelyFollowing")
			c.Replace([]naming.SegmentID{0, 1}, c.Segment(next, 0, 1))
			c.Seal(c.Name(0))
			c.Seal(c.Name(1))
		}, end: func(c *testCluster) { c.Refuse(nil) }},
		"a predecessor is not sealed": {code: ErrConflict, words: "have not sealed it yet", begin: func(c *testCluster) {
			c.Replace([]naming.SegmentID{0, 1}, c.Segment(next, 0, 1))
			c.Seal(c.Name(0))
		}, end: func(c *testCluster) { c.Seal(c.Name(1)) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, 0, 0.5, 1)
			w := c.writer(func(config *Config, limits *WriterConfig) {
				limits.WindowBytes = 64 << 10
				config.ConnectTimeout, config.KeepAliveTimeout = time.Second, 2*time.Second // it goes on soon
			})
			writeNumbered(t, w, low, 1, 10)
			flush(t, w, 10)
			if err := w.Trouble(); err != nil {
				t.Fatal("all is stored, and yet", err)
			}
			trouble.begin(c)
			writeNumbered(t, w, low, 11, 11)
			where := c.Endpoint()
			if trouble.code == ErrConflict {
				where = c.Name(1)
			} else if trouble.words == "away" || trouble.words == "no answer yet" {
				where = c.URI
			}
			e := troubled(t, w.Flush, where, trouble.words, ", for ")
			if CodeOf(e.Trouble) != trouble.code {
				t.Error(e.Trouble)
			}
			if err := w.Trouble(); CodeOf(err) != trouble.code || !strings.Contains(err.Error(), where) {
				t.Error(err)
			}
			troubled(t, func(ctx context.Context) error { return w.Wait(ctx, 11) }, where, trouble.words)
			for err := error(nil); err == nil; {
				_, err = w.TryWrite(Event{Key: []byte(low), Data: make([]byte, 1000)})
			}
			troubled(t, func(ctx context.Context) error {
				_, err := w.Write(ctx, Event{Key: []byte(low), Data: make([]byte, 1000)})
				return err
			}, where)
			if trouble.end == nil {
				trouble.end = func(c *testCluster) { c.Set(nil) }
			}
			trouble.end(c)
			if err := w.Flush(waittest.Limit(t)); err != nil || w.Trouble() != nil {
				t.Error(err, w.Trouble())
			}
		})
	}
}

// An address where nobody listens is told, and what it is: the one that the store
// advertises.
func TestWriterWhoseStoreAdvertisesAnAddressWhereNobodyListens(t *testing.T) {
	c := startCluster(t, keyspace...)
	at := nowhere(t)
	c.Advertise(at)
	w := c.writer(nil)
	writeNumbered(t, w, "k", 1, 1)
	troubled(t, w.Flush, "connect to segment store at its advertised address "+at, "connection refused, for ")
	troubled(t, w.Close, at, "connection refused")
}
