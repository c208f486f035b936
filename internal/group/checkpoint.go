package group

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// InitiateCheckpoint has every reader of the group pass a checkpoint, and waits until all have.
func (g *Group) InitiateCheckpoint(ctx context.Context, name string) (map[naming.Stream]streamcut.Cut, error) {
	const op = "initiate checkpoint"
	if name == "" || readergroup.Silent(name) {
		return nil, fault.New(fault.InvalidArgument, op, name, "a name is not empty, and without _SILENT_, which marks those that readers are not told of")
	}
	return g.checkpoint(ctx, op, name)
}

// GenerateStreamCuts asks every reader of the group where it stands. It is a checkpoint of which
// applications are not told.
func (g *Group) GenerateStreamCuts(ctx context.Context) (map[naming.Stream]streamcut.Cut, error) {
	var unique [32]byte
	_, _ = rand.Read(unique[:])
	name := base64.StdEncoding.EncodeToString(unique[:]) + "_SILENT_"
	return g.checkpoint(ctx, "generate stream cuts", name)
}

// checkpoint starts a checkpoint, unless it is under way, and waits for it.
func (g *Group) checkpoint(ctx context.Context, op, name string) (_ map[naming.Stream]streamcut.Cut, err error) {
	ctx, cancel := g.Cluster.Limit(ctx)
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
	state, log := g.Replica(func(readergroup.Update) {
		if len(state.CheckpointWaitsFor(name)) > 0 {
			passed = false // what was passed before was another one of this name
		} else if !passed {
			if offsets, passed = state.CheckpointOffsets(name); passed {
				future = state.CheckpointFuture(name)
			}
		}
	})
	if err := g.Fetch(ctx, state, log); err != nil {
		return nil, err
	}
	if _, known := state.CheckpointOffsets(name); !known {
		passed = false // likewise
	}
	err = g.Write(ctx, log, func() ([]readergroup.Update, error) {
		updates, err := state.StartCheckpoint(name)
		if _, begun := g.Begun.Load(name); begun && errors.Is(err, fault.AlreadyExists) {
			return nil, nil // all have passed it since
		}
		if len(updates) > 0 && !readergroup.Silent(name) {
			g.Begun.Store(name, nil)
		}
		return updates, err
	})
	if err != nil {
		return nil, err
	}
	started = true
	for attempt := 0; ; attempt++ {
		if passed {
			cuts, err := g.Cuts(ctx, state.Ends(), future, offsets)
			if err == nil {
				err = g.Write(ctx, log, func() ([]readergroup.Update, error) { return state.ForgetCheckpoints(), nil })
			}
			if err != nil {
				return nil, err
			}
			g.Begun.Delete(name)
			return cuts, nil
		}
		waiting := state.CheckpointWaitsFor(name)
		if len(waiting) == 0 {
			g.Begun.Delete(name)
			return nil, fault.New(fault.Conflict, op, subject, "it was given up by somebody, or the group was reset")
		}
		if checkpointPolls.Wait(ctx, attempt+1) {
			if err := log.Fetch(ctx); err != nil && ctx.Err() == nil {
				return nil, g.Deleted(err)
			}
		}
		if ctx.Err() != nil {
			return nil, fault.Context(ctx, op, subject).Because(fmt.Sprintf("it is under way and waits for the readers %q", waiting), nil)
		}
	}
}

var checkpointPolls = retry.Backoff{First: 20 * time.Millisecond, Last: 500 * time.Millisecond}

// CancelCheckpoints gives up all checkpoints that are under way, but those of GenerateStreamCuts.
func (g *Group) CancelCheckpoints(ctx context.Context) error {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, log, err := g.Read(ctx)
	if err != nil {
		return err
	}
	return g.Write(ctx, log, func() ([]readergroup.Update, error) {
		if len(state.OutstandingCheckpoints()) == 0 {
			return nil, nil
		}
		return []readergroup.Update{readergroup.RemoveOutstandingCheckpoints{}}, nil
	})
}
