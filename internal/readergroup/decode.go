package readergroup

import (
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// decoder reads one update.
type decoder struct{ *versioned.Reader }

func (r *decoder) segment() Segment { return streamcut.ReadSegment(r.Reader) }
func (r *decoder) keys() Range      { return streamcut.ReadRange(r.Reader) }
func (r *decoder) place() Place     { return Place{Offset: r.Int64()} }

func (r *decoder) offsets() map[Segment]int64 {
	return versioned.ReadMap(r.Reader, r.segment, r.Int64)
}

func (r *decoder) places() map[Segment]Place {
	return versioned.ReadMap(r.Reader, r.segment, r.place)
}

func (r *decoder) placesWithRanges() map[Segment]Place {
	return versioned.ReadMap(r.Reader, r.segment, func() Place {
		keys := r.keys()
		return Place{Range: keys, Offset: r.Int64()}
	})
}

func (r *decoder) ranges() map[Segment]Range {
	return versioned.ReadMap(r.Reader, r.segment, r.keys)
}

func (r *decoder) successors() map[Segment]Successor {
	id := func() naming.SegmentID { return naming.SegmentID(r.Int64()) }
	return versioned.ReadMap(r.Reader, r.segment, func() Successor {
		return Successor{Predecessors: versioned.ReadList(r.Reader, id)}
	})
}

// update reads one update of any kind.
func (r *decoder) update() Update {
	switch kind := r.Kind(); kind {
	case kindInit:
		return r.init()
	case kindCompact:
		return r.compact()
	case kindAddReader:
		var u AddReader
		r.Contents([]func(){func() { u.Reader = r.UTF() }})
		return u
	case kindRemoveReader:
		var u RemoveReader
		r.Contents([]func(){func() { u = RemoveReader{r.UTF(), r.offsets()} }})
		return u
	case kindReleaseSegment:
		var u ReleaseSegment
		r.Contents([]func(){func() { u = ReleaseSegment{r.UTF(), r.segment(), r.Int64()} }})
		return u
	case kindAcquireSegment:
		var u AcquireSegment
		r.Contents([]func(){func() { u = AcquireSegment{r.UTF(), r.segment()} }})
		return u
	case kindUpdateDistanceToTail:
		var u UpdateDistanceToTail
		r.Contents([]func(){
			func() { u.Reader, u.Lag = r.UTF(), r.Int64() },
			func() { u.LastRead = r.placesWithRanges() },
		})
		return u
	case kindSegmentCompleted:
		return r.segmentCompleted()
	case kindCheckpointReader:
		var u CheckpointReader
		r.Contents([]func(){func() { u = CheckpointReader{r.UTF(), r.UTF(), r.offsets()} }})
		return u
	case kindCreateCheckpoint:
		var u CreateCheckpoint
		r.Contents([]func(){func() { u.Checkpoint = r.UTF() }})
		return u
	case kindClearCheckpointsBefore:
		var u ClearCheckpointsBefore
		r.Contents([]func(){func() { u.Checkpoint = r.UTF() }})
		return u
	case kindUpdateCheckpointPublished:
		var u UpdateCheckpointPublished
		r.Contents([]func(){func() { u.Published = r.Bool() }})
		return u
	case kindUpdatingConfig:
		var u UpdatingConfig
		r.Contents([]func(){func() { u.Updating = r.Bool() }})
		return u
	case kindRemoveOutstandingCheckpoints:
		r.Contents([]func(){func() {}})
		return RemoveOutstandingCheckpoints{}
	default:
		r.Fail("update of type %d is unknown", kind)
		return nil
	}
}

func (r *decoder) init() Init {
	var u Init
	r.Contents([]func(){func() {
		r.Blob(func() { u.Config = readConfig(r.Reader) })
		u.Segments = r.places()
		u.End = r.offsets()
	}, func() {
		u.Segments = r.placesWithRanges()
	}, func() {
		u.UpdatingConfig = r.Bool()
	}})
	return u
}

func (r *decoder) compact() Compact {
	var u Compact
	r.Contents([]func(){func() {
		r.Blob(func() { u.Config = readConfig(r.Reader) })
		r.Blob(func() { u.Checkpoints = r.checkpoints() })
		u.Lag = versioned.ReadMap(r.Reader, r.UTF, r.Int64)
		u.Future = r.successors()
		u.Assigned = versioned.ReadMap(r.Reader, r.UTF, r.places)
		u.Unassigned = r.places()
		u.End = r.offsets()
	}, func() {
		u.LastRead = r.places()
		ranges := r.ranges()
		for s, v := range u.Future {
			u.Future[s] = Successor{ranges[s], v.Predecessors}
		}
		for _, owned := range u.Assigned {
			setRanges(owned, ranges)
		}
		setRanges(u.Unassigned, ranges)
		setRanges(u.LastRead, ranges)
	}, func() {
		u.UpdatingConfig = r.Bool()
	}})
	return u
}

func setRanges(places map[Segment]Place, ranges map[Segment]Range) {
	for s, p := range places {
		places[s] = Place{Offset: p.Offset, Range: ranges[s]}
	}
}

func (r *decoder) segmentCompleted() SegmentCompleted {
	var u SegmentCompleted
	r.Contents([]func(){func() {
		u = SegmentCompleted{Reader: r.UTF(), Segment: r.segment(), Successors: r.successors()}
	}, func() {
		ranges := r.ranges()
		u.Range = ranges[u.Segment]
		for s, v := range u.Successors {
			u.Successors[s] = Successor{ranges[s], v.Predecessors}
		}
	}})
	return u
}

func (r *decoder) checkpoints() Checkpoints {
	var c Checkpoints // one of older writers does not tell Published: false, as in Java
	names := func() []string { return versioned.ReadList(r.Reader, r.UTF) }
	r.Single([]func(){func() {
		c.Order = names()
		c.Waiting = versioned.ReadList(r.Reader, func() Waiting { return Waiting{r.UTF(), names()} })
		c.Offsets = versioned.ReadMap(r.Reader, r.UTF, r.offsets)
		c.Last = r.offsets()
	}, func() {
		c.Published = r.Bool()
	}})
	return c
}
