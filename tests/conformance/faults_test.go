package conformance

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// spy sees the frames of the connections on which writers of a scope were set
// up; the controllers' are none of its business.
type spy struct {
	scope string

	mu     sync.Mutex
	ours   map[int]bool
	setUps int
	latest time.Time // of the latest set-up
}

func newSpy(scope string) *spy { return &spy{scope: scope, ours: make(map[int]bool)} }

// sees reports whether the frame belongs to the writers.
func (s *spy) sees(f harness.Frame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Type == wire.TypeSetupAppend && bytes.Contains(f.Payload, []byte(s.scope+"/")) {
		s.ours[f.Conn] = true
		s.setUps++
		s.latest = time.Now()
	}
	return s.ours[f.Conn]
}

// setUp tells how often there was a set-up, and when last.
func (s *spy) setUp() (int, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setUps, s.latest
}

// strike is a rule that gives some frames of a type their fate; only one of each
// connection, unless it lives on. A connection that stalls does so both ways.
type strike struct {
	*spy
	kind  wire.Type
	skip  int // such frames that pass before the first and after each
	times int
	fate  harness.Fate

	mu   sync.Mutex
	seen int
	hits int
	hit  map[int]bool // connections that do not live on
}

func (s *strike) rule(f harness.Frame) harness.Fate {
	if !s.sees(f) {
		return harness.Pass
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hit[f.Conn] {
		if s.fate == harness.Stall {
			return harness.Stall
		}
		return harness.Pass
	}
	if f.Type != s.kind || s.hits == s.times {
		return harness.Pass
	}
	if s.seen++; s.seen%(s.skip+1) != 0 {
		return harness.Pass
	}
	s.hits++
	s.hit[f.Conn] = s.fate != harness.Drop
	return s.fate
}

func (s *strike) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits == s.times
}

// hasty is a client that notices soon what does not answer.
func hasty(t *testing.T, server *harness.Server) *client.Client {
	t.Helper()
	return connectTo(t, server, func(config *client.Config) {
		config.KeepAliveTimeout = 500 * time.Millisecond
		config.RequestTimeout = time.Second
		config.ConnectTimeout = time.Second
		config.ConnectionsPerStore = 1
	})
}

// Each fault of the network, in each phase of an append: set-up, in the middle
// of a block, and while an ack is under way. Every event has a number of its own
// in the stream; all are read back at the end.
func TestFaultsOfTheNetworkLoseAndDoubleNothing(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	server := proxiedServer(t)
	proxy := server.Proxy()
	defer proxy.Set(nil)
	c := connectTo(t, server)
	scope, stream := newStream(t, c, 2)
	total := 0
	for _, phase := range []struct {
		name string
		kind wire.Type
		skip int
	}{
		{"set-up", wire.TypeSetupAppend, 0},
		{"answer to the set-up", wire.TypeAppendSetup, 0},
		{"block", wire.TypeAppendBlockEnd, 2},
		{"ack", wire.TypeDataAppended, 2},
	} {
		for _, fault := range []struct {
			name string
			fate harness.Fate
		}{
			{"cut", harness.Cut},
			{"cut within the frame", harness.CutWithin},
			{"half-closed", harness.HalfClose},
			{"black hole", harness.Stall},
			{"lost", harness.Drop},
		} {
			if phase.kind == wire.TypeAppendBlockEnd && fault.fate == harness.Drop {
				continue // TCP does not lose what lies between other bytes
			}
			t.Run(phase.name+"/"+fault.name, func(t *testing.T) {
				s := &strike{spy: newSpy(scope), kind: phase.kind, skip: phase.skip, times: 2, fate: fault.fate, hit: make(map[int]bool)}
				proxy.Set(s.rule)
				total += writeThrough(ctx, t, hasty(t, server), scope, stream, total, s.over)
			})
		}
	}
	for name, rule := range map[string]func(harness.Frame){
		"delayed": func(harness.Frame) { time.Sleep(20 * time.Millisecond) },
		"throttled": func(f harness.Frame) { // to 200 KiB/s
			time.Sleep(time.Duration(len(f.Payload)) * time.Second / (200 << 10))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSpy(scope)
			frames := 0
			var mu sync.Mutex
			proxy.Set(func(f harness.Frame) harness.Fate {
				if s.sees(f) {
					rule(f)
					mu.Lock()
					frames++
					mu.Unlock()
				}
				return harness.Pass
			})
			patient := connectTo(t, server, func(config *client.Config) { config.KeepAliveTimeout, config.ConnectionsPerStore = 5*time.Second, 1 })
			total += writeThrough(ctx, t, patient, scope, stream, total, func() bool {
				mu.Lock()
				defer mu.Unlock()
				return frames > 10
			})
			if n, _ := s.setUp(); n > 2 {
				t.Errorf("a slow network made the writer set up %d times for 2 segments", n)
			}
		})
	}
	if t.Failed() {
		return
	}
	proxy.Set(nil)
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	o.check(total)
}

// writeThrough writes events of several keys, numbered from before+1 on, until
// over says that what is to happen has happened, and some more. All must be
// acknowledged. It returns how many there are.
func writeThrough(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, before int, over func() bool) int {
	t.Helper()
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	n := 0
	put := func() {
		n++
		key := fmt.Sprint("key", n%11)
		if _, err := w.Write(limit, client.Event{Key: []byte(key), Data: payload(key, before+n)}); err != nil {
			t.Fatalf("event %d: %v", n, err)
		}
	}
	for !over() {
		put()
		time.Sleep(100 * time.Microsecond)
		if limit.Err() != nil {
			t.Fatal("the fault has not struck")
		}
	}
	for range 100 {
		put()
	}
	if err := w.Close(limit); err != nil {
		t.Fatal(err)
	}
	if acked, _ := w.Acked(); acked != int64(n) {
		t.Fatalf("acknowledged through %d of %d", acked, n)
	}
	return n
}

// A peer that died without a word is noticed within keepalive.timeout, although
// no byte tells of it, and the writer goes on over another connection.
func TestPeerThatDiedWithoutAFIN(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	server := proxiedServer(t)
	proxy := server.Proxy()
	defer proxy.Set(nil)
	const silence = 2 * time.Second
	c := connectTo(t, server, func(config *client.Config) { config.KeepAliveTimeout = silence })
	scope, stream := newStream(t, c, 1)
	s := newSpy(scope)
	dead := make(chan int, 1) // the connection
	var mu sync.Mutex
	died := 0
	proxy.Set(func(f harness.Frame) harness.Fate {
		if !s.sees(f) {
			return harness.Pass
		}
		mu.Lock()
		defer mu.Unlock()
		select {
		case died = <-dead:
		default:
		}
		if f.Conn == died {
			return harness.Stall
		}
		return harness.Pass
	})
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	const total = 100
	for n := 1; n <= total; n++ {
		if n == total/2 {
			if err := w.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			s.mu.Lock()
			for conn := range s.ours {
				dead <- conn
			}
			s.mu.Unlock()
		}
		if _, err := w.Write(ctx, client.Event{Key: []byte("key"), Data: payload("key", n)}); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	n, at := s.setUp()
	if n != 2 {
		t.Fatalf("set up %d times", n)
	}
	// Nobody hears of the silence before it was half as long; the rest is for
	// machines that have other things to do.
	if took := at.Sub(begun); took > silence+10*time.Second {
		t.Fatalf("noticed after %v", took)
	} else {
		t.Logf("noticed after %v", took)
	}
	readBack(ctx, t, c, scope, stream, total)
}

// Hazard 13: a store that throttles a connection does not read from it, and so
// answers nothing, for longer than keepalive.timeout. With much under way it is
// not taken for dead as long as it greets others.
func TestHazard13ThrottledConnectionIsNotKilled(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	server := proxiedServer(t)
	proxy := server.Proxy()
	defer proxy.Set(nil)
	const silence = 2 * time.Second
	c := connectTo(t, server, func(config *client.Config) { config.KeepAliveTimeout = silence })
	scope, stream := newStream(t, c, 1)
	s := newSpy(scope)
	var pause sync.Once
	passed := 0 // bytes of blocks
	proxy.Set(func(f harness.Frame) harness.Fate {
		if s.sees(f) && f.Type == wire.TypeAppendBlockEnd {
			if passed += len(f.Payload); passed > 1<<20 {
				pause.Do(func() { time.Sleep(6 * silence) })
			}
		}
		return harness.Pass
	})
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	const total = 12
	filling := bytes.Repeat([]byte(" ."), 256<<10) // an event of half a MiB
	for n := 1; n <= total; n++ {
		if _, err := w.Write(ctx, client.Event{Key: []byte("key"), Data: append(payload("key", n), filling...)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if n, _ := s.setUp(); n != 1 {
		t.Fatalf("set up %d times", n)
	}
	readBack(ctx, t, c, scope, stream, total)
}

// readBack seals a stream and checks that it holds exactly the events 1 to total.
func readBack(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, total int) {
	t.Helper()
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 1)
	o.check(total)
}
