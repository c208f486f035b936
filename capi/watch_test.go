package main

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/client"
)

// Whoever waits is told the newest status that he does not know, and an error as much
// as any other; what he knows is no change.
func TestEveryoneIsToldWhatHeDoesNotKnow(t *testing.T) {
	w := &watch{group: new(client.ReaderGroup), changed: make(chan struct{})}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	none := client.GroupStatus{Segments: -1}
	if _, err := w.unlike(over, none); client.CodeOf(err) != client.ErrCancelled {
		t.Fatal(err)
	}
	const threads, changes = 8, 1000
	var all sync.WaitGroup
	for range threads {
		all.Go(func() {
			for known := none; ; {
				now, err := w.unlike(t.Context(), known)
				if err != nil {
					if !errors.Is(err, client.ErrNoSuchReaderGroup) {
						t.Error(err)
					}
					return
				}
				if now.Readers <= known.Readers && known != none {
					t.Errorf("%+v is told after %+v", now, known)
				}
				known = now
			}
		})
	}
	for i := range changes {
		w.tell(client.GroupStatus{Readers: i})
	}
	last := client.GroupStatus{Readers: changes - 1}
	if _, err := w.unlike(over, last); client.CodeOf(err) != client.ErrCancelled {
		t.Error(err)
	}
	if now, err := w.unlike(over, none); err != nil || now != last || w.failed() {
		t.Errorf("%+v, %v", now, err)
	}
	w.tell(client.GroupStatus{Err: &client.Error{Code: client.ErrNoSuchReaderGroup}})
	all.Wait()
	if !w.failed() {
		t.Error("a watch that told an error goes on")
	}
}
