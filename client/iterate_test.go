package client

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Ranges over events that are left, followed by others, by this reader and by the next one of its
// name, have each event once, and end with the stream.
func TestRangesOverEventsHaveEachOnce(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	const events = 100
	for n := range int64(events) {
		c.Put(c.Name(c.Current()[n%2]), enginetest.Numbered(n))
	}
	for _, id := range c.Current() {
		c.Seal(c.Name(id))
	}
	g := c.group()
	times := make(map[uint64]int)
	for ended := false; !ended; {
		r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
		enginetest.Must(t, err)
		for range 3 { // ranges of one reader
			ended = true
			for event, err := range r.Events(waittest.Limit(t)) {
				enginetest.Must(t, err)
				n := binary.BigEndian.Uint64(event)
				if times[n]++; n%7 == 0 {
					ended = false
					break
				}
			}
		}
		enginetest.Must(t, r.Close(waittest.Limit(t)))
	}
	for n := range uint64(events) {
		if times[n] != 1 {
			t.Errorf("event %d was consumed %d times", n, times[n])
		}
	}
}

// A range over slices gives back what its body has not, and nothing that its body was left with.
func TestRangeOverSlicesGivesBackWhatItsBodyHasNot(t *testing.T) {
	c := startCluster(t, keyspace...)
	for n := range int64(3) {
		c.Put(c.Name(0), enginetest.Numbered(n))
	}
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
	enginetest.Must(t, err)
	const size = 16 // of an event with its header
	var starts []int64
	for s, err := range r.Slices(waittest.Limit(t)) {
		enginetest.Must(t, err)
		starts = append(starts, s.StartOffset())
		if len(starts) == 1 {
			enginetest.Must(t, s.ReleaseAt(size)) // the first event
		} else {
			enginetest.Must(t, s.ReleaseAt(2*size))
			break
		}
	}
	if len(starts) != 2 || starts[1] != size {
		t.Fatalf("slices start at %v", starts)
	}
	for s, err := range r.Slices(waittest.Limit(t)) {
		enginetest.Must(t, err)
		if s.StartOffset() != 2*size {
			t.Errorf("the rest starts at %d", s.StartOffset())
		}
		break // with the slice out
	}
	if _, err := r.TryNext(); !errors.Is(err, ErrTimedOut) {
		t.Errorf("what was out is handed out again: %v", err)
	}
	enginetest.Must(t, r.Close(waittest.Limit(t)))
	if at := c.startsAt(g); at != 2*size {
		t.Errorf("the next reader starts at %d", at)
	}
}

// A checkpoint is an item of a range, after which it goes on; the end of the context is the last
// one.
func TestRangeGoesOnAfterACheckpoint(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Put(c.Name(0), []byte("event"))
	g := c.group()
	r, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{Checkpoints: true})
	enginetest.Must(t, err)
	ctx, cancel := context.WithCancel(waittest.Limit(t))
	defer cancel()
	passed := make(chan error, 1)
	var events, pauses, failures int
	for event, err := range r.Events(ctx) {
		var at *AtCheckpoint
		switch {
		case errors.As(err, &at):
			pauses++
			c.Put(c.Name(0), []byte("another"))
		case err != nil:
			failures++
		default:
			if events++; string(event) == "another" {
				enginetest.Must(t, <-passed)
				cancel()
			} else {
				go func() {
					_, err := g.InitiateCheckpoint(waittest.Limit(t), "c")
					passed <- err
				}()
			}
		}
	}
	if events != 2 || pauses != 1 || failures != 1 {
		t.Errorf("%d events, %d checkpoints and %d failures", events, pauses, failures)
	}
	enginetest.Must(t, r.Close(waittest.Limit(t)))
}
