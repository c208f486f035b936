package client

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault/faulttest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// checkWords checks that an error is told in words for users and, if it is the end of a wait,
// says what was waited for.
func checkWords(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	text := err.Error()
	faulttest.Check(t, text)
	if code := CodeOf(err); code == ErrTimedOut || code == ErrCancelled {
		if strings.HasSuffix(strings.TrimSuffix(text, " (it may have taken effect)"), code.Error()) {
			t.Errorf("%s: the end of a wait does not say what was waited for: %s", what, text)
		}
	}
}

// address is one of a server.
var address = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// checkBlame checks that an error names the server that is in trouble, and none if nothing
// was tried.
func checkBlame(t *testing.T, what string, err error, untried bool) {
	t.Helper()
	if err == nil {
		return
	}
	var e *Error
	named := address.MatchString(err.Error()) || strings.Contains(err.Error(), "unexpected reply")
	troubled := errors.As(err, &e) && e.Trouble != nil && CodeOf(e.Trouble) != ErrNoSuchSegment
	switch code := CodeOf(err); {
	case untried && named:
		t.Errorf("%s: nothing was tried, and a server is blamed: %v", what, err)
	case !named && (troubled || code == ErrUnreachable || code == ErrServer || code == ErrProtocol):
		t.Errorf("%s: the server in trouble is not named: %v", what, err)
	case repeats(strings.Split(err.Error(), ": ")):
		t.Errorf("%s: it repeats itself: %v", what, err)
	case strings.Count(err.Error(), code.Error()) > 1:
		t.Errorf("%s: it says twice what is wrong: %v", what, err)
	case strings.Count(err.Error(), ", for ") > 1:
		t.Errorf("%s: it says twice for how long: %v", what, err)
	}
}

func repeats(parts []string) bool { return len(slices.Compact(slices.Clone(parts))) < len(parts) }

// tooLate is a call that nothing is wrong with but that its context has ended.
const tooLate = "it is too late"

// troubles are what the servers, and the ways to them, can be in.
var troubles = map[string]func(*testing.T, *testCluster){
	tooLate:                                 func(*testing.T, *testCluster) {},
	"nobody listens at the store's address": func(t *testing.T, c *testCluster) { c.Advertise(nowhere(t)); c.CutAll() },
	"stores hang up": func(_ *testing.T, c *testCluster) {
		c.Set(enginetest.On(enginetest.IsHello, storetest.CloseNow))
		c.CutAll()
	},
	"stores do not greet": func(_ *testing.T, c *testCluster) {
		c.Set(enginetest.On(enginetest.IsHello, storetest.Ignore))
		c.CutAll()
	},
	"no stores": func(_ *testing.T, c *testCluster) { c.Greet([]byte("HTTP/1.1 502 Bad Gateway\r\n\r\n")); c.CutAll() },
	"stores of another version": func(_ *testing.T, c *testCluster) {
		c.Greet(wire.Hello{HighVersion: 99, LowVersion: 98}.Append(nil))
		c.CutAll()
	},
	"stores end connections": func(_ *testing.T, c *testCluster) { c.Set(enginetest.On(isRequest, storetest.CloseNow)) },
	"stores do not answer":   func(_ *testing.T, c *testCluster) { c.Set(enginetest.On(isRequest, storetest.Ignore)) },
	"stores fail":            func(_ *testing.T, c *testCluster) { c.Set(enginetest.On(isRequest, storetest.Failed)) },
	"stores are mistaken":    func(_ *testing.T, c *testCluster) { c.Set(enginetest.On(isRequest, storetest.Mistaken)) },
	"nothing is there":       func(_ *testing.T, c *testCluster) { c.Set(enginetest.On(isRequest, storetest.Missing)) },
	"tokens are refused":     func(_ *testing.T, c *testCluster) { c.Set(enginetest.On(isRequest, storetest.Refused)) },
	"controllers are not available": func(_ *testing.T, c *testCluster) {
		c.Refuse(func(string) error { return status.Error(codes.Unavailable, "") })
		c.CutAll()
	},
	"controllers fail": func(_ *testing.T, c *testCluster) {
		c.Refuse(func(string) error {
			return status.Error(codes.Internal, "io.pravega.controller.store.stream.StoreException$DataNotFoundException: /store/_system")
		})
		c.CutAll()
	},
	"controllers know nothing": func(_ *testing.T, c *testCluster) {
		c.Refuse(func(string) error {
			return status.Error(codes.NotFound, "get entry: key: x table: _system/_tables/scopes")
		})
	},
	"controllers do not answer": func(_ *testing.T, c *testCluster) {
		c.SetCalls(func(string, int) storetest.Verdict { return storetest.Ignore })
		c.CutAll()
	},
	"controllers hang up": func(_ *testing.T, c *testCluster) {
		c.SetCalls(func(string, int) storetest.Verdict { c.CutCalls(); return storetest.Ignore })
	},
}

func isRequest(c wire.Command) bool {
	switch c.(type) {
	case wire.Hello, wire.KeepAlive:
		return false
	}
	return true
}

// Whatever the trouble, every call tells it in words for users, names what it was about,
// and if its time was over says what it waited for.
func TestEveryCallTellsItsTroubleInPlainWords(t *testing.T) {
	places := make(chan struct{}, 16) // trials wait more than they work
	var work sync.WaitGroup
	defer work.Wait()
	limited := maps.Clone(asked)
	maps.Copy(limited, changes)
	for trouble, begin := range troubles {
		for name, c := range limited {
			work.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				cluster := newCluster(t, keyspace...)
				defer cluster.Close()
				w := &world{testCluster: cluster, trial: &trial{change: c, t: t, name: name + " when " + trouble}}
				w.client, w.other = w.connect(), w.connect()
				defer w.close()
				c.ready(w)
				begin(t, cluster)
				ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
				defer cancel()
				if trouble == tooLate {
					cancel()
				}
				err := c.call(ctx, w)
				checkWords(t, w.name, err)
				if err != nil && !strings.Contains(err.Error(), w.Stream.Scope) && !strings.HasPrefix(name, "Client.") {
					t.Errorf("%s: it is not said to what that happened: %v", w.name, err)
				}
				checkBlame(t, w.name, err, trouble == tooLate)
				if w.reader != nil {
					checkWords(t, w.name, w.reader.Trouble())
				}
				if w.writer != nil {
					checkWords(t, w.name, w.writer.Trouble())
				}
				cluster.Set(nil)
				cluster.SetCalls(nil)
				cluster.Refuse(nil)
				cluster.Greet(nil)
				cluster.Advertise("")
				cluster.CutAll()
				cluster.CutCalls()
			})
		}
	}
}
