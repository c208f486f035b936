package group

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// Newest asks for the controller's configuration, and makes the record of it if the
// state does not have it.
func (g *Group) Newest(ctx context.Context, state *readergroup.State) (config readergroup.Config, newer *readergroup.Init, err error) {
	config, err = g.Cluster.Controller.ReaderGroupConfig(ctx, g.Scope, g.Name)
	if err != nil || config.Generation <= state.Config().Generation {
		return config, nil, err
	}
	heads, err := g.Cluster.Heads(ctx, config)
	if err != nil {
		return config, nil, err
	}
	init, err := readergroup.NewInit(config, heads)
	return config, &init, err
}

// Renew writes the controller's configuration to the group's state, unless the
// state has it, and returns it.
func (g *Group) Renew(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer) (readergroup.Config, error) {
	config, newer, err := g.Newest(ctx, state)
	if err != nil || newer == nil {
		return config, err
	}
	return config, g.Write(ctx, log, func() ([]readergroup.Update, error) { return state.Renew(*newer), nil })
}

// Unusable reports whether a configuration cannot come into force by what newest failed
// with: it has a stream that does not exist.
func Unusable(err error) bool {
	switch fault.CodeOf(err) {
	case fault.NoSuchStream, fault.NoSuchScope, fault.InvalidArgument:
		return true
	}
	return false
}
