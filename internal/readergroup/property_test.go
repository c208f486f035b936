package readergroup_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/pravega/pravega-client-go/internal/naming"
	. "github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/readergroup/grouptest"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"pgregory.net/rapid"
)

func chooser(t *rapid.T) func(int) int {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }
}

func encode(t interface{ Fatal(...any) }, r Record) []byte {
	event, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// Segments of different streams have equal ids.
func TestEverySegmentIsInExactlyOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, record := grouptest.New(rapid.IntRange(1, 3).Draw(t, "streams"), chooser(t))
		l := g.Ledger()
		check := func() {
			l.See(record)
			if err := l.Check(&g.State); err != nil {
				t.Fatal(err)
			}
		}
		check()
		for range rapid.IntRange(0, 150).Draw(t, "steps") {
			record = g.Step()
			check()
		}
	})
}

// What official members let get free too early is back in its place as soon as one
// of ours has looked; members of ours do not.
func TestWhatJavaLetsGoTooEarlyIsTakenBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	mended := 0
	for life := range 600 {
		g, record := grouptest.New(2, random.IntN)
		g.JavaCompletes, g.JavaAcquires = life%2 == 0, life%2 == 0
		l := g.Ledger()
		l.See(record)
		for range 150 {
			l.See(g.Step())
			if record, wrong := g.Mend(); wrong {
				if mended++; !g.JavaCompletes {
					t.Fatalf("life %d: %+v", life, record)
				}
				l.See(record)
			}
			if err := l.Check(&g.State); err != nil {
				t.Fatalf("life %d: %v", life, err)
			}
			if g.State.Mend() != nil {
				t.Fatal("what was mended is to be mended again")
			}
		}
	}
	if mended < 10 {
		t.Errorf("%d times there was something to mend", mended)
	}
}

// The lives that the other tests look at have updates of every kind, and successors
// of several segments of which some are completed and others not.
func TestLivesHaveUpdatesOfEveryKind(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	kinds := make(map[string]int)
	merges := 0
	for range 300 {
		g, record := grouptest.New(1, random.IntN)
		for range 150 {
			for _, u := range record.Updates {
				kinds[reflect.TypeOf(u).Name()]++
			}
			record = g.Step()
			for _, v := range g.State.Future() {
				merges += len(v.Predecessors)
			}
		}
	}
	for _, u := range []Update{Init{}, Compact{}, AddReader{}, RemoveReader{}, ReleaseSegment{}, AcquireSegment{}, UpdateDistanceToTail{},
		SegmentCompleted{}, CheckpointReader{}, CreateCheckpoint{}, ClearCheckpointsBefore{}, UpdateCheckpointPublished{}, UpdatingConfig{}, RemoveOutstandingCheckpoints{}} {
		if name := reflect.TypeOf(u).Name(); kinds[name] < 50 {
			t.Errorf("%d times %s", kinds[name], name)
		}
	}
	if merges < 100 {
		t.Errorf("segments waited %d times for predecessors", merges)
	}
	t.Log(kinds, merges)
}

func TestReplicasAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, record := grouptest.New(1+rapid.IntRange(0, 1).Draw(t, "streams"), chooser(t))
		var follower, late State
		for range rapid.IntRange(0, 80).Draw(t, "steps") {
			decoded, err := DecodeRecord(encode(t, record))
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range decoded.Updates {
				if err := follower.Apply(u); err != nil {
					t.Fatal(err)
				}
				// One that joins at any time has the state from a compacted record.
				if _, whole := u.(Compact); !whole && !late.Started() {
					continue
				}
				if err := late.Apply(u); err != nil {
					t.Fatal(err)
				}
			}
			want := encode(t, Record{true, []Update{g.State.Compact()}})
			if got := encode(t, Record{true, []Update{follower.Compact()}}); !bytes.Equal(got, want) {
				t.Fatalf("follower has\n%+v, want\n%+v", follower.Compact(), g.State.Compact())
			}
			if got := encode(t, Record{true, []Update{late.Compact()}}); late.Started() && !bytes.Equal(got, want) {
				t.Fatalf("latecomer has\n%+v, want\n%+v", late.Compact(), g.State.Compact())
			}
			if rapid.IntRange(0, 5).Draw(t, "join late") > 0 {
				record = g.Step()
				continue
			}
			late, record = State{}, Record{true, []Update{g.State.Compact()}}
			if err := g.State.Apply(record.Updates[0]); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A group whose members do what the state tells them comes to rest with the
// segments spread evenly and all checkpoints passed.
func TestMembersBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, _ := grouptest.New(1, chooser(t))
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			g.Step()
		}
		s := &g.State
		apply := func(updates []Update, err error) bool {
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range updates {
				if err := s.Apply(u); err != nil {
					t.Fatal(err)
				}
			}
			return len(updates) > 0
		}
		readers := s.Readers()
		if len(readers) == 0 {
			return
		}
		// Some may tell what Java tells as its lag.
		java := make(map[string]bool)
		for _, reader := range readers {
			java[reader] = rapid.Bool().Draw(t, "java")
		}
		lag := func(reader string) int64 {
			if java[reader] {
				return 1_795_000_000_000
			}
			return s.LagToTell(reader)
		}
		// What one tells depends on what others told, so rest is two rounds of nothing.
		for idle, rounds := 0, 0; idle < 2; rounds++ {
			if rounds > 1000 {
				t.Fatalf("no rest: %+v", s.Compact())
			}
			busy := false
			for _, reader := range readers {
				for name, pending := s.Checkpoint(reader); pending; name, pending = s.Checkpoint(reader) {
					apply(s.Pass(reader, name, nil))
				}
				apply([]Update{UpdateDistanceToTail{Reader: reader, Lag: lag(reader)}}, nil)
			}
			for _, reader := range readers {
				busy = apply(s.Acquire(reader, lag(reader), nil)) || busy
				if segment, due := s.SegmentToRelease(reader); due {
					busy = apply(s.Release(reader, segment, 0, lag(reader), nil)) || busy
				}
			}
			if idle++; busy {
				idle = 0
			}
		}
		least, most := math.MaxInt, 0
		for _, reader := range readers {
			least, most = min(least, len(s.Assigned(reader))), max(most, len(s.Assigned(reader)))
		}
		if len(s.Unassigned()) > 0 || most > least+1 || s.OngoingCheckpoint() {
			t.Fatalf("at rest: %d free, %d to %d assigned, checkpoints %v", len(s.Unassigned()), least, most, s.OngoingCheckpoint())
		}
	})
}

// updates of any kind with any contents, consistent with each other or not.
func updates() *rapid.Generator[Update] {
	return rapid.Custom(func(t *rapid.T) Update {
		name := rapid.String()
		reader, checkpoint := name.Draw(t, "reader"), name.Draw(t, "checkpoint")
		segment := segments().Draw(t, "segment")
		anyOffsets := offsets().Draw(t, "offsets")
		flag := rapid.Bool().Draw(t, "flag")
		number := rapid.Int64().Draw(t, "number")
		switch rapid.IntRange(0, 13).Draw(t, "kind") {
		case 0:
			return Init{configs().Draw(t, "config"), places().Draw(t, "segments"), anyOffsets, flag}
		case 1:
			return compacts().Draw(t, "compact")
		case 2:
			return AddReader{reader}
		case 3:
			return RemoveReader{reader, anyOffsets}
		case 4:
			return ReleaseSegment{reader, segment, number}
		case 5:
			return AcquireSegment{reader, segment}
		case 6:
			return UpdateDistanceToTail{reader, number, places().Draw(t, "read")}
		case 7:
			return SegmentCompleted{reader, segment, keys(segment), successors().Draw(t, "successors")}
		case 8:
			return CheckpointReader{checkpoint, reader, anyOffsets}
		case 9:
			return CreateCheckpoint{checkpoint}
		case 10:
			return ClearCheckpointsBefore{checkpoint}
		case 11:
			return UpdateCheckpointPublished{flag}
		case 12:
			return UpdatingConfig{flag}
		default:
			return RemoveOutstandingCheckpoints{}
		}
	})
}

func streams() *rapid.Generator[naming.Stream] {
	return rapid.Custom(func(t *rapid.T) naming.Stream {
		part := rapid.StringMatching(`[a-z.\-]{1,3}`)
		return naming.Stream{Scope: part.Draw(t, "scope"), Name: part.Draw(t, "stream")}
	})
}

func segments() *rapid.Generator[Segment] {
	return rapid.Custom(func(t *rapid.T) Segment {
		n := rapid.Int32Range(0, 9)
		return Segment{Stream: streams().Draw(t, "stream"), ID: naming.NewSegmentID(n.Draw(t, "number"), n.Draw(t, "epoch"))}
	})
}

// keys is the range of a segment, which every update tells alike; some do not
// know any.
func keys(s Segment) Range {
	if s.ID.Number()%3 == 0 {
		return Range{}
	}
	return Range{Low: float64(s.ID.Epoch()) / 20, High: float64(s.ID.Number()+10) / 20}
}

// filled makes a map of at least one entry, or a nil one: there is no other in a
// record.
func filled[K comparable, V any](key *rapid.Generator[K], value func(*rapid.T, K) V) *rapid.Generator[map[K]V] {
	return rapid.Custom(func(t *rapid.T) map[K]V {
		var m map[K]V
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			if m == nil {
				m = make(map[K]V)
			}
			k := key.Draw(t, "key")
			m[k] = value(t, k)
		}
		return m
	})
}

func offsets() *rapid.Generator[map[Segment]int64] {
	return filled(segments(), func(t *rapid.T, _ Segment) int64 { return rapid.Int64().Draw(t, "offset") })
}

func places() *rapid.Generator[map[Segment]Place] {
	return filled(segments(), func(t *rapid.T, s Segment) Place {
		return Place{Offset: rapid.Int64().Draw(t, "offset"), Range: keys(s)}
	})
}

func successors() *rapid.Generator[map[Segment]Successor] {
	return filled(segments(), func(t *rapid.T, s Segment) Successor {
		return Successor{keys(s), some(t, rapid.Custom(func(t *rapid.T) naming.SegmentID {
			return naming.SegmentID(rapid.Int64().Draw(t, "id"))
		}))}
	})
}

func some[T any](t *rapid.T, g *rapid.Generator[T]) []T {
	var list []T
	for range rapid.IntRange(0, 3).Draw(t, "elements") {
		list = append(list, g.Draw(t, "element"))
	}
	return list
}

func configs() *rapid.Generator[Config] {
	return rapid.Custom(func(t *rapid.T) Config {
		cuts := filled(streams(), func(t *rapid.T, s naming.Stream) streamcut.Cut {
			if rapid.Bool().Draw(t, "unbounded") {
				return streamcut.Cut{}
			}
			return streamcut.Cut{Stream: s, Offsets: filled(
				rapid.Custom(func(t *rapid.T) naming.SegmentID { return segments().Draw(t, "segment").ID }),
				func(t *rapid.T, _ naming.SegmentID) int64 { return rapid.Int64Range(-1, 1<<40).Draw(t, "offset") }).Draw(t, "offsets")}
		})
		number := rapid.Int64()
		return Config{
			ID:                        [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
			Generation:                number.Draw(t, "generation"),
			Start:                     cuts.Draw(t, "start"),
			End:                       cuts.Draw(t, "end"),
			RefreshMillis:             number.Draw(t, "refresh"),
			CheckpointMillis:          number.Draw(t, "interval"),
			MaxOutstandingCheckpoints: rapid.Int32().Draw(t, "outstanding"),
			Retention:                 Retention(rapid.IntRange(0, 2).Draw(t, "retention")),
		}
	})
}

func compacts() *rapid.Generator[Compact] {
	return rapid.Custom(func(t *rapid.T) Compact {
		name := rapid.String()
		return Compact{
			Config: configs().Draw(t, "config"),
			Checkpoints: Checkpoints{
				Order: some(t, name),
				Waiting: some(t, rapid.Custom(func(t *rapid.T) Waiting {
					return Waiting{name.Draw(t, "checkpoint"), some(t, name)}
				})),
				Offsets:   filled(name, func(t *rapid.T, _ string) map[Segment]int64 { return offsets().Draw(t, "offsets") }).Draw(t, "checkpoints"),
				Last:      offsets().Draw(t, "last"),
				Published: rapid.Bool().Draw(t, "published"),
			},
			Lag:            filled(name, func(t *rapid.T, _ string) int64 { return rapid.Int64().Draw(t, "lag") }).Draw(t, "lags"),
			Future:         successors().Draw(t, "future"),
			Assigned:       filled(name, func(t *rapid.T, _ string) map[Segment]Place { return places().Draw(t, "owned") }).Draw(t, "assigned"),
			Unassigned:     places().Draw(t, "unassigned"),
			LastRead:       places().Draw(t, "read"),
			End:            offsets().Draw(t, "ends"),
			UpdatingConfig: rapid.Bool().Draw(t, "updating"),
		}
	})
}

func TestRecordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		record := Record{Updates: some(t, updates())}
		if len(record.Updates) == 1 {
			switch record.Updates[0].(type) {
			case Init, Compact:
				record.Initial = true
			}
		}
		event := encode(t, record)
		got, err := DecodeRecord(event)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, record) {
			t.Fatalf("%+v\nbecomes %+v", record, got)
		}
		// What is cut off is noticed, or it was behind everything known.
		if len(event) > 4 {
			at := rapid.IntRange(0, len(event)-1).Draw(t, "cut")
			if short, err := DecodeRecord(event[:at]); err == nil && len(short.Updates) >= len(record.Updates) {
				t.Fatalf("%d bytes of %d are enough for %+v", at, len(event), short)
			}
		}
	})
}

// Whatever is applied in whatever order, an update takes effect or leaves the
// state as it was.
func TestUpdatesThatContradictChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, _ := grouptest.New(1, chooser(t))
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			g.Step()
		}
		before := g.State.Compact()
		u := updates().Draw(t, "update")
		if readers := g.State.Readers(); len(readers) > 0 {
			reader := rapid.SampledFrom(readers).Draw(t, "member")
			switch a := u.(type) {
			case AcquireSegment:
				a.Reader, u = reader, a
			case CheckpointReader:
				a.Reader, u = reader, a
			}
		}
		if err := g.State.Apply(u); err != nil && !reflect.DeepEqual(g.State.Compact(), before) {
			t.Fatalf("%+v: %v\n%+v\nbecomes %+v", u, err, before, g.State.Compact())
		}
		_ = fmt.Sprint(g.State.EndOfData(), g.State.Streams(), g.State.Sizes(), g.State.LastRead())
	})
}
