package client

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// expectAnew checks that a reader is told to reset its group.
func expectAnew(t *testing.T, r *Reader, err error) {
	t.Helper()
	if !errors.Is(err, ErrNoSuchStream) || !strings.Contains(err.Error(), "scope/stream") || !strings.Contains(err.Error(), "group scope/group") ||
		!strings.Contains(err.Error(), "reset the group") {
		t.Fatalf("%v does not say what to do", err)
	}
	if err := r.Close(within(t)); err != nil {
		t.Fatal(err)
	}
}

// A group whose stream was deleted and made anew under its name does not come to its
// end, whether it had read the old one or not, and whether or not the new one is sealed:
// there is something to read, and its readers are told how.
func TestStreamMadeAnewIsNoEnd(t *testing.T) {
	for _, read := range []string{"nothing", "a part", "everything", "everything, and compacted"} {
		for _, sealed := range []bool{false, true} {
			if sealed && read == "everything, and compacted" {
				continue // nothing tells it from the old one then
			}
			t.Run(fmt.Sprintf("%s was read, sealed %v", read, sealed), func(t *testing.T) {
				t.Parallel()
				c := startCluster(t, 0, 0.5, 1)
				g := c.group()
				for id := range uint64(10) {
					c.Put(c.Name(c.Current()[id%2]), numbered(id+1))
				}
				open := func(id string) *Reader {
					t.Helper()
					r, err := g.OpenReader(within(t), id, DefaultReaderConfig())
					if err != nil {
						t.Fatal(err)
					}
					return r
				}
				if read != "nothing" {
					r := open("early")
					seen := make(tally)
					for len(seen) < 10 {
						seen.take(t, next(t, r))
					}
					if read != "a part" {
						for _, id := range c.Current() {
							c.Seal(c.Name(id))
						}
						if s, err := r.Next(within(t)); !errors.Is(err, ErrEnd) {
							t.Fatal(s, err)
						}
					}
					if err := r.Close(within(t)); err != nil {
						t.Fatal(err)
					}
				}
				if read == "everything, and compacted" {
					g.compacted(t)
				}
				c.Recreate(keyspace...)
				c.Put(c.Name(c.Current()[0]), numbered(11))
				if sealed {
					c.Seal(c.Name(c.Current()[0]))
				}
				for _, id := range []string{"late", "later"} {
					r := open(id)
					s, err := r.Next(within(t))
					if err == nil {
						t.Fatalf("a slice of %s", s.Segment())
					}
					expectAnew(t, r, err)
				}
				reset := readergroup.Init{Config: readergroup.Config{Start: map[naming.Stream]streamcut.Cut{c.Stream: {}}, Generation: 1, RefreshMillis: 100, MaxOutstandingCheckpoints: 1},
					Segments: map[readergroup.Segment]readergroup.Place{{Stream: c.Stream, ID: c.Current()[0]}: {}}}
				g.note(t, reset)
				r := open("reset")
				seen := make(tally)
				seen.take(t, next(t, r))
				if seen[11] != 1 {
					t.Fatal(seen)
				}
				c.Seal(c.Name(c.Current()[0]))
				if s, err := r.Next(within(t)); !errors.Is(err, ErrEnd) {
					t.Fatal(s, err)
				}
				if err := r.Close(within(t)); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// So it is for a reader that was reading it.
func TestStreamMadeAnewUnderAReader(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	g := c.group()
	r, err := g.OpenReader(within(t), "reader", DefaultReaderConfig())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(tally)
	c.Put(c.Name(0), numbered(1))
	seen.take(t, next(t, r))
	c.Recreate(keyspace...)
	c.CutAll() // else the reads wait at the tails
	s, err := r.Next(within(t))
	if err == nil {
		t.Fatalf("a slice of %s", s.Segment())
	}
	expectAnew(t, r, err)
}

// The end is told when it is known to be one: not before the controllers are there.
func TestEndIsNotToldOnSuspicion(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	c.Put(c.Name(0), numbered(1))
	r, err := g.OpenReader(within(t), "reader", DefaultReaderConfig())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(tally)
	seen.take(t, next(t, r))
	away := status.Error(codes.Unavailable, "away")
	c.Refuse(func(method string) error {
		if method == "getSegments" {
			return away
		}
		return nil
	})
	asked := c.Calls("getSegments")
	c.Seal(c.Name(0))
	eventually(t, "the head is asked for", func() bool { return c.Calls("getSegments") > asked })
	if s, err := r.TryNext(); CodeOf(err) != ErrTimedOut {
		t.Fatal(s, err)
	}
	c.Refuse(nil)
	if s, err := r.Next(within(t)); !errors.Is(err, ErrEnd) {
		t.Fatal(s, err)
	}
	if err := r.Close(within(t)); err != nil {
		t.Fatal(err)
	}
}

// Who may not ask for the head of a stream is told of its end all the same.
func TestEndIsToldWithoutTheRightToAsk(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	c.Refuse(func(method string) error {
		if method == "getSegments" {
			return status.Error(codes.PermissionDenied, "not you")
		}
		return nil
	})
	c.Seal(c.Name(0))
	r, err := g.OpenReader(within(t), "reader", DefaultReaderConfig())
	if err != nil {
		t.Fatal(err)
	}
	if s, err := r.Next(within(t)); !errors.Is(err, ErrEnd) {
		t.Fatal(s, err)
	}
	if err := r.Close(within(t)); err != nil {
		t.Fatal(err)
	}
}
