package client

import (
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Another reset is made while this one is under way. In the end the group's state is what
// the controllers have: a later reset, or this one, which is made again if the other one
// took its generation.
func TestResetsUnderWayAtOnceLeaveTheControllersConfig(t *testing.T) {
	for name, other := range map[string]struct {
		ahead int64 // the other's generation, from the one before
		wins  bool
	}{
		"takes its generation": {1, false},
		"follows":              {2, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, 0, 0.5, 1)
			client := c.client(Config{})
			stream := GroupStream{Scope: c.Stream.Scope, Stream: c.Stream.Name}
			if _, err := client.CreateReaderGroup(waittest.Limit(t), stream.Scope, "g", ReaderGroupConfig{Streams: []GroupStream{stream}}); err != nil {
				t.Fatal(err)
			}
			g, err := client.OpenReaderGroup(waittest.Limit(t), stream.Scope, "g")
			if err != nil {
				t.Fatal(err)
			}
			c.Put(c.Name(0), enginetest.Numbered(1))
			info, err := client.StreamInfo(waittest.Limit(t), stream.Scope, stream.Stream)
			if err != nil {
				t.Fatal(err)
			}
			config := c.Group(g.engine.Scope, g.engine.Name)
			config.Generation += other.ahead
			var once sync.Once
			keepOther := func() { // as soon as the first update is made
				if c.Effects("updateReaderGroup") > 0 {
					once.Do(func() { c.Register(config) })
				}
			}
			c.SetCalls(func(string, int) storetest.Verdict { keepOther(); return storetest.Serve })
			c.Set(func(int, wire.Command) storetest.Verdict { keepOther(); return storetest.Serve })
			if err := g.ResetTo(waittest.Limit(t), info.Tail); err != nil {
				t.Fatal(err)
			}
			c.Set(nil)
			c.SetCalls(nil)
			kept, err := client.cluster.Controller.ReaderGroupConfig(waittest.Limit(t), g.engine.Scope, g.engine.Name)
			if err != nil {
				t.Fatal(err)
			}
			state, _, err := g.engine.Read(waittest.Limit(t))
			if err != nil {
				t.Fatal(err)
			}
			if now := state.Config(); now.Generation != kept.Generation || !now.Same(kept) {
				t.Errorf("the state has %+v, the controller %+v", now, kept)
			}
			if from := kept.Start[c.Stream]; from.Equal(info.Tail.cut) == other.wins {
				t.Errorf("the group starts at %s", from.Text())
			}
		})
	}
}
