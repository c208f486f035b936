// Writes readings in windows of ten seconds of their own time, each window all at
// once when it is complete, or not at all: the sink of a stream processor.
// go run ./examples/go/windows tcp://127.0.0.1:9090 my-scope
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/pravega/pravega-client-go/client"
)

const window = 10 // seconds

// reading is what a sensor measured, and when.
type reading struct {
	sensor string
	second int64
	value  int
}

func main() {
	ctx, scope := context.Background(), os.Args[2]
	config := client.Config{ControllerURI: os.Args[1]}
	c := must(client.New(config))
	defer c.Close()
	must(c.CreateScope(ctx, scope))
	must(c.CreateStream(ctx, scope, "readings", client.StreamConfig{}))

	w := must(c.OpenTransactionalWriter(ctx, scope, "readings", client.TransactionalWriterConfig{}))
	txn := must(w.Begin(ctx))
	end := int64(window)
	for r := range source {
		for r.second >= end { // the window is complete
			// A sink that must not lose a window when it dies here flushes, keeps
			// txn.ID() with its own state, and commits after it has started again:
			// w.Attach(ctx, id), then Commit, which may be repeated.
			check(txn.CommitAt(ctx, end*1000))
			txn = must(w.Begin(ctx))
			end += window
		}
		must(txn.Write(ctx, client.Event{Key: []byte(r.sensor), Data: fmt.Appendf(nil, "%s at %d s: %d", r.sensor, r.second, r.value)}))
	}
	check(w.Close(ctx)) // aborts the last window, which is not complete

	check(c.SealStream(ctx, scope, "readings")) // so that reading comes to an end
	readings := client.GroupStream{Scope: scope, Stream: "readings"}
	must(c.CreateReaderGroup(ctx, scope, "readers", client.ReaderGroupConfig{Streams: []client.GroupStream{readings}}))
	r := must(must(c.OpenReaderGroup(ctx, scope, "readers")).OpenReader(ctx, "reader-1", client.ReaderConfig{}))
	for s, err := r.Next(ctx); err != client.ErrEnd; s, err = r.Next(ctx) {
		check(err)
		for _, event := range s.Events() {
			fmt.Println(string(event))
		}
		check(s.Release())
	}
	check(r.Close(ctx))
}

// source yields readings in the order of their times, up to the middle of the
// third window.
func source(yield func(reading) bool) {
	for second := int64(0); second < 25; second += 5 {
		for i, sensor := range []string{"attic", "cellar"} {
			if !yield(reading{sensor, second, 20 - 8*i}) {
				return
			}
		}
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
