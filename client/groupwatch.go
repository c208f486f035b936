package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/group"
)

// GroupStatus is how much there is to read for a reader group at a time, and for
// how many.
type GroupStatus struct {
	// Segments are being read or free to be read: more readers than that would have
	// nothing to do. It changes when streams are scaled.
	Segments int
	// Readers that are in the group, in whatever process and language.
	Readers int
	// EndOfData: everything was read that the group will ever have, as for ErrEnd.
	// It is false again after a reset.
	EndOfData bool
	// Err is nil but in the last call, where the rest is zero: why nothing more will
	// be told. NoSuchReaderGroup if the group was deleted.
	Err error
}

// GroupWatch tells a function how a reader group changes. Close it.
type GroupWatch struct {
	client *Client
	engine *group.Watch
}

// Watch calls f with the group's status now, and again whenever it has changed, until Close
// or until a call that carries an error. It looks every ReaderGroupConfig.RefreshInterval, so
// several changes may show as one. A goroutine makes the calls one after the other, and they
// may block. There are no calls while servers are away. Errors: NoSuchReaderGroup; those of
// the network, until ctx ends, which affects nothing after that.
func (g *ReaderGroup) Watch(ctx context.Context, f func(GroupStatus)) (*GroupWatch, error) {
	engine, err := g.engine.Watch(ctx)
	if err != nil {
		return nil, err
	}
	w := &GroupWatch{g.client, engine}
	if err := g.client.adopt(w); err != nil {
		engine.End()
		return nil, err
	}
	engine.Start(func(s group.Status) { f(GroupStatus(s)) })
	return w, nil
}

// Close ends the calls. It waits until the current one has returned, or until ctx ends, so the
// function itself must not call it. A second Close does nothing more.
func (w *GroupWatch) Close(ctx context.Context) error {
	err := w.engine.Close(ctx)
	if err == nil {
		w.client.forget(w)
	}
	return err
}
