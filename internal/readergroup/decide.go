package readergroup

import (
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"time"
)

const (
	// leastLag is the lag in milliseconds that every reader is taken to have.
	leastLag = 30_000
	// unknownLag is that of a reader which has not told any.
	unknownLag = math.MaxInt64
	// step is the unit of the intervals that depend on a reader's rank.
	step = time.Second
)

// How long a member waits, besides what depends on its rank.
const (
	// FirstDecision is the wait of a new member before it looks whether to release
	// a segment, to start a checkpoint, or to tell its lag.
	FirstDecision = time.Second
	// DecisionPause keeps a member from deciding again on acquiring and releasing
	// while a decision is being written; what was written sets new intervals.
	DecisionPause = 30 * time.Second
	// ConfigPoll is how often members ask the controller for a newer configuration
	// while the state says that there may be one: at first; Java's do so always.
	ConfigPoll = 10 * time.Second
)

// Compaction: a member that sees more than CompactAfter bytes since the last
// compacted state writes one with CompactProbability, whenever it looks for
// changes.
const (
	CompactAfter       = 512 << 10
	CompactProbability = 0.05
)

// Sizes is how much each reader has to do, as segments times lag, where 1 is one
// segment of the reader that lags most.
func (s *State) Sizes() map[string]float64 {
	most := int64(math.MinInt64)
	for reader, lag := range s.lag {
		if len(s.assigned[reader]) > 0 {
			most = max(most, leastLag, lag)
		}
	}
	sizes := make(map[string]float64, len(s.assigned))
	for reader, owned := range s.assigned {
		if len(owned) > 0 {
			// The product wraps around for an unknown lag, in Java too.
			sizes[reader] = float64(int64(len(owned))*max(leastLag, s.lag[reader])) / float64(most)
		} else {
			sizes[reader] = 0
		}
	}
	return sizes
}

// Rank of a reader by what it has to do: 0 has most. Readers with equal sizes
// are ranked by name. -1 if it is not in the group.
func (s *State) Rank(reader string) int {
	sizes := s.Sizes()
	own, online := sizes[reader]
	if !online {
		return -1
	}
	rank := 0
	for other, size := range sizes {
		if size > own || (size == own && other < reader) {
			rank++
		}
	}
	return rank
}

// AcquireInterval is the wait of a reader before it looks again for segments to
// acquire: the one with least to do looks first.
func (s *State) AcquireInterval(reader string) time.Duration {
	return step * time.Duration(len(s.assigned)-s.Rank(reader))
}

// ReleaseInterval is the wait of a reader before it looks again for a segment to
// release: the one with most to do looks first.
func (s *State) ReleaseInterval(reader string) time.Duration {
	return step * time.Duration(1+s.Rank(reader))
}

// LagInterval is the wait of a reader before it tells its lag again.
func (s *State) LagInterval() time.Duration { return step * time.Duration(1+len(s.assigned)) }

// LagToTell is what a reader should write as its lag, in milliseconds: that of the
// other reader that lags most. Then a segment of this reader counts as much as
// anyone's, and segments are spread by their number. Java's readers do not tell
// their lag either, but the time of day less a segment's id, some 1.8e12; beside
// them, one that told the truth would seem to have nothing to do, and would be
// given nearly all segments.
func (s *State) LagToTell(reader string) int64 {
	most := int64(leastLag)
	for other := range s.assigned {
		if lag := s.lag[other]; other != reader && lag != unknownLag {
			most = max(most, lag)
		}
	}
	return most
}

// SegmentsToAcquire is what a reader should acquire now: none while a checkpoint
// waits for it, else its fair share of what is free and at least one.
func (s *State) SegmentsToAcquire(reader string) []Segment {
	if _, pending := s.Checkpoint(reader); pending || !s.Online(reader) || len(s.unassigned) == 0 {
		return nil
	}
	free, readers := len(s.unassigned), len(s.assigned)
	equal := free / readers
	share := int(math.Floor(float64(float32(s.Segments())/float32(readers)) + 0.5))
	fair := min(free, share-len(s.assigned[reader]))
	segments := slices.SortedFunc(maps.Keys(s.unassigned), Segment.Compare)
	return segments[:max(equal, fair, 1)]
}

// SegmentToRelease is what a reader should give away now: ok is false while a
// checkpoint waits for it, or if it does not own more than a segment more than
// the reader with least to do. Segments are released only right after a
// checkpoint, when the application has noted where it stands.
func (s *State) SegmentToRelease(reader string) (segment Segment, ok bool) {
	if !s.mayRelease(reader) {
		return Segment{}, false
	}
	// Any will do. Different readers should not all give away the same one in
	// turn, so the choice depends on the reader.
	weight := func(segment Segment) uint64 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(reader + "/" + segment.String()))
		return h.Sum64()
	}
	var most uint64
	for candidate := range s.assigned[reader] {
		if w := weight(candidate); !ok || w > most || (w == most && candidate.Compare(segment) < 0) {
			segment, most, ok = candidate, w, true
		}
	}
	return segment, ok
}

func (s *State) mayRelease(reader string) bool {
	if _, pending := s.Checkpoint(reader); pending || len(s.assigned[reader]) <= 1 {
		return false
	}
	sizes := s.Sizes()
	least := math.Inf(1)
	for _, size := range sizes {
		least = min(least, size)
	}
	return sizes[reader] > least+float64(max(1, len(s.unassigned)))
}

// AtEnd reports whether nothing is left to read for the group in a segment from
// this offset: it can be completed as soon as it is acquired.
func (s *State) AtEnd(segment Segment, offset int64) bool {
	end, ends := s.end[segment]
	return offset < 0 || (ends && offset == end && end != math.MaxInt64)
}

// AutomaticCheckpointDue reports whether a member that last saw or started a
// checkpoint this long ago should start one.
func (s *State) AutomaticCheckpointDue(since time.Duration) bool {
	interval := s.config.CheckpointInterval()
	return interval > 0 && since >= interval && !s.OngoingCheckpoint()
}
