// Adds up payments, each once, however often it dies and is run again: it keeps the
// sum with a checkpoint, and goes on from there.
// go run ./examples/go/checkpoint tcp://127.0.0.1:9090 my-scope kept.json
// A number behind this lets it die when it has so many payments, some of them not kept.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// total is of the payments so far.
type total struct{ Count, Sum int }

// kept is what must survive: a total, and the checkpoint behind its last payment.
type kept struct {
	Total      total
	Checkpoint []byte
}

// ahead is how many payments it takes beyond what is kept, and so adds up twice at most.
const ahead = 50

func main() {
	ctx, scope, file := context.Background(), os.Args[2], os.Args[3]
	diesAt := 0
	if len(os.Args) > 4 {
		diesAt = must(strconv.Atoi(os.Args[4]))
	}
	config := client.Config{ControllerURI: os.Args[1]}
	c := must(client.New(config))
	defer c.Close()
	write(ctx, c, scope)

	payments := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: "payments"}}}
	payments.RefreshInterval, payments.CheckpointInterval = 200*time.Millisecond, client.Never // none but ours
	if _, err := c.CreateReaderGroup(ctx, scope, "adders", payments); !errors.Is(err, client.ErrConfigMismatch) {
		check(err) // else it is there, and starts where an earlier run has reset it to
	}
	group := must(c.OpenReaderGroup(ctx, scope, "adders"))
	var now, safe total
	if data, err := os.ReadFile(file); err == nil {
		var k kept
		var checkpoint client.Checkpoint
		check(json.Unmarshal(data, &k))
		check(checkpoint.UnmarshalBinary(k.Checkpoint))
		check(group.ResetTo(ctx, checkpoint.Cuts()...)) // also ends readers that died
		now, safe = k.Total, k.Total
	} else {
		check(group.Reset(ctx, payments))
	}
	fmt.Printf("goes on after %d payments\n", now.Count)

	asks := client.ReaderConfig{Checkpoints: true}
	r := must(group.OpenReader(ctx, "reader-1", asks))
	passed := make(chan client.Checkpoint)
	initiated := 0
	initiate := func() {
		initiated++
		name := fmt.Sprint("checkpoint ", initiated)
		go func() {
			checkpoint, err := group.InitiateCheckpoint(ctx, name)
			if !errors.Is(err, client.ErrClosed) { // we are not done
				check(err)
				passed <- checkpoint
			}
		}()
	}
	initiate()
	var before total // the checkpoint that was told last, no more and no less
	for {
		s, err := r.Next(ctx)
		var at *client.AtCheckpoint
		if errors.Is(err, client.ErrEnd) {
			break
		}
		if errors.As(err, &at) {
			before = now // of all that was given back
			continue     // asking for more says that we are done with it
		}
		check(err)
		check(s.ReleaseAt(add(&now, s, min(10, safe.Count+ahead-now.Count)))) // the rest comes again
		select {
		case checkpoint := <-passed: // by all readers, this one among them
			data := must(json.Marshal(kept{before, must(checkpoint.MarshalBinary())}))
			check(os.WriteFile(file, data, 0o600)) // one that must survive would be written beside the old one and renamed
			safe = before
			initiate()
		case <-time.After(50 * time.Millisecond): // it is work
		}
		if diesAt > 0 && now.Count >= diesAt && now.Count > safe.Count && safe.Count > 0 {
			fmt.Printf("dies with %d payments\n", now.Count)
			os.Exit(0) // nothing is given back nor closed
		}
	}
	fmt.Printf("%d payments, %d in all\n", now.Count, now.Sum)
	check(r.Close(ctx))
}

// add takes so many payments of a slice at most, and returns where the next one is.
func add(to *total, s *client.Slice, most int) (next int64) {
	taken := 0
	for offset, payment := range s.Events() {
		if taken == most {
			return offset
		}
		taken++
		to.Count++
		to.Sum += must(strconv.Atoi(string(payment)))
	}
	return s.EndOffset()
}

// write makes the stream, unless it is there.
func write(ctx context.Context, c *client.Client, scope string) {
	must(c.CreateScope(ctx, scope))
	if !must(c.CreateStream(ctx, scope, "payments", client.StreamConfig{})) {
		return
	}
	w := must(c.OpenWriter(ctx, scope, "payments", client.WriterConfig{}))
	for n := 1; n <= 100; n++ {
		must(w.Write(ctx, client.Event{Data: []byte(strconv.Itoa(n))}))
	}
	check(w.Close(ctx))
	check(c.SealStream(ctx, scope, "payments")) // so that reading comes to an end
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
