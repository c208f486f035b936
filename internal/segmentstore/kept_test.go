package segmentstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Stores come and go, as in a cluster that replaces its members. Nothing is kept of
// those that are gone.
func TestNothingIsKeptOfStoresThatAreGone(t *testing.T) {
	var at string
	all := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return at, nil }, storetest.NoTokens{}, 2)
	t.Cleanup(all.Close)
	ctx := waittest.Within(t, time.Minute)
	for range 20 {
		s := storetest.Start(t)
		at = s.Endpoint()
		var conns []*segmentstore.Conn
		for _, role := range []segmentstore.Role{segmentstore.Appends, segmentstore.Appends, segmentstore.Reads, segmentstore.Requests} {
			conn, err := all.ConnectTo(ctx, at, role)
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, conn)
		}
		alone, err := all.ConnectAlone(ctx, segment, func(bool) {})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		for _, conn := range append(conns, alone) {
			<-conn.Done()
		}
		for _, connect := range []func() (*segmentstore.Conn, error){
			func() (*segmentstore.Conn, error) { return all.ConnectTo(ctx, at, segmentstore.Appends) },
			func() (*segmentstore.Conn, error) { return all.ConnectApart(ctx, at, conns) },
			func() (*segmentstore.Conn, error) { return all.ConnectAlone(ctx, segment, func(bool) {}) },
		} {
			if _, err := connect(); !errors.Is(err, fault.Unreachable) {
				t.Fatal(err)
			}
		}
		if _, err := all.Locate(ctx, segment, at); err != nil {
			t.Fatal(err)
		}
	}
	for all.Kept() > 0 {
		if ctx.Err() != nil {
			t.Fatalf("%d things are kept", all.Kept())
		}
		time.Sleep(time.Millisecond)
	}
}

// What was asked of a lost store is forgotten once nobody needs it.
func TestLookUpsForLostStoresAreForgotten(t *testing.T) {
	all := segmentstore.NewStores(dialer, func(context.Context, string) (string, error) { return "here:1", nil }, storetest.NoTokens{}, 1)
	t.Cleanup(all.Close)
	ctx := waittest.Within(t, time.Minute)
	for n := range 1000 {
		if _, err := all.Locate(ctx, segment, fmt.Sprintf("gone:%d", n)); err != nil {
			t.Fatal(err)
		}
	}
	for all.LookUps() > 1 {
		if ctx.Err() != nil {
			t.Fatalf("%d look-ups are kept", all.LookUps())
		}
		time.Sleep(100 * time.Millisecond)
		if _, err := all.Locate(ctx, segment, "gone:last"); err != nil {
			t.Fatal(err)
		}
	}
}
