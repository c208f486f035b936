package readergroup

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// spread is a group whose readers a, b, ... own that many segments, with lags in
// milliseconds, and of which some segments are free.
func spread(t testing.TB, free int, owned []int, lags []int64) *State {
	t.Helper()
	total := free
	for _, n := range owned {
		total += n
	}
	updates := []Update{starting(make([]int64, total)...)}
	next := int32(0)
	for i, n := range owned {
		reader := string(rune('a' + i))
		updates = append(updates, AddReader{reader})
		for range n {
			updates = append(updates, AcquireSegment{reader, seg(next)})
			next++
		}
		if lags != nil {
			updates = append(updates, UpdateDistanceToTail{Reader: reader, Lag: lags[i]})
		}
	}
	return replay(t, updates...)
}

func TestHowManyToAcquire(t *testing.T) {
	for _, tc := range []struct {
		free  int
		owned []int // the first reader asks
		want  int
	}{
		{0, []int{0}, 0},
		{1, []int{0}, 1},
		{5, []int{0}, 5},
		{4, []int{0, 0}, 2},
		{5, []int{0, 0}, 3}, // half a segment is rounded up
		{3, []int{0, 0}, 2},
		{1, []int{0, 0, 0}, 1},
		{2, []int{4, 4}, 1},
		{2, []int{0, 10}, 2},
		{1, []int{9, 0}, 1}, // at least one, whoever comes first
		{6, []int{9, 0, 0}, 2},
		{4, []int{1, 3}, 3},
	} {
		s := spread(t, tc.free, tc.owned, nil)
		got := s.SegmentsToAcquire("a")
		if len(got) != tc.want {
			t.Errorf("%d free, %v owned: %d to acquire, want %d", tc.free, tc.owned, len(got), tc.want)
		}
		for _, segment := range got {
			if _, free := s.Unassigned()[segment]; !free {
				t.Errorf("%s is not free", segment)
			}
		}
	}
	s := spread(t, 2, []int{0, 0}, nil)
	if err := s.Apply(CreateCheckpoint{"c"}); err != nil || s.SegmentsToAcquire("a") != nil {
		t.Errorf("acquires with a checkpoint pending, %v", err)
	}
	if s.SegmentsToAcquire("nobody") != nil {
		t.Error("a stranger acquires")
	}
}

func TestWhenToRelease(t *testing.T) {
	const lag = leastLag
	for _, tc := range []struct {
		free  int
		owned []int // the first reader asks
		lags  []int64
		want  bool
	}{
		{0, []int{3, 1}, []int64{0, 0}, true},
		{0, []int{2, 1}, []int64{0, 0}, false},
		{0, []int{2, 0}, []int64{0, 0}, true},
		{0, []int{1, 0}, []int64{0, 0}, false}, // never the only one
		{1, []int{3, 1}, []int64{0, 0}, true},
		{2, []int{3, 1}, []int64{0, 0}, false}, // what is free comes first
		{0, []int{3, 1}, []int64{lag, 4 * lag}, false},
		{0, []int{3, 3}, []int64{4 * lag, lag}, true},
		{0, []int{3}, []int64{0}, false},
		{0, []int{0, 3}, []int64{0, 0}, false},
	} {
		s := spread(t, tc.free, tc.owned, tc.lags)
		segment, got := s.SegmentToRelease("a")
		if got != tc.want || (got && !s.Owns("a", segment)) {
			t.Errorf("%d free, %v owned, lags %v: release %v %s, want %v", tc.free, tc.owned, tc.lags, got, segment, tc.want)
		}
		if updates, err := s.Release("a", segment, 1, 0, nil); err != nil || (len(updates) > 0) != tc.want {
			t.Errorf("%d free, %v owned, lags %v: writes %v, %v", tc.free, tc.owned, tc.lags, updates, err)
		}
		if err := s.Apply(CreateCheckpoint{"c"}); err != nil {
			t.Fatal(err)
		}
		if _, got := s.SegmentToRelease("a"); got {
			t.Errorf("%v owned: releases with a checkpoint pending", tc.owned)
		}
	}
}

// Readers do not all release the same segment.
func TestReleasedSegmentDependsOnTheReader(t *testing.T) {
	chosen := make(map[Segment]bool)
	for i := range 50 {
		reader := fmt.Sprintf("reader-%d", i)
		updates := []Update{starting(make([]int64, 8)...), AddReader{reader}, AddReader{"idle"}}
		for n := range int32(8) {
			updates = append(updates, AcquireSegment{reader, seg(n)})
		}
		s := replay(t, append(updates, UpdateDistanceToTail{Reader: reader})...)
		segment, _ := s.SegmentToRelease(reader)
		if again, _ := s.SegmentToRelease(reader); again != segment {
			t.Fatalf("%s, then %s", segment, again)
		}
		chosen[segment] = true
	}
	if len(chosen) < 4 {
		t.Errorf("50 readers choose among %d segments of 8", len(chosen))
	}
}

func TestIntervals(t *testing.T) {
	s := spread(t, 0, []int{1, 3, 0}, []int64{0, 60_000, 0})
	for reader, want := range map[string]struct {
		size             float64
		rank             int
		acquire, release time.Duration
	}{
		"a": {0.5, 1, 2 * time.Second, 2 * time.Second},
		"b": {3, 0, 3 * time.Second, 1 * time.Second},
		"c": {0, 2, 1 * time.Second, 3 * time.Second},
	} {
		if got := s.Sizes()[reader]; got != want.size {
			t.Errorf("size of %s is %v, want %v", reader, got, want.size)
		}
		if got := s.Rank(reader); got != want.rank {
			t.Errorf("rank of %s is %v, want %v", reader, got, want.rank)
		}
		if got := s.AcquireInterval(reader); got != want.acquire {
			t.Errorf("%s acquires every %v, want %v", reader, got, want.acquire)
		}
		if got := s.ReleaseInterval(reader); got != want.release {
			t.Errorf("%s releases every %v, want %v", reader, got, want.release)
		}
	}
	if got := s.LagInterval(); got != 4*time.Second {
		t.Errorf("lags are told every %v", got)
	}
	// A stranger waits like one with nothing to do.
	if s.Rank("x") != -1 || s.AcquireInterval("x") <= 0 || s.ReleaseInterval("x") < 0 {
		t.Error(s.Rank("x"), s.AcquireInterval("x"), s.ReleaseInterval("x"))
	}
	// What was told before joining, or behind leaving, counts from then on.
	s = replay(t, starting(0, 0), UpdateDistanceToTail{Reader: "a", Lag: 90_000}, AddReader{"a"}, AddReader{"b"},
		AcquireSegment{"a", seg(0)}, AcquireSegment{"b", seg(1)}, UpdateDistanceToTail{Reader: "b"})
	if got := s.Sizes(); got["a"] != 1 || math.Abs(got["b"]-1.0/3) > 1e-9 {
		t.Errorf("sizes with a lag told early: %v", got)
	}
	// A lag that was never told counts as endless, and two of them as next to nothing, as in Java.
	s = spread(t, 0, []int{1, 2}, nil)
	if got := s.Sizes(); got["a"] != 1 || math.Abs(got["b"]) > 1e-9 {
		t.Errorf("sizes with unknown lags: %v", got)
	}
}

func TestLagToTell(t *testing.T) {
	for _, tc := range []struct {
		lags []int64 // of the others
		want int64
	}{
		{nil, leastLag}, {[]int64{0}, leastLag}, {[]int64{70_000, 90_000, 80_000}, 90_000}, {[]int64{1_795_000_000_000}, 1_795_000_000_000},
	} {
		updates := []Update{starting(0), AddReader{"me"}, UpdateDistanceToTail{Reader: "me", Lag: 1 << 50}, AddReader{"silent"}, UpdateDistanceToTail{Reader: "gone", Lag: 1 << 51}}
		for i, lag := range tc.lags {
			reader := string(rune('a' + i))
			updates = append(updates, AddReader{reader}, UpdateDistanceToTail{Reader: reader, Lag: lag})
		}
		if got := replay(t, updates...).LagToTell("me"); got != tc.want {
			t.Errorf("beside lags of %d: %d, want %d", tc.lags, got, tc.want)
		}
	}
}

func TestAutomaticCheckpoints(t *testing.T) {
	u := starting(0)
	u.Config.CheckpointMillis = 1000
	s := replay(t, u, AddReader{"a"})
	if s.AutomaticCheckpointDue(999*time.Millisecond) || !s.AutomaticCheckpointDue(time.Second) {
		t.Error("not due when the interval is over")
	}
	updates := s.StartAutomatic("c2")
	if !reflect.DeepEqual(updates, []Update{CreateCheckpoint{"c2"}, ClearCheckpointsBefore{"c2"}}) {
		t.Error(updates)
	}
	if err := s.Apply(CreateCheckpoint{"_SILENT_"}); err != nil {
		t.Fatal(err)
	}
	if s.AutomaticCheckpointDue(time.Hour) || s.StartAutomatic("c3") != nil {
		t.Error("a checkpoint is started while another is under way")
	}
	u.Config.CheckpointMillis = -1
	if replay(t, u).AutomaticCheckpointDue(time.Hour) {
		t.Error("due although there are none")
	}
}

func TestWhatMembersWrite(t *testing.T) {
	places := map[Segment]Place{seg(0): {Offset: 3}}
	idle := replay(t, starting(5, 7), AddReader{"a"})
	pending := replay(t, starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)}, CreateCheckpoint{"c"}, CreateCheckpoint{"d"})
	busy := replay(t, starting(5, 7), AddReader{"a"}, AcquireSegment{"a", seg(0)})
	early := replay(t, starting(5, 7, 9), AddReader{"a"}, AcquireSegment{"a", seg(0)}, AcquireSegment{"a", seg(2)})
	newer := starting(0)
	newer.Config.Generation = 1
	for _, tc := range []struct {
		name    string
		updates func() ([]Update, error)
		want    []Update
		err     error
	}{
		{"join", func() ([]Update, error) { return idle.Join("b") }, []Update{AddReader{"b"}}, nil},
		{"join twice", func() ([]Update, error) { return idle.Join("a") }, nil, fault.AlreadyExists},
		{"leave", func() ([]Update, error) { return idle.Leave("a", at(3)), nil }, []Update{RemoveReader{"a", at(3)}}, nil},
		{"leave twice", func() ([]Update, error) { return idle.Leave("x", at(3)), nil }, nil, nil},
		{"acquire", func() ([]Update, error) { return idle.Acquire("a", 4, places) },
			[]Update{AcquireSegment{"a", seg(0)}, AcquireSegment{"a", seg(1)}, UpdateDistanceToTail{"a", 4, places}}, nil},
		{"acquire, removed", func() ([]Update, error) { return idle.Acquire("x", 4, places) }, nil, fault.ReaderNotInGroup},
		{"acquire, checkpoint pending", func() ([]Update, error) { return pending.Acquire("a", 4, places) }, nil, nil},
		{"release, removed", func() ([]Update, error) { return idle.Release("x", seg(0), 1, 4, places) }, nil, fault.ReaderNotInGroup},
		{"release, not owned", func() ([]Update, error) { return idle.Release("a", seg(0), 1, 4, places) }, nil, nil},
		{"complete", func() ([]Update, error) { return busy.Complete("a", seg(0), map[Segment]Successor{seg(3): after(0)}) },
			[]Update{SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(3): after(0)}}}, nil},
		{"complete, successor read early", func() ([]Update, error) {
			return early.Complete("a", seg(0), map[Segment]Successor{seg(2): after(0, 9), seg(1): after(0, 9), seg(3): after(0)})
		}, []Update{SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(3): after(0)}}}, nil},
		{"complete, checkpoint pending", func() ([]Update, error) { return pending.Complete("a", seg(0), nil) }, nil, nil},
		{"complete, not owned", func() ([]Update, error) { return busy.Complete("a", seg(1), nil) }, nil, nil},
		{"complete, removed", func() ([]Update, error) { return busy.Complete("x", seg(0), nil) }, nil, fault.ReaderNotInGroup},
		{"pass", func() ([]Update, error) { return pending.Pass("a", "c", at(3)) }, []Update{CheckpointReader{"c", "a", at(3)}}, nil},
		{"pass out of order", func() ([]Update, error) { return pending.Pass("a", "d", at(3)) }, nil, nil},
		{"pass what is not pending", func() ([]Update, error) { return busy.Pass("a", "c", at(3)) }, nil, nil},
		{"pass, removed", func() ([]Update, error) { return pending.Pass("x", "c", at(3)) }, nil, fault.ReaderNotInGroup},
		{"renew", func() ([]Update, error) { return idle.Renew(newer), nil }, []Update{newer}, nil},
		{"renew, known", func() ([]Update, error) { return idle.Renew(starting(0)), nil }, nil, nil},
	} {
		got, err := tc.updates()
		if !reflect.DeepEqual(got, tc.want) || (tc.err == nil) != (err == nil) || (err != nil && !errors.Is(err, tc.err)) {
			t.Errorf("%s: %+v, %v; want %+v, %v", tc.name, got, err, tc.want, tc.err)
		}
	}
	// The range comes from the state.
	keys := Range{Low: 0.5, High: 1}
	ranged := replay(t, starting(5), AddReader{"a"}, AcquireSegment{"a", seg(0)}, SegmentCompleted{"a", seg(0), Range{}, map[Segment]Successor{seg(1): {keys, []naming.SegmentID{0}}}}, AcquireSegment{"a", seg(1)})
	if got, err := ranged.Complete("a", seg(1), nil); err != nil || got[0].(SegmentCompleted).Range != keys {
		t.Error(got, err)
	}
}

func TestNewInit(t *testing.T) {
	config := Config{
		Start: map[naming.Stream]streamcut.Cut{
			stream: {},
			other:  {Stream: other, Offsets: map[naming.SegmentID]int64{4: 40, 5: streamcut.Completed}},
		},
		End: map[naming.Stream]streamcut.Cut{
			stream: {},
			other:  {Stream: other, Offsets: map[naming.SegmentID]int64{6: 60, 7: streamcut.Completed}},
		},
	}
	heads := map[naming.Stream]map[naming.SegmentID]int64{stream: {0: 10, 1: 0}}
	got, err := NewInit(config, heads)
	want := Init{
		Config:   config,
		Segments: map[Segment]Place{seg(0): {Offset: 10}, seg(1): {}, foreign(4): {Offset: 40}, foreign(5): {Offset: -1}},
		End:      map[Segment]int64{foreign(6): 60, foreign(7): math.MaxInt64},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	for _, tc := range []struct {
		config Config
		heads  map[naming.Stream]map[naming.SegmentID]int64
	}{
		{config, nil},
		{Config{}, heads},
		{Config{Start: map[naming.Stream]streamcut.Cut{stream: config.Start[other]}}, heads},
		{Config{Start: map[naming.Stream]streamcut.Cut{stream: {Stream: stream}}}, heads},
	} {
		if got, err := NewInit(tc.config, tc.heads); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%+v: %+v, %v", tc.config, got, err)
		}
	}
}

func TestConfig(t *testing.T) {
	c := Config{Start: map[naming.Stream]streamcut.Cut{stream: {}}, RefreshMillis: 3000, CheckpointMillis: math.MaxInt64}
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DecodeConfig(data); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("%+v becomes %+v, %v", c, got, err)
	}
	if c.RefreshInterval() != 3*time.Second || c.CheckpointInterval() < 290*365*24*time.Hour || (Config{CheckpointMillis: -1}).CheckpointInterval() != 0 {
		t.Error(c.RefreshInterval(), c.CheckpointInterval())
	}
	for _, ms := range []int64{0, -1, math.MinInt64, 1} {
		if got := (Config{RefreshMillis: ms}).RefreshInterval(); got != 10*time.Millisecond {
			t.Errorf("%d ms are %v", ms, got)
		}
	}
	twin := c
	twin.ID, twin.Generation = [16]byte{1}, 7
	if !c.Same(twin) {
		t.Error("id and generation count")
	}
	for i, change := range []func(*Config){
		func(c *Config) { c.RefreshMillis++ },
		func(c *Config) { c.CheckpointMillis = 0 },
		func(c *Config) { c.MaxOutstandingCheckpoints++ },
		func(c *Config) { c.Retention++ },
		func(c *Config) { c.Start = map[naming.Stream]streamcut.Cut{other: {}} },
		func(c *Config) {
			c.Start = map[naming.Stream]streamcut.Cut{stream: {Stream: stream, Offsets: map[naming.SegmentID]int64{0: 1}}}
		},
		func(c *Config) { c.End = c.Start },
	} {
		changed := c
		if change(&changed); c.Same(changed) {
			t.Errorf("change %d does not count", i)
		}
	}
	if !slices.Equal(data, must(c.Encode())) {
		t.Error("equal configs have different bytes")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
