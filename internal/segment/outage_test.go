package segment_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A stranger at the port at the end of an outage does not end an appender, however
// often it has tried before.
func TestStrangerAfterAnOutage(t *testing.T) {
	s, stranger := storetest.Start(t), storetest.Start(t)
	s.Create(name)
	stranger.Greet([]byte("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
	var looks atomic.Int64
	locate := func(_ context.Context, segment string) (string, error) {
		switch n := looks.Add(1); {
		case n <= 10:
			return "", fault.New(fault.Unreachable, "locate segment", segment, "away")
		case n == 11:
			return stranger.Endpoint(), nil
		}
		return s.Endpoint(), nil
	}
	dialer := segmentstore.Dialer{ConnectTimeout: 2 * time.Second, Silence: 10 * time.Second}
	stores := segmentstore.NewStores(dialer, locate, storetest.NoTokens{}, 1)
	defer stores.Close()
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
	owner.wait(t, "the event")
	if stranger.Dialled() == 0 {
		t.Error("the stranger was not met")
	}
}
