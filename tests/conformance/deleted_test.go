package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// deleteStream seals and deletes a stream.
func deleteStream(ctx context.Context, t *testing.T, c *client.Client, scope, stream string) {
	t.Helper()
	seal(ctx, t, c, scope, stream)
	if deleted, err := c.DeleteStream(ctx, scope, stream); err != nil || !deleted {
		t.Fatal(deleted, err)
	}
}

// A stream that is deleted ends for a group that reads it, at its tail as well as
// before, and the group's other streams are read on, to their end. If others are made
// under the names, the group's readers are told, those that are there and later ones.
func TestDeletedStreamEndsForItsGroup(t *testing.T) {
	for _, again := range []bool{false, true} {
		t.Run(fmt.Sprintf("made anew %v", again), func(t *testing.T) {
			ctx := waittest.Within(t, 2*time.Minute)
			c := connect(t)
			scope, kept := newStream(t, c, 2)
			streams := []client.GroupStream{{Scope: scope, Stream: kept}}
			for _, gone := range []string{"read", "unread"} {
				if _, err := c.CreateStream(ctx, scope, gone, client.StreamConfig{}); err != nil {
					t.Fatal(err)
				}
				streams = append(streams, client.GroupStream{Scope: scope, Stream: gone})
			}
			g := newGroup(ctx, t, c, scope, "g", nil, streams...)
			writeEvents(ctx, t, c, scope, kept, 1, 100)
			writeEvents(ctx, t, c, scope, "read", 1, 50)
			r := openReader(ctx, t, g, "r")
			read := make(map[string]int)
			for read[kept] < 100 || read["read"] < 50 { // then the reader waits at three tails
				count(ctx, t, r, read)
			}
			late := newGroup(ctx, t, c, scope, "late", nil, streams...)
			writeEvents(ctx, t, c, scope, "unread", 1, 10)
			deleteStream(ctx, t, c, scope, "read")
			deleteStream(ctx, t, c, scope, "unread")
			if again {
				for _, gone := range []string{"read", "unread"} {
					if _, err := c.CreateStream(ctx, scope, gone, client.StreamConfig{}); err != nil {
						t.Fatal(err)
					}
					writeEvents(ctx, t, c, scope, gone, 1, 20)
				}
			}
			writeEvents(ctx, t, c, scope, kept, 101, 200)
			seal(ctx, t, c, scope, kept)
			if again {
				for _, r := range []*client.Reader{r, openReader(ctx, t, g, "another"), openReader(ctx, t, late, "r")} {
					var s *client.Slice
					var err error
					for s, err = r.Next(ctx); err == nil; s, err = r.Next(ctx) {
						if err := s.Release(); err != nil {
							t.Fatal(err)
						}
					}
					if !errors.Is(err, client.ErrNoSuchStream) || !strings.Contains(err.Error(), "reset the group") {
						t.Error(err)
					}
					if err := r.Close(ctx); err != nil {
						t.Error(err)
					}
				}
				return
			}
			for count(ctx, t, r, read) {
			}
			if read[kept] != 200 || read["read"] != 50 || read["unread"] > 10 { // it had read ahead, or not
				t.Errorf("events were read: %v", read)
			}
			// One that had read nothing yet.
			r, read = openReader(ctx, t, late, "r"), make(map[string]int)
			for count(ctx, t, r, read) {
			}
			if read[kept] != 200 || len(read) != 1 {
				t.Errorf("events were read: %v", read)
			}
		})
	}
}

// count reads a slice and counts its events by stream; false when everything was
// read.
func count(ctx context.Context, t *testing.T, r *client.Reader, read map[string]int) bool {
	t.Helper()
	s, err := r.Next(ctx)
	if errors.Is(err, client.ErrEnd) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	for range s.Events() {
		read[s.Stream()]++
	}
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	return true
}

// A scaled stream that is deleted while some of its segments are read and others
// wait for them ends too.
func TestStreamDeletedInTheMidstOfAScaleEndsForItsGroup(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	scaleTo(ctx, t, c, scope, stream, 2)
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	scaleTo(ctx, t, c, scope, stream, 1)
	writeEvents(ctx, t, c, scope, stream, 51, 100)
	r := openReader(ctx, t, g, "r")
	s, err := r.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	deleteStream(ctx, t, c, scope, stream)
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	if err := newOracle(t).drain(ctx, r); err != nil {
		t.Fatal(err)
	}
}

// A group that is deleted, and maybe made anew under its name, ends its readers
// with an error that says so, wherever they are; so do all uses of its handle.
func TestDeletedGroupEndsItsReaders(t *testing.T) {
	for _, again := range []bool{false, true} {
		t.Run(fmt.Sprintf("made anew %v", again), func(t *testing.T) {
			ctx := waittest.Within(t, 2*time.Minute)
			c := connect(t)
			scope, stream := newStream(t, c, 4)
			g := newGroup(ctx, t, c, scope, "g", func(config *client.ReaderGroupConfig) { config.CheckpointInterval = time.Second },
				client.GroupStream{Scope: scope, Stream: stream})
			var readers []*client.Reader
			ends := make(chan error)
			for i := range 3 {
				r := openReader(ctx, t, g, fmt.Sprint("r-", i))
				readers = append(readers, r)
				go func() {
					for {
						s, err := r.Next(ctx)
						if err != nil {
							ends <- err
							return
						}
						_ = s.Release()
					}
				}()
			}
			writeEvents(ctx, t, c, scope, stream, 1, 100)
			if err := c.DeleteReaderGroup(ctx, scope, "g"); err != nil {
				t.Fatal(err)
			}
			if again {
				newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
			}
			for range readers {
				if err := <-ends; !errors.Is(err, client.ErrNoSuchReaderGroup) {
					t.Error(err)
				}
			}
			for _, r := range readers {
				if err := r.Close(ctx); err != nil {
					t.Error(err)
				}
			}
			config := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}}
			for what, call := range map[string]func() error{
				"Readers":            func() error { _, err := g.Readers(ctx); return err },
				"OpenReader":         func() error { _, err := g.OpenReader(ctx, "new", client.ReaderConfig{}); return err },
				"ReaderOffline":      func() error { return g.ReaderOffline(ctx, "r-0") },
				"Config":             func() error { _, err := g.Config(ctx); return err },
				"Reset":              func() error { return g.Reset(ctx, config) },
				"InitiateCheckpoint": func() error { _, err := g.InitiateCheckpoint(ctx, "c"); return err },
				"GenerateStreamCuts": func() error { _, err := g.GenerateStreamCuts(ctx); return err },
				"CancelCheckpoints":  func() error { return g.CancelCheckpoints(ctx) },
				"UnreadBytes":        func() error { _, err := g.UnreadBytes(ctx); return err },
			} {
				if err := call(); !errors.Is(err, client.ErrNoSuchReaderGroup) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}
