// Writes 1000 orders, each once, however often it is killed and run again:
// go run ./examples/go/resume tcp://127.0.0.1:9090 my-scope
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
	orders := client.StreamConfig{}
	orders.Scaling.Segments = 2
	must(c.CreateStream(ctx, scope, "orders", orders))

	importer := client.WriterConfig{ID: "importer"}
	w := must(c.OpenWriter(ctx, scope, "orders", importer))
	fmt.Println("goes on after order", w.Durable())
	for n := w.Durable() + 1; n <= 1000; n++ { // order n is always the same, and gets number n
		must(w.Write(ctx, client.Event{Key: []byte(fmt.Sprint("customer ", n%10)), Data: fmt.Appendf(nil, "order %d", n)}))
	}
	check(w.Close(ctx))
	fmt.Println("1000 orders are stored")
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
