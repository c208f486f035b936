package group

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// Status is how much there is to read for a reader group at a time, and for
// how many.
type Status struct {
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

// Watch tells a function how a reader group changes. Close it once it was started.
type Watch struct {
	group *Group
	state *readergroup.State
	log   *synchronizer.Synchronizer
	life  *background.Life
	done  chan struct{}
}

// Watch reads the group's state. Start it, or End it.
func (g *Group) Watch(ctx context.Context) (*Watch, error) {
	ctx, cancel := g.Cluster.Limit(ctx)
	defer cancel()
	state, log, err := g.Read(ctx)
	if err != nil {
		return nil, err
	}
	return &Watch{group: g, state: state, log: log, life: g.Cluster.Life.Child("watch of group " + g.String()), done: make(chan struct{})}, nil
}

// Life is what the watch reads the state by.
func (w *Watch) Life() *background.Life { return w.life }

// Start calls f, in a goroutine, with the group's status now, and whenever it has changed.
func (w *Watch) Start(f func(Status)) { go w.run(f) }

// End ends a watch that was not started.
func (w *Watch) End() { w.life.End() }

// Close ends the calls: it waits until the one that is under way has returned, at most until
// ctx ends.
func (w *Watch) Close(ctx context.Context) error {
	w.life.End()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return fault.Context(ctx, "close watch of reader group", w.group.String()).Because("the function that watches has not returned", nil)
	}
}

// run tells f of changes of the state, which was just read.
func (w *Watch) run(f func(Status)) {
	state := w.state
	defer close(w.done)
	var told Status
	for first := true; ; first = false {
		now := Status{Segments: state.Segments(), Readers: state.Size(), EndOfData: state.EndOfData()}
		if first || now != told {
			f(now)
			told = now
		}
		if !w.life.Sleep(state.Config().RefreshInterval()) {
			return
		}
		verdict, err := w.life.Until(background.WatchGroup, nil, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, w.group.AttemptLimit)
			defer cancel()
			return w.group.Fetch(ctx, state, w.log)
		})
		switch verdict {
		case background.Fatal:
			f(Status{Err: err})
			return
		case background.Over:
			return
		}
	}
}
