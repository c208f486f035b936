package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/client"
)

// eventsOfOne is how many events a transaction has.
const eventsOfOne = 100

// transactions writes all events in transactions, as many at once as the work's
// name says: "txn-10". Each is begun, written, committed and waited for until it
// can be read, before the next one.
func transactions(c *client.Client, t measure.Task) (r measure.Result, err error) {
	ctx := context.Background()
	atOnce, err := strconv.Atoi(strings.TrimPrefix(t.Work, "txn-"))
	if err != nil {
		return r, err
	}
	w, err := c.OpenTransactionalWriter(ctx, t.Scope, t.Stream, client.TransactionalWriterConfig{})
	if err != nil {
		return r, err
	}
	event := client.Event{Data: make([]byte, t.Size)}
	one := func() (decided, readable time.Duration, err error) {
		began := time.Now()
		txn, err := w.Begin(ctx)
		if err != nil {
			return 0, 0, err
		}
		for range eventsOfOne {
			if _, err := txn.TryWrite(event); err != nil {
				return 0, 0, err
			}
		}
		if err := txn.Commit(ctx); err != nil {
			return 0, 0, err
		}
		decided = time.Since(began)
		err = txn.WaitReadable(ctx)
		return decided, time.Since(began), err
	}
	if _, _, err := one(); err != nil { // connects
		return r, err
	}
	decided := make([]time.Duration, t.Count/eventsOfOne)
	readable := make([]time.Duration, len(decided))
	failures := make([]error, atOnce)
	watch, err := measure.Start()
	if err != nil {
		return r, err
	}
	var work sync.WaitGroup
	for k := range atOnce {
		work.Go(func() {
			for i := k; i < len(decided) && failures[k] == nil; i += atOnce {
				decided[i], readable[i], failures[k] = one()
			}
		})
	}
	work.Wait()
	if err := errors.Join(failures...); err != nil {
		return r, err
	}
	if r, err = watch.Stop(int64(len(decided) * eventsOfOne)); err != nil {
		return r, err
	}
	r.Before = eventsOfOne
	r.Latencies(decided)
	r.Readable(readable)
	return r, w.Close(ctx)
}
