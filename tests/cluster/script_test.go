//go:build cluster

package cluster

import (
	"context"
	"fmt"
	"strings"

	"github.com/pravega/pravega-client-go/client"
)

// What a load writes is a script: event n of a writer is always the same. Of each
// batchEvery events the first ones are a batch, and of each largeEvery one is too
// large for one append.
const (
	batchEvery = 500
	batchSize  = 5
	largeEvery = 20_000
	largeAt    = 100 // in its largeEvery, so that short runs have one too
)

// padding makes events about 100 bytes long, largePadding more than MaxEventSize.
var (
	padding      = strings.Repeat(".", 80)
	largePadding = strings.Repeat(".", client.MaxEventSize)
)

func eventOf(writer string, n int64) event {
	switch {
	case inBatch(n):
		return event{writer, fmt.Sprint("batch", n/batchEvery%7), n}
	case n%largeEvery == largeAt:
		return event{writer, "large", n}
	}
	return event{writer, fmt.Sprint("key", n%101), n}
}

// inBatch reports whether event n is part of a batch; all of one batch share
// n/batchEvery.
func inBatch(n int64) bool { return n%batchEvery < batchSize && n >= batchEvery }

// put writes event n, and the rest of its batch. It returns the number of the last
// one that it has written.
func put(ctx context.Context, w *client.Writer, writer string, n int64) (last int64, err error) {
	e := eventOf(writer, n)
	var number int64
	if last = n; inBatch(n) {
		var batch [][]byte
		for last = n; inBatch(last); last++ {
			batch = append(batch, eventOf(writer, last).bytes())
		}
		last--
		number, err = w.WriteBatch(ctx, []byte(e.key), batch...)
	} else {
		number, err = w.Write(ctx, client.Event{Key: []byte(e.key), Data: e.bytes()})
	}
	if err == nil && number != last {
		err = fmt.Errorf("event %d got number %d", last, number)
	}
	return last, err
}
