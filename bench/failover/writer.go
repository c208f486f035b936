package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// writer writes 1,000 events a second, to all segments.
type writer struct {
	*client.Writer
	written, acked atomic.Int64
	gaps           harness.Gaps // between acknowledgements
	ended          chan error
}

func startWriter(ctx context.Context, c *client.Client) (*writer, error) {
	opened, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		return nil, err
	}
	w := &writer{Writer: opened, ended: make(chan error, 1)}
	w.Notify(func(acked int64, _ error) {
		if w.acked.Swap(acked) < acked { // it is also called when nothing has changed
			w.gaps.Note()
		}
	})
	go func() { w.ended <- w.run(ctx) }()
	return w, nil
}

func (w *writer) run(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		<-tick.C
		for range 10 {
			n, err := w.Write(ctx, client.Event{Data: make([]byte, 100)})
			if err != nil {
				return err
			}
			w.written.Store(n)
		}
	}
	return nil
}

// wait returns when the writer has ended, after its ctx has. Everything that it
// took must be stored.
func (w *writer) wait() error {
	if err := <-w.ended; err != nil && !errors.Is(err, client.ErrCancelled) {
		return fmt.Errorf("the writer ended with %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return w.Close(ctx)
}
