package readergroup

import (
	"strings"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// encoder writes one update.
type encoder struct{ *versioned.Writer }

// revisions writes the version and the revisions of an update of this kind. All
// kinds are at version 0.
func (w *encoder) revisions(u Update, revisions ...func()) { w.Multi(u.kind(), 0, revisions...) }

func (w *encoder) segment(s Segment) { streamcut.WriteSegment(w.Writer, s) }
func (w *encoder) keys(v Range)      { streamcut.WriteRange(w.Writer, v) }

func (w *encoder) offsets(m map[Segment]int64) {
	versioned.WriteMap(w.Writer, m, Segment.Compare, w.segment, w.Int64)
}

// places writes offsets without ranges.
func (w *encoder) places(m map[Segment]Place) {
	versioned.WriteMap(w.Writer, m, Segment.Compare, w.segment, func(p Place) { w.Int64(p.Offset) })
}

// placesWithRanges writes each range between its segment and the offset.
func (w *encoder) placesWithRanges(m map[Segment]Place) {
	versioned.WriteMap(w.Writer, m, Segment.Compare, w.segment, func(p Place) {
		w.keys(p.Range)
		w.Int64(p.Offset)
	})
}

func (w *encoder) ranges(m map[Segment]Range) {
	versioned.WriteMap(w.Writer, m, Segment.Compare, w.segment, w.keys)
}

// successors writes predecessors without ranges.
func (w *encoder) successors(m map[Segment]Successor) {
	versioned.WriteMap(w.Writer, m, Segment.Compare, w.segment, func(s Successor) {
		versioned.WriteList(w.Writer, s.Predecessors, func(id naming.SegmentID) { w.Int64(int64(id)) })
	})
}

func (u Init) encode(w *encoder) {
	w.revisions(u, func() {
		w.Blob(func() { u.Config.write(w.Writer) })
		w.places(u.Segments)
		w.offsets(u.End)
	}, func() {
		w.placesWithRanges(u.Segments)
	}, func() {
		w.Bool(u.UpdatingConfig)
	})
}

func (u Compact) encode(w *encoder) {
	w.revisions(u, func() {
		w.Blob(func() { u.Config.write(w.Writer) })
		w.Blob(func() { u.Checkpoints.write(w) })
		versioned.WriteMap(w.Writer, u.Lag, strings.Compare, w.UTF, w.Int64)
		w.successors(u.Future)
		versioned.WriteMap(w.Writer, u.Assigned, strings.Compare, w.UTF, w.places)
		w.places(u.Unassigned)
		w.offsets(u.End)
	}, func() {
		w.places(u.LastRead)
		ranges := make(map[Segment]Range)
		for s, v := range u.Future {
			ranges[s] = v.Range
		}
		for _, owned := range u.Assigned {
			addRanges(ranges, owned)
		}
		addRanges(ranges, u.Unassigned)
		addRanges(ranges, u.LastRead)
		w.ranges(ranges)
	}, func() {
		w.Bool(u.UpdatingConfig)
	})
}

func addRanges(ranges map[Segment]Range, places map[Segment]Place) {
	for s, p := range places {
		ranges[s] = p.Range
	}
}

func (u AddReader) encode(w *encoder) { w.revisions(u, func() { w.UTF(u.Reader) }) }

func (u RemoveReader) encode(w *encoder) {
	w.revisions(u, func() {
		w.UTF(u.Reader)
		w.offsets(u.Offsets)
	})
}

func (u ReleaseSegment) encode(w *encoder) {
	w.revisions(u, func() {
		w.UTF(u.Reader)
		w.segment(u.Segment)
		w.Int64(u.Offset)
	})
}

func (u AcquireSegment) encode(w *encoder) {
	w.revisions(u, func() {
		w.UTF(u.Reader)
		w.segment(u.Segment)
	})
}

func (u UpdateDistanceToTail) encode(w *encoder) {
	w.revisions(u, func() {
		w.UTF(u.Reader)
		w.Int64(u.Lag)
	}, func() {
		w.placesWithRanges(u.LastRead)
	})
}

func (u SegmentCompleted) encode(w *encoder) {
	w.revisions(u, func() {
		w.UTF(u.Reader)
		w.segment(u.Segment)
		w.successors(u.Successors)
	}, func() {
		ranges := map[Segment]Range{u.Segment: u.Range}
		for s, v := range u.Successors {
			ranges[s] = v.Range
		}
		w.ranges(ranges)
	})
}

func (u CheckpointReader) encode(w *encoder) {
	w.revisions(u, func() {
		w.UTF(u.Checkpoint)
		w.UTF(u.Reader)
		w.offsets(u.Offsets)
	})
}

func (u CreateCheckpoint) encode(w *encoder) { w.revisions(u, func() { w.UTF(u.Checkpoint) }) }

func (u ClearCheckpointsBefore) encode(w *encoder) { w.revisions(u, func() { w.UTF(u.Checkpoint) }) }

func (u UpdateCheckpointPublished) encode(w *encoder) { w.revisions(u, func() { w.Bool(u.Published) }) }

func (u UpdatingConfig) encode(w *encoder) { w.revisions(u, func() { w.Bool(u.Updating) }) }

func (u RemoveOutstandingCheckpoints) encode(w *encoder) { w.revisions(u, func() {}) }

func (c Checkpoints) write(w *encoder) {
	names := func(list []string) { versioned.WriteList(w.Writer, list, w.UTF) }
	w.Single(0, func() {
		names(c.Order)
		versioned.WriteList(w.Writer, c.Waiting, func(v Waiting) {
			w.UTF(v.Checkpoint)
			names(v.Readers)
		})
		versioned.WriteMap(w.Writer, c.Offsets, strings.Compare, w.UTF, w.offsets)
		w.offsets(c.Last)
	}, func() {
		w.Bool(c.Published)
	})
}
