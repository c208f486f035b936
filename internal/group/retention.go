package group

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// UpdateRetentionStreamCut tells the servers that the group does not need what lies before
// these cuts any more.
func (g *Group) UpdateRetentionStreamCut(ctx context.Context, cuts []streamcut.Cut) error {
	const op = "update retention cut of reader group"
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, _, err := g.Read(ctx)
	if err != nil {
		return err
	}
	config := state.Config()
	if config.Retention != readergroup.ReleaseByHand {
		return fault.New(fault.InvalidArgument, op, g.String(), "its retention is %q, not %q", config.Retention, readergroup.ReleaseByHand)
	}
	for i, c := range cuts {
		if _, reads := config.Start[c.Stream]; !reads {
			return fault.New(fault.InvalidArgument, op, g.String(), "the group does not read the stream of cut %s", c)
		}
		if err := g.Cluster.Controller.ReleaseBefore(ctx, g.Scope, g.Name, config.ID, config.Generation, c); err != nil {
			if i > 0 {
				err = fault.Uncertain(err) // those before were taken
			}
			return err
		}
	}
	return nil
}

// ReleaseStream lets the controller truncate what lies before a checkpoint in one stream.
func (g *Group) ReleaseStream(ctx context.Context, config readergroup.Config, ends map[readergroup.Segment]int64, future map[readergroup.Segment]readergroup.Successor, offsets map[readergroup.Segment]int64) error {
	cuts, err := g.Cuts(ctx, ends, future, offsets)
	for _, cut := range cuts {
		err = g.Cluster.Controller.ReleaseBefore(ctx, g.Scope, g.Name, config.ID, config.Generation, cut)
		switch fault.CodeOf(err) {
		case fault.InvalidArgument, fault.NoSuchStream, fault.NoSuchReaderGroup:
			// The next checkpoint may be accepted; this one never will.
			g.Cluster.Log.Warn("the controller does not take a checkpoint for retention", "group", g.String(), "cut", cut.String(), "err", err)
			err = nil
		}
	}
	return err
}
