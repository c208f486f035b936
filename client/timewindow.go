package client

import "math"

// TimeWindow bounds the event times of what a reader's group reads of a stream now,
// in the unit of those who noted them with Writer.NoteTime.
type TimeWindow struct {
	// Lower: what is read from now on has at least this time. NoLowerBound near the
	// head of the stream, and if nobody noted times.
	Lower int64
	// Upper: what was read so far has at most this time. NoUpperBound near the tail of
	// the stream, that is once the group is behind the servers' last mark in any
	// segment; the official Java readers go on telling that mark's time until the group
	// is behind it in all segments.
	Upper int64
}

// The bounds of a TimeWindow that are not known.
const (
	NoLowerBound = math.MinInt64
	NoUpperBound = math.MaxInt64
)
