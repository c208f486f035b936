package segmentstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// where is a controller that knows where segments are, or none.
type where struct {
	mu    sync.Mutex
	store *storetest.Server // nil: nobody answers
	asked int
}

func (w *where) locate(context.Context, string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if w.store == nil {
		return "", fault.New(fault.Unreachable, "locate segment", "", "no controller answers")
	}
	return w.store.Endpoint(), nil
}

func (w *where) is(s *storetest.Server) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.store = s
}

// since is how often the controller was asked since the last time.
func (w *where) since() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.asked = 0 }()
	return w.asked
}

// The controller is asked once where a segment is, and again only when it is no
// longer there or the store is gone. Requests and large events need no controller
// then.
func TestSegmentsAreLookedForWhereTheyWereFound(t *testing.T) {
	const transaction = segment + "#transaction.0123456789abcdef0123456789abcdef"
	here, there := storetest.Start(t), storetest.Start(t)
	here.Create(segment)
	here.Create(transaction)
	var at where
	at.is(here)
	all := segmentstore.NewStores(dialer, at.locate, storetest.NoTokens{}, 1)
	t.Cleanup(all.Close)
	ask := func(name string) error {
		_, err := all.Call(waittest.Within(t, time.Minute), "ask", name, segmentstore.Read, func(request int64, token string) wire.Command {
			return wire.GetStreamSegmentInfo{RequestID: request, Segment: name, Token: token}
		})
		return err
	}
	expect := func(what string, questions int) {
		t.Helper()
		for _, name := range []string{segment, transaction, segment} {
			if err := ask(name); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		conn, err := all.ConnectAlone(waittest.Within(t, time.Minute), segment, func(bool) {})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		conn.Close(errors.New("not needed any more"))
		if asked := at.since(); asked != questions {
			t.Fatalf("%s: the controller was asked %d times, want %d", what, asked, questions)
		}
	}
	expect("at first", 1)
	at.is(nil)
	expect("without a controller", 0)

	move := func(from, to *storetest.Server) {
		for _, name := range []string{segment, transaction} {
			from.Delete(name)
			to.Create(name)
		}
		at.is(to)
	}
	move(here, there)
	expect("moved", 1)

	move(there, here)
	there.Close()
	expect("the store is gone", 1)

	if err := ask("scope/stream/7.#epoch.0"); !errors.Is(err, fault.NoSuchSegment) {
		t.Fatal(err)
	}
	if asked := at.since(); asked != 1 {
		t.Fatalf("for a segment that never was, the controller was asked %d times", asked)
	}
	here.Delete(segment)
	if err := ask(segment); !errors.Is(err, fault.NoSuchSegment) {
		t.Fatal(err)
	}
	if asked := at.since(); asked != 1 { // the store might have lost it
		t.Fatalf("for a segment that is gone, the controller was asked %d times", asked)
	}
}
