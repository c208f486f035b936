package harness

import (
	"context"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segment"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
)

// GroupLog opens the log of a reader group's state, to read and to write there as
// another member would. The servers must want no tokens. It ends with the test.
func GroupLog(t testing.TB, controllerURI, scope, group string) *segment.Log {
	t.Helper()
	uri, err := controller.ParseURI(controllerURI)
	if err != nil {
		t.Fatal(err)
	}
	c, err := controller.New(controller.Config{Endpoints: uri.Endpoints, Discovery: uri.Discovery})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	stream := naming.ReaderGroupStream(scope, group)
	stores := segmentstore.NewStores(segmentstore.Dialer{ConnectTimeout: 5 * time.Second, Silence: 10 * time.Second},
		func(ctx context.Context, _ string) (string, error) {
			at, err := c.SegmentStore(ctx, stream, 0)
			return at.String(), err
		}, storetest.NoTokens{}, 1)
	t.Cleanup(stores.Close)
	return segment.NewLog(stores, naming.SegmentName(stream, 0))
}
