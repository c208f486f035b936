package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/client"
)

// group is one of this program's own.
type group struct {
	*client.ReaderGroup
	name string
}

// newGroup makes a group of the task's stream from its head.
func newGroup(c *client.Client, t measure.Task) (*group, error) {
	name := "bench-" + rand.Text()
	config := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: t.Scope, Stream: t.Stream}}}
	if _, err := c.CreateReaderGroup(context.Background(), t.Scope, name, config); err != nil {
		return nil, err
	}
	g, err := c.OpenReaderGroup(context.Background(), t.Scope, name)
	return &group{g, name}, err
}

// over ends what newGroup and OpenReader began.
func over(c *client.Client, t measure.Task, g *group, r *client.Reader) error {
	if err := r.Close(context.Background()); err != nil {
		return err
	}
	return c.DeleteReaderGroup(context.Background(), t.Scope, g.name)
}

// tail writes an event each millisecond and reads it at once, while something
// else goes on with the group.
func tail(c *client.Client, t measure.Task, beside func(g *group, over <-chan struct{}) error) (r measure.Result, err error) {
	ctx := context.Background()
	w, err := ready(c, t)
	if err != nil {
		return r, err
	}
	g, err := newGroup(c, t)
	if err != nil {
		return r, err
	}
	reader, err := g.OpenReader(ctx, "reader", client.ReaderConfig{})
	if err != nil {
		return r, err
	}
	if err := discard(reader, warmUp); err != nil {
		return r, err
	}
	times := make([]time.Duration, 0, t.Count)
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	quiet := make(chan struct{})
	besides := make(chan error, 1)
	go func() { besides <- beside(g, quiet) }()
	written := make(chan error, 1)
	go func() {
		event := make([]byte, t.Size)
		written <- measure.Pace(t.Count, func() error {
			measure.Stamp(event)
			_, err := w.Write(ctx, client.Event{Data: event})
			return err
		})
	}()
	for len(times) < t.Count {
		slice, err := reader.Next(ctx)
		if err != nil {
			return r, err
		}
		for _, event := range slice.Events() {
			times = append(times, measure.Age(event))
		}
		if err := slice.Release(); err != nil {
			return r, err
		}
	}
	if err := <-written; err != nil {
		return r, err
	}
	if r, err = watch.Stop(int64(len(times))); err != nil {
		return r, err
	}
	r.Before = warmUp
	r.Latencies(times)
	close(quiet)
	if err := <-besides; err != nil {
		return r, err
	}
	if err := over(c, t, g, reader); err != nil {
		return r, err
	}
	return r, w.Close(ctx)
}

func nothing(*group, <-chan struct{}) error { return nil }

// comeAndGo has another reader join the group and leave it, again and again: the
// group's state is written all the time.
func comeAndGo(g *group, over <-chan struct{}) error {
	for {
		guest, err := g.OpenReader(context.Background(), "guest", client.ReaderConfig{})
		if err != nil {
			return err
		}
		if err := guest.Close(context.Background()); err != nil {
			return err
		}
		select {
		case <-time.After(guestPause):
		case <-over:
			return nil
		}
	}
}

const guestPause = 20 * time.Millisecond

// discard reads some events.
func discard(reader *client.Reader, count int) error {
	for count > 0 {
		slice, err := reader.Next(context.Background())
		if err != nil {
			return err
		}
		for range slice.Events() {
			count--
		}
		if err := slice.Release(); err != nil {
			return err
		}
	}
	if count < 0 {
		return fmt.Errorf("%d events too many", -count)
	}
	return nil
}

// join joins new groups, one after the other, and waits for an event in each.
func join(c *client.Client, t measure.Task) (r measure.Result, err error) {
	ctx := context.Background()
	times := make([]time.Duration, t.Count)
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	for i := range times {
		g, err := newGroup(c, t)
		if err != nil {
			return r, err
		}
		began := time.Now()
		reader, err := g.OpenReader(ctx, "reader", client.ReaderConfig{})
		if err != nil {
			return r, err
		}
		slice, err := reader.Next(ctx)
		if err != nil {
			return r, err
		}
		times[i] = time.Since(began)
		if err := slice.Release(); err != nil {
			return r, err
		}
		if err := over(c, t, g, reader); err != nil {
			return r, err
		}
	}
	if r, err = watch.Stop(int64(t.Count)); err != nil {
		return r, err
	}
	r.Latencies(times)
	return r, nil
}
