package segmentstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// hanging is a controller that leaves some questions unanswered, as a real one leaves
// the answer to the end of its caller's time.
type hanging struct {
	store *storetest.Server
	hangs func(segment string) bool
	asked atomic.Int64
}

func (h *hanging) locate(ctx context.Context, segment string) (string, error) {
	h.asked.Add(1)
	if h.hangs(segment) {
		<-ctx.Done()
		return "", fault.Context(ctx, "find the store of segment", segment)
	}
	return h.store.Endpoint(), nil
}

func (h *hanging) stores(t *testing.T, d segmentstore.Dialer) *segmentstore.Stores {
	all := segmentstore.NewStores(d, h.locate, storetest.NoTokens{}, 1)
	t.Cleanup(all.Close)
	return all
}

// The client's own limit of a look-up is not the caller's: it looks again, and only
// what the caller allowed ends it.
func TestLookUpThatIsNotAnsweredIsMadeAgain(t *testing.T) {
	s := storetest.Start(t)
	s.Create(segment)
	h := &hanging{store: s}
	h.hangs = func(string) bool { return h.asked.Load() <= 3 }
	short := dialer
	short.ConnectTimeout, short.Silence = 20*time.Millisecond, 20*time.Millisecond
	all := h.stores(t, short)
	ask := func(ctx context.Context) error {
		_, err := all.Call(ctx, "ask", segment, segmentstore.Read, func(request int64, token string) wire.Command {
			return wire.GetStreamSegmentInfo{RequestID: request, Segment: segment, Token: token}
		})
		return err
	}
	short.ConnectTimeout = time.Minute // of what follows
	if err := ask(waittest.Within(t, time.Minute)); err != nil {
		t.Fatal(err)
	}
	h.hangs = func(string) bool { return true }
	s.Close()
	if err := ask(waittest.Within(t, 500*time.Millisecond)); !errors.Is(err, fault.TimedOut) {
		t.Fatal(err)
	}
	if _, err := all.Connect(waittest.Within(t, time.Minute), segment, segmentstore.Reads); !errors.Is(err, fault.Unreachable) || errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

// Look-ups that hang, however many, hold up neither those of other segments, nor those
// of segments that lost the same store.
func TestLookUpsThatHangHoldUpNoOthers(t *testing.T) {
	h := &hanging{store: storetest.Start(t), hangs: func(name string) bool { return name != segment }}
	patient := dialer
	patient.Silence = time.Hour
	all := h.stores(t, patient)
	for _, lost := range []string{"", "lost:1"} {
		ctx, cancel := context.WithCancel(waittest.Within(t, time.Minute))
		before := h.asked.Load()
		results := make(chan error, 20)
		for n := range cap(results) {
			go func() {
				_, err := all.Locate(ctx, fmt.Sprintf("scope/stream/%d.#epoch.0", n+1), lost)
				results <- err
			}()
		}
		for h.asked.Load() == before {
			time.Sleep(time.Millisecond)
		}
		if at, err := all.Locate(ctx, segment, lost); at != h.store.Endpoint() || err != nil {
			t.Fatal(at, err)
		}
		cancel()
		for range cap(results) {
			if err := <-results; !errors.Is(err, fault.Cancelled) {
				t.Error(err)
			}
		}
	}
}
