package client

import (
	"slices"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// Checkpoint is where all readers of a group stood when they passed one point.
// Immutable.
type Checkpoint struct{ checkpoint streamcut.Checkpoint }

// NewCheckpoint puts a checkpoint together from its name and cuts, one for a
// stream. Errors: InvalidArgument.
func NewCheckpoint(name string, cuts ...StreamCut) (Checkpoint, error) {
	c := streamcut.Checkpoint{Name: name, Cuts: make(map[naming.Stream]streamcut.Cut)}
	for _, cut := range cuts {
		if _, twice := c.Cuts[cut.cut.Stream]; twice || cut.Unbounded() {
			return Checkpoint{}, fault.New(fault.InvalidArgument, "make checkpoint", name, "cut %s is unbounded, or the second one of its stream", cut.cut)
		}
		c.Cuts[cut.cut.Stream] = cut.cut
	}
	return Checkpoint{c}, nil
}

// Name is what its initiator called it.
func (c Checkpoint) Name() string { return c.checkpoint.Name }

// Cuts are the positions in the group's streams, sorted by stream. A stream that
// had been read to its end is not among them.
func (c Checkpoint) Cuts() []StreamCut { return sortedCuts(c.checkpoint.Cuts) }

// Streams are the streams of Cuts, each from its cut on: for a group that starts
// where this one stood.
func (c Checkpoint) Streams() []GroupStream {
	var streams []GroupStream
	for _, cut := range c.Cuts() {
		streams = append(streams, GroupStream{Scope: cut.Scope(), Stream: cut.Stream(), From: cut})
	}
	return streams
}

// MarshalBinary makes the bytes that UnmarshalBinary and Java's
// Checkpoint.fromBytes read.
func (c Checkpoint) MarshalBinary() ([]byte, error) { return c.checkpoint.Encode() }

// UnmarshalBinary reads what MarshalBinary and Java's Checkpoint.toBytes write.
// Errors: InvalidArgument.
func (c *Checkpoint) UnmarshalBinary(data []byte) (err error) {
	c.checkpoint, err = streamcut.DecodeCheckpoint(data)
	return err
}

// sortedCuts are cuts sorted by stream.
func sortedCuts(cuts map[naming.Stream]streamcut.Cut) []StreamCut {
	var sorted []StreamCut
	for _, cut := range cuts {
		sorted = append(sorted, StreamCut{cut})
	}
	slices.SortFunc(sorted, func(a, b StreamCut) int { return streamcut.CompareStreams(a.cut.Stream, b.cut.Stream) })
	return sorted
}
