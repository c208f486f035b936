package write

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// implausible numbers are those of no event that a writer of a few events has sent.
var implausible = []int64{1000, 1 << 40, 1<<48 | 1, 1<<62 | 1000, math.MaxInt64, -1, math.MinInt64 + 1}

// lie makes the store say a wrong number in its first replies of a kind.
func (c *testCluster) lie(reply wire.Command, number int64) (told func() int) {
	var mu sync.Mutex
	times := 0
	lies := func(kind wire.Command, lie func()) {
		mu.Lock()
		defer mu.Unlock()
		if times < 3 && kind.Type() == reply.Type() {
			times++
			lie()
		}
	}
	c.Speak(func(said wire.Command) wire.Command {
		switch r := said.(type) {
		case wire.AppendSetup:
			lies(r, func() { r.LastEventNumber = number })
			return r
		case wire.DataAppended:
			lies(r, func() { r.EventNumber = number })
			return r
		case wire.SegmentAttribute:
			lies(r, func() { r.Value = number })
			return r
		}
		return said
	})
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return times
	}
}

// A store that has the number of an event that was never sent is not believed: nothing
// counts as stored by it, and once the store tells the truth, everything is stored once.
func TestNumbersThatWereNeverSentAcknowledgeNothing(t *testing.T) {
	kinds := map[string]func(c *testCluster) (w *Writer, segment func() []int64){
		"writer": func(c *testCluster) (*Writer, func() []int64) {
			return c.writer(nil), func() []int64 { return c.Stored(0) }
		},
		"writer with an id": func(c *testCluster) (*Writer, func() []int64) {
			return c.writer(func(_ *cluster.Config, limits *Config) { limits.ID = "script" }), func() []int64 { return c.Stored(0) }
		},
		"transaction": func(c *testCluster) (*Writer, func() []int64) {
			client := c.Connect(enginetest.ClusterConfig())
			txn, err := client.Controller.CreateTransaction(waittest.Limit(c.T), c.Stream, time.Minute)
			enginetest.Must(c.T, err)
			name := naming.TransactionSegmentName(c.Stream, 0, txn.ID)
			w, err := New(client, c.Stream, defaults(), []Segment{{SegmentRange: txn.Segments[0], Name: name, Sealed: func() {}}})
			enginetest.Must(c.T, err)
			return w, func() (numbers []int64) {
				for _, e := range c.Events(name) {
					numbers = append(numbers, int64(binary.BigEndian.Uint64(e)))
				}
				return numbers
			}
		},
	}
	for _, reply := range []wire.Command{wire.AppendSetup{}, wire.DataAppended{}} {
		for kind, open := range kinds {
			for _, number := range implausible {
				t.Run(fmt.Sprintf("%v/%s/%d", reply.Type(), kind, number), func(t *testing.T) {
					c := startCluster(t, keyspace...)
					w, stored := open(c)
					w.Notify(func(acked int64, err error) {
						if has := stored(); err == nil && int64(len(has)) < acked {
							t.Errorf("acknowledged through %d, stored are %v", acked, has)
						}
					})
					told := c.lie(reply, number)
					c.Set(func(_ int, command wire.Command) storetest.Verdict {
						if block, ok := command.(wire.AppendBlockEnd); ok && block.LastEventNumber > 1 {
							for w.Newest() < 20 && t.Context().Err() == nil { // all are under way
								time.Sleep(time.Millisecond)
							}
						}
						return storetest.Serve
					})
					write(t, w, "k", 1, 20)
					flush(t, w, 20)
					if told() == 0 {
						t.Error("the store did not lie")
					}
					if has := stored(); len(has) != 20 || has[0] != 1 || has[19] != 20 {
						t.Errorf("stored are %v", has)
					}
					if err := w.Close(waittest.Limit(t)); err != nil { // before the transaction's segments go
						t.Error(err)
					}
				})
			}
		}
	}
}

// Nor is it believed when a sealed segment is asked what it holds.
func TestNumbersThatWereNeverSentAreNotInASealedSegment(t *testing.T) {
	for _, number := range implausible {
		for _, id := range []string{"", "script"} {
			t.Run(fmt.Sprintf("%s/%d", id, number), func(t *testing.T) {
				c := startCluster(t, keyspace...)
				w := c.writer(func(_ *cluster.Config, limits *Config) { limits.ID = id })
				write(t, w, "k", 1, 10)
				flush(t, w, 10)
				c.Scale([]naming.SegmentID{0}, 0, 1)
				var asked sync.Once
				c.Set(func(_ int, command wire.Command) storetest.Verdict {
					if r, ok := command.(wire.GetSegmentAttribute); ok && r.Segment == c.Name(0) {
						asked.Do(func() { c.lie(wire.SegmentAttribute{}, number) })
					}
					return storetest.Serve
				})
				write(t, w, "k", 11, 20)
				flush(t, w, 20)
				c.Expect(1, 20, c.Segments()...)
			})
		}
	}
}

// A writer that continues is rightly told the numbers of events that it has not sent: those
// that earlier ones have stored.
func TestNumbersOfEarlierWritersArePlausible(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	key := func(n int64) string {
		if n == 1 {
			return enginetest.KeyFor(0, 0.5)
		}
		return enginetest.KeyFor(0.5, 1)
	}
	p := c.mustProcess()
	for n := int64(1); n <= 50; n++ {
		write(t, p.Writer, key(n), n, n)
	}
	if err := p.Wait(waittest.Limit(t), 50); err != nil {
		t.Fatal(err)
	}
	p.kill()
	p = c.mustProcess()
	if d := p.Durable(); d > 1 {
		t.Fatalf("durable through %d", d)
	}
	for n := p.Durable() + 1; n <= 60; n++ {
		write(t, p.Writer, key(n), n, n)
	}
	flush(t, p.Writer, 60)
	p.client.Close()
	c.Expect(1, 60, 0, 1)
}

// Nor is it believed that parts of a large event are stored that were not sent yet.
func TestPartsThatWereNeverSentAreNotMerged(t *testing.T) {
	for _, number := range implausible {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			c := startCluster(t, keyspace...)
			w := c.writer(nil)
			told := c.lie(wire.DataAppended{}, number)
			merge := make(chan struct{})
			var once sync.Once
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				switch r := command.(type) {
				case wire.MergeSegments:
					once.Do(func() { close(merge) })
				case wire.AppendBlockEnd:
					if r.LastEventNumber == 3 { // the last part arrives late
						select {
						case <-merge:
						case <-time.After(100 * time.Millisecond):
						}
					}
				}
				return storetest.Serve
			})
			writeLarge(t, w, "k", 1)
			flush(t, w, 1)
			if told() == 0 {
				t.Error("the store did not lie")
			}
			if events := c.Events(c.Name(0)); len(events) != 1 || !slices.Equal(events[0], largeEvent(1)) {
				t.Errorf("%d events are stored", len(events))
			}
			c.noTransients()
		})
	}
}
