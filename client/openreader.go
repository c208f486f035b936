package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/member"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// OpenReader joins the group under a name that no other reader of the group has.
//
// Errors: AlreadyExists if one has; a reader that has crashed keeps its name until
// ReaderOffline, and so may one whose OpenReader failed with MayBeStored. NoSuchStream if
// someone has begun a Reset to a configuration with a stream that does not exist; Reset the
// group again.
func (g *ReaderGroup) OpenReader(ctx context.Context, readerID string, config ReaderConfig) (*Reader, error) {
	if err := naming.Check("open reader", "reader", readerID); err != nil {
		return nil, err
	}
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	o := opening{readerID + " of group " + g.String(), make(chan struct{})}
	if err := g.client.adopt(o); err != nil {
		return nil, err
	}
	defer close(o.done)
	defer g.client.forget(o)
	engine, err := member.Open(ctx, g.engine, member.Config{
		ID:              readerID,
		BufferBytes:     config.BufferBytes,
		Checkpoints:     config.Checkpoints,
		LivenessTimeout: config.LivenessTimeout,
		Clock:           g.client.clock,
	})
	if err != nil {
		return nil, err
	}
	r := &Reader{g.client, engine}
	if err := g.client.adopt(r); err != nil {
		if left := engine.Close(ctx); left != nil {
			g.client.cluster.Log.Warn("a reader stays in its group", "group", g.String(), "reader", readerID, "err", left)
			err = fault.Uncertain(err)
		}
		return nil, err
	}
	return r, nil
}

// opening is a reader on its way into a group. Client.Close waits until it is in,
// and can be closed, or out.
type opening struct {
	reader string
	done   chan struct{}
}

// Close waits for its end, at most until ctx ends.
func (o opening) Close(ctx context.Context) error {
	select {
	case <-o.done:
		return nil
	case <-ctx.Done():
		return fault.Context(ctx, "close reader", o.reader).Because("it is being opened", nil)
	}
}
