package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/controller/clustertest"
)

// newClient connects to a Pravega in memory that has the stream "scope/stream". An application
// has an address instead.
func newClient() (c *client.Client, end func()) {
	servers, err := clustertest.New(0, 1)
	check(err)
	c, err = client.New(client.Config{ControllerURI: servers.URI})
	check(err)
	return c, func() { check(c.Close()); servers.Close() }
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Events of one key are read in the order in which they were written. Close waits until all are
// stored.
func ExampleWriter_Write() {
	c, end := newClient()
	defer end()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	w, err := c.OpenWriter(ctx, "scope", "stream", client.WriterConfig{})
	check(err)
	for _, step := range []string{"ordered", "paid", "shipped"} {
		number, err := w.Write(ctx, client.Event{Key: []byte("order 7"), Data: []byte(step)})
		check(err)
		fmt.Println(number, step)
	}
	check(w.Close(ctx))
	acked, _ := w.Acked()
	fmt.Println("stored up to", acked)
	// Output:
	// 1 ordered
	// 2 paid
	// 3 shipped
	// stored up to 3
}

// A writer that must not wait is told when there is no room.
func ExampleWriter_TryWrite() {
	c, end := newClient()
	defer end()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	w, err := c.OpenWriter(ctx, "scope", "stream", client.WriterConfig{})
	check(err)
	_, err = w.TryWrite(client.Event{Data: []byte("measured")})
	switch {
	case errors.Is(err, client.ErrWindowFull):
		fmt.Println("dropped")
	case err == nil:
		fmt.Println("taken")
	default:
		log.Fatal(err)
	}
	check(w.Flush(ctx))
	check(w.Close(ctx))
	// Output: taken
}

// The group hands every event to one of its readers. A range over events ends when the streams
// are sealed and everything was read.
func ExampleReader_Events() {
	c, end := newClient()
	defer end()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w, err := c.OpenWriter(ctx, "scope", "stream", client.WriterConfig{})
	check(err)
	_, err = w.WriteBatch(ctx, nil, []byte("one"), []byte("two"))
	check(err)
	check(w.Close(ctx))
	check(c.SealStream(ctx, "scope", "stream"))

	_, err = c.CreateReaderGroup(ctx, "scope", "group", client.ReaderGroupConfig{
		Streams: []client.GroupStream{{Scope: "scope", Stream: "stream"}},
	})
	check(err)
	g, err := c.OpenReaderGroup(ctx, "scope", "group")
	check(err)
	r, err := g.OpenReader(ctx, "reader-1", client.ReaderConfig{})
	check(err)
	for event, err := range r.Events(ctx) {
		check(err)
		fmt.Println(string(event))
	}
	check(r.Close(ctx))
	// Output:
	// one
	// two
}

// Readers see the events of a transaction all at once, or never.
func ExampleTransactionalWriter_Begin() {
	c, end := newClient()
	defer end()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	w, err := c.OpenTransactionalWriter(ctx, "scope", "stream", client.TransactionalWriterConfig{Lease: 30 * time.Second})
	check(err)
	txn, err := w.Begin(ctx)
	check(err)
	for _, entry := range []string{"debit", "credit"} {
		_, err := txn.Write(ctx, client.Event{Key: []byte("account"), Data: []byte(entry)})
		check(err)
	}
	check(txn.Commit(ctx))
	state, err := txn.Status(ctx)
	check(err)
	fmt.Println(state)
	check(w.Close(ctx))
	// Output: committed
}
