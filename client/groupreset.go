package client

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// Config asks for the group's configuration, whoever created it. From is the cut
// where the group started, or was reset to.
func (g *ReaderGroup) Config(ctx context.Context) (ReaderGroupConfig, error) {
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	state, _, err := g.read(ctx)
	if err != nil {
		return ReaderGroupConfig{}, err
	}
	now := state.Config()
	config := ReaderGroupConfig{
		RefreshInterval:           now.RefreshInterval(),
		CheckpointInterval:        now.CheckpointInterval(),
		MaxOutstandingCheckpoints: int(now.MaxOutstandingCheckpoints),
		Retention:                 groupRetentions[now.Retention],
	}
	for stream, from := range now.Start {
		config.Streams = append(config.Streams, GroupStream{Scope: stream.Scope, Stream: stream.Name, From: StreamCut{from}, To: StreamCut{now.End[stream]}})
	}
	slices.SortFunc(config.Streams, func(a, b GroupStream) int {
		return streamcut.CompareStreams(naming.Stream{Scope: a.Scope, Name: a.Stream}, naming.Stream{Scope: b.Scope, Name: b.Stream})
	})
	return config, nil
}

// Reset lets the group start anew with a configuration: at its cuts, and with its
// streams, which may be others than before. All readers that are in the group are
// out of it: their next call of Next reports GroupReinitialized, and they are to
// be closed and opened again. Checkpoints are forgotten. Resets at the same time
// come one after the other. Errors: InvalidArgument, NoSuchStream,
// NoSuchReaderGroup.
func (g *ReaderGroup) Reset(ctx context.Context, config ReaderGroupConfig) error {
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	wanted, err := g.client.groupConfig(ctx, resetting, g.String(), config)
	if err != nil {
		return err
	}
	state, log, err := g.read(ctx)
	if err != nil {
		return err
	}
	return g.reset(ctx, state, log, wanted)
}

const resetting = "reset reader group"

// ResetTo is Reset with the configuration that the group has, but to start at
// these cuts: those of a Checkpoint, of GenerateStreamCuts, or of the
// application's own records. A stream without a cut is not read any more; a
// checkpoint has none of a stream that was read to its end.
func (g *ReaderGroup) ResetTo(ctx context.Context, cuts ...StreamCut) error {
	return g.restart(ctx, func(*readergroup.State) (map[naming.Stream]streamcut.Cut, error) {
		start := make(map[naming.Stream]streamcut.Cut)
		for _, c := range cuts {
			if c.Unbounded() {
				return nil, fault.New(fault.InvalidArgument, resetting, g.String(), "an unbounded cut names no stream")
			}
			if _, twice := start[c.cut.Stream]; twice {
				return nil, fault.New(fault.InvalidArgument, resetting, g.String(), "stream %s has a cut twice", c.cut.Stream)
			}
			start[c.cut.Stream] = c.cut
		}
		return start, nil
	})
}

// ResetToLastCheckpoint is ResetTo with the cuts of the last checkpoint that all
// readers have passed, automatic ones among them. If there was none since the
// group was created or reset, it starts again where it did then. Errors: as
// Reset; InvalidArgument if the group has read everything.
func (g *ReaderGroup) ResetToLastCheckpoint(ctx context.Context) error {
	return g.restart(ctx, func(state *readergroup.State) (map[naming.Stream]streamcut.Cut, error) {
		last, ok := state.LastCheckpoint()
		switch {
		case ok:
			return g.cuts(ctx, state.Ends(), state.LastCheckpointFuture(), last)
		case state.EndOfData():
			return nil, fault.New(fault.InvalidArgument, resetting, g.String(), "it has read everything")
		}
		return state.Config().Start, nil
	})
}

// restart resets the group with other starts.
func (g *ReaderGroup) restart(ctx context.Context, starts func(*readergroup.State) (map[naming.Stream]streamcut.Cut, error)) error {
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	state, log, err := g.read(ctx)
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
func (g *ReaderGroup) reset(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer, wanted readergroup.Config) (err error) {
	registered := false // at the controllers, as far as is known
	defer func() {
		if registered && err != nil {
			err = fault.Uncertain(err) // the members find it
		}
	}()
	heads, err := g.client.cluster.Heads(ctx, wanted)
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
		err := g.write(ctx, log, func() ([]readergroup.Update, error) {
			if now := state.Config(); now.ID != current.ID || now.Generation != current.Generation {
				return nil, nil
			}
			return []readergroup.Update{readergroup.UpdatingConfig{Updating: true}}, nil
		})
		if err != nil {
			return err
		}
		_, err = g.client.cluster.Controller.UpdateReaderGroup(ctx, g.scope, g.name, wanted)
		registered = registered || err == nil || fault.MayBeStored(err)
		if err != nil && !errors.Is(err, fault.Conflict) {
			return err
		}
		// What the controller has decides. The generation that it tells may already be that of
		// a later reset, and a conflict may be with an attempt of ours whose reply was lost.
		updated := err == nil
		newest, err := g.renew(ctx, state, log)
		switch {
		case unusable(err) && newest.Generation > before.Generation && !newest.Same(wanted):
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
