package cluster

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// Discard seals and deletes a stream, and reports whether it was there.
func (c *Cluster) Discard(ctx context.Context, stream naming.Stream) (deleted bool, err error) {
	err = c.Controller.SealStream(ctx, stream)
	switch fault.CodeOf(err) {
	case fault.NoSuchStream, fault.NoSuchScope:
		return false, nil
	case 0:
		if deleted, err = c.Controller.DeleteStream(ctx, stream); err != nil {
			err = fault.Uncertain(err) // it is sealed
		}
	}
	return deleted, err
}
