package segment_test

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

const forbidden = "scope/forbidden/0.#epoch.0"

// about is the segment that a command shows a token for.
func about(c wire.Command) string {
	switch c := c.(type) {
	case wire.SetupAppend:
		return c.Segment
	case wire.ReadSegment:
		return c.Segment
	case wire.GetStreamSegmentInfo:
		return c.Segment
	}
	return ""
}

// An appender whose token is refused leaves while its set-up is under way. The refusal
// comes when it is gone, and an appender of another stream on the connection does not
// take it for its own.
func TestRefusalOfAnAppenderThatHasLeftIsNotHeldAgainstAnother(t *testing.T) {
	s, stores := start(t)
	s.Create(forbidden)
	asked, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if about(c) != forbidden {
			return storetest.Serve
		}
		once.Do(func() { close(asked) })
		<-goOn
		return storetest.Refused
	})
	var lock sync.Mutex
	appender := func(name string, owner told) *segment.Appender {
		a := segment.NewAppender(life(t), segment.Config{Lock: &lock, Stores: stores, Owner: owner, Progress: new(segment.Progress), BlockBytes: 1 << 10}, name, wire.NewUUID())
		t.Cleanup(func() { locked(&lock, a.Stop) })
		return a
	}
	owner := told{make(chan int, 1), make(chan error, 1)}
	writer := appender(name, owner)
	add := func(a *segment.Appender, n int64) { locked(&lock, func() { a.Add(n, 0, []byte("event")) }) }
	add(writer, 1)
	owner.wait(t, "event 1")
	leaver := appender(forbidden, told{make(chan int, 1), make(chan error, 1)})
	add(leaver, 1)
	<-asked
	locked(&lock, leaver.Stop)
	add(writer, 2)
	close(goOn)
	owner.wait(t, "event 2")
	add(writer, 3)
	owner.wait(t, "event 3")
	if n := len(s.Events(name)); n != 3 {
		t.Fatalf("%d events are stored", n)
	}
}

func locked(lock *sync.Mutex, f func()) {
	lock.Lock()
	defer lock.Unlock()
	f()
}

// Two segments are read over one connection from the same offset on, and one of them may
// not be read. Only that one is told so, and the other one goes on.
func TestRefusedReadEndsOnlyTheFetcherThatItBelongsTo(t *testing.T) {
	for verdict, want := range map[storetest.Verdict]error{
		storetest.Refused: fault.PermissionDenied,
		storetest.Expired: fault.Unauthenticated,
	} {
		s, stores := start(t)
		s.Create(forbidden)
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			if about(c) == forbidden {
				return verdict
			}
			return storetest.Serve
		})
		fetch := func(name string) (*segment.Fetcher, *reading) {
			sink := newReading()
			f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
			t.Cleanup(f.Stop)
			return f, sink
		}
		reader, allowed := fetch(name) // waits at the tail
		_, refused := fetch(forbidden)
		select {
		case err := <-refused.ended:
			if !errors.Is(err, want) {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%v: the one that may not read is not told", want)
		}
		s.Put(name, numbered(0, 0))
		var next, offset int64
		allowed.take(t, reader, &next, &offset)
	}
}

// A store that answers a read as if it were another request is asked again for a while,
// and then its segment cannot be read.
func TestFetcherEndsWhenAnswersBelongToOtherRequests(t *testing.T) {
	s, stores := start(t)
	s.Put(name, numbered(0, 0))
	reads := 0
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.ReadSegment); ok {
			if reads++; reads != 3 {
				return storetest.Mistaken
			}
		}
		return storetest.Serve
	})
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	var next, offset int64
	sink.take(t, f, &next, &offset)
	select {
	case err := <-sink.ended:
		if !errors.Is(err, fault.Protocol) {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
}
