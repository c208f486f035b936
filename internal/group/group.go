// Package group is a reader group at the servers: its creation and configuration, the record
// of its state, resets, checkpoints, and how it is watched.
package group

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// Group is the engine of client.ReaderGroup, whose documentation holds for what has the same
// name here. Safe for concurrent use; it holds nothing that must be closed.
type Group struct {
	Cluster *cluster.Cluster
	Scope   string
	Name    string
	Segment string // of the group's state

	AttemptLimit time.Duration // see the constant

	Begun sync.Map // names of checkpoints that were started here and whose result nobody has had
}

// AttemptLimit is how long one attempt at a piece of group work may take, so that the
// others see signs of life, and a reader sees theirs, while servers are away.
const AttemptLimit = 10 * time.Second

// Open finds a reader group, whoever created it.
func Open(ctx context.Context, c *cluster.Cluster, scope, name string) (*Group, error) {
	ctx, cancel := c.Limit(ctx)
	defer cancel()
	g, err := find(ctx, c, scope, name)
	if err != nil {
		return nil, err
	}
	_, end, err := segment.NewLog(c.Stores, g.Segment).Bounds(ctx)
	if err != nil {
		return nil, fault.During("open reader group", g.String(), g.Deleted(err))
	}
	if end == 0 {
		return nil, g.stateless()
	}
	return g, nil
}

// find looks for a group that the controllers know, with or without state.
func find(ctx context.Context, c *cluster.Cluster, scope, name string) (*Group, error) {
	const op = "open reader group"
	if err := naming.Check(op, "reader group", name); err != nil {
		return nil, err
	}
	stream := naming.ReaderGroupStream(scope, name)
	segments, err := c.Controller.CurrentSegments(ctx, stream)
	if errors.Is(err, fault.NoSuchStream) || err == nil && len(segments) != 1 {
		return nil, c.Absent(ctx, fault.New(fault.NoSuchReaderGroup, op, scope+"/"+name, ""))
	}
	if err != nil {
		return nil, fault.During(op, scope+"/"+name, err)
	}
	return &Group{Cluster: c, Scope: scope, Name: name, Segment: naming.SegmentName(stream, segments[0].Segment), AttemptLimit: AttemptLimit}, nil
}

// stateless is the error of a group whose creation was not finished.
func (g *Group) stateless() error {
	return fault.New(fault.NoSuchReaderGroup, "open reader group", g.String(),
		"its creation was not finished, and it has no state: create it again with the same configuration, which completes it, or delete it")
}

// String is "scope/name".
func (g *Group) String() string { return g.Scope + "/" + g.Name }

// Replica opens the group's state. The witness sees each update, unless it is nil.
func (g *Group) Replica(witness func(readergroup.Update)) (*readergroup.State, *synchronizer.Synchronizer) {
	state := new(readergroup.State)
	return state, synchronizer.New(segment.NewLog(g.Cluster.Stores, g.Segment), &Replica{State: state, Witness: witness})
}

// Read opens the group's state, which must be there, and reads it.
func (g *Group) Read(ctx context.Context) (*readergroup.State, *synchronizer.Synchronizer, error) {
	state, log := g.Replica(nil)
	return state, log, g.Fetch(ctx, state, log)
}

// Fetch reads the group's state, which must be there.
func (g *Group) Fetch(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer) error {
	if err := log.Fetch(ctx); err != nil {
		return g.Deleted(err)
	}
	if !state.Started() {
		return g.stateless()
	}
	return nil
}

// Write adds what propose makes of a state that was read to the group's log.
func (g *Group) Write(ctx context.Context, log *synchronizer.Synchronizer, propose func() ([]readergroup.Update, error)) error {
	return g.Deleted(log.Write(ctx, encoded(propose)))
}

// Compact shortens the group's log once it is longer than after, by a record with the whole
// state.
func (g *Group) Compact(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer, after int64) error {
	return log.Compact(ctx, after, encoded(func() ([]readergroup.Update, error) { return state.Compaction(), nil }))
}

// encoded makes the record of the updates that propose makes; nil for none.
func encoded(propose func() ([]readergroup.Update, error)) func() ([]byte, error) {
	return func() ([]byte, error) {
		updates, err := propose()
		if err != nil || len(updates) == 0 {
			return nil, err
		}
		return readergroup.RecordOf(updates).Encode()
	}
}

// Deleted tells of an error that the group was deleted, if that is what it means:
// its state is sealed first, and gone then.
func (g *Group) Deleted(err error) error {
	switch fault.CodeOf(err) {
	case fault.NoSuchSegment, fault.SegmentSealed, fault.NoSuchStream, fault.NoSuchScope:
		gone := fault.New(fault.NoSuchReaderGroup, "use reader group", g.String(), "it was deleted")
		gone.Stored = fault.MayBeStored(err)
		return gone
	}
	return err
}

// Readers lists the readers that are in the group, sorted.
func (g *Group) Readers(ctx context.Context) ([]string, error) {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, _, err := g.Read(ctx)
	if err != nil {
		return nil, err
	}
	return state.Readers(), nil
}

// ReaderOffline takes a reader out of the group. Its segments go to the others from the given
// offsets, by segment; those that are not given, from its last checkpoint or from where it
// acquired them.
func (g *Group) ReaderOffline(ctx context.Context, readerID string, from map[readergroup.Segment]int64) error {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, log, err := g.Read(ctx)
	if err != nil {
		return err
	}
	return g.Write(ctx, log, func() ([]readergroup.Update, error) { return state.Leave(readerID, from), nil })
}

// EndOf is the offset at which the group stops reading a segment.
func EndOf(state *readergroup.State, s readergroup.Segment) int64 {
	if offset, ends := state.EndOffset(s); ends {
		return offset
	}
	return math.MaxInt64
}
