package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
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
	group *ReaderGroup
	life  *background.Life
	done  chan struct{}
}

// Watch calls f with the group's status now, and again whenever it has changed,
// until Close, or until the last call tells an error. It looks every
// ReaderGroupConfig.RefreshInterval; changes in between show as one. Calls come one
// after the other, from a goroutine of their own, and may block. While servers are
// away, nothing is told. Errors: NoSuchReaderGroup; those of the network, within
// ctx, which has no part in anything after.
func (g *ReaderGroup) Watch(ctx context.Context, f func(GroupStatus)) (*GroupWatch, error) {
	ctx, cancel := g.client.cluster.Limit(ctx)
	defer cancel()
	state, log, err := g.read(ctx)
	if err != nil {
		return nil, err
	}
	w := &GroupWatch{group: g, life: g.client.cluster.Life.Child("watch of group " + g.String()), done: make(chan struct{})}
	if err := g.client.adopt(w); err != nil {
		w.life.End()
		return nil, err
	}
	go w.run(state, log, f)
	return w, nil
}

// Close ends the calls: it waits until the one that is under way has returned, at
// most until ctx ends. So it may not be called from the function itself. A second
// Close does nothing more.
func (w *GroupWatch) Close(ctx context.Context) error {
	w.life.End()
	select {
	case <-w.done:
		w.group.client.forget(w)
		return nil
	case <-ctx.Done():
		return fault.Context(ctx, "close watch of reader group", w.group.String()).Because("the function that watches has not returned", nil)
	}
}

// run tells f of changes of a state that was just read.
func (w *GroupWatch) run(state *readergroup.State, log *synchronizer.Synchronizer, f func(GroupStatus)) {
	defer close(w.done)
	var told GroupStatus
	for first := true; ; first = false {
		now := GroupStatus{Segments: state.Segments(), Readers: state.Size(), EndOfData: state.EndOfData()}
		if first || now != told {
			f(now)
			told = now
		}
		if !w.life.Sleep(state.Config().RefreshInterval()) {
			return
		}
		verdict, err := w.life.Until(background.WatchGroup, nil, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, w.group.client.attemptLimit)
			defer cancel()
			return w.group.fetch(ctx, state, log)
		})
		switch verdict {
		case background.Fatal:
			f(GroupStatus{Err: err})
			return
		case background.Over:
			return
		}
	}
}
