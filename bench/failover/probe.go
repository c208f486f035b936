package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/routing"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// probe begins a try every 100 ms: a new client with new connections appends an
// event to each segment, as all of them must work for the writer to go on. It
// knows nothing of the tries before.
type probe struct {
	uri    string
	keys   []string     // one for each segment
	begun  atomic.Int64 // tries
	stored atomic.Int64 // the newest try that succeeded
	gaps   harness.Gaps // between tries that succeed
	work   sync.WaitGroup
}

const (
	probeInterval = 100 * time.Millisecond
	probeLimit    = 3 * time.Second // of a try; the next ones do not wait for it
	probesAtOnce  = 10
)

func startProbe(ctx context.Context, uri string) *probe {
	p := &probe{uri: uri, keys: keys()}
	p.work.Go(func() {
		tick := time.NewTicker(probeInterval)
		defer tick.Stop()
		room := make(chan struct{}, probesAtOnce)
		for ctx.Err() == nil {
			<-tick.C
			room <- struct{}{}
			n := p.begun.Add(1)
			p.work.Go(func() {
				defer func() { <-room }()
				if p.try(ctx) == nil {
					atLeast(&p.stored, n)
					p.gaps.Note()
				}
			})
		}
	})
	return p
}

func (p *probe) try(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	c, err := newClient(p.uri)
	if err != nil {
		return err
	}
	defer c.Close()
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		return err
	}
	for _, key := range p.keys {
		if _, err := w.Write(ctx, client.Event{Key: []byte(key), Data: []byte("probe")}); err != nil {
			return err
		}
	}
	return w.Close(ctx)
}

// keys finds one for each segment of an even stream.
func keys() []string {
	found := make(map[int]string)
	for i := 0; len(found) < segments; i++ {
		key := fmt.Sprint(i)
		position, _ := routing.Position(key) // digits are a key
		found[int(position*segments)] = key
	}
	return slices.Collect(maps.Values(found))
}
