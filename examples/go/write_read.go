// Writes to a stream and reads it: go run ./examples/go tcp://127.0.0.1:9090 my-scope
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/pravega/pravega-client-go/client"
)

func main() {
	ctx, scope := context.Background(), os.Args[2]
	config := client.Config{ControllerURI: os.Args[1]}
	c := must(client.New(config))
	defer c.Close()
	must(c.CreateScope(ctx, scope))
	must(c.CreateStream(ctx, scope, "greetings", client.StreamConfig{}))

	w := must(c.OpenWriter(ctx, scope, "greetings", client.WriterConfig{}))
	must(w.Write(ctx, client.Event{Key: []byte("a routing key"), Data: []byte("hello")}))
	must(w.Write(ctx, client.Event{Key: []byte("a routing key"), Data: []byte("Go")}))
	check(w.Close(ctx))                          // now both are stored
	check(c.SealStream(ctx, scope, "greetings")) // so that reading comes to an end

	greetings := client.GroupStream{Scope: scope, Stream: "greetings"}
	must(c.CreateReaderGroup(ctx, scope, "readers", client.ReaderGroupConfig{Streams: []client.GroupStream{greetings}}))
	g := must(c.OpenReaderGroup(ctx, scope, "readers"))
	r := must(g.OpenReader(ctx, "reader-1", client.ReaderConfig{}))
	for event, err := range r.Events(ctx) {
		check(err)
		fmt.Println(string(event)) // consumed when the loop goes on
	}
	check(r.Close(ctx))
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
