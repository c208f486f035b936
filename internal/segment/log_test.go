package segment_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Two writers extend a log, each record on condition that it saw all before.
// Replies and connections get lost; every record that was told to be added is
// there once, and no other.
func TestConditionalAppendsAreAddedOnceAndToldTruly(t *testing.T) {
	s, stores := start(t)
	var served atomic.Int64
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.ConditionalAppend); ok {
			switch served.Add(1) % 5 {
			case 1:
				return storetest.CloseLate
			case 3:
				return storetest.CloseNow
			}
		}
		return storetest.Serve
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	var added []string
	var work sync.WaitGroup
	for writer := range 2 {
		work.Add(1)
		go func() {
			defer work.Done()
			l := segment.NewLog(stores, name)
			var seen int64
			for n := 0; n < 50; {
				record := fmt.Sprintf("%d-%d", writer, n)
				end, ok, err := l.AppendAt(ctx, seen, []byte(record))
				if err != nil {
					t.Error(err)
					return
				}
				if ok {
					mu.Lock()
					added = append(added, record)
					mu.Unlock()
					seen = end
					n++
					continue
				}
				_, end, err = l.Bounds(ctx)
				if err == nil {
					err = l.Read(ctx, seen, end, func(_ []byte, next int64) error { seen = next; return nil })
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	work.Wait()
	var stored []string
	for _, e := range s.Events(name) {
		stored = append(stored, string(e))
	}
	slices.Sort(stored)
	slices.Sort(added)
	if len(added) != 100 || !slices.Equal(stored, added) {
		t.Fatalf("%d records were told to be added, %d are stored", len(added), len(stored))
	}
}

// A store takes its time with an append, so the log is set up anew on another connection
// and tries again. The store finishes the first try between that set-up and the second try,
// before or after somebody else adds a record. The answer is the true one.
func TestRecordThatIsAddedByALateTryIsToldToBeAdded(t *testing.T) {
	for what, want := range map[string]struct {
		before, behind bool // somebody else's record
		added          bool
	}{
		"nobody else":                 {added: true},
		"another record comes before": {before: true},
		"another record comes behind": {behind: true, added: true},
	} {
		s, stores := watched(t)
		proceed := make(chan struct{})
		late := sync.OnceFunc(func() {
			if want.before {
				s.Put(name, []byte("another"))
			}
			close(proceed)
			waittest.Until(t, "the first try", func() bool { return !s.Connected(1) })
			if want.behind {
				s.Put(name, []byte("another"))
			}
		})
		s.Set(func(conn int, c wire.Command) storetest.Verdict {
			switch _, ok := c.(wire.ConditionalAppend); {
			case ok && conn == 1:
				<-proceed
			case ok:
				late()
			}
			return storetest.Serve
		})
		end, added, err := segment.NewLog(stores, name).AppendAt(t.Context(), 0, []byte("record"))
		stored := slices.ContainsFunc(s.Events(name), func(e []byte) bool { return string(e) == "record" })
		if err != nil || added != want.added || stored != want.added || added && end != 14 {
			t.Errorf("%s: added: %v, stored: %v, end %d, %v", what, added, stored, end, err)
		}
	}
}

// The reply to a move of the mark is lost, and the next try finds it moved: by itself, or
// by somebody else.
func TestMarkThatWasMovedByALostTryIsToldToBeMoved(t *testing.T) {
	for _, lost := range []storetest.Verdict{storetest.Serve, storetest.CloseLate, storetest.CloseNow} {
		for _, from := range []int64{-1, 14} {
			s, stores := start(t)
			l := segment.NewLog(stores, name)
			if _, err := l.MoveMark(t.Context(), -1, 14); err != nil {
				t.Fatal(err)
			}
			var moves atomic.Int64
			s.Set(func(_ int, c wire.Command) storetest.Verdict {
				if _, ok := c.(wire.UpdateSegmentAttribute); ok && moves.Add(1) == 1 {
					return lost
				}
				return storetest.Serve
			})
			moved, err := l.MoveMark(t.Context(), from, 28)
			mark, _, failure := l.Mark(t.Context())
			if err != nil || failure != nil || moved != (from == 14) || moved != (mark == 28) {
				t.Errorf("from %d, first try %v: moved: %v, it is at %d, %v, %v", from, lost, moved, mark, err, failure)
			}
		}
	}
}

// A record that is longer than what a server sends at once is read all the same.
func TestLogReadsLongRecords(t *testing.T) {
	s, stores := start(t)
	records := [][]byte{numbered(0, 10), numbered(1, 5<<20), numbered(2, 0), numbered(3, 3<<20)}
	s.Put(name, records...)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l := segment.NewLog(stores, name)
	start, end, err := l.Bounds(ctx)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	err = l.Read(ctx, start, end, func(record []byte, next int64) error {
		start += wire.EventHeader + int64(len(record))
		if !bytes.Equal(record, records[at]) || next != start {
			t.Fatalf("record %d is not what was written, or does not end at %d", at, next)
		}
		at++
		return nil
	})
	if err != nil || at != len(records) {
		t.Fatal(at, err)
	}
}

// A store that has nothing to say to a read gives the segment up: it is asked again, at
// longer and longer intervals, until the record comes.
func TestEmptyAnswersToReadsAreNoEnd(t *testing.T) {
	s, stores := start(t)
	s.Put(name, []byte("record"))
	var reads atomic.Int64
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.ReadSegment); ok {
			reads.Add(1)
			return storetest.Empty
		}
		return storetest.Serve
	})
	time.AfterFunc(500*time.Millisecond, func() { s.Set(nil) })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	l := segment.NewLog(stores, name)
	records := 0
	err := l.Read(ctx, 0, wire.EventHeader+int64(len("record")), func([]byte, int64) error { records++; return nil })
	if err != nil || records != 1 {
		t.Fatal(records, err)
	}
	if n := reads.Load(); n > 20 {
		t.Errorf("it was asked %d times", n)
	}
}

// A store that has the number of a record that was never sent is not believed.
func TestNumbersOfRecordsThatWereNeverSentAddNothing(t *testing.T) {
	for _, number := range []int64{2, 1 << 40, 1 << 62, 1<<62 | 1, math.MaxInt64, -1} {
		for _, lie := range []func(wire.Command) wire.Command{
			func(reply wire.Command) wire.Command {
				if setup, ok := reply.(wire.AppendSetup); ok {
					setup.LastEventNumber = number
					return setup
				}
				return reply
			},
			func(reply wire.Command) wire.Command {
				if appended, ok := reply.(wire.DataAppended); ok {
					appended.EventNumber = number
					return appended
				}
				return reply
			},
		} {
			s, stores := start(t)
			s.Speak(lie)
			l := segment.NewLog(stores, name)
			_, added, err := l.AppendAt(t.Context(), 0, []byte("record"))
			stored := len(s.Events(name)) == 1
			if added || fault.CodeOf(err) != fault.Protocol || fault.MayBeStored(err) != stored {
				t.Errorf("%d: added: %v, stored: %v, %v", number, added, stored, err)
			}
			s.Speak(nil)
			if _, added, err := l.AppendAt(t.Context(), int64(len(s.Events(name)))*14, []byte("record")); !added || err != nil {
				t.Errorf("%d: %v, %v", number, added, err)
			}
		}
	}
}
