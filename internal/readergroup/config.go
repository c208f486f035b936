package readergroup

import (
	"fmt"
	"maps"
	"math"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Retention says what the group's progress means for data that its streams no
// longer have to keep.
type Retention int

// The kinds of retention, numbered as on the wire.
const (
	RetainRegardless     Retention = iota // the group's progress means nothing
	ReleaseByHand                         // data before the cuts that the application names may go
	ReleaseAtCheckpoints                  // data before the last completed checkpoint may go
)

// Retentions are the names of the kinds, in their order.
var Retentions = []string{"none", "manual", "checkpoint"}

// String is the name of the kind.
func (r Retention) String() string {
	if r < 0 || int(r) >= len(Retentions) {
		return fmt.Sprintf("retention %d", int(r))
	}
	return Retentions[r]
}

// Config is what a reader group reads, and how its members work together.
type Config struct {
	ID         [16]byte // made by whoever creates the group
	Generation int64    // counts changes of the config; -1 in groups older than 0.9

	// Start has every stream of the group, with the cut where reading starts; the
	// zero Cut is the stream's head.
	Start map[naming.Stream]streamcut.Cut
	// End has the cuts where reading ends. The zero Cut, or none, is the end of a
	// sealed stream.
	End map[naming.Stream]streamcut.Cut

	// RefreshMillis is how often a member looks for changes of the state, in
	// milliseconds; Java's default is 3000.
	RefreshMillis int64
	// CheckpointMillis is the time between automatic checkpoints, in milliseconds.
	// 0 or less: none. Java's default is 30000.
	CheckpointMillis int64
	// MaxOutstandingCheckpoints is how many checkpoints may wait for readers at a
	// time; Java's default is 3.
	MaxOutstandingCheckpoints int32
	Retention                 Retention
}

// RefreshInterval is RefreshMillis as a duration, and no less than what is sensible:
// Java's clients let groups be created with 0.
func (c Config) RefreshInterval() time.Duration { return max(millis(c.RefreshMillis), leastRefresh) }

const leastRefresh = 10 * time.Millisecond

// CheckpointInterval is CheckpointMillis as a duration; 0 means that there are
// no automatic checkpoints.
func (c Config) CheckpointInterval() time.Duration { return millis(c.CheckpointMillis) }

func millis(ms int64) time.Duration {
	return time.Duration(min(max(ms, 0), math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

// Same reports whether two configs ask for the same group. The id and the
// generation do not count.
func (c Config) Same(o Config) bool {
	return c.RefreshMillis == o.RefreshMillis && c.CheckpointMillis == o.CheckpointMillis &&
		c.MaxOutstandingCheckpoints == o.MaxOutstandingCheckpoints && c.Retention == o.Retention &&
		maps.EqualFunc(c.Start, o.Start, streamcut.Cut.Equal) && maps.EqualFunc(c.End, o.End, streamcut.Cut.Equal)
}

// Encode makes the bytes in which the config is part of the group's state. The
// error is fault.InvalidArgument.
func (c Config) Encode() ([]byte, error) {
	w := versioned.NewWriter("reader group config")
	c.write(w)
	return w.Finish()
}

// DecodeConfig reads what [Config.Encode] and Java write. The error is
// fault.Protocol.
func DecodeConfig(data []byte) (Config, error) {
	r := versioned.NewReader("reader group config", data)
	c := readConfig(r)
	if err := r.Err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

func (c Config) write(w *versioned.Writer) {
	cuts := func(m map[naming.Stream]streamcut.Cut) {
		versioned.WriteMap(w, m, streamcut.CompareStreams,
			func(s naming.Stream) { streamcut.WriteStream(w, s) },
			func(cut streamcut.Cut) { streamcut.WriteCut(w, cut) })
	}
	basics := func() {
		w.Int64(c.CheckpointMillis)
		w.Int64(c.RefreshMillis)
		cuts(c.Start)
		cuts(c.End)
	}
	w.Single(0, basics, func() {
		basics() // the second revision repeats the first
		w.Int32(c.MaxOutstandingCheckpoints)
	}, func() {
		w.CompactInt(int(c.Retention))
		w.Int64(c.Generation)
		w.UUID(c.ID)
	})
}

func readConfig(r *versioned.Reader) Config {
	// What older writers did not say is what it was then.
	c := Config{MaxOutstandingCheckpoints: 3, Generation: -1}
	cuts := func() map[naming.Stream]streamcut.Cut {
		return versioned.ReadMap(r,
			func() naming.Stream { return streamcut.ReadStream(r) },
			func() streamcut.Cut { return streamcut.ReadCut(r) })
	}
	basics := func() {
		c.CheckpointMillis = r.Int64()
		c.RefreshMillis = r.Int64()
		c.Start = cuts()
		c.End = cuts()
	}
	r.Single([]func(){basics, func() {
		basics()
		c.MaxOutstandingCheckpoints = r.Int32()
	}, func() {
		c.Retention = Retention(r.CompactInt())
		if c.Retention > ReleaseAtCheckpoints {
			r.Fail("retention type %d is unknown", c.Retention)
		}
		c.Generation = r.Int64()
		c.ID = r.UUID()
	}})
	return c
}

// NewInit makes the first record of a group, or the one that resets it to a new
// config. heads holds the first offset in each segment at the head of every
// stream whose start is unbounded. The error is fault.InvalidArgument if that
// leaves a stream without segments.
func NewInit(c Config, heads map[naming.Stream]map[naming.SegmentID]int64) (Init, error) {
	u := Init{Config: c, Segments: make(map[Segment]Place), End: make(map[Segment]int64)}
	for stream, cut := range c.Start {
		if cut.Unbounded() {
			cut = streamcut.Cut{Stream: stream, Offsets: heads[stream]}
		}
		if cut.Stream != stream || len(cut.Offsets) == 0 {
			return Init{}, fault.New(fault.InvalidArgument, "start reader group", stream.String(),
				"the cut %s has no segments of this stream", cut)
		}
		for s, offset := range cut.Segments() {
			u.Segments[s] = Place{Offset: offset}
		}
	}
	for _, cut := range c.End {
		for s, offset := range cut.Segments() {
			if offset == streamcut.Completed {
				offset = math.MaxInt64
			}
			u.End[s] = offset
		}
	}
	if len(u.Segments) == 0 {
		return Init{}, fault.New(fault.InvalidArgument, "start reader group", "", "the group has no streams")
	}
	return u, nil
}
