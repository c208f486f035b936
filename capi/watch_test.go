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
	w := &watch{changed: make(chan struct{})}
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
	if now, err := w.unlike(over, none); err != nil || now != last || w.failure() != nil {
		t.Errorf("%+v, %v", now, err)
	}
	w.tell(client.GroupStatus{Err: &client.Error{Code: client.ErrNoSuchReaderGroup}})
	all.Wait()
	if w.failure() == nil {
		t.Error("a watch that told an error goes on")
	}
}

// Who does not wait is told why the watch before ended, until this one tells more.
func TestFailuresAreToldToWhoDoesNotWait(t *testing.T) {
	w := &watch{before: &client.Error{Code: client.ErrNoSuchReaderGroup}, changed: make(chan struct{})}
	over, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	none := client.GroupStatus{Segments: -1}
	for range 2 {
		if _, err := w.unlike(over, none); client.CodeOf(err) != client.ErrNoSuchReaderGroup {
			t.Fatal(err)
		}
	}
	closed, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.unlike(closed, none); client.CodeOf(err) != client.ErrCancelled {
		t.Fatal(err)
	}
	w.tell(client.GroupStatus{})
	if _, err := w.unlike(over, client.GroupStatus{}); client.CodeOf(err) != client.ErrTimedOut {
		t.Fatal(err)
	}
}
