package segment_test

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// change is a call that changes a segment which holds one event.
type change struct {
	is   func(wire.Command) bool // the request that does it
	made func(*storetest.Server) bool
	call func(context.Context, *segmentstore.Stores) error
}

var attribute = wire.NewUUID()

func changes() map[string]change {
	isUpdate := func(c wire.Command) bool { _, ok := c.(wire.UpdateSegmentAttribute); return ok }
	isTruncation := func(c wire.Command) bool { _, ok := c.(wire.TruncateSegment); return ok }
	isAppend := func(c wire.Command) bool { _, ok := c.(wire.ConditionalAppend); return ok }
	events := func(n int) func(*storetest.Server) bool {
		return func(s *storetest.Server) bool { return len(s.Events(name)) == n }
	}
	attributed := func(s *storetest.Server) bool { return s.Attributes(name) > 0 }
	first := int64(len(wire.AppendEvent(nil, []byte("first"))))
	return map[string]change{
		"append to log": {isAppend, events(2), func(ctx context.Context, stores *segmentstore.Stores) error {
			_, _, err := segment.NewLog(stores, name).AppendAt(ctx, first, []byte("second"))
			return err
		}},
		"truncate log": {isTruncation, events(0), func(ctx context.Context, stores *segmentstore.Stores) error {
			return segment.NewLog(stores, name).Truncate(ctx, first)
		}},
		"move mark": {isUpdate, attributed, func(ctx context.Context, stores *segmentstore.Stores) error {
			_, err := segment.NewLog(stores, name).MoveMark(ctx, -1, 0)
			return err
		}},
		"compare and set": {isUpdate, attributed, func(ctx context.Context, stores *segmentstore.Stores) error {
			_, err := segment.CompareAndSet(ctx, stores, name, attribute, wire.NullAttribute, 1)
			return err
		}},
		"raise": {isUpdate, attributed, func(ctx context.Context, stores *segmentstore.Stores) error {
			_, err := segment.Raise(ctx, stores, name, attribute, 1)
			return err
		}},
		"enter": {isUpdate, attributed, func(ctx context.Context, stores *segmentstore.Stores) error {
			_, err := traceOf(stores).Enter(ctx, 1, 0, true)
			return err
		}},
		"enter with a number": {isUpdate, attributed, func(ctx context.Context, stores *segmentstore.Stores) error {
			_, err := traceOf(stores).Enter(ctx, 1, 100, true)
			return err
		}},
	}
}

// Every call that changes something, however it ends: its error says that the change may
// be made if a request for it was sent and not refused, and only then.
func TestErrorsSayWhetherAChangeMayBeMade(t *testing.T) {
	const soon = 300 * time.Millisecond
	for how, end := range map[string]struct {
		before, first, then storetest.Verdict // on what comes before the first request, on it, and on the rest
		limit               time.Duration
		closes, cancels     bool // when the first request comes
		code                fault.Code
		doubt               bool
	}{
		"cancelled, made":         {first: storetest.NoReply, then: storetest.Ignore, cancels: true, code: fault.Cancelled, doubt: true},
		"cancelled, not made":     {first: storetest.Ignore, then: storetest.Ignore, cancels: true, code: fault.Cancelled, doubt: true},
		"cancelled, store away":   {first: storetest.CloseLate, then: storetest.CloseNow, cancels: true, code: fault.Cancelled, doubt: true},
		"no time, no answer":      {first: storetest.NoReply, then: storetest.Ignore, limit: soon, code: fault.TimedOut, doubt: true},
		"no time, store away":     {first: storetest.CloseLate, then: storetest.CloseNow, limit: soon, code: fault.TimedOut, doubt: true},
		"no time, failures":       {first: storetest.Failed, then: storetest.Failed, limit: soon, code: fault.TimedOut, doubt: true},
		"no time, nothing sent":   {before: storetest.CloseNow, limit: soon, code: fault.TimedOut},
		"client closed":           {first: storetest.NoReply, then: storetest.Ignore, closes: true, code: fault.Closed, doubt: true},
		"made, then refused":      {first: storetest.CloseLate, then: storetest.Refused, code: fault.PermissionDenied, doubt: true},
		"lost, then refused":      {first: storetest.CloseNow, then: storetest.Refused, code: fault.PermissionDenied, doubt: true},
		"made, tokens expire":     {first: storetest.CloseLate, then: storetest.Expired, code: fault.Unauthenticated, doubt: true},
		"made, another's answers": {first: storetest.CloseLate, then: storetest.Mistaken, code: fault.Protocol, doubt: true},
		"another's answer":        {first: storetest.Mistaken, then: storetest.Mistaken, code: fault.Protocol, doubt: true},
		"refused":                 {before: storetest.Refused, code: fault.PermissionDenied},
		"tokens expire":           {before: storetest.Expired, code: fault.Unauthenticated},
	} {
		for what, change := range changes() {
			t.Run(what+", "+how, func(t *testing.T) {
				t.Parallel()
				s, stores := start(t)
				s.Put(name, []byte("first"))
				ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(end.limit, time.Minute))
				defer cancel()
				var mu sync.Mutex
				came := end.before != storetest.Serve
				s.Set(func(_ int, c wire.Command) storetest.Verdict {
					mu.Lock()
					defer mu.Unlock()
					switch {
					case end.before != storetest.Serve:
						return end.before
					case came:
						return end.then
					case !change.is(c):
						return storetest.Serve
					}
					came = true
					if end.cancels {
						time.AfterFunc(20*time.Millisecond, cancel)
					}
					if end.closes {
						go stores.Close()
					}
					return end.first
				})
				err := change.call(ctx, stores)
				if fault.CodeOf(err) != end.code || fault.MayBeStored(err) != end.doubt {
					t.Errorf("%v; it may be made: %v", err, fault.MayBeStored(err))
				}
				mu.Lock()
				defer mu.Unlock()
				if !came {
					t.Error("it was never asked for")
				}
				if change.made(s) && !end.doubt {
					t.Error("it is made")
				}
			})
		}
	}
	for what, change := range changes() {
		t.Run(what+", cancelled before", func(t *testing.T) {
			_, stores := start(t)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := change.call(ctx, stores); !errors.Is(err, fault.Cancelled) || fault.MayBeStored(err) {
				t.Error(err)
			}
		})
		for _, sent := range []bool{false, true} {
			t.Run(what+", segment gone", func(t *testing.T) {
				s, stores := start(t)
				s.Put(name, []byte("first"))
				if !sent {
					s.Delete(name)
				}
				s.Set(func(_ int, c wire.Command) storetest.Verdict {
					if change.is(c) && s.Has(name) {
						s.Delete(name)
						return storetest.CloseNow
					}
					return storetest.Serve
				})
				if err := change.call(t.Context(), stores); !errors.Is(err, fault.NoSuchSegment) || fault.MayBeStored(err) != sent {
					t.Error(sent, err)
				}
			})
		}
	}
}

// The reply to a change is lost, the next try finds it made, and nothing more can be read:
// it may be made.
func TestChangeThatIsFoundMadeByAnotherMayBeOnesOwn(t *testing.T) {
	for what, change := range changes() {
		if what != "raise" && !strings.HasPrefix(what, "enter") {
			continue
		}
		s, stores := start(t)
		var mu sync.Mutex
		asked := 0
		s.Set(func(_ int, c wire.Command) storetest.Verdict {
			mu.Lock()
			defer mu.Unlock()
			if change.is(c) {
				asked++
			}
			_, reads := c.(wire.GetSegmentAttribute)
			switch {
			case change.is(c) && asked == 1:
				return storetest.CloseLate
			case reads && asked == 2:
				return storetest.Refused
			}
			return storetest.Serve
		})
		if err := change.call(t.Context(), stores); !errors.Is(err, fault.PermissionDenied) || !fault.MayBeStored(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
