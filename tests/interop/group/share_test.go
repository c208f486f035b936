package group

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// Readers of Java, Go, C and Python share one group, whoever created it, while they
// join and leave, pass checkpoints, and the stream is split and merged; Java and Go
// writers write to it, each key from both. Each event goes to exactly one reader,
// in order per key, also where a segment is handed over, and all readers end by
// themselves with the sealed stream.
func TestAllLanguagesShareGroupsAndKeys(t *testing.T) {
	t.Parallel()
	for _, creator := range []string{"java", "go"} {
		t.Run("created by "+creator, func(t *testing.T) { share(t, creator) })
	}
}

var languages = []string{"c", "go", "java", "python"}

func share(t *testing.T, creator string) {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	t.Cleanup(cancel) // after the crew has ended
	c, controller := connect(t)
	scope, stream := fmt.Sprint("interop-", time.Now().UnixNano()), "s"
	_, err := c.CreateScope(ctx, scope)
	succeeds(t, err)
	settings := client.StreamConfig{}
	settings.Scaling.Segments = 2
	_, err = c.CreateStream(ctx, scope, stream, settings)
	succeeds(t, err)
	if creator == "java" {
		run(ctx, t, controller, scope, stream, "create", "g")
	} else {
		config := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}}
		config.RefreshInterval, config.CheckpointInterval = 500*time.Millisecond, 2*time.Second
		_, err = c.CreateReaderGroup(ctx, scope, "g", config)
		succeeds(t, err)
	}
	group, err := c.OpenReaderGroup(ctx, scope, "g")
	succeeds(t, err)
	w := &pen{ctx: ctx, t: t, client: c, controller: controller, scope: scope, stream: stream,
		keys: []string{"a", "b", "schlüssel", "日本", "𝄞", "d", "e", "f"}, next: 1}
	crew := newCrew(ctx, t, controller, scope, stream, group)

	crew.join("java-1", "go-1", "c-1", "python-1")
	w.write(100)
	scale(ctx, t, c, scope, stream, 6)
	w.write(100)
	// Write until all have got something: then segments were handed over.
	for w.goes(20); len(crew.count.readers()) < len(languages); w.goes(20) {
		if ctx.Err() != nil {
			t.Fatalf("only %q have got something", crew.count.readers())
		}
	}
	_, err = group.InitiateCheckpoint(ctx, "all pass")
	succeeds(t, err)
	crew.leave("python-1", "go-1")
	w.goes(50)
	crew.join("c-2", "python-2", "go-2")
	crew.leave("c-1")
	w.write(50)
	scale(ctx, t, c, scope, stream, 2)
	w.write(50)
	_, err = group.InitiateCheckpoint(ctx, "those that are left pass")
	succeeds(t, err)
	succeeds(t, c.SealStream(ctx, scope, stream))
	crew.until("all have read to the end", func() bool { return crew.left() == 0 })

	crew.count.mu.Lock()
	defer crew.count.mu.Unlock()
	missing := 0
	for _, key := range w.keys {
		for n := 1; n < w.next; n++ {
			if event := fmt.Sprintf("%s %d", key, n); !crew.count.seen[event] {
				if missing++; missing < 10 {
					t.Errorf("%s was not read", event)
				}
			}
		}
	}
	if want := (w.next - 1) * len(w.keys); missing > 0 || len(crew.count.seen) != want {
		t.Errorf("%d of %d events were read", len(crew.count.seen), want)
	}
	t.Logf("events read: %v", crew.count.by)
}

// readers lists who has read something, sorted.
func (c *tally) readers() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.by))
}

// pen writes the next events of all keys, from Java and Go.
type pen struct {
	ctx                       context.Context
	t                         *testing.T
	client                    *client.Client
	controller, scope, stream string
	keys                      []string
	next                      int
}

// write has Java write half of the keys and Go the other, and next time the other
// way round: each continues keys where the other has ended.
func (p *pen) write(n int) {
	p.t.Helper()
	half := len(p.keys) / 2
	run(p.ctx, p.t, p.controller, p.scope, p.stream, "write", strings.Join(p.keys[:half], ","), fmt.Sprint(p.next), fmt.Sprint(p.next+n-1))
	p.append(p.keys[half:], n)
	p.next += n
	p.keys = append(p.keys[half:], p.keys[:half]...)
}

// goes has Go write all keys, which takes less time.
func (p *pen) goes(n int) {
	p.t.Helper()
	p.append(p.keys, n)
	p.next += n
}

func (p *pen) append(keys []string, n int) {
	p.t.Helper()
	w, err := p.client.OpenWriter(p.ctx, p.scope, p.stream, client.WriterConfig{})
	succeeds(p.t, err)
	for _, key := range keys {
		for e := p.next; e < p.next+n; e++ {
			_, err := w.Write(p.ctx, client.Event{Key: []byte(key), Data: fmt.Appendf(nil, "%s %d", key, e)})
			succeeds(p.t, err)
		}
	}
	succeeds(p.t, w.Close(p.ctx))
}
