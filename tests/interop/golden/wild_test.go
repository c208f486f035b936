package golden

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// wild makes up records of updates of every kind in any order, half of which make
// sense where they stand.
type wild struct {
	*rand.Rand
	state       readergroup.State
	readers     []string
	checkpoints []string
	segments    []readergroup.Segment
	// alike: all updates tell the same range of a segment.
	alike bool
	// calm: more checkpoints are begun than forgotten.
	calm bool
}

func newWild(random *rand.Rand) *wild {
	w := &wild{Rand: random, readers: []string{"", "r1", "r2", "r3", "é😀", "r\x00"}, alike: random.IntN(2) == 0, calm: random.IntN(2) == 0}
	w.checkpoints = w.names(1 + random.IntN(120))
	for n := range int32(20) {
		w.segments = append(w.segments, readergroup.Segment{
			Stream: naming.Stream{Scope: "scope", Name: fmt.Sprint("stream-", n%2)},
			ID:     naming.NewSegmentID(n/4, n/2%2),
		})
	}
	return w
}

// names of checkpoints. In every third life those collide while Java's table of them is
// small. No more than eight ever do in one of 64 buckets: the order of trees is Java's
// own.
func (w *wild) names(n int) (names []string) {
	small := uint32(1)
	if w.IntN(3) == 0 {
		small = 16
	}
	bucket := make(map[uint32]int)
	for len(names) < n {
		name := w.name()
		h := uint32(versioned.HashCode(name))
		h ^= h >> 16
		if h%small == 0 && !slices.Contains(names, name) && bucket[h%64] < 8 {
			bucket[h%64]++
			names = append(names, name)
		} else if small > 1 && bucket[0]+bucket[16]+bucket[32]+bucket[48] == 32 {
			break
		}
	}
	return names
}

// name of a checkpoint: of any characters, or one of a few whose hash codes collide.
func (w *wild) name() string {
	name := ""
	if w.IntN(3) == 0 {
		name = "_SILENT_"
	}
	if w.IntN(2) == 0 {
		for range 3 {
			name += [2]string{"Aa", "BB"}[w.IntN(2)]
		}
		return name
	}
	for range w.IntN(12) {
		name += [4]string{string(rune(w.IntN(128))), string(rune(w.IntN(0xd800))), string(rune(0x10000 + w.IntN(0x100000))), "\xed\xa0\xbd"}[w.IntN(4)]
	}
	return name
}

// record makes up the next one. The first starts a group, and the one behind a
// refused one the same state again.
func (w *wild) record() readergroup.Record {
	if !w.state.Started() {
		return readergroup.Record{Initial: true, Updates: []readergroup.Update{w.init()}}
	}
	if w.IntN(15) == 0 && !w.calm || w.IntN(100) == 0 {
		return readergroup.Record{Initial: true, Updates: []readergroup.Update{w.whole()}}
	}
	var r readergroup.Record
	for range 1 + w.IntN(3) {
		r.Updates = append(r.Updates, w.update())
	}
	return r
}

// apply applies a record up to the first update that is refused. What Java then has
// is free, so the group begins anew.
func (w *wild) apply(t *testing.T, event []byte) error {
	r, err := readergroup.DecodeRecord(event)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range r.Updates {
		if err := w.state.Apply(u); err != nil {
			w.state = readergroup.State{}
			return err
		}
	}
	return nil
}

func (w *wild) update() readergroup.Update {
	reader, segment, checkpoint := pick(w, w.readers), pick(w, w.segments), pick(w, w.checkpoints)
	sense := w.IntN(10) > 0 || w.calm && w.IntN(20) > 0
	if online := w.state.Readers(); sense && len(online) > 0 {
		reader = pick(w, online)
	}
	owned := slices.SortedFunc(maps.Keys(w.state.Assigned(reader)), readergroup.Segment.Compare)
	kind := w.IntN(24)
	if calm := []int{0, 3, 17, 19}; w.calm && slices.Contains(calm, kind) && w.IntN(8) > 0 {
		kind = 20
	}
	switch kind {
	case 0:
		if w.IntN(3) == 0 {
			return w.init()
		}
		return readergroup.CreateCheckpoint{Checkpoint: checkpoint}
	case 1, 2:
		if fresh := pick(w, w.readers); !sense || !w.state.Online(fresh) {
			return readergroup.AddReader{Reader: fresh}
		}
	case 3:
		return readergroup.RemoveReader{Reader: reader, Offsets: w.offsets()}
	case 4:
		if sense && len(owned) > 0 {
			segment = pick(w, owned)
		} else if sense {
			break
		}
		return readergroup.ReleaseSegment{Reader: reader, Segment: segment, Offset: w.number()}
	case 5, 6, 7, 8:
		free := slices.SortedFunc(maps.Keys(w.state.Unassigned()), readergroup.Segment.Compare)
		free = slices.DeleteFunc(free, func(s readergroup.Segment) bool { return !w.alike && w.assigned(s) })
		if sense && (len(free) == 0 || !w.state.Online(reader)) {
			break
		} else if sense || !w.alike && len(free) > 0 {
			segment = pick(w, free)
		}
		return readergroup.AcquireSegment{Reader: reader, Segment: segment}
	case 9, 10:
		return readergroup.UpdateDistanceToTail{Reader: reader, Lag: w.number(), LastRead: w.places()}
	case 11, 12, 13:
		if sense && len(owned) == 0 {
			break
		} else if sense {
			segment = pick(w, owned)
		}
		return readergroup.SegmentCompleted{Reader: reader, Segment: segment, Range: w.keys(segment), Successors: w.successors(segment)}
	case 14, 15, 16:
		if pending := w.state.Compact().Checkpoints.Waiting; sense && len(pending) > 0 {
			next := pick(w, pending)
			checkpoint, reader = next.Checkpoint, pick(w, next.Readers)
		} else if sense {
			break
		}
		return readergroup.CheckpointReader{Checkpoint: checkpoint, Reader: reader, Offsets: w.offsets()}
	case 17:
		return readergroup.ClearCheckpointsBefore{Checkpoint: checkpoint}
	case 18:
		return readergroup.UpdateCheckpointPublished{Published: w.IntN(2) == 0}
	case 19:
		if w.IntN(5) == 0 {
			return readergroup.RemoveOutstandingCheckpoints{}
		}
	}
	if w.IntN(20) == 0 {
		return readergroup.UpdatingConfig{Updating: w.IntN(2) == 0}
	}
	return readergroup.CreateCheckpoint{Checkpoint: checkpoint}
}

func (w *wild) init() readergroup.Init {
	u := readergroup.Init{
		Config: readergroup.Config{
			ID:                        [16]byte{byte(w.IntN(256)), 15: byte(w.IntN(256))},
			Generation:                w.number(),
			Start:                     map[naming.Stream]streamcut.Cut{{Scope: "scope", Name: "stream-0"}: {}, {Scope: "scope", Name: "stream-1"}: {}},
			RefreshMillis:             w.number(),
			CheckpointMillis:          w.number(),
			MaxOutstandingCheckpoints: 1 + w.Int32N(math.MaxInt32),
			Retention:                 readergroup.Retention(w.IntN(3)),
		},
		Segments:       w.places(),
		End:            w.offsets(),
		UpdatingConfig: w.IntN(2) == 0,
	}
	if len(u.Segments) == 0 { // Java refuses it
		u.Segments[w.segments[0]] = readergroup.Place{}
	}
	return u
}

// whole makes a record of the whole state, with what has no order in any order.
func (w *wild) whole() readergroup.Compact {
	u := w.state.Compact()
	waiting := u.Checkpoints.Waiting
	w.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
	return u
}

func (w *wild) assigned(s readergroup.Segment) bool {
	return slices.ContainsFunc(w.state.Readers(), func(reader string) bool { return w.state.Owns(reader, s) })
}

// number makes up a small one, or one of those at the edges.
func (w *wild) number() int64 {
	switch w.IntN(8) {
	case 0:
		return w.Int64()
	case 1:
		return -w.Int64()
	case 2:
		return [...]int64{-1, 0, math.MaxInt64, math.MinInt64, 30_000, 29_999}[w.IntN(6)]
	}
	return w.Int64N(100_000)
}

func (w *wild) offsets() map[readergroup.Segment]int64 {
	offsets := make(map[readergroup.Segment]int64)
	for _, s := range w.segments {
		if w.IntN(4) == 0 {
			offsets[s] = w.number()
		}
	}
	return offsets
}

func (w *wild) places() map[readergroup.Segment]readergroup.Place {
	places := make(map[readergroup.Segment]readergroup.Place)
	for s, offset := range w.offsets() {
		places[s] = readergroup.Place{Offset: offset, Range: w.keys(s)}
	}
	return places
}

func (w *wild) keys(s readergroup.Segment) readergroup.Range {
	n := int(s.ID.Number())
	if !w.alike {
		n = w.IntN(5)
	}
	return [...]readergroup.Range{{}, {Low: 0, High: 1}, {Low: 0, High: 0.1}, {Low: 0.1, High: 1. / 3}, {Low: 1. / 3, High: 1}}[n]
}

// successors makes up some of any stream, after the segment itself or others.
func (w *wild) successors(of readergroup.Segment) map[readergroup.Segment]readergroup.Successor {
	successors := make(map[readergroup.Segment]readergroup.Successor)
	for range w.IntN(4) {
		s := pick(w, w.segments)
		v := readergroup.Successor{Range: w.keys(s)}
		for range w.IntN(3) {
			v.Predecessors = append(v.Predecessors, pick(w, w.segments).ID)
		}
		if w.IntN(2) == 0 {
			v.Predecessors = append(v.Predecessors, of.ID)
		}
		successors[s] = v
	}
	return successors
}

func pick[T any](w *wild, from []T) T { return from[w.IntN(len(from))] }
