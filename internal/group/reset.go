package group

import (
	"context"
	"errors"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// Reset lets the group start anew with a configuration.
func (g *Group) Reset(ctx context.Context, config Config) error {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	wanted, err := config.resolve(ctx, g.Cluster, resetting)
	if err != nil {
		return err
	}
	state, log, err := g.Read(ctx)
	if err != nil {
		return err
	}
	return g.reset(ctx, state, log, wanted)
}

const resetting = "reset reader group"

// ResetTo is Reset with the configuration that the group has, but to start at these cuts. A
// stream without a cut is not read any more.
func (g *Group) ResetTo(ctx context.Context, cuts []streamcut.Cut) error {
	return g.restart(ctx, func(*readergroup.State) (map[naming.Stream]streamcut.Cut, error) {
		start := make(map[naming.Stream]streamcut.Cut)
		for _, c := range cuts {
			if c.Unbounded() {
				return nil, fault.New(fault.InvalidArgument, resetting, g.String(), "an unbounded cut names no stream")
			}
			if _, twice := start[c.Stream]; twice {
				return nil, fault.New(fault.InvalidArgument, resetting, g.String(), "stream %s has a cut twice", c.Stream)
			}
			start[c.Stream] = c
		}
		return start, nil
	})
}

// ResetToLastCheckpoint is ResetTo with the cuts of the last checkpoint, or if there was none
// since the group was created or reset, with those of its configuration.
func (g *Group) ResetToLastCheckpoint(ctx context.Context) error {
	return g.restart(ctx, func(state *readergroup.State) (map[naming.Stream]streamcut.Cut, error) {
		last, ok := state.LastCheckpoint()
		switch {
		case ok:
			return g.Cuts(ctx, state.Ends(), state.LastCheckpointFuture(), last)
		case state.EndOfData():
			return nil, fault.New(fault.InvalidArgument, resetting, g.String(), "it has read everything")
		}
		return state.Config().Start, nil
	})
}

// restart resets the group with other starts.
func (g *Group) restart(ctx context.Context, starts func(*readergroup.State) (map[naming.Stream]streamcut.Cut, error)) error {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, log, err := g.Read(ctx)
	if err != nil {
		return err
	}
	start, err := starts(state)
	if err != nil {
		return err
	}
	wanted := state.Config()
	end := wanted.End
	wanted.Start, wanted.End = start, make(map[naming.Stream]streamcut.Cut)
	for stream := range start {
		wanted.End[stream] = end[stream]
	}
	return g.reset(ctx, state, log, wanted)
}

// reset gives the group a configuration. The controller has the last word on
// which one is the newest, and every member can finish what is begun here.
func (g *Group) reset(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer, wanted readergroup.Config) (err error) {
	registered := false // at the controllers, as far as is known
	defer func() {
		if registered && err != nil {
			err = fault.Uncertain(err) // the members find it
		}
	}()
	heads, err := g.Cluster.Heads(ctx, wanted)
	if err != nil {
		return err
	}
	if _, err := readergroup.NewInit(wanted, heads); err != nil {
		return err
	}
	var broken readergroup.Config // that the controller has
	for attempt := 0; ; attempt++ {
		if !resetPause.Wait(ctx, attempt) {
			return fault.Context(ctx, resetting, g.String()).Because(fault.Tried(attempt, "other resets came first"), nil)
		}
		current := state.Config()
		before := current
		if broken.Generation > current.Generation {
			before = broken
		}
		wanted.ID, wanted.Generation = before.ID, before.Generation
		err := g.Write(ctx, log, func() ([]readergroup.Update, error) {
			if now := state.Config(); now.ID != current.ID || now.Generation != current.Generation {
				return nil, nil
			}
			return []readergroup.Update{readergroup.UpdatingConfig{Updating: true}}, nil
		})
		if err != nil {
			return err
		}
		_, err = g.Cluster.Controller.UpdateReaderGroup(ctx, g.Scope, g.Name, wanted)
		registered = registered || err == nil || fault.MayBeStored(err)
		if err != nil && !errors.Is(err, fault.Conflict) {
			return err
		}
		// What the controller has decides. The generation that it tells may already be that of
		// a later reset, and a conflict may be with an attempt of ours whose reply was lost.
		updated := err == nil
		newest, err := g.Renew(ctx, state, log)
		switch {
		case Unusable(err) && newest.Generation > before.Generation && !newest.Same(wanted):
			broken = newest // this one takes its place
		case err != nil:
			return err
		case updated && newest.Generation > before.Generation+1:
			return nil // a later one has replaced it
		case newest.Generation == before.Generation+1 && newest.Same(wanted):
			return nil
		}
	}
}

var resetPause = retry.Backoff{First: 50 * time.Millisecond, Last: 2 * time.Second}
