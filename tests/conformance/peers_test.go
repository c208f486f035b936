package conformance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// The tests are named after reports at pravega/pravega of what readers of the Java
// client do.

// shares knows which reader reads which segments.
type shares struct {
	mu   sync.Mutex
	last map[string]map[string]bool // by reader, since the last look
}

// drain reads for a reader until it is closed.
func (s *shares) drain(ctx context.Context, o *oracle, r *client.Reader, name string) {
	for {
		slice, err := r.Next(ctx)
		if client.CodeOf(err) == client.ErrClosed {
			return
		}
		if err != nil {
			o.t.Error(err)
			return
		}
		s.mu.Lock()
		if s.last[name] == nil {
			s.last[name] = make(map[string]bool)
		}
		s.last[name][slice.Segment()] = true
		s.mu.Unlock()
		for _, event := range slice.Events() {
			o.take(event)
		}
		if err := slice.Release(); err != nil {
			o.t.Error(err)
			return
		}
	}
}

// until waits until each reader reads that many segments, and no other reader any.
// Between two looks every segment gets events, which are all read.
func (s *shares) until(ctx context.Context, o *oracle, write func(), each int, readers ...string) {
	o.t.Helper()
	for {
		s.mu.Lock()
		s.last = make(map[string]map[string]bool)
		s.mu.Unlock()
		write()
		o.waitFor(ctx, o.written)
		s.mu.Lock()
		even := slices.Equal(slices.Sorted(maps.Keys(s.last)), readers)
		for _, segments := range s.last {
			even = even && len(segments) == each
		}
		now := fmt.Sprint(s.last)
		s.mu.Unlock()
		if even {
			return
		}
		if ctx.Err() != nil {
			o.t.Fatalf("readers %q are to read %d segments each, they read %s", readers, each, now)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// The first reader takes everything, which is right as long as it is alone. Those
// that come later get their even share, and those that stay the share of one that
// leaves, all of it without any checkpoint.
func TestPravega1213And2298SegmentsAreSharedEvenlyWithoutCheckpoints(t *testing.T) {
	ctx := waittest.Within(t, 4*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 6)
	g := newGroup(ctx, t, c, scope, "g", func(config *client.ReaderGroupConfig) { config.CheckpointInterval = client.Never },
		client.GroupStream{Scope: scope, Stream: stream})
	o := newOracle(t)
	s := new(shares)
	var work sync.WaitGroup
	defer work.Wait()
	readers := make(map[string]*client.Reader)
	join := func(name string) {
		r := openReader(ctx, t, g, name)
		readers[name] = r
		work.Go(func() { s.drain(ctx, o, r, name) })
	}
	leave := func(name string) {
		if err := readers[name].Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	write := func() {
		t.Helper()
		for range 100 {
			o.written++
			key := fmt.Sprint("key", o.written%101)
			if _, err := w.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, o.written)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	join("a")
	s.until(ctx, o, write, 6, "a")
	join("b")
	join("c")
	s.until(ctx, o, write, 2, "a", "b", "c")
	leave("a")
	s.until(ctx, o, write, 3, "b", "c")
	join("a")
	s.until(ctx, o, write, 2, "a", "b", "c")
	for name := range readers {
		leave(name)
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	work.Wait()
	o.check(o.written)
}

// Who writes an event and reads then gets it, each time and at once: nothing waits
// for the group's work, which is done once an hour here.
func TestPravega6440WhatWasWrittenIsRead(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	g := newGroup(ctx, t, c, scope, "g", func(config *client.ReaderGroupConfig) {
		config.RefreshInterval, config.CheckpointInterval = time.Hour, client.Never
	},
		client.GroupStream{Scope: scope, Stream: stream})
	r := openReader(ctx, t, g, "r")
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	var longest time.Duration
	const rounds = 2000
	for n := 1; n <= rounds; n++ {
		key := fmt.Sprint("key", n%7)
		if _, err := w.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, n)}); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		s, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("event %d: %v", n, err)
		}
		longest = max(longest, time.Since(begun))
		for _, event := range s.Events() {
			o.take(event)
		}
		if !o.seen[n] {
			t.Fatalf("event %d is not what was read", n)
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("longest wait for an event that was acknowledged: %v", longest)
	o.check(rounds)
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
