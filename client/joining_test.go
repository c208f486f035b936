package client

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// A reader is opened, and whatever ends that after its entry into the group was sent: the
// error says that the reader may be in the group, and so it is.
func TestOpeningAReaderThatFailsSaysThatItMayBeInTheGroup(t *testing.T) {
	for how, end := range map[string]struct {
		first, then storetest.Verdict
		cancels     bool
		code        error
	}{
		"cancelled, no answer":           {storetest.NoReply, storetest.Serve, true, ErrCancelled},
		"cancelled, the store is away":   {storetest.CloseLate, storetest.CloseNow, true, ErrCancelled},
		"refused when it is tried again": {storetest.CloseLate, storetest.Refused, false, ErrPermissionDenied},
	} {
		t.Run(how, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			g := c.groupOf(loggedIn())
			ctx, cancel := context.WithCancel(waittest.Limit(t))
			defer cancel()
			var entered atomic.Bool
			c.Set(func(_ int, command wire.Command) storetest.Verdict {
				if entered.Load() {
					return end.then
				}
				if _, ok := command.(wire.ConditionalAppend); !ok {
					return storetest.Serve
				}
				entered.Store(true)
				if end.cancels {
					go cancel()
				}
				return end.first
			})
			if _, err := g.OpenReader(ctx, "reader", ReaderConfig{}); !errors.Is(err, end.code) || !MayBeStored(err) {
				t.Fatal(err)
			}
			c.Set(nil)
			if readers, err := g.Readers(waittest.Limit(t)); err != nil || !slices.Equal(readers, []string{"reader"}) {
				t.Fatal(readers, err)
			}
		})
	}
}
