package cluster

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// locate asks the controller which store serves a segment.
func (c *Cluster) locate(ctx context.Context, name string) (string, error) {
	stream, id, err := naming.ParseSegmentName(naming.ParentSegmentName(name))
	if err != nil {
		return "", err
	}
	endpoint, err := c.Controller.SegmentStore(ctx, stream, id)
	return endpoint.String(), err
}

// authorizer gets the tokens for segments from the controller.
type authorizer struct{ controller *controller.Controller }

var accesses = map[segmentstore.Access]controller.Access{
	segmentstore.Read:      controller.Read,
	segmentstore.Write:     controller.Write,
	segmentstore.ReadWrite: controller.ReadWrite,
}

// Token for a segment is the token for its stream.
func (a authorizer) Token(ctx context.Context, name string, access segmentstore.Access) (value string, expiry time.Time, err error) {
	stream, _, err := naming.ParseSegmentName(naming.ParentSegmentName(name))
	if err != nil {
		return "", time.Time{}, err
	}
	t, err := a.controller.Token(ctx, stream, accesses[access])
	return t.Value, t.Expiry, err
}

// Refused makes the next Token a new one.
func (a authorizer) Refused(name string, access segmentstore.Access, value string) {
	if stream, _, err := naming.ParseSegmentName(naming.ParentSegmentName(name)); err == nil {
		a.controller.Refused(stream, accesses[access], value)
	}
}
