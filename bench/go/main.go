// Command go is the benchmark's client in Go; see the package measure.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/client"
)

func main() { measure.Main(run) }

func run(t measure.Task) (measure.Result, error) {
	config := client.Config{ControllerURI: t.URI}
	c, err := client.New(config)
	if err != nil {
		return measure.Result{}, err
	}
	defer c.Close()
	switch t.Work {
	case "write":
		return write(c, t, func(w *client.Writer, _ int, event []byte) (int64, error) {
			return w.Write(context.Background(), client.Event{Data: event})
		})
	case "write-keyed":
		keys := make([]string, 100*max(1, t.Segments/10)) // so that every segment has its share
		for i := range keys {
			keys[i] = fmt.Sprintf("key %d", i)
		}
		return write(c, t, func(w *client.Writer, i int, event []byte) (int64, error) {
			return w.Write(context.Background(), client.Event{Key: []byte(keys[i%len(keys)]), Data: event})
		})
	case "write-among-idle":
		return writeAmongIdle(c, t)
	case "latency":
		return latency(c, t)
	case "read":
		return read(c, t)
	case "tail":
		return tail(c, t, nothing)
	case "tail-while-joining":
		return tail(c, t, comeAndGo)
	case "join":
		return join(c, t)
	case "txn-1", "txn-10", "txn-100":
		return transactions(c, t)
	}
	return measure.Result{}, fmt.Errorf("there is no work %q", t.Work)
}

// write writes all events as fast as the window lets it.
func write(c *client.Client, t measure.Task, one func(w *client.Writer, i int, event []byte) (int64, error)) (r measure.Result, err error) {
	w, err := ready(c, t)
	if err != nil {
		return r, err
	}
	event := make([]byte, t.Size)
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	var last int64
	for i := range t.Count {
		if last, err = one(w, i, event); err != nil {
			return r, err
		}
	}
	if err := w.Wait(context.Background(), last); err != nil {
		return r, err
	}
	acked, err := w.Acked()
	if err != nil {
		return r, err
	}
	if r, err = watch.Stop(acked - warmUp); err != nil {
		return r, err
	}
	r.Before = warmUp
	return r, w.Close(context.Background())
}

// idleWriters is how many writers have written an event and do nothing any more,
// beside the one that is measured: of them the memory tells.
const idleWriters = 1000

func writeAmongIdle(c *client.Client, t measure.Task) (r measure.Result, err error) {
	for range idleWriters {
		w, err := ready(c, t)
		if err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, w.Close(context.Background())) }()
	}
	r, err = write(c, t, func(w *client.Writer, _ int, event []byte) (int64, error) {
		return w.Write(context.Background(), client.Event{Data: event})
	})
	r.Before += idleWriters * warmUp
	return r, err
}

// latency writes one event at a time.
func latency(c *client.Client, t measure.Task) (r measure.Result, err error) {
	w, err := ready(c, t)
	if err != nil {
		return r, err
	}
	event := make([]byte, t.Size)
	times := make([]time.Duration, t.Count)
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	for i := range times {
		began := time.Now()
		number, err := w.Write(context.Background(), client.Event{Data: event})
		if err != nil {
			return r, err
		}
		if err := w.Wait(context.Background(), number); err != nil {
			return r, err
		}
		times[i] = time.Since(began)
	}
	acked, err := w.Acked()
	if err != nil {
		return r, err
	}
	if r, err = watch.Stop(acked - warmUp); err != nil {
		return r, err
	}
	r.Before = warmUp
	r.Latencies(times)
	return r, w.Close(context.Background())
}

// warmUp is how many events a writer writes before the clock starts.
const warmUp = 1

// ready is a writer that has written its first event and so is connected.
func ready(c *client.Client, t measure.Task) (*client.Writer, error) {
	w, err := c.OpenWriter(context.Background(), t.Scope, t.Stream, client.WriterConfig{})
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(context.Background(), client.Event{Data: make([]byte, t.Size)}); err != nil {
		return nil, err
	}
	return w, w.Flush(context.Background())
}

// read reads a sealed stream to its end.
func read(c *client.Client, t measure.Task) (r measure.Result, err error) {
	ctx := context.Background()
	g, err := newGroup(c, t)
	if err != nil {
		return r, err
	}
	reader, err := g.OpenReader(ctx, "reader", client.ReaderConfig{})
	if err != nil {
		return r, err
	}
	var watch *measure.Stopwatch
	events, before := 0, 0
	for {
		slice, err := reader.Next(ctx)
		if errors.Is(err, client.ErrEnd) {
			break
		}
		if err != nil {
			return r, err
		}
		for _, event := range slice.Events() {
			if len(event) != t.Size {
				return r, fmt.Errorf("event %d has %d bytes", events, len(event))
			}
			events++
		}
		if err := slice.Release(); err != nil {
			return r, err
		}
		if watch == nil { // the reader has joined: how long that takes is another figure
			if watch, err = measure.Start(); err != nil {
				return r, err
			}
			before = events
		}
		if events == t.Count {
			if r, err = watch.Stop(int64(events - before)); err != nil {
				return r, err
			}
		}
	}
	r.Events, r.Before = int64(events-before), int64(before) // what came after the last one would show
	return r, over(c, t, g, reader)
}
