package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Two streams of a group merge segments that bear the same numbers at the same time:
// what follows in each is read after both of its own, once, and nobody waits for what
// is done.
func TestStreamsThatScaleAlikeAreReadInOrder(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	seen := make(map[string]*oracle)
	var streams []client.GroupStream
	for range 2 {
		scope, stream := newStream(t, c, 1)
		scaleTo(ctx, t, c, scope, stream, 2)
		writeEvents(ctx, t, c, scope, stream, 1, 100)
		scaleTo(ctx, t, c, scope, stream, 1)
		writeEvents(ctx, t, c, scope, stream, 101, 200)
		seal(ctx, t, c, scope, stream)
		streams = append(streams, client.GroupStream{Scope: scope, Stream: stream})
		seen[scope] = newOracle(t)
	}
	one, two := streams[0].Scope, streams[1].Scope
	g := newGroup(ctx, t, c, one, "g", nil, streams...)
	var status atomic.Pointer[client.GroupStatus]
	if _, err := g.Watch(ctx, func(now client.GroupStatus) { status.Store(&now) }); err != nil {
		t.Fatal(err)
	}
	r := openReader(ctx, t, g, "r")
	release := func(s *client.Slice) {
		t.Helper()
		for _, event := range s.Events() {
			seen[s.Scope()].take(event)
		}
		if err := s.Release(); err != nil {
			t.Fatal(err)
		}
	}
	out := make(map[string]*client.Slice)
	for range 4 {
		s := next(ctx, t, r)
		out[s.Segment()] = s
	}
	// The second segment of one stream is done, then the first one of the other: the
	// first segments of each bear the number for which what follows in the one waits.
	for left, name := range []string{one + "/s/2.#epoch.1", two + "/s/1.#epoch.1"} {
		release(out[name])
		delete(out, name)
		for status.Load() == nil || status.Load().Segments != 3-left {
			if ctx.Err() != nil {
				t.Fatalf("%s is done, and the group has %+v", name, status.Load())
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	for _, s := range out {
		release(s)
	}
	for {
		s, err := r.Next(ctx)
		if errors.Is(err, client.ErrEnd) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		release(s)
	}
	for _, o := range seen {
		o.check(200)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// Several readers that come and go share streams that are split and merged alike, again
// and again: each event of each stream is read once, in order of its key.
func TestReadersShareStreamsThatScaleAlike(t *testing.T) {
	ctx := waittest.Within(t, 4*time.Minute)
	c := connect(t)
	const cycles, events = 4, 30
	seen := make(map[string]*oracle)
	var streams []client.GroupStream
	var scaling sync.WaitGroup
	for range 3 {
		scope, stream := newStream(t, c, 1)
		streams = append(streams, client.GroupStream{Scope: scope, Stream: stream})
		seen[scope] = newOracle(t)
		scaling.Go(func() {
			for n := range cycles {
				first := 2 * n * events
				scaleTo(ctx, t, c, scope, stream, 2)
				writeEvents(ctx, t, c, scope, stream, first+1, first+events)
				scaleTo(ctx, t, c, scope, stream, 1)
				writeEvents(ctx, t, c, scope, stream, first+events+1, first+2*events)
			}
			seal(ctx, t, c, scope, stream)
		})
	}
	scaling.Wait()
	g := newGroup(ctx, t, c, streams[0].Scope, "g", func(config *client.ReaderGroupConfig) { config.CheckpointInterval = time.Second }, streams...)
	var work sync.WaitGroup
	for i := range 3 {
		work.Go(func() {
			for life := 0; ; life++ {
				r, err := g.OpenReader(ctx, fmt.Sprint("reader-", i, "-", life), client.ReaderConfig{})
				if err != nil {
					t.Error(err)
					return
				}
				staying, leave := context.WithTimeout(ctx, time.Duration(1000+700*i)*time.Millisecond)
				for err == nil {
					var s *client.Slice
					if s, err = r.Next(staying); err != nil {
						break
					}
					end, taken := s.EndOffset(), 0
					for offset, event := range s.Events() {
						if taken == 2 {
							end = offset
							break
						}
						taken++
						seen[s.Scope()].take(event)
					}
					if err = s.ReleaseAt(end); err == nil {
						time.Sleep(30 * time.Millisecond)
						err = staying.Err()
					}
				}
				leave()
				if err := r.Close(ctx); err != nil {
					t.Error(err)
				}
				if errors.Is(err, client.ErrEnd) {
					return
				}
				if ctx.Err() != nil || !errors.Is(err, client.ErrTimedOut) && !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
	for _, o := range seen {
		o.check(2 * cycles * events)
	}
}
