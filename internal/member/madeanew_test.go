package member

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// expectAnew checks that a reader is told to reset its group.
func expectAnew(t *testing.T, r *Member, err error) {
	t.Helper()
	if !errors.Is(err, fault.NoSuchStream) || !strings.Contains(err.Error(), "scope/stream") || !strings.Contains(err.Error(), "group scope/group") ||
		!strings.Contains(err.Error(), "reset the group") {
		t.Fatalf("%v does not say what to do", err)
	}
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}

// A group whose stream was deleted and made anew under its name does not come to its
// end, whether it had read the old one or not, and whether or not the new one is sealed:
// there is something to read, and its readers are told how.
func TestStreamMadeAnewIsNoEnd(t *testing.T) {
	for _, was := range []string{"nothing", "a part", "everything", "everything, and compacted"} {
		for _, sealed := range []bool{false, true} {
			if sealed && was == "everything, and compacted" {
				continue // nothing tells it from the old one then
			}
			t.Run(fmt.Sprintf("%s was read, sealed %v", was, sealed), func(t *testing.T) {
				t.Parallel()
				c := startCluster(t, 0, 0.5, 1)
				g := c.group()
				for id := range uint64(10) {
					c.Put(c.Name(c.Current()[id%2]), numbered(id+1))
				}
				open := func(id string) *Member {
					t.Helper()
					r, err := g.OpenReader(waittest.Limit(t), id, defaults())
					if err != nil {
						t.Fatal(err)
					}
					return r
				}
				if was != "nothing" {
					r := open("early")
					seen := make(enginetest.Tally)
					for len(seen) < 10 {
						seen.Take(t, next(t, r))
					}
					if was != "a part" {
						for _, id := range c.Current() {
							c.Seal(c.Name(id))
						}
						if s, err := r.Next(waittest.Limit(t)); !errors.Is(err, read.ErrEnd) {
							t.Fatal(s, err)
						}
					}
					if err := r.Close(waittest.Limit(t)); err != nil {
						t.Fatal(err)
					}
				}
				if was == "everything, and compacted" {
					g.compacted(t)
				}
				c.Recreate(keyspace...)
				c.Put(c.Name(c.Current()[0]), numbered(11))
				if sealed {
					c.Seal(c.Name(c.Current()[0]))
				}
				for _, id := range []string{"late", "later"} {
					r := open(id)
					s, err := r.Next(waittest.Limit(t))
					if err == nil {
						t.Fatalf("a slice of %s", s.Segment())
					}
					expectAnew(t, r, err)
				}
				reset := readergroup.Init{Config: readergroup.Config{Start: map[naming.Stream]streamcut.Cut{c.Stream: {}}, Generation: 1, RefreshMillis: 100, MaxOutstandingCheckpoints: 1},
					Segments: map[readergroup.Segment]readergroup.Place{{Stream: c.Stream, ID: c.Current()[0]}: {}}}
				g.note(t, reset)
				r := open("reset")
				seen := make(enginetest.Tally)
				seen.Take(t, next(t, r))
				if seen[11] != 1 {
					t.Fatal(seen)
				}
				c.Seal(c.Name(c.Current()[0]))
				if s, err := r.Next(waittest.Limit(t)); !errors.Is(err, read.ErrEnd) {
					t.Fatal(s, err)
				}
				if err := r.Close(waittest.Limit(t)); err != nil {
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
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(enginetest.Tally)
	c.Put(c.Name(0), numbered(1))
	seen.Take(t, next(t, r))
	c.Recreate(keyspace...)
	c.CutAll() // else the reads wait at the tails
	s, err := r.Next(waittest.Limit(t))
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
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(enginetest.Tally)
	seen.Take(t, next(t, r))
	away := status.Error(codes.Unavailable, "away")
	c.Refuse(func(method string) error {
		if method == "getSegments" {
			return away
		}
		return nil
	})
	asked := c.Calls("getSegments")
	c.Seal(c.Name(0))
	waittest.Until(t, "the head is asked for", func() bool { return c.Calls("getSegments") > asked })
	if s, err := r.TryNext(); fault.CodeOf(err) != fault.TimedOut {
		t.Fatal(s, err)
	}
	c.Refuse(nil)
	if s, err := r.Next(waittest.Limit(t)); !errors.Is(err, read.ErrEnd) {
		t.Fatal(s, err)
	}
	if err := r.Close(waittest.Limit(t)); err != nil {
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
	r, err := g.OpenReader(waittest.Limit(t), "reader", defaults())
	if err != nil {
		t.Fatal(err)
	}
	if s, err := r.Next(waittest.Limit(t)); !errors.Is(err, read.ErrEnd) {
		t.Fatal(s, err)
	}
	if err := r.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
}

// Of what a group has read to its end the records tell, whether they say so of each segment
// or of the whole state: a segment that is left of the old stream is no new one.
func TestNumbersOfTheSegmentsThatAGroupHasHad(t *testing.T) {
	stream, other := naming.Stream{Scope: "scope", Name: "stream"}, naming.Stream{Scope: "scope", Name: "other"}
	at := func(number int32) readergroup.Segment {
		return readergroup.Segment{Stream: stream, ID: naming.NewSegmentID(number, number)}
	}
	init := readergroup.Init{Segments: map[readergroup.Segment]readergroup.Place{at(1): {}, {Stream: other, ID: 7}: {}}}
	for what, records := range map[string]struct {
		updates []readergroup.Update
		highest int32
	}{
		"the first segments":             {[]readergroup.Update{init}, 1},
		"a completion":                   {[]readergroup.Update{init, readergroup.SegmentCompleted{Segment: at(3)}}, 3},
		"one with successors":            {[]readergroup.Update{init, readergroup.SegmentCompleted{Segment: at(1), Successors: map[readergroup.Segment]readergroup.Successor{at(2): {}}}}, 2},
		"free segments of a whole state": {[]readergroup.Update{init, readergroup.Compact{Unassigned: map[readergroup.Segment]readergroup.Place{at(4): {}}}}, 4},
		"assigned ones":                  {[]readergroup.Update{init, readergroup.Compact{Assigned: map[string]map[readergroup.Segment]readergroup.Place{"reader": {at(4): {}}}}}, 4},
		"later ones":                     {[]readergroup.Update{init, readergroup.Compact{Future: map[readergroup.Segment]readergroup.Successor{at(5): {}}}, readergroup.Compact{}}, 5},
		"a reset":                        {[]readergroup.Update{readergroup.SegmentCompleted{Segment: at(3)}, init}, 1},
	} {
		n := make(highest)
		for _, u := range records.updates {
			n.note(u)
		}
		if n[stream] != records.highest || n[other] != 7 && what != "a reset" {
			t.Errorf("%s: %v", what, n)
		}
	}
}

// The end is told of a stream whose last segment is all that is left, if a record of the
// whole state stands for its completion.
func TestEndIsToldThoughTheWholeStateStandsForTheLastCompletion(t *testing.T) {
	w := newWorker(t, plain)
	if w.m.highest[w.Stream] != 1 {
		t.Fatal(w.m.highest)
	}
	whole := w.m.state.Compact()
	whole.Unassigned, whole.Future = nil, nil
	whole.Assigned = map[string]map[readergroup.Segment]readergroup.Place{"first": {}, "reader": {}}
	record, err := readergroup.EncodeInit(whole)
	if err != nil {
		t.Fatal(err)
	}
	w.Put(w.g.Segment, record)
	w.Instead("getSegments", &pb.HeadReply{Locations: []*pb.HeadReply_Location{{Segment: &pb.Segment{Stream: &pb.Stream{Scope: "scope", Name: "stream"}, Id: 1}}}})
	w.r.mustStep(t)
	if s, err := w.r.TryNext(); !errors.Is(err, read.ErrEnd) {
		t.Fatal(s, err)
	}
}
