package client

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// oneEvent is how many bytes a numbered event takes in a segment.
const oneEvent = wire.EventHeader + 8

// A group is reset to its last checkpoint while an application stands at the next one, with and
// without a slice out at another reader. The checkpoint is given up and told of no more, both
// readers are told of the reset, and after it the group reads exactly what lies behind the last
// checkpoint.
func TestGroupIsResetWhileAnApplicationStandsAtACheckpoint(t *testing.T) {
	for name, lends := range map[string]bool{"nothing is out": false, "a slice is out": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCluster(t, 0, 0.5, 1)
			for n := range int64(6) { // 1 to 3, 4 to 6
				c.Put(c.Name(c.Current()[n/3]), enginetest.Numbered(n+1))
			}
			client := c.client(Config{})
			stream := GroupStream{Scope: c.Stream.Scope, Stream: c.Stream.Name}
			config := ReaderGroupConfig{Streams: []GroupStream{stream}}
			config.RefreshInterval, config.CheckpointInterval = 100*time.Millisecond, 0
			enginetest.Must(t, enginetest.Second(client.CreateReaderGroup(waittest.Limit(t), stream.Scope, "g", config)))
			g, err := client.OpenReaderGroup(waittest.Limit(t), stream.Scope, "g")
			enginetest.Must(t, err)
			open := func(id string, checkpoints bool) *Reader {
				var config ReaderConfig
				config.Checkpoints = checkpoints
				r, err := g.OpenReader(waittest.Limit(t), id, config)
				enginetest.Must(t, err)
				return r
			}
			stands, other := open("stands", true), open("other", false)
			waittest.Until(t, "each has a segment", func() bool {
				return len(stands.Position().Offsets()) == 1 && len(other.Position().Offsets()) == 1
			})
			takeOne := func(s *Slice) {
				t.Helper()
				enginetest.Must(t, s.ReleaseAt(s.StartOffset()+oneEvent))
			}
			begin := func(name string) chan error {
				t.Helper()
				done := make(chan error, 1)
				go func() { done <- enginetest.Second(g.InitiateCheckpoint(waittest.Limit(t), name)) }()
				for {
					s, err := stands.Next(waittest.Limit(t))
					var at *AtCheckpoint
					if errors.As(err, &at) && at.Name == name {
						return done
					}
					enginetest.Must(t, err)
					enginetest.Must(t, s.ReleaseAt(s.StartOffset())) // it does not know of the checkpoint yet
				}
			}
			takeOne(next(t, stands))
			takeOne(next(t, other))
			first := begin("first")
			takeOne(next(t, stands))
			enginetest.Must(t, <-first)
			out := next(t, other)
			if !lends {
				takeOne(out)
			}
			second := begin("second")
			enginetest.Must(t, g.ResetToLastCheckpoint(waittest.Limit(t)))
			if err := <-second; CodeOf(err) != ErrConflict {
				t.Fatal(err)
			}
			for _, r := range []*Reader{stands, other} {
				for err = nil; err == nil; {
					var s *Slice
					if s, err = r.Next(waittest.Limit(t)); err == nil {
						_ = s.Release() // noted or not: it is read again
					}
				}
				if CodeOf(err) != ErrGroupReinitialized {
					t.Fatal(err)
				}
			}
			if lends {
				enginetest.Wants(t, out.Release(), ErrClosed, false)
			}
			enginetest.Must(t, stands.Close(waittest.Limit(t)))
			enginetest.Must(t, other.Close(waittest.Limit(t)))
			again := open("stands", false)
			read := make(map[string][]uint64)
			for n := 0; n < 4; {
				s := next(t, again)
				for _, event := range s.Events() {
					read[s.Segment()] = append(read[s.Segment()], binary.BigEndian.Uint64(event))
					n++
				}
				enginetest.Must(t, s.Release())
			}
			for i, id := range c.Current() {
				if want := []uint64{uint64(3*i + 2), uint64(3*i + 3)}; !slices.Equal(read[c.Name(id)], want) {
					t.Errorf("%d are read of %s, want %d", read[c.Name(id)], c.Name(id), want)
				}
			}
			cp, err := g.InitiateCheckpoint(waittest.Limit(t), "second")
			enginetest.Must(t, err)
			for _, id := range c.Current() {
				if at := cp.Cuts()[0].cut.Offsets[id]; at != 3*oneEvent {
					t.Errorf("the checkpoint is at offset %d of %s", at, c.Name(id))
				}
			}
		})
	}
}
