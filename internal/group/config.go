package group

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// Config is the configuration that a group is to have.
type Config struct {
	readergroup.Config
	Streams []naming.Stream        // of Start, in the caller's order
	Tails   map[naming.Stream]bool // those that start behind what is in them now
}

// resolve finds the tails, and checks that the streams exist.
func (c Config) resolve(ctx context.Context, cl *cluster.Cluster, op string) (readergroup.Config, error) {
	for _, stream := range c.Streams {
		var err error
		if c.Tails[stream] {
			c.Start[stream], err = cl.Tail(ctx, stream)
		} else if !c.Start[stream].Unbounded() { // else the head is looked for
			err = mustExist(ctx, cl, op, stream)
		}
		if err != nil {
			return c.Config, err
		}
	}
	return c.Config, nil
}

// mustExist is NoSuchStream for a stream that does not exist.
func mustExist(ctx context.Context, c *cluster.Cluster, op string, stream naming.Stream) error {
	exists, err := c.Controller.StreamExists(ctx, stream)
	if err == nil && !exists {
		err = fault.New(fault.NoSuchStream, op, stream.String(), "")
	}
	return err
}

// Config asks for the group's configuration, whoever created it.
func (g *Group) Config(ctx context.Context) (readergroup.Config, error) {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, _, err := g.Read(ctx)
	if err != nil {
		return readergroup.Config{}, err
	}
	return state.Config(), nil
}
