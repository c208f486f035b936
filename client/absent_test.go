package client

import (
	"errors"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pravega/pravega-client-go/internal/fault/faulttest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A call that names a scope that does not exist says so, unless the caller may not ask for
// scopes: then it says that the stream or group is missing. The servers' own tables are
// not shown.
func TestMissingScopesAreTold(t *testing.T) {
	c := startCluster(t, keyspace...)
	away := errors.New("")
	c.Refuse(func(method string) error {
		switch method {
		case "checkScopeExists":
			return away
		case "getDelegationToken":
			return nil
		}
		return status.Error(codes.NotFound, "get entry: key: nosuch table: _system/_tables/scopes")
	})
	client := c.client(Config{})
	ctx := waittest.Limit(t)
	withID := WriterConfig{}
	withID.ID = "writer"
	for call, do := range map[string]func(scope string) error{
		"open writer": func(scope string) error {
			_, err := client.OpenWriter(ctx, scope, "s", WriterConfig{})
			return err
		},
		"open writer with id": func(scope string) error { _, err := client.OpenWriter(ctx, scope, "s", withID); return err },
		"open transactional writer": func(scope string) error {
			_, err := client.OpenTransactionalWriter(ctx, scope, "s", TransactionalWriterConfig{})
			return err
		},
		"update stream":     func(scope string) error { return client.UpdateStream(ctx, scope, "s", StreamConfig{}) },
		"seal stream":       func(scope string) error { return client.SealStream(ctx, scope, "s") },
		"truncate stream":   func(scope string) error { return client.TruncateStream(ctx, scope, "s", cutOf(scope, "s", 1)) },
		"segments":          func(scope string) error { _, err := client.Segments(ctx, scope, "s"); return err },
		"scale stream":      func(scope string) error { return client.ScaleStream(ctx, scope, "s", []int64{0}, []KeyRange{{0, 1}}) },
		"stream info":       func(scope string) error { _, err := client.StreamInfo(ctx, scope, "s"); return err },
		"open reader group": func(scope string) error { _, err := client.OpenReaderGroup(ctx, scope, "s"); return err },
		"create reader group": func(scope string) error {
			_, err := client.CreateReaderGroup(ctx, scope, "g", ReaderGroupConfig{Streams: []GroupStream{{Scope: scope, Stream: "s", FromTail: true}}})
			return err
		},
		"delete reader group": func(scope string) error { return client.DeleteReaderGroup(ctx, scope, "s") },
	} {
		away = nil
		err := do("nosuch")
		if !errors.Is(err, ErrNoSuchScope) {
			t.Errorf("%s: %v", call, err)
		}
		faulttest.Check(t, err.Error(), "nosuch")
		err = do("scope")
		if errors.Is(err, ErrNoSuchScope) || !errors.Is(err, ErrNoSuchStream) && !errors.Is(err, ErrNoSuchReaderGroup) {
			t.Errorf("%s in a scope that there is: %v", call, err)
		}
		faulttest.Check(t, err.Error(), "scope/s")
		away = status.Error(codes.PermissionDenied, "")
		if err := do("nosuch"); !errors.Is(err, ErrNoSuchStream) && !errors.Is(err, ErrNoSuchReaderGroup) {
			t.Errorf("%s, without the right to look: %v", call, err)
		}
	}
}
