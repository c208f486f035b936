package client

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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

// troubles are what the servers, and the ways to them, can be in.
var troubles = map[string]func(*testing.T, *cluster){
	"nobody listens at the store's address": func(t *testing.T, c *cluster) { c.Advertise(nowhere(t)); c.CutAll() },
	"stores hang up":                        func(_ *testing.T, c *cluster) { c.Set(on(isHello, storetest.CloseNow)); c.CutAll() },
	"stores do not greet":                   func(_ *testing.T, c *cluster) { c.Set(on(isHello, storetest.Ignore)); c.CutAll() },
	"no stores":                             func(_ *testing.T, c *cluster) { c.Greet([]byte("HTTP/1.1 502 Bad Gateway\r\n\r\n")); c.CutAll() },
	"stores of another version": func(_ *testing.T, c *cluster) {
		c.Greet(wire.Hello{HighVersion: 99, LowVersion: 98}.Append(nil))
		c.CutAll()
	},
	"stores end connections": func(_ *testing.T, c *cluster) { c.Set(on(isRequest, storetest.CloseNow)) },
	"stores do not answer":   func(_ *testing.T, c *cluster) { c.Set(on(isRequest, storetest.Ignore)) },
	"stores fail":            func(_ *testing.T, c *cluster) { c.Set(on(isRequest, storetest.Failed)) },
	"stores are mistaken":    func(_ *testing.T, c *cluster) { c.Set(on(isRequest, storetest.Mistaken)) },
	"nothing is there":       func(_ *testing.T, c *cluster) { c.Set(on(isRequest, storetest.Missing)) },
	"tokens are refused":     func(_ *testing.T, c *cluster) { c.Set(on(isRequest, storetest.Refused)) },
	"controllers are not available": func(_ *testing.T, c *cluster) {
		c.Refuse(func(string) error { return status.Error(codes.Unavailable, "") })
		c.CutAll()
	},
	"controllers fail": func(_ *testing.T, c *cluster) {
		c.Refuse(func(string) error {
			return status.Error(codes.Internal, "io.pravega.controller.store.stream.StoreException$DataNotFoundException: /store/_system")
		})
		c.CutAll()
	},
	"controllers know nothing": func(_ *testing.T, c *cluster) {
		c.Refuse(func(string) error {
			return status.Error(codes.NotFound, "get entry: key: x table: _system/_tables/scopes")
		})
	},
	"controllers do not answer": func(_ *testing.T, c *cluster) {
		c.SetCalls(func(string, int) storetest.Verdict { return storetest.Ignore })
		c.CutAll()
	},
	"controllers hang up": func(_ *testing.T, c *cluster) {
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
	for trouble, begin := range troubles {
		for name, c := range changes {
			work.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				cluster := newCluster(t, keyspace...)
				defer cluster.Close()
				w := &world{cluster: cluster, trial: &trial{change: c, t: t, name: name + " when " + trouble}}
				w.client, w.other = w.connect(), w.connect()
				defer w.close()
				c.ready(w)
				begin(t, cluster)
				ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
				defer cancel()
				err := c.call(ctx, w)
				checkWords(t, w.name, err)
				if err != nil && !strings.Contains(err.Error(), w.Stream.Scope) && !strings.HasPrefix(name, "Client.") {
					t.Errorf("%s: it is not said to what that happened: %v", w.name, err)
				}
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
