package main

import (
	"context"
	"errors"
	"sync"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// watch knows a group's latest status, for any number of threads that wait until it
// is another one than they know.
type watch struct {
	group  *client.ReaderGroup
	name   string // of the group
	before error  // why the watch before it ended, if there was one

	mu      sync.Mutex
	told    bool               // there is a status,
	status  client.GroupStatus // the latest; with Err: the last
	changed chan struct{}      // closed when there is another
}

// run has the watch told of the group's changes until ctx ends, or until the last.
func (w *watch) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes, err := w.group.Watch(ctx, func(now client.GroupStatus) {
		w.tell(now)
		if now.Err != nil {
			cancel()
		}
	})
	if err != nil {
		w.tell(client.GroupStatus{Err: err})
		return
	}
	<-ctx.Done()
	_ = changes.Close(context.Background()) // fails only with its context
}

func (w *watch) tell(now client.GroupStatus) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told, w.status = true, now
	close(w.changed)
	w.changed = make(chan struct{})
}

// latest is the status, if there is one, and what is closed when there is another.
func (w *watch) latest() (now client.GroupStatus, told bool, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status, w.told, w.changed
}

func (w *watch) failure() error {
	now, _, _ := w.latest()
	return now.Err
}

// unlike waits for a status that is not the known one. Who does not wait until there
// is one at all is told what is known: why there was none.
func (w *watch) unlike(ctx context.Context, known client.GroupStatus) (client.GroupStatus, error) {
	for {
		now, told, changed := w.latest()
		if told && now != known {
			return now, now.Err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			if !told && w.before != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return known, w.before
			}
			return known, fault.Context(ctx, "wait for change of reader group", w.name).Because("nothing has changed", nil)
		}
	}
}
