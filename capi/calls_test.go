package main

import (
	"context"
	"testing"

	"github.com/pravega/pravega-client-go/client"
)

// A call that is ended by the close of its object still tells that what it asked for
// may have happened.
func TestClosedWhileItWaited(t *testing.T) {
	life, end := context.WithCancel(context.Background())
	cancelled := &client.Error{Code: client.ErrCancelled, Stored: true}
	if err := cutOff(life, cancelled); client.CodeOf(err) != client.ErrCancelled {
		t.Fatal(err)
	}
	end()
	for _, stored := range []bool{false, true} {
		cancelled.Stored = stored
		if err := cutOff(life, cancelled); client.CodeOf(err) != client.ErrClosed || client.MayBeStored(err) != stored {
			t.Fatal(err, client.MayBeStored(err))
		}
	}
	if err := cutOff(life, nil); err != nil {
		t.Fatal(err)
	}
}
