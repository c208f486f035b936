package enginetest

import (
	"encoding/binary"
	"iter"
	"testing"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

// MakeGroup makes the state of the reader group "group", which reads the stream from its head,
// without the help of the controllers.
func (c *Cluster) MakeGroup() {
	c.T.Helper()
	heads := make(map[naming.SegmentID]int64)
	for _, id := range c.Current() {
		heads[id] = 0
	}
	init, err := readergroup.NewInit(readergroup.Config{
		Start:         map[naming.Stream]streamcut.Cut{c.Stream: {}},
		RefreshMillis: 100, MaxOutstandingCheckpoints: 1,
	}, map[naming.Stream]map[naming.SegmentID]int64{c.Stream: heads})
	Must(c.T, err)
	record, err := readergroup.EncodeInit(init)
	Must(c.T, err)
	log := naming.SegmentName(naming.ReaderGroupStream(c.Stream.Scope, "group"), 0)
	c.Create(log)
	c.Put(log, record)
}

// Tally counts how often each event, by its number, was consumed.
type Tally map[uint64]int

// Take consumes a slice.
func (n Tally) Take(t testing.TB, s interface {
	Events() iter.Seq2[int64, []byte]
	Release() error
}) {
	t.Helper()
	for _, event := range s.Events() {
		n[binary.BigEndian.Uint64(event)]++
	}
	Must(t, s.Release())
}

// Once checks that each of the events 1 to last was consumed once.
func (n Tally) Once(t testing.TB, last uint64) {
	t.Helper()
	for id := uint64(1); id <= last; id++ {
		if n[id] != 1 {
			t.Errorf("event %d was consumed %d times", id, n[id])
		}
	}
}
