package segmentstore_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// hearing is a Receiver that passes replies on.
type hearing chan any

func (h hearing) Receive(r wire.Reply) { h <- r }
func (hearing) Lost(error)             {}

// listening is a Reader.
type listening struct{ hearing }

func (l listening) ReadRefused(offset int64) { l.hearing <- offset }

// A server that refuses the token of a read answers with the read's offset instead of
// its id: those that read hear of it, and no one else. What answers a request of a
// receiver that has left is for nobody.
func TestRefusedTokenReachesOnlyThoseThatItMayBelongTo(t *testing.T) {
	s := storetest.Start(t)
	all := stores(t, s, dialer)
	conn, err := all.Connect(waittest.Within(t, time.Minute), segment, segmentstore.Reads)
	if err != nil {
		t.Fatal(err)
	}
	writer, left := hearing(make(chan any, 10)), hearing(make(chan any, 10))
	readers := []listening{{make(chan any, 10)}, {make(chan any, 10)}}
	own, gone := all.Request(), all.Request()
	for id, r := range map[int64]segmentstore.Receiver{all.Request(): writer, own: readers[0], all.Request(): readers[1], gone: left} {
		if err := conn.Register(id, r); err != nil {
			t.Fatal(err)
		}
	}
	conn.Unregister(gone)
	refuse := func(ids ...int64) {
		var refusals []byte
		for _, id := range ids {
			refusals = wire.AuthTokenCheckFailed{RequestID: id}.Append(refusals)
		}
		s.Greet(refusals)
		conn.Send(wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil)) // answered by them
	}
	hear := func(r listening) any {
		t.Helper()
		select {
		case got := <-r.hearing:
			return got
		case <-time.After(30 * time.Second):
			t.Fatal("a reader has not heard of it")
			return nil
		}
	}
	const offset = 2
	refuse(gone, offset)
	for _, r := range readers {
		if got := hear(r); got != int64(offset) {
			t.Errorf("a reader heard %v", got)
		}
	}
	refuse(own)
	if got, ok := hear(readers[0]).(wire.AuthTokenCheckFailed); !ok || got.RequestID != own {
		t.Errorf("the refused one heard %v", got)
	}
	if len(writer)+len(left)+len(readers[1].hearing) > 0 {
		t.Error("somebody heard of what was none of its business")
	}
}

// Reads of several segments at one offset share a connection. The right to read one of
// them is refused, for ever or for a while, and only those that ask for it are told.
func TestRefusedReadIsNotHeldAgainstOthers(t *testing.T) {
	const other = "scope/other/0.#epoch.0"
	for verdict, want := range map[storetest.Verdict]error{
		storetest.Refused: fault.PermissionDenied,
		storetest.Expired: fault.Unauthenticated,
	} {
		s := storetest.Start(t)
		for _, name := range []string{segment, other} {
			s.Create(name)
			s.Put(name, []byte(name))
		}
		var refused atomic.Int64
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			about := ""
			switch c := c.(type) {
			case wire.ReadSegment:
				about = c.Segment
			case wire.GetStreamSegmentInfo:
				about = c.Segment
			}
			if about == other {
				refused.Add(1)
				return verdict
			}
			return storetest.Serve
		})
		all := stores(t, s, dialer)
		read := func(name string) error {
			reply, err := all.Call(waittest.Within(t, time.Minute), "read", name, segmentstore.Read, func(request int64, token string) wire.Command {
				return wire.ReadSegment{RequestID: request, Segment: name, SuggestedLength: 100, Token: token}
			})
			if data, ok := reply.(segmentstore.Data); ok {
				data.Buffer.Release()
			}
			return err
		}
		done := make(chan struct{})
		var work sync.WaitGroup
		for range 4 {
			work.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					if err := read(segment); err != nil {
						t.Errorf("%v: a segment that may be read: %v", want, err)
						return
					}
				}
			})
		}
		for range 3 {
			if err := read(other); !errors.Is(err, want) {
				t.Errorf("%v: a segment that may not be read: %v", want, err)
			}
		}
		close(done)
		work.Wait()
		if refused.Load() < 6 {
			t.Errorf("%v: refused were %d", want, refused.Load())
		}
	}
}
