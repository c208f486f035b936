// Command sleeper begins a transaction with the shortest lease, prints its id, and
// writes to it until it is refused; then it prints why, and whether events may be
// stored:
//
//	sleeper URI SCOPE STREAM
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, uri, scope, stream string) error {
	config := client.Config{}
	config.ControllerURI = uri
	c, err := client.New(config)
	if err != nil {
		return err
	}
	defer c.Close()
	limits := client.TransactionalWriterConfig{}
	limits.Lease = 10 * time.Second
	w, err := c.OpenTransactionalWriter(ctx, scope, stream, limits)
	if err != nil {
		return err
	}
	txn, err := w.Begin(ctx)
	if err != nil {
		return err
	}
	fmt.Println(txn.ID())
	for ; err == nil; time.Sleep(10 * time.Millisecond) {
		_, err = txn.Write(ctx, client.Event{Key: []byte("k"), Data: []byte("never")})
	}
	fmt.Println(client.CodeOf(err), client.MayBeStored(err))
	return nil
}
