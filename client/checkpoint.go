package client

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/retry"
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

// InitiateCheckpoint has every reader of the group pass a checkpoint, and waits
// until all have, at most until ctx ends. Readers look for checkpoints every
// ReaderGroupConfig.RefreshInterval; official Java readers, and ours that asked
// to be told, when their application asks for the next event. A call that ended
// early leaves the checkpoint under way, as MayBeStored of its error says. Call again with
// its name and the same ReaderGroup to wait on, or CancelCheckpoints to give it up. A group
// without readers passes it at once.
// Errors: Conflict if ReaderGroupConfig.MaxOutstandingCheckpoints are under way,
// or if this one was given up; AlreadyExists for the name of a past one;
// InvalidArgument; TimedOut and Cancelled.
func (g *ReaderGroup) InitiateCheckpoint(ctx context.Context, name string) (Checkpoint, error) {
	const op = "initiate checkpoint"
	if name == "" || readergroup.Silent(name) {
		return Checkpoint{}, fault.New(fault.InvalidArgument, op, name, "a name is not empty, and without _SILENT_, which marks those that readers are not told of")
	}
	cuts, err := g.checkpoint(ctx, op, name)
	return Checkpoint{streamcut.Checkpoint{Name: name, Cuts: cuts}}, err
}

// GenerateStreamCuts asks every reader of the group where it stands, and returns
// that as one cut for each stream, sorted by stream. It is a checkpoint of which
// applications are not told: readers of ours answer it in the background with
// what was given back, official Java ones with what they handed out. Streams that
// were read to their end have no cut. Errors: as InitiateCheckpoint.
func (g *ReaderGroup) GenerateStreamCuts(ctx context.Context) ([]StreamCut, error) {
	var unique [32]byte
	_, _ = rand.Read(unique[:])
	name := base64.StdEncoding.EncodeToString(unique[:]) + "_SILENT_"
	cuts, err := g.checkpoint(ctx, "generate stream cuts", name)
	return sortedCuts(cuts), err
}

// checkpoint starts a checkpoint, unless it is under way, and waits for it.
func (g *ReaderGroup) checkpoint(ctx context.Context, op, name string) (_ map[naming.Stream]streamcut.Cut, err error) {
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	subject := name + " of group " + g.String()
	if readergroup.Silent(name) {
		subject = "of group " + g.String()
	}
	started := false
	defer func() {
		err = fault.During(op, subject, err)
		if started && err != nil && fault.CodeOf(err) != fault.Conflict {
			err = fault.Uncertain(err) // it is under way, or was passed
		}
	}()
	var offsets map[readergroup.Segment]int64
	var future map[readergroup.Segment]readergroup.Successor
	var passed bool
	var state *readergroup.State
	// Before this one is looked at again the next checkpoint may make the group
	// forget it, and what waited for others then may wait no more.
	state, log := g.replica(func(readergroup.Update) {
		if len(state.CheckpointWaitsFor(name)) > 0 {
			passed = false // what was passed before was another one of this name
		} else if !passed {
			if offsets, passed = state.CheckpointOffsets(name); passed {
				future = state.CheckpointFuture(name)
			}
		}
	})
	if err := g.fetch(ctx, state, log); err != nil {
		return nil, err
	}
	if _, known := state.CheckpointOffsets(name); !known {
		passed = false // likewise
	}
	err = g.write(ctx, log, func() ([]readergroup.Update, error) {
		updates, err := state.StartCheckpoint(name)
		if _, begun := g.begun.Load(name); begun && errors.Is(err, fault.AlreadyExists) {
			return nil, nil // all have passed it since
		}
		if len(updates) > 0 && !readergroup.Silent(name) {
			g.begun.Store(name, nil)
		}
		return updates, err
	})
	if err != nil {
		return nil, err
	}
	started = true
	for attempt := 0; ; attempt++ {
		if passed {
			cuts, err := g.cuts(ctx, state.Ends(), future, offsets)
			if err == nil {
				err = g.write(ctx, log, func() ([]readergroup.Update, error) { return state.ForgetCheckpoints(), nil })
			}
			if err != nil {
				return nil, err
			}
			g.begun.Delete(name)
			return cuts, nil
		}
		waiting := state.CheckpointWaitsFor(name)
		if len(waiting) == 0 {
			g.begun.Delete(name)
			return nil, fault.New(fault.Conflict, op, subject, "it was given up by somebody, or the group was reset")
		}
		if checkpointPolls.Wait(ctx, attempt+1) {
			if err := log.Fetch(ctx); err != nil && ctx.Err() == nil {
				return nil, g.deleted(err)
			}
		}
		if ctx.Err() != nil {
			return nil, fault.Context(ctx, op, subject).Because(fmt.Sprintf("it is under way and waits for the readers %q", waiting), nil)
		}
	}
}

var checkpointPolls = retry.Backoff{First: 20 * time.Millisecond, Last: 500 * time.Millisecond}

// CancelCheckpoints gives up all checkpoints of the group that are under way,
// whoever initiated them; not what GenerateStreamCuts waits for.
func (g *ReaderGroup) CancelCheckpoints(ctx context.Context) error {
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	state, log, err := g.read(ctx)
	if err != nil {
		return err
	}
	return g.write(ctx, log, func() ([]readergroup.Update, error) {
		if len(state.OutstandingCheckpoints()) == 0 {
			return nil, nil
		}
		return []readergroup.Update{readergroup.RemoveOutstandingCheckpoints{}}, nil
	})
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
