package segment_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const name = "scope/stream/0.#epoch.0"

func start(t *testing.T) (*storetest.Server, *segmentstore.Stores) {
	t.Helper()
	s := storetest.Start(t)
	s.Create(name)
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}
	stores := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return s.Endpoint(), nil }, storetest.NoTokens{}, 1)
	t.Cleanup(stores.Close)
	return s, stores
}

// life of an appender or a fetcher.
func life(t *testing.T) *background.Life { return lifeOf(t, time.Second) }

// patient is a life that bears everything for the time of a test.
func patient(t *testing.T) *background.Life { return lifeOf(t, time.Hour) }

func lifeOf(t *testing.T, patience time.Duration) *background.Life {
	l := background.New(background.Config{Patience: patience, Logger: slog.New(slog.DiscardHandler)}, t.Name())
	t.Cleanup(l.End)
	return l
}

// reading is a Sink that keeps what it is given.
type reading struct {
	chunks chan segment.Chunk
	ended  chan error
}

func newReading() *reading {
	return &reading{make(chan segment.Chunk, 1<<16), make(chan error, 1)}
}

func (r *reading) Fetched(_ *segment.Fetcher, c segment.Chunk) { r.chunks <- c }
func (r *reading) Ended(_ *segment.Fetcher, err error)         { r.ended <- err }

// numbered is an event that holds its number, and then some.
func numbered(n, size int) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(n)), make([]byte, size)...)
}

// take reads the next chunk and checks that its events are those that follow.
func (r *reading) take(t *testing.T, f *segment.Fetcher, next, offset *int64) {
	t.Helper()
	select {
	case c := <-r.chunks:
		if c.Offset != *offset+c.Skipped {
			t.Fatalf("a chunk starts at %d, %d was expected, %d were skipped", c.Offset, *offset, c.Skipped)
		}
		*offset = c.Offset
		for data := c.Buffer.Bytes(); len(data) > 0; {
			event, size, err := wire.NextEvent(data)
			if err != nil || size == 0 {
				t.Fatalf("a chunk holds a part of an event: %v", err)
			}
			if got := int64(binary.BigEndian.Uint64(event)); got != *next && c.Skipped == 0 {
				t.Fatalf("event %d came, %d was expected", got, *next)
			} else {
				*next = got + 1
			}
			data = data[size:]
			*offset += int64(size)
			c.Skipped = 0
		}
		size := c.Buffer.Size()
		c.Buffer.Release()
		f.Released(size)
	case err := <-r.ended:
		r.ended <- err
		if len(r.chunks) == 0 {
			t.Fatalf("the segment ended before event %d: %v", *next, err)
		}
		r.take(t, f, next, offset)
	case <-time.After(30 * time.Second):
		t.Fatalf("event %d does not come", *next)
	}
}

// Events of all sizes, some larger than a read or than the whole budget, come
// once and in order, although connections break all the time, and the segment
// grows meanwhile.
func TestFetcherBringsEveryEventOnce(t *testing.T) {
	for _, budget := range []int{64 << 10, 8 << 20} {
		s, stores := start(t)
		const events = 3000
		random := rand.New(rand.NewPCG(1, uint64(budget)))
		put := func(from, to int) {
			for n := from; n < to; n++ {
				size := random.IntN(300)
				if n%500 == 7 {
					size = random.IntN(3 << 20)
				}
				s.Put(name, numbered(n, size))
			}
		}
		put(0, events/2)
		var served atomic.Int64
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			if _, ok := c.(wire.ReadSegment); ok && served.Add(1)%7 == 0 {
				return []storetest.Verdict{storetest.CloseNow, storetest.CloseLate}[served.Load()%2]
			}
			return storetest.Serve
		})
		sink := newReading()
		f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return budget }, sink)
		grown := make(chan struct{})
		go func() { defer close(grown); put(events/2, events) }()
		var next, offset int64
		for next < events {
			sink.take(t, f, &next, &offset)
		}
		<-grown
		s.Set(nil)
		s.Seal(name)
		if err := <-sink.ended; err != nil || len(sink.chunks) > 0 {
			t.Fatal(err, len(sink.chunks))
		}
		f.Stop()
	}
}

// What truncation takes away is skipped and told.
func TestFetcherTellsWhatTruncationSkipped(t *testing.T) {
	s, stores := start(t)
	for n := range 100 {
		s.Put(name, numbered(n, 0))
	}
	const size = wire.EventHeader + 8
	s.Truncate(name, 40*size)
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 10*size, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	c := <-sink.chunks
	if c.Skipped != 30*size || c.Offset != 40*size {
		t.Fatalf("the first chunk is at %d, %d bytes were skipped", c.Offset, c.Skipped)
	}
}

// A store that tells of truncation where there was none is asked again at longer and
// longer intervals, until it has thought better of it.
func TestFetcherDoesNotPressAStoreThatTellsOfTruncationWrongly(t *testing.T) {
	s, stores := start(t)
	s.Put(name, numbered(0, 0))
	asked := make(chan time.Time, 1000)
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.ReadSegment); ok {
			select {
			case asked <- time.Now():
			default:
			}
			return storetest.Truncated
		}
		return storetest.Serve
	})
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	first, last := <-asked, time.Time{}
	for range 7 {
		last = <-asked
	}
	if took := last.Sub(first); took < 600*time.Millisecond {
		t.Fatalf("it was asked seven times more within %v", took)
	}
	s.Set(nil)
	var next, offset int64
	sink.take(t, f, &next, &offset)
}

// Truncation takes away an event of which the fetcher has read only some bytes, be
// it less than a header: it goes on behind it (pravega#7343).
func TestPravega7343FetcherGoesOnWhenAnEventThatItHasInPartIsTruncated(t *testing.T) {
	event := wire.AppendEvent(nil, numbered(1, 0))
	for had := 1; had < len(event); had++ {
		s, stores := start(t)
		s.Put(name, numbered(0, 0))
		s.PutBytes(name, event[:had])
		sink := newReading()
		f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
		var next, offset int64
		sink.take(t, f, &next, &offset)
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			if _, ok := c.(wire.ReadSegment); ok {
				return storetest.CloseNow
			}
			return storetest.Serve
		})
		s.CutAll()
		s.PutBytes(name, event[had:])
		s.Put(name, numbered(2, 0))
		s.Truncate(name, 2*int64(len(event)))
		s.Set(nil)
		if c := <-sink.chunks; c.Offset != 2*int64(len(event)) || c.Skipped != int64(len(event)) {
			t.Fatalf("with %d bytes of an event, the chunk behind it is at %d, %d bytes were skipped", had, c.Offset, c.Skipped)
		}
		f.Stop()
	}
}

// A limit that truncation has passed, as one where the fetcher starts, is its end,
// although the segment may grow for ever.
func TestFetcherEndsAtALimitThatIsTruncated(t *testing.T) {
	const size = wire.EventHeader + 8
	for what, from := range map[string]int64{"behind": 0, "at": 2 * size} {
		s, stores := start(t)
		for n := range 4 {
			s.Put(name, numbered(n, 0))
		}
		s.Truncate(name, 4*size)
		sink := newReading()
		f := segment.StartFetcher(life(t), stores, name, from, 2*size, func() int { return 1 << 20 }, sink)
		select {
		case err := <-sink.ended:
			if err != nil || len(sink.chunks) > 0 {
				t.Error(err, len(sink.chunks))
			}
		case <-time.After(30 * time.Second):
			t.Errorf("a fetcher that starts %s its limit does not end", what)
		}
		f.Stop()
	}
}

// A limit within an event is one before it: whole events are read only.
func TestFetcherReadsNoEventBeyondItsLimit(t *testing.T) {
	s, stores := start(t)
	sizes := []int{0, 0, 3 << 20}
	limit := int64(-5)
	for n, size := range sizes {
		s.Put(name, numbered(n, size))
		limit += int64(wire.EventHeader + 8 + size)
	}
	s.Put(name, numbered(len(sizes), 0))
	for limit, want := range map[int64]int64{20: 1, 31: 1, limit: 2} {
		sink := newReading()
		f := segment.StartFetcher(life(t), stores, name, 0, limit, func() int { return 8 << 20 }, sink)
		if err := <-sink.ended; err != nil {
			t.Fatal(err)
		}
		f.Stop()
		var next, offset int64
		for len(sink.chunks) > 0 {
			sink.take(t, f, &next, &offset)
		}
		if next != want {
			t.Errorf("with a limit of %d, %d events were read", limit, next)
		}
	}
}

// A segment that ends within an event says so.
func TestFetcherTellsOfAnEventThatIsCutOff(t *testing.T) {
	for had := 1; had < wire.EventHeader+8; had++ {
		s, stores := start(t)
		s.Put(name, numbered(0, 0))
		s.PutBytes(name, wire.AppendEvent(nil, numbered(1, 0))[:had])
		s.Seal(name)
		sink := newReading()
		f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
		if err := <-sink.ended; !errors.Is(err, fault.Protocol) {
			t.Fatal(err)
		}
		f.Stop()
	}
}

// A segment that is deleted, under a fetcher that waits at its tail or before it is
// started, has ended for it, and it tells why.
func TestFetcherTellsThatASegmentIsGone(t *testing.T) {
	s, stores := start(t)
	s.Put(name, numbered(0, 0))
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	var next, offset int64
	sink.take(t, f, &next, &offset)
	s.Delete(name)
	s.CutAll()
	if err := <-sink.ended; !errors.Is(err, fault.NoSuchSegment) {
		t.Fatal(err)
	}
	late := newReading()
	f = segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, late)
	defer f.Stop()
	if err := <-late.ended; !errors.Is(err, fault.NoSuchSegment) {
		t.Fatal(err)
	}
}

// A limit is the offset of the first event that is not read.
func TestFetcherStopsAtItsLimit(t *testing.T) {
	s, stores := start(t)
	for n := range 100 {
		s.Put(name, numbered(n, 0))
	}
	const size = wire.EventHeader + 8
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, 25*size, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	var next, offset int64
	for next < 25 {
		sink.take(t, f, &next, &offset)
	}
	if err := <-sink.ended; err != nil || next != 25 || offset != 25*size {
		t.Fatal(err, next, offset)
	}
}

// What is no event ends the reading with an error.
func TestFetcherRefusesGarbage(t *testing.T) {
	s, stores := start(t)
	s.PutBytes(name, []byte("this was written by something else"))
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	if err := <-sink.ended; err == nil {
		t.Fatal("garbage was read")
	}
}

// The memory of what is asked for and not given back stays within the budget.
func TestFetcherStaysWithinItsBudget(t *testing.T) {
	s, stores := start(t)
	for n := range 20000 {
		s.Put(name, numbered(n, 1000))
	}
	const budget = 4 << 20
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return budget }, sink)
	defer f.Stop()
	held := 0
	for quiet := 0; quiet < 20; {
		select {
		case c := <-sink.chunks:
			held += c.Buffer.Size()
			quiet = 0
		case <-time.After(10 * time.Millisecond):
			quiet++
		}
	}
	if held == 0 || held > budget+segmentstore.ReadLength {
		t.Fatalf("%d bytes are held with a budget of %d", held, budget)
	}
}

// flaky is an Authorizer whose first token has ended when it comes, and whose
// controller is away at the second call.
type flaky struct{ calls atomic.Int64 }

func (a *flaky) Token(context.Context, string, segmentstore.Access) (string, time.Time, error) {
	switch a.calls.Add(1) {
	case 1:
		return "", time.Now(), nil
	case 2:
		return "", time.Time{}, fault.New(fault.Unreachable, "get token", "", "")
	}
	return "", time.Time{}, nil
}
func (*flaky) Refused(string, segmentstore.Access, string) {}

// A token that cannot be had for a while ends nothing: there is no reply under
// way that would wake the fetcher.
func TestFetcherGoesOnWhenATokenCannotBeHad(t *testing.T) {
	s, _ := start(t)
	s.Put(name, numbered(0, 0))
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}
	stores := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return s.Endpoint(), nil }, &flaky{}, 1)
	defer stores.Close()
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	var next, offset int64
	sink.take(t, f, &next, &offset)
}

// aging is an Authorizer whose tokens live for a moment.
type aging struct{ calls atomic.Int64 }

func (a *aging) Token(context.Context, string, segmentstore.Access) (string, time.Time, error) {
	return strconv.FormatInt(a.calls.Add(1), 10), time.Now().Add(50 * time.Millisecond), nil
}
func (*aging) Refused(string, segmentstore.Access, string) {}

// A token is used until half of its life is over, and no longer.
func TestFetcherRenewsItsToken(t *testing.T) {
	s, _ := start(t)
	var tokens atomic.Int64
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if read, ok := c.(wire.ReadSegment); ok {
			newest, _ := strconv.ParseInt(read.Token, 10, 64)
			tokens.Store(newest)
		}
		return storetest.Serve
	})
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}
	stores := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return s.Endpoint(), nil }, new(aging), 1)
	defer stores.Close()
	sink := newReading()
	s.Put(name, numbered(0, 0))
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sink)
	defer f.Stop()
	var next, offset int64
	for n, until := 1, time.Now().Add(time.Minute); tokens.Load() < 5; n++ {
		if time.Now().After(until) {
			t.Fatalf("%d tokens in a minute", tokens.Load())
		}
		sink.take(t, f, &next, &offset)
		s.Put(name, numbered(n, 0))
	}
}

// An event that is many times larger than the budget is put together, between
// others, over lost connections, and its bytes are those that were written.
func TestFetcherPutsLongEventsTogether(t *testing.T) {
	s, stores := start(t)
	sizes := []int{100, 20 << 20, 0, 1 << 20, 1<<20 - 8, 1<<20 + 1, 3 << 20, 8 << 20, 5, 33 << 20, 7}
	var written [][]byte
	random := rand.NewChaCha8([32]byte{1})
	for n, size := range sizes {
		event := numbered(n, size)
		_, _ = random.Read(event[8:])
		written = append(written, event)
	}
	s.Put(name, written...)
	var reads atomic.Int64
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.ReadSegment); ok && reads.Add(1)%30 == 0 {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 256 << 10 }, sink)
	defer f.Stop()
	for offset := int64(0); len(written) > 0; {
		select {
		case c := <-sink.chunks:
			if c.Offset != offset {
				t.Fatalf("a chunk starts at %d, %d was expected", c.Offset, offset)
			}
			for data := c.Buffer.Bytes(); len(data) > 0; {
				event, size, err := wire.NextEvent(data)
				if err != nil || !bytes.Equal(event, written[0]) {
					t.Fatalf("an event of %d bytes is not that of %d: %v", len(event), len(written[0]), err)
				}
				written, data, offset = written[1:], data[size:], offset+int64(size)
			}
			size := c.Buffer.Size()
			c.Buffer.Release()
			f.Released(size)
		case err := <-sink.ended:
			t.Fatalf("the segment ended with %d events left: %v", len(written), err)
		case <-time.After(30 * time.Second):
			t.Fatalf("nothing comes, %d events are left", len(written))
		}
	}
}

// An event that a reply cuts off costs no more than itself: the reply that brings its
// rest stays where the socket put it.
func TestFetcherMovesOnlyTheEventThatIsCutOff(t *testing.T) {
	s, stores := start(t)
	const events, size = 1000, 10_000
	for n := range events {
		s.Put(name, numbered(n, size-wire.EventHeader-8))
	}
	s.Seal(name)
	sink := newReading()
	f := segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 8 << 20 }, sink)
	defer f.Stop()
	alone, usual := 0, 0
	for offset := int64(0); offset < events*size; {
		select {
		case c := <-sink.chunks:
			length := len(c.Buffer.Bytes())
			if c.Offset != offset || length%size != 0 {
				t.Fatalf("a chunk of %d bytes starts at %d, not at %d", length, c.Offset, offset)
			}
			held := c.Buffer.Size()
			c.Buffer.Release()
			if offset += int64(length); length == size {
				alone++
			} else if usual == 0 {
				usual = held
			} else if held != usual && offset < events*size {
				t.Errorf("%d bytes take %d, those of another reply %d: they were moved", length, held, usual)
			}
			f.Released(held)
		case err := <-sink.ended:
			t.Fatalf("the segment ended at %d: %v", offset, err)
		case <-time.After(30 * time.Second):
			t.Fatalf("what lies at %d does not come", offset)
		}
	}
	if alone == 0 {
		t.Error("no reply cut an event off")
	}
}

// A store dies that serves many segments. Until they have moved, their fetchers do not all
// ask where they are.
func TestFetchersThatLostAStoreShareTheirLookUps(t *testing.T) {
	const segments = 100
	here, there := storetest.Start(t), storetest.Start(t)
	names := make([]string, segments)
	for i := range names {
		names[i] = fmt.Sprintf("scope/stream/%d.#epoch.0", i)
		here.Create(names[i])
		there.Create(names[i])
		there.Put(names[i], numbered(0, 0))
	}
	var moved atomic.Bool
	var asked atomic.Int64
	locate := func(context.Context, string) (string, error) {
		if moved.Load() {
			return there.Endpoint(), nil
		}
		asked.Add(1)
		return here.Endpoint(), nil
	}
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}
	stores := segmentstore.NewStores(dialer, locate, storetest.NoTokens{}, 1)
	t.Cleanup(stores.Close)
	sinks, fetchers := make([]*reading, segments), make([]*segment.Fetcher, segments)
	for i, name := range names {
		sinks[i] = newReading()
		fetchers[i] = segment.StartFetcher(life(t), stores, name, 0, math.MaxInt64, func() int { return 1 << 20 }, sinks[i])
		t.Cleanup(fetchers[i].Stop)
	}
	waittest.Until(t, "all to be read", func() bool { return asked.Load() >= segments })
	begun := asked.Load()
	at := time.Now()
	here.Close()
	time.Sleep(500 * time.Millisecond)
	moved.Store(true)
	if n, most := asked.Load()-begun, 20+10*int64(time.Since(at)/(100*time.Millisecond)); n > most {
		t.Errorf("the controller was asked %d times", n)
	}
	for i := range sinks {
		var next, offset int64
		sinks[i].take(t, fetchers[i], &next, &offset)
	}
}
