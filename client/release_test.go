package client

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// startsAt is where the next reader of the group starts to read, by a client of its own.
func (c *testCluster) startsAt(g *ReaderGroup) int64 {
	c.T.Helper()
	g, err := c.client(Config{}).OpenReaderGroup(waittest.Limit(c.T), g.engine.Scope, g.engine.Name)
	enginetest.Must(c.T, err)
	r, err := g.OpenReader(waittest.Limit(c.T), "next", ReaderConfig{})
	enginetest.Must(c.T, err)
	defer func() { enginetest.Must(c.T, r.Close(waittest.Limit(c.T))) }()
	return next(c.T, r).StartOffset()
}

// What Release says of a slice that is given back while its reader is being closed is
// what the next reader finds: once Close was called, nothing is noted any more.
func TestReleaseWhileTheReaderIsBeingClosed(t *testing.T) {
	for name, end := range map[string]func(context.Context, *Reader, Position) error{
		"close":            func(ctx context.Context, r *Reader, _ Position) error { return r.Close(ctx) },
		"close at":         func(ctx context.Context, r *Reader, p Position) error { return r.CloseAt(ctx, p) },
		"close the client": func(_ context.Context, r *Reader, _ Position) error { return r.client.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			c.Put(c.Name(0), []byte("event"))
			g := c.group()
			r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
			enginetest.Must(t, err)
			s, start := next(t, r), r.Position()
			c.Set(func(_ int, command wire.Command) storetest.Verdict { // holds Close up
				if _, writes := command.(wire.ConditionalAppend); writes {
					return storetest.Ignore
				}
				return storetest.Serve
			})
			closed := make(chan error, 1)
			go func() { closed <- end(waittest.Limit(t), r, start) }()
			waittest.Until(t, "the reader is being closed", func() bool { _, err := r.TryNext(); return CodeOf(err) == ErrClosed })
			released := s.Release()
			c.Set(nil)
			c.CutAll()
			enginetest.Must(t, <-closed)
			enginetest.Wants(t, released, ErrClosed, false)
			if at := c.startsAt(g); at != 0 {
				t.Fatalf("the next reader starts at %d", at)
			}
		})
	}
}

// A reader that knows that it is out of its group notes nothing any more: what it had
// out is another's by now. It can be closed at any position.
func TestReleaseByAReaderThatIsOutOfItsGroup(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("event"))
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	enginetest.Must(t, err)
	s := next(t, r)
	behind := s.Position(s.EndOffset())
	enginetest.Must(t, g.ReaderOffline(waittest.Limit(t), "reader"))
	waittest.Until(t, "the reader knows", func() bool { _, err := r.TryNext(); return CodeOf(err) == ErrReaderNotInGroup })
	enginetest.Wants(t, s.Release(), ErrClosed, false)
	enginetest.Must(t, r.CloseAt(waittest.Limit(t), behind))
	if at := c.startsAt(g); at != 0 {
		t.Fatalf("the next reader starts at %d", at)
	}
}

// Whoever closes a reader that is being closed already, also the client, waits and is
// told the same: here that it is still in its group.
func TestEveryCloseOfAReaderTellsHowItEnded(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	enginetest.Must(t, err)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	ctx, cancel := context.WithCancel(context.Background())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- r.Close(ctx) }()
	waittest.Until(t, "the reader is being closed", func() bool { _, err := r.TryNext(); return CodeOf(err) == ErrClosed })
	over, end := context.WithCancel(context.Background())
	end()
	enginetest.Wants(t, r.Close(over), ErrCancelled, true)
	go func() { second <- r.Close(waittest.Limit(t)) }()
	cancel()
	if a, b := <-first, <-second; CodeOf(a) != ErrCancelled || !errors.Is(a, b) {
		t.Fatal(a, b)
	}
	c.Set(nil)
	if readers, err := g.Readers(waittest.Limit(t)); err != nil || len(readers) != 1 {
		t.Fatal(readers, err)
	}
}

// The client's Close does not cut off a reader that is leaving its group by its own.
func TestClientClosesWhileAReaderIsBeingClosed(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	enginetest.Must(t, err)
	leaving := make(chan struct{})
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok {
			select {
			case <-leaving:
			default:
				close(leaving)
			}
			time.Sleep(50 * time.Millisecond)
		}
		return storetest.Serve
	})
	closed := make(chan error, 1)
	go func() { closed <- r.Close(waittest.Limit(t)) }()
	<-leaving
	enginetest.Must(t, g.client.Close())
	enginetest.Must(t, <-closed)
}

// A position says nothing of segments that are not the reader's: what it says of others
// does not become a part of the group's state.
func TestCloseAtAPositionWithForeignSegments(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("one"), []byte("two"))
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	enginetest.Must(t, err)
	s := next(t, r)
	at, err := ParsePosition(s.Position(11).String() + ", other/stream/0.#epoch.0=7")
	enginetest.Must(t, err)
	enginetest.Must(t, r.CloseAt(waittest.Limit(t), at))
	events := c.Events(g.engine.Segment)
	if last := events[len(events)-1]; bytes.Contains(last, []byte("other")) {
		t.Fatalf("%q", last)
	}
	if at := c.startsAt(g); at != 11 {
		t.Fatalf("the next reader starts at %d", at)
	}
}
