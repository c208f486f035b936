package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// UpdateRetentionStreamCut tells the servers that the group does not need what
// lies before these cuts, one for a stream, any more: the streams' retention
// policies may truncate it. Errors: InvalidArgument if the group's Retention is
// not GroupRetentionManual, or if the controller does not take a cut, for example
// because it lies before the previous one; Conflict if the group was reset
// meanwhile.
func (g *ReaderGroup) UpdateRetentionStreamCut(ctx context.Context, cuts ...StreamCut) error {
	const op = "update retention cut of reader group"
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	state, _, err := g.read(ctx)
	if err != nil {
		return err
	}
	config := state.Config()
	if config.Retention != readergroup.ReleaseByHand {
		return fault.New(fault.InvalidArgument, op, g.String(), "its retention is %q, not %q", groupRetentions[config.Retention], GroupRetentionManual)
	}
	for i, c := range cuts {
		if _, reads := config.Start[c.cut.Stream]; !reads {
			return fault.New(fault.InvalidArgument, op, g.String(), "the group does not read the stream of cut %s", c.cut)
		}
		if err := g.client.cluster.Controller.ReleaseBefore(ctx, g.scope, g.name, config.ID, config.Generation, c.cut); err != nil {
			if i > 0 {
				err = fault.Uncertain(err) // those before were taken
			}
			return err
		}
	}
	return nil
}
