package segment_test

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// told is an Owner that passes on what it is told.
type told struct {
	stored chan int
	failed chan error
}

func (o told) Stored(_ *segment.Appender, bytes int) { o.stored <- bytes }
func (o told) Sealed(a *segment.Appender) {
	o.failed <- segmentstore.Failure("append", a.Name, "store", wire.SegmentIsSealed{})
}
func (o told) Failed(_ *segment.Appender, err error) { o.failed <- err }
func (o told) wait(t *testing.T, what string) {
	t.Helper()
	select {
	case <-o.stored:
	case err := <-o.failed:
		t.Fatalf("%s: %v", what, err)
	case <-time.After(20 * time.Second):
		t.Fatalf("%s is not known to be stored", what)
	}
}

// An appender looks for another connection since its own is about to end, and
// finds it only after its own has broken and it was set up on that other one
// anyway. It goes on hearing of what is stored there.
func TestMoveThatComesTooLate(t *testing.T) {
	for range 12 { // whether the late search still finds it is up to chance
		moveTooLate(t)
	}
}

func moveTooLate(t *testing.T) {
	s := storetest.Start(t)
	s.Create(name)
	looking, goOn := make(chan struct{}), make(chan struct{})
	var looks atomic.Int64
	locate := func(context.Context, string) (string, error) {
		if looks.Add(1) == 2 { // the first one is for the first connection
			close(looking)
			<-goOn
		}
		return s.Endpoint(), nil
	}
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}
	stores := segmentstore.NewStores(dialer, locate, storetest.NoTokens{}, 1)
	defer stores.Close()

	appended := make(chan struct{})
	var appends atomic.Int64
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.AppendBlockEnd); ok && appends.Add(1) == 1 {
			close(appended)
			return storetest.NoReply
		}
		return storetest.Serve
	})
	var lock sync.Mutex
	owner := told{make(chan int, 1), make(chan error, 1)}
	a := segment.NewAppender(life(t), segment.Config{Lock: &lock, Stores: stores, Owner: owner, Progress: new(segment.Progress), BlockBytes: 1 << 10}, name, wire.NewUUID())
	add := func(n int64) {
		lock.Lock()
		defer lock.Unlock()
		a.Add(n, 0, binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	defer func() {
		lock.Lock()
		defer lock.Unlock()
		a.Stop()
	}()

	add(1)
	<-appended
	conn, err := stores.ConnectTo(t.Context(), s.Endpoint(), segmentstore.Appends)
	if err != nil {
		t.Fatal(err)
	}
	conn.Retire()
	<-looking
	s.CutAll()
	owner.wait(t, "event 1")
	close(goOn)
	for n := int64(2); n <= 200; n++ {
		add(n)
		owner.wait(t, "a later event")
	}
	if stored := len(s.Events(name)); stored != 200 {
		t.Fatalf("%d of 200 events are stored", stored)
	}
}

// A connection is about to end while an appender is being set up on it. The
// appender moves as soon as it is set up.
func TestConnectionThatRetiresDuringASetUp(t *testing.T) {
	s, stores := start(t)
	setUp, goOn := make(chan struct{}), make(chan struct{})
	var setUps atomic.Int64
	s.Set(func(_ int, c wire.Command) storetest.Verdict {
		if _, ok := c.(wire.SetupAppend); ok && setUps.Add(1) == 1 {
			close(setUp)
			<-goOn
		}
		return storetest.Serve
	})
	var lock sync.Mutex
	owner := told{make(chan int, 1), make(chan error, 1)}
	a := segment.NewAppender(life(t), segment.Config{Lock: &lock, Stores: stores, Owner: owner, Progress: new(segment.Progress), BlockBytes: 1 << 10}, name, wire.NewUUID())
	defer func() {
		lock.Lock()
		defer lock.Unlock()
		a.Stop()
	}()
	lock.Lock()
	a.Add(1, 0, []byte("event"))
	lock.Unlock()
	<-setUp
	conn, err := stores.ConnectTo(t.Context(), s.Endpoint(), segmentstore.Appends)
	if err != nil {
		t.Fatal(err)
	}
	conn.Retire()
	close(goOn)
	owner.wait(t, "the event")
	select {
	case <-conn.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the appender stays on a connection that is about to end")
	}
	if stored := len(s.Events(name)); stored != 1 {
		t.Fatalf("the event is stored %d times", stored)
	}
}
