package client

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// tokenOf is the token that a command shows, in what writers, readers and groups send.
func tokenOf(command wire.Command) string {
	switch c := command.(type) {
	case wire.SetupAppend:
		return c.Token
	case wire.ReadSegment:
		return c.Token
	case wire.GetStreamSegmentInfo:
		return c.Token
	case wire.GetSegmentAttribute:
		return c.Token
	case wire.UpdateSegmentAttribute:
		return c.Token
	case wire.CreateTransientSegment:
		return c.Token
	case wire.MergeSegments:
		return c.Token
	}
	return ""
}

func isRead(c wire.Command) bool { _, ok := c.(wire.ReadSegment); return ok }

func loggedIn() Config {
	config := Config{}
	asUser(&config, nil)
	return config
}

// Tokens that the stores call expired, whatever they are shown for, are fetched
// anew: segments are acquired, read, replaced and given back, and the group's
// members come and go, as if nothing was.
func TestRust4TokensThatExpireLoseNothing(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.groupOf(loggedIn())
	var mu sync.Mutex
	shown, refused := make(map[string]int), make(map[string]int)
	old := make(map[string]bool)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		used, kind := tokenOf(command), fmt.Sprintf("%T", command)
		if used == "" {
			return storetest.Serve
		}
		mu.Lock()
		defer mu.Unlock()
		if shown[kind]++; shown[kind]%3 == 0 || old[used] {
			refused[kind]++
			old[used] = true
			return storetest.Expired
		}
		return storetest.Serve
	})
	open := func(id string) *Reader {
		t.Helper()
		r, err := g.OpenReader(waittest.Limit(t), id, ReaderConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	seen := make(enginetest.Tally)
	last := uint64(0)
	name := "0"
	r := open(name)
	for round := range 12 {
		ids := c.Current()
		for range 20 {
			last++
			c.Put(c.Name(ids[int(last)%len(ids)]), binary.BigEndian.AppendUint64(nil, last))
		}
		if len(ids) == 1 {
			c.Scale(ids, 0, 0.5, 1)
		} else {
			c.Scale(ids, 0, 1)
		}
		for len(seen) < int(last) {
			seen.Take(t, next(t, r))
		}
		if round%3 < 2 {
			continue
		}
		if err := r.Close(waittest.Limit(t)); err != nil {
			t.Fatal(err)
		}
		name = fmt.Sprint(round)
		r = open(name)
	}
	readers, err := g.Readers(waittest.Limit(t))
	if err != nil || !slices.Equal(readers, []string{name}) {
		t.Fatal(readers, err)
	}
	for _, id := range c.Current() {
		c.Seal(c.Name(id))
	}
	if s, err := r.Next(waittest.Limit(t)); !errors.Is(err, ErrEnd) {
		t.Fatal(s, err)
	}
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	seen.Once(t, last)
	mu.Lock()
	defer mu.Unlock()
	if len(refused) < 3 {
		t.Errorf("refused were only %v", refused)
	}
	t.Log(refused)
}

// A refusal that stays is an error that says so, of the reader and of whatever
// else needs what is refused, and no success: what was not given back by then is
// read by others when it is allowed again.
func TestRust4RefusalIsNoSuccessAndLosesNothing(t *testing.T) {
	ofState := func(c wire.Command) bool {
		switch c := c.(type) {
		case wire.SetupAppend:
			return strings.Contains(c.Segment, "/_RG")
		case wire.ReadSegment:
			return strings.Contains(c.Segment, "/_RG")
		case wire.GetStreamSegmentInfo:
			return strings.Contains(c.Segment, "/_RG")
		}
		return false
	}
	ofEvents := func(c wire.Command) bool {
		_, info := c.(wire.GetStreamSegmentInfo)
		return (isRead(c) || info) && !ofState(c)
	}
	store := func(which func(wire.Command) bool, verdict storetest.Verdict) func(*testCluster) {
		return func(c *testCluster) {
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if which(command) {
					return verdict
				}
				return storetest.Serve
			})
			c.CutAll()
		}
	}
	controller := func(method string, code codes.Code) func(*testCluster) {
		return func(c *testCluster) {
			c.Refuse(func(m string) error {
				if m == method {
					return status.Error(code, "not you")
				}
				return nil
			})
			if method == "getDelegationToken" {
				store(func(c wire.Command) bool { return tokenOf(c) != "" }, storetest.Expired)(c)
			}
		}
	}
	for name, trouble := range map[string]struct {
		begin func(*testCluster)
		code  error
		state bool // the group's state is out of reach too
	}{
		"events are refused":              {store(ofEvents, storetest.Refused), ErrPermissionDenied, false},
		"each token for events is old":    {store(ofEvents, storetest.Expired), ErrUnauthenticated, false},
		"the state is refused":            {store(ofState, storetest.Refused), ErrPermissionDenied, true},
		"each token for the state is old": {store(ofState, storetest.Expired), ErrUnauthenticated, true},
		"no token is given":               {controller("getDelegationToken", codes.PermissionDenied), ErrPermissionDenied, true},
		"no token is given to strangers":  {controller("getDelegationToken", codes.Unauthenticated), ErrUnauthenticated, true},
		"no successor is told":            {controller("getSegmentsImmediatelyFollowing", codes.PermissionDenied), ErrPermissionDenied, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, 0, 0.5, 1)
			config := loggedIn()
			config.RequestTimeout = 3 * time.Second // as long as it is borne that tokens are old
			g := c.groupOf(config)
			r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
			if err != nil {
				t.Fatal(err)
			}
			seen := make(enginetest.Tally)
			last := uint64(0)
			put := func(ids ...naming.SegmentID) {
				for range 10 {
					for _, id := range ids {
						last++
						c.Put(c.Name(id), binary.BigEndian.AppendUint64(nil, last))
					}
				}
			}
			put(0, 1)
			for len(seen) < int(last) {
				seen.Take(t, next(t, r))
			}
			trouble.begin(c)
			put(0, 1)
			c.Scale([]naming.SegmentID{0}, 0, 0.5)
			put(c.Current()...)
			for err = nil; err == nil; {
				var s *Slice
				if s, err = r.Next(waittest.Limit(t)); err == nil {
					seen.Take(t, s)
				}
			}
			if !errors.Is(err, trouble.code) {
				t.Fatal(err)
			}
			if trouble.state {
				for what, try := range map[string]func() error{
					"a reader joins":            func() error { _, err := g.OpenReader(waittest.Limit(t), "other", ReaderConfig{}); return err },
					"a reader is taken offline": func() error { return g.ReaderOffline(waittest.Limit(t), "reader") },
					"cuts are asked for":        func() error { _, err := g.GenerateStreamCuts(waittest.Limit(t)); return err },
					"readers are listed":        func() error { _, err := g.Readers(waittest.Limit(t)); return err },
				} {
					if err := try(); !errors.Is(err, trouble.code) {
						t.Errorf("%s: %v", what, err)
					}
				}
			}
			c.Set(nil)
			c.Refuse(nil)
			if readers, err := g.Readers(waittest.Limit(t)); err != nil || !slices.Equal(readers, []string{"reader"}) {
				t.Fatal(readers, err)
			}
			if err := r.Close(waittest.Limit(t)); err != nil {
				t.Fatal(err)
			}
			if r, err = g.OpenReader(waittest.Limit(t), "heir", ReaderConfig{}); err != nil {
				t.Fatal(err)
			}
			for len(seen) < int(last) {
				seen.Take(t, next(t, r))
			}
			for _, id := range c.Current() {
				c.Seal(c.Name(id))
			}
			if s, err := r.Next(waittest.Limit(t)); !errors.Is(err, ErrEnd) {
				t.Fatal(s, err)
			}
			if err := r.Close(waittest.Limit(t)); err != nil {
				t.Fatal(err)
			}
			seen.Once(t, last)
		})
	}
}
