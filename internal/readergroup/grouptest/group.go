// Package grouptest makes up the lives of reader groups, for tests: members that
// join, leave, acquire, release, complete segments and pass checkpoints in any
// order, on streams that are scaled meanwhile.
package grouptest

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

type (
	segment   = readergroup.Segment
	successor = readergroup.Successor
)

// Group is a group and the streams that it reads.
type Group struct {
	// State is the group's, after all records so far.
	State readergroup.State
	// Some members complete segments, or acquire them, as official ones do.
	JavaCompletes, JavaAcquires bool

	choose  func(n int) int
	streams []*stream
	names   int
}

// stream is a stream as the controller sees it.
type stream struct {
	name   naming.Stream
	epoch  int32
	number int32
	// active segments, in the order of their ranges
	active []ranged
	// followers of sealed segments
	followers map[segment]map[segment]successor
}

type ranged struct {
	segment segment
	keys    readergroup.Range
}

// New makes up a group on that many streams and its first record. choose returns
// any number from 0 to n-1 and decides what happens. The ids of segments of
// different streams are equal.
func New(streams int, choose func(n int) int) (*Group, readergroup.Record) {
	g := &Group{choose: choose}
	for i := range streams {
		s := &stream{
			name:      naming.Stream{Scope: "scope", Name: fmt.Sprintf("stream-%d", i)},
			followers: make(map[segment]map[segment]successor),
		}
		n := 1 + choose(4)
		for j := range n {
			s.active = append(s.active, ranged{s.add(), readergroup.Range{Low: float64(j) / float64(n), High: float64(j+1) / float64(n)}})
		}
		g.streams = append(g.streams, s)
	}
	u, _ := g.start()
	record := initial(u)
	g.apply(record)
	return g, record
}

func (s *stream) add() segment {
	s.number++
	return segment{Stream: s.name, ID: naming.NewSegmentID(s.number-1, s.epoch)}
}

// start makes up a configuration and what to read now. ok is false if all
// streams are sealed: a group cannot start with nothing to read.
func (g *Group) start() (u readergroup.Init, ok bool) {
	u = readergroup.Init{
		Config: readergroup.Config{
			ID:                        [16]byte{byte(g.choose(256)), 15: 1},
			Generation:                int64(g.choose(1000)),
			Start:                     make(map[naming.Stream]streamcut.Cut),
			RefreshMillis:             int64(g.choose(10000)),
			CheckpointMillis:          int64(g.choose(10000)) - 1,
			MaxOutstandingCheckpoints: int32(1 + g.choose(3)),
			Retention:                 readergroup.Retention(g.choose(3)),
		},
		Segments:       make(map[segment]readergroup.Place),
		UpdatingConfig: g.choose(2) == 0,
	}
	for _, s := range g.streams {
		u.Config.Start[s.name] = streamcut.Cut{}
		for _, r := range s.active {
			u.Segments[r.segment] = readergroup.Place{Offset: g.offset()}
		}
	}
	if g.choose(2) == 0 {
		cut := streamcut.Cut{Stream: g.streams[0].name, Offsets: make(map[naming.SegmentID]int64)}
		u.End = make(map[segment]int64)
		for _, r := range g.streams[0].active {
			cut.Offsets[r.segment.ID] = streamcut.Completed
			u.End[r.segment] = math.MaxInt64
		}
		u.Config.End = map[naming.Stream]streamcut.Cut{cut.Stream: cut}
	}
	return u, len(u.Segments) > 0
}

// Step lets something happen to the group and returns its record, which the
// state has seen.
func (g *Group) Step() readergroup.Record {
	record := g.Propose(&g.State)
	g.apply(record)
	return record
}

// Propose makes up what a member that knows this state, which may be an old one,
// writes on condition that it is the newest.
func (g *Group) Propose(s *readergroup.State) readergroup.Record {
	for range 50 {
		if record, ok := g.try(s); ok {
			return record
		}
	}
	// choose is against it: then something that is always possible.
	record, _ := changes([]readergroup.Update{readergroup.UpdatingConfig{Updating: !s.UpdatingConfig()}})
	return record
}

// Blurt makes up what a Java member that knows this state, which may be an old
// one, writes without condition.
func (g *Group) Blurt(s *readergroup.State) readergroup.Record {
	updates := []readergroup.Update{
		readergroup.UpdateDistanceToTail{Reader: g.reader(s), Lag: g.offset() * 10, LastRead: g.ahead(s, g.reader(s))},
		readergroup.CreateCheckpoint{Checkpoint: fmt.Sprintf("_SILENT_%d", g.choose(100))},
		readergroup.UpdateCheckpointPublished{Published: true},
	}
	for _, name := range s.Compact().Checkpoints.Order {
		updates = append(updates, readergroup.ClearCheckpointsBefore{Checkpoint: name})
	}
	record, _ := changes([]readergroup.Update{pick(g, updates)})
	return record
}

func (g *Group) try(s *readergroup.State) (readergroup.Record, bool) {
	reader := g.reader(s)
	java := (g.JavaCompletes || g.JavaAcquires) && g.choose(2) == 0
	switch g.choose(20) {
	case 0:
		if len(s.Readers()) < 5 {
			return changes(must(s.Join(fmt.Sprintf("reader-%d", g.choose(8)))))
		}
	case 1:
		return changes(s.Leave(reader, g.some(s.Assigned(reader))))
	case 2:
		return changes(s.Leave(reader, nil))
	case 3, 4, 5, 6:
		if free := s.SegmentsToAcquire(reader); java && g.JavaAcquires && len(free) > 0 {
			return changes([]readergroup.Update{readergroup.AcquireSegment{Reader: reader, Segment: pick(g, free)}})
		}
		return changes(must(s.Acquire(reader, g.offset(), g.ahead(s, reader))))
	case 7: // whenever a member wants to
		if owned := s.Assigned(reader); len(owned) > 0 {
			segment := pick(g, slices.SortedFunc(maps.Keys(owned), segment.Compare))
			return changes([]readergroup.Update{readergroup.ReleaseSegment{Reader: reader, Segment: segment, Offset: g.offset()}})
		}
	case 8:
		if segment, due := s.SegmentToRelease(reader); due {
			return changes(must(s.Release(reader, segment, g.offset(), g.offset(), g.ahead(s, reader))))
		}
	case 9, 10, 11:
		if owned := s.Assigned(reader); len(owned) > 0 {
			segment := pick(g, slices.SortedFunc(maps.Keys(owned), segment.Compare))
			completed := must(s.Complete(reader, segment, g.followers(s, segment)))
			if java && g.JavaCompletes && len(completed) > 0 {
				completed = []readergroup.Update{readergroup.SegmentCompleted{
					Reader: reader, Segment: segment, Range: owned[segment].Range, Successors: g.followers(s, segment)}}
			}
			return changes(completed)
		}
	case 12:
		return changes(s.StartAutomatic(g.name()))
	case 13:
		if g.choose(2) == 0 { // Java's members look less closely
			return changes([]readergroup.Update{readergroup.CreateCheckpoint{Checkpoint: g.name()}})
		}
		return changes(must(s.StartCheckpoint(g.name())))
	case 14, 15, 16:
		if name, pending := s.Checkpoint(reader); pending {
			return changes(must(s.Pass(reader, name, g.some(s.Assigned(reader)))))
		}
	case 17:
		lag := readergroup.UpdateDistanceToTail{Reader: reader, Lag: g.offset() * 10, LastRead: g.ahead(s, reader)}
		if lag.Reader == "" {
			lag.Reader = "stranger"
		}
		return changes([]readergroup.Update{lag})
	case 18:
		switch g.choose(6) {
		case 5:
			return changes(s.ForgetCheckpoints())
		case 0:
			return changes([]readergroup.Update{readergroup.RemoveOutstandingCheckpoints{}})
		case 1:
			return changes([]readergroup.Update{readergroup.UpdateCheckpointPublished{Published: g.choose(2) == 0}})
		case 2:
			return changes([]readergroup.Update{readergroup.UpdatingConfig{Updating: g.choose(2) == 0}})
		case 3:
			if names := s.Compact().Checkpoints.Order; len(names) > 0 {
				return changes([]readergroup.Update{readergroup.ClearCheckpointsBefore{Checkpoint: pick(g, names)}})
			}
		case 4:
			g.scale(pick(g, g.streams))
		}
	case 19:
		switch g.choose(8) {
		case 0:
			return initial(s.Compact()), true
		case 1:
			if u, ok := g.start(); ok {
				return changes([]readergroup.Update{u})
			}
		case 2:
			if u, ok := g.start(); ok {
				u.Config.Generation = s.Config().Generation + int64(g.choose(3))
				return changes(s.Renew(u))
			}
		}
	}
	return readergroup.Record{}, false
}

func initial(u readergroup.Update) readergroup.Record {
	return readergroup.Record{Initial: true, Updates: []readergroup.Update{u}}
}

// changes makes a record of updates, of which there may be none.
func changes(updates []readergroup.Update) (readergroup.Record, bool) {
	if len(updates) == 0 {
		return readergroup.Record{}, false
	}
	return readergroup.RecordOf(updates), true
}

// Mend lets a member of ours mend the state, if it has to be.
func (g *Group) Mend() (readergroup.Record, bool) {
	record, wrong := changes(g.State.Mend())
	g.apply(record)
	return record, wrong
}

func (g *Group) apply(record readergroup.Record) {
	for _, u := range record.Updates {
		if err := g.State.Apply(u); err != nil {
			panic(fmt.Sprintf("%T that the state itself proposed: %v", u, err))
		}
	}
}

// must drops the error that a reader is in the group already, or is not: then
// there are no updates.
func must(updates []readergroup.Update, _ error) []readergroup.Update { return updates }

// reader is one of the group, or "".
func (g *Group) reader(s *readergroup.State) string {
	if readers := s.Readers(); len(readers) > 0 {
		return pick(g, readers)
	}
	return ""
}

// name of a checkpoint: mostly a new one, sometimes silent.
func (g *Group) name() string {
	if g.choose(6) > 0 {
		g.names++
	}
	if g.choose(4) == 0 {
		return fmt.Sprintf("_SILENT_%d", g.names)
	}
	return fmt.Sprintf("checkpoint-%d", g.names)
}

func (g *Group) offset() int64 { return int64(g.choose(10000)) }

// some makes up offsets for some of the segments.
func (g *Group) some(owned map[segment]readergroup.Place) map[segment]int64 {
	offsets := make(map[segment]int64)
	for _, segment := range slices.SortedFunc(maps.Keys(owned), segment.Compare) {
		switch g.choose(4) {
		case 0:
		case 1:
			offsets[segment] = streamcut.Completed
		default:
			offsets[segment] = g.offset()
		}
	}
	return offsets
}

// ahead makes up how far a reader has read.
func (g *Group) ahead(s *readergroup.State, reader string) map[segment]readergroup.Place {
	owned := s.Assigned(reader)
	read := make(map[segment]readergroup.Place)
	for _, segment := range slices.SortedFunc(maps.Keys(owned), segment.Compare) {
		read[segment] = readergroup.Place{Offset: g.offset(), Range: owned[segment].Range}
	}
	return read
}

// followers seals a segment, if it is not sealed, and tells what follows it.
func (g *Group) followers(known *readergroup.State, sealed segment) map[segment]successor {
	if _, ends := known.EndOffset(sealed); ends {
		return nil
	}
	s := g.stream(sealed.Stream)
	for s.followers[sealed] == nil && len(s.active) > 0 {
		g.scale(s)
	}
	return s.followers[sealed]
}

func (g *Group) stream(name naming.Stream) *stream {
	return g.streams[slices.IndexFunc(g.streams, func(s *stream) bool { return s.name == name })]
}

// scale splits a segment, merges some neighbours, or seals the stream.
func (g *Group) scale(s *stream) {
	if len(s.active) == 0 {
		return
	}
	if g.choose(20) == 0 {
		for _, r := range s.active {
			s.followers[r.segment] = map[segment]successor{}
		}
		s.active = nil
		return
	}
	s.epoch++
	from := g.choose(len(s.active))
	n := 1 + g.choose(min(3, len(s.active)-from))
	old := slices.Clone(s.active[from : from+n])
	keys := readergroup.Range{Low: old[0].keys.Low, High: old[n-1].keys.High}
	bounds := []float64{keys.Low, keys.High}
	if n == 1 || g.choose(3) == 0 {
		bounds = []float64{keys.Low, keys.Low + (keys.High-keys.Low)/3, keys.High}
	}
	var fresh []ranged
	for i := range len(bounds) - 1 {
		fresh = append(fresh, ranged{s.add(), readergroup.Range{Low: bounds[i], High: bounds[i+1]}})
	}
	for _, o := range old {
		s.followers[o.segment] = make(map[segment]successor)
	}
	for _, f := range fresh {
		v := successor{Range: f.keys}
		for _, o := range old {
			if o.keys.Low < f.keys.High && f.keys.Low < o.keys.High {
				v.Predecessors = append(v.Predecessors, o.segment.ID)
			}
		}
		for _, o := range old {
			if slices.Contains(v.Predecessors, o.segment.ID) {
				s.followers[o.segment][f.segment] = v
			}
		}
	}
	s.active = slices.Replace(s.active, from, from+n, fresh...)
}

func pick[T any](g *Group, from []T) T { return from[g.choose(len(from))] }
