package segment_test

import (
	"context"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// watched starts a store whose clients look after it often.
func watched(t *testing.T) (*storetest.Server, *segmentstore.Stores) {
	t.Helper()
	s := storetest.Start(t)
	s.Create(name)
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 50 * time.Millisecond}
	stores := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return s.Endpoint(), nil }, storetest.NoTokens{}, 1)
	t.Cleanup(stores.Close)
	return s, stores
}

// visits counts the reads of each connection, and decides on them.
type visits struct {
	mu    sync.Mutex
	reads map[int]int // by connection
	asked int         // for the segment's state
}

func (v *visits) count(conn int, c wire.Command) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch c.(type) {
	case wire.ReadSegment:
		v.reads[conn]++
	case wire.GetStreamSegmentInfo:
		v.asked++
	}
}

// A store lives, and never answers a read although it could: for data that is there or
// comes later, at the end of a sealed segment, or after a truncation. The read is given
// up, and another one brings what there is.
func TestReadThatIsNeverAnsweredIsGivenUp(t *testing.T) {
	for what, trouble := range map[string]struct {
		deaf   bool // the connection answers no question at all
		before int  // events
		then   func(s *storetest.Server)
		events int64 // that come after all
	}{
		"there is data":                       {before: 3, then: func(*storetest.Server) {}, events: 3},
		"data comes later":                    {then: func(s *storetest.Server) { s.Put(name, numbered(0, 0), numbered(1, 0)) }, events: 2},
		"the segment is sealed":               {then: func(s *storetest.Server) { s.Seal(name) }},
		"the connection answers no questions": {deaf: true, before: 3, then: func(*storetest.Server) {}, events: 3},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, stores := watched(t)
			for n := range trouble.before {
				s.Put(name, numbered(n, 0))
			}
			first := make(chan struct{})
			var once sync.Once
			s.Set(func(conn int, c wire.Command) storetest.Verdict {
				if conn > 1 {
					return storetest.Serve
				}
				switch c.(type) {
				case wire.ReadSegment:
					once.Do(func() { close(first) })
					return storetest.Ignore
				case wire.GetStreamSegmentInfo:
					if trouble.deaf {
						return storetest.Ignore
					}
				}
				return storetest.Serve
			})
			sink := newReading()
			f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
			defer f.Stop()
			<-first
			trouble.then(s)
			var next, offset int64
			for next < trouble.events {
				sink.take(t, f, &next, &offset)
			}
			s.Seal(name)
			select {
			case err := <-sink.ended:
				if err != nil || len(sink.chunks) > 0 {
					t.Fatal(err, len(sink.chunks))
				}
			case <-time.After(time.Minute):
				t.Fatal("the end does not come")
			}
		})
	}
}

// failures keeps the errors that are logged.
type failures struct {
	slog.Handler
	mu   sync.Mutex
	said []string
}

func (f *failures) Enabled(context.Context, slog.Level) bool { return true }

func (f *failures) Handle(_ context.Context, r slog.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok {
			f.said = append(f.said, err.Error())
		}
		return true
	})
	return nil
}

// about is the first error that has some words; else empty.
func (f *failures) about(words string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, said := range f.said {
		if strings.Contains(said, words) {
			return said
		}
	}
	return ""
}

// A read that waits for what is written next may do so without limit, however often the
// store is asked for the segment's length meanwhile.
func TestReadAtTheTailIsNeverGivenUp(t *testing.T) {
	t.Parallel()
	s, stores := watched(t)
	s.Put(name, numbered(0, 0))
	v := visits{reads: make(map[int]int)}
	s.Set(func(conn int, c wire.Command) storetest.Verdict {
		v.count(conn, c)
		return storetest.Serve
	})
	failed := &failures{Handler: slog.DiscardHandler}
	watching := background.New(background.Config{Patience: time.Hour, Logger: slog.New(failed)}, "reader")
	defer watching.End()
	sink := newReading()
	f := segment.StartFetcher(watching, stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	var next, offset int64
	sink.take(t, f, &next, &offset)
	until := time.Now().Add(time.Minute)
	for looked := false; !looked; time.Sleep(time.Millisecond) {
		v.mu.Lock()
		looked = v.asked >= 8 // twice as many looks as a read that could be answered is borne
		v.mu.Unlock()
		if time.Now().After(until) {
			t.Fatal("the store is not asked")
		}
	}
	if said := failed.about("does not answer a read"); said != "" { // a busy machine may lose the connection, for another reason
		t.Error(said)
	}
	s.Put(name, numbered(1, 0))
	sink.take(t, f, &next, &offset)
}

// One segment's reads are never answered. Another one that is read over the same
// connection does not notice.
func TestReadThatIsNeverAnsweredDisturbsNoOthers(t *testing.T) {
	t.Parallel()
	const stuck = "scope/stuck/0.#epoch.0"
	s, stores := watched(t)
	s.Create(stuck)
	s.Put(stuck, numbered(0, 0))
	v := visits{reads: make(map[int]int)}
	given := make(chan struct{})
	var once sync.Once
	s.Set(func(conn int, c wire.Command) storetest.Verdict {
		read, ok := c.(wire.ReadSegment)
		switch {
		case !ok:
		case read.Segment == name:
			v.count(conn, c)
		default:
			if conn > 2 {
				once.Do(func() { close(given) })
			}
			return storetest.Ignore
		}
		return storetest.Serve
	})
	start := func(name string) (*segment.Fetcher, *reading) {
		sink := newReading()
		f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
		t.Cleanup(f.Stop)
		return f, sink
	}
	f, sink := start(name)
	var next, offset int64
	s.Put(name, numbered(0, 0))
	sink.take(t, f, &next, &offset)
	start(stuck)
	select {
	case <-given:
	case <-time.After(time.Minute):
		t.Fatal("a read that is never answered is not given up")
	}
	s.Put(name, numbered(1, 0))
	sink.take(t, f, &next, &offset)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.reads) > 1 && s.Connected(1) { // a slow machine may have lost it
		t.Errorf("reads of the other segment, by connection: %v", v.reads)
	}
}

// A reader of a segment that nobody writes to meets garbage now and then. In between, the
// store shows that it serves the segment, so this ends nothing.
func TestSeldomGarbageIsBorneWhileNothingIsWritten(t *testing.T) {
	t.Parallel()
	s, stores := watched(t)
	sink := newReading()
	l := life(t)
	f := segment.StartFetcher(l, stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	for range 12 {
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			if _, ok := c.(wire.ReadSegment); ok {
				return storetest.Mistaken
			}
			return storetest.Serve
		})
		s.CutAll()
		waittest.Until(t, "a failure", func() bool { return l.Failures(background.ReadSegment) > 0 })
		s.Set(nil)
		waittest.Until(t, "the store to show that all is well", func() bool { return l.Failures(background.ReadSegment) == 0 })
	}
	if len(sink.ended) > 0 {
		t.Fatal(<-sink.ended)
	}
	s.Put(name, numbered(0, 0))
	var next, offset int64
	sink.take(t, f, &next, &offset)
}
