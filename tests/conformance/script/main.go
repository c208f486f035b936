// Command script is an application that dies: it writes the events of a script
// with a writer that has an id, from where the last one of this id is durable, and
// says on standard output how far it is. What event n is, Event tells.
//
//	script CONTROLLER SCOPE STREAM ID LAST PAUSE
//
// PAUSE, such as 5ms, is made before each Chunk; with 0s it writes without one.
// It prints "durable N" when the writer is open, "next N" before it writes N and
// the events behind it, as many as Chunk, and at the end "done" or "fenced".
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/conformance/script/event"
)

func main() {
	last, err := strconv.ParseInt(os.Args[5], 10, 64)
	var pause time.Duration
	if err == nil {
		pause, err = time.ParseDuration(os.Args[6])
	}
	if err == nil {
		err = run(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4], last, pause)
	}
	switch {
	case err == nil:
		fmt.Println("done")
	case errors.Is(err, client.ErrFenced) && client.IsFinal(err):
		fmt.Println("fenced")
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, controller, scope, stream, id string, last int64, pause time.Duration) error {
	config := client.Config{}
	config.ControllerURI = controller
	c, err := client.New(config)
	if err != nil {
		return err
	}
	defer c.Close()
	limits := client.WriterConfig{}
	limits.ID = id
	w, err := c.OpenWriter(ctx, scope, stream, limits)
	if err != nil {
		return err
	}
	fmt.Println("durable", w.Durable())
	for n := w.Durable() + 1; n <= last; n++ {
		if n%event.Chunk == 0 || n == w.Durable()+1 {
			fmt.Println("next", n)
			time.Sleep(pause)
		}
		key, payload := event.Of(n)
		var got int64
		if key == "" {
			got, err = w.Write(ctx, client.Event{Data: payload})
		} else {
			got, err = w.Write(ctx, client.Event{Key: []byte(key), Data: payload})
		}
		if err == nil && got != n {
			err = fmt.Errorf("event %d got number %d", n, got)
		}
		if err != nil {
			return err
		}
	}
	return w.Close(ctx)
}
