package client

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault/faulttest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// nowhere is an address where nobody listens.
func nowhere(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// nextOf is a call of Next that takes no slice.
func nextOf(r *Reader) func(context.Context) error {
	return func(ctx context.Context) error { _, err := r.Next(ctx); return err }
}

// isRead tells reads of the stream's segments from those of the group's state.
func (c *testCluster) isRead(command wire.Command) bool {
	read, ok := command.(wire.ReadSegment)
	return ok && strings.HasPrefix(read.Segment, c.Stream.String()+"/")
}

// Whatever keeps a reader from events is told by Next when its time is over, and by the
// reader when it is asked; and not any more when it is over.
func TestReadersSayWhatKeepsThemFromEvents(t *testing.T) {
	for name, trouble := range map[string]struct {
		begin func(*testing.T, *testCluster) (where string)
		end   func(*testCluster)
		words string
	}{
		"nobody listens at the store's address": {words: "connection refused", begin: func(t *testing.T, c *testCluster) string {
			at := nowhere(t)
			c.Advertise(at)
			c.CutAll()
			return "advertised address " + at
		}, end: func(c *testCluster) { c.Advertise("") }},
		"stores hang up": {words: "the server closed the connection", begin: func(_ *testing.T, c *testCluster) string {
			c.Set(enginetest.On(enginetest.IsHello, storetest.CloseNow))
			c.CutAll()
			return c.Endpoint()
		}},
		"reads break connections": {words: "the server closed the connection", begin: func(_ *testing.T, c *testCluster) string {
			c.Set(enginetest.On(c.isRead, storetest.CloseNow))
			c.CutAll()
			return c.Endpoint()
		}},
		"no controller": {words: "away", begin: func(_ *testing.T, c *testCluster) string {
			c.Away("getURI")
			c.CutAll()
			return c.URI
		}, end: func(c *testCluster) { c.Refuse(nil) }},
		"a controller that does not answer": {words: "no answer yet", begin: func(_ *testing.T, c *testCluster) string {
			c.SetCalls(func(method string, _ int) storetest.Verdict {
				if method == "getURI" {
					return storetest.Ignore
				}
				return storetest.Serve
			})
			c.CutAll()
			return c.URI
		}, end: func(c *testCluster) { c.SetCalls(nil) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, keyspace...)
			config := Config{}
			config.ConnectTimeout, config.KeepAliveTimeout = time.Second, 2*time.Second // it goes on soon
			r, err := c.groupOf(config).OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
			if err != nil {
				t.Fatal(err)
			}
			troubled(t, nextOf(r), "read with reader reader of group scope/group", "nothing is there to read in 1 segment")
			if err := r.Trouble(); err != nil || r.Waiting() == "" {
				t.Fatal(err, r.Waiting())
			}
			where := trouble.begin(t, c)
			e := troubled(t, nextOf(r), "read with reader reader of group scope/group", where, trouble.words, ", for ")
			if CodeOf(e.Trouble) != ErrUnreachable {
				t.Error(e.Trouble)
			}
			if err := r.Trouble(); CodeOf(err) != ErrUnreachable || !strings.Contains(err.Error(), where) {
				t.Error(err)
			}
			if trouble.end == nil {
				trouble.end = func(c *testCluster) { c.Set(nil) }
			}
			trouble.end(c)
			// Over also if nothing comes.
			waittest.Until(t, "the reader has no trouble", func() bool { return r.Trouble() == nil })
			w := c.writer(nil)
			writeNumbered(t, w, "k", 1, 1)
			s, err := r.Next(waittest.Limit(t))
			if err != nil {
				t.Fatal(err)
			}
			troubled(t, nextOf(r), "what is out has to be given back first")
			if err := s.Release(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A reader that starves is told who has the segments.
func TestReadersWithoutSegmentsSayWhoHasThem(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	first, err := g.OpenReader(waittest.Limit(t), "crashed", ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	troubled(t, nextOf(first), "nothing is there to read in 1 segment")
	second, err := g.OpenReader(waittest.Limit(t), "hungry", ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	troubled(t, nextOf(second), "read with reader hungry of group scope/group", "other readers (crashed) have the group's 1 segment", "taken offline")
	if err := second.Trouble(); err != nil || !strings.Contains(second.Waiting(), "crashed") {
		t.Error(err, second.Waiting())
	}
	if _, err := second.TryNext(); !errors.Is(err, ErrTimedOut) {
		t.Error(err)
	} else {
		faulttest.Check(t, err.Error(), "hungry")
	}
}

// A reader without segments that cannot work with its group says so.
func TestReadersSayWhatKeepsThemFromTheirGroup(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	if _, err := g.OpenReader(waittest.Limit(t), "first", ReaderConfig{}); err != nil {
		t.Fatal(err)
	}
	r, err := g.OpenReader(waittest.Limit(t), "second", ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	c.Set(enginetest.On(enginetest.IsHello, storetest.CloseNow))
	c.CutAll()
	troubled(t, nextOf(r), c.Endpoint(), "the server closed the connection")
	c.Set(nil)
	waittest.Until(t, "the reader has no trouble", func() bool { return r.Trouble() == nil })
}
