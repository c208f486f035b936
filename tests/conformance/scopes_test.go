package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/pravega/pravega-client-go/client"
	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// createTable creates a key-value table, which this client does not do.
func createTable(ctx context.Context, t *testing.T, scope, name string) {
	t.Helper()
	_, address, _ := strings.Cut(harness.Shared(t).ControllerURI(), "://")
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var config []byte
	for field, text := range []string{1: scope, 2: name} {
		if field > 0 {
			config = protowire.AppendString(protowire.AppendTag(config, protowire.Number(field), protowire.BytesType), text)
		}
	}
	for field, number := range map[protowire.Number]uint64{3: 1, 4: 8, 5: 0} { // partitions, lengths of keys
		config = protowire.AppendVarint(protowire.AppendTag(config, field, protowire.VarintType), number)
	}
	in, out := new(pb.Empty), new(pb.DeleteTableReply)
	in.ProtoReflect().SetUnknown(config)
	if err := conn.Invoke(ctx, "/io.pravega.controller.stream.api.grpc.v1.ControllerService/createKeyValueTable", in, out); err != nil || out.Status != 0 {
		t.Fatal(out, err)
	}
}

// registerOnly does the first half of the creation of a group.
func registerOnly(ctx context.Context, t *testing.T, scope, name, stream string) {
	t.Helper()
	config := readergroup.Config{
		ID: [16]byte{7: 1, 15: 2}, RefreshMillis: 3000, CheckpointMillis: 30000, MaxOutstandingCheckpoints: 3,
		Start: map[naming.Stream]streamcut.Cut{{Scope: scope, Name: stream}: {}}, End: map[naming.Stream]streamcut.Cut{{Scope: scope, Name: stream}: {}},
	}
	if _, err := shared(t).CreateReaderGroup(ctx, scope, name, config); err != nil {
		t.Fatal(err)
	}
}

// A refused deletion leaves the scope as it was: tags are found, groups are created,
// streams change.
func TestRefusedDeletionOfAScope(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	config := client.StreamConfig{}
	config.Tags = []string{"blue"}
	if err := c.UpdateStream(ctx, scope, stream, config); err != nil {
		t.Fatal(err)
	}
	if deleted, err := c.DeleteScope(ctx, scope); deleted || !errors.Is(err, client.ErrNotEmpty) || !strings.Contains(err.Error(), "stream "+stream) {
		t.Fatal(deleted, err)
	}
	if tagged := all(t, c.StreamsWithTag(ctx, scope, "blue")); !slices.Equal(tagged, []string{stream}) {
		t.Fatal(tagged)
	}
	newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	if err := c.UpdateStream(ctx, scope, stream, config); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateStream(ctx, scope, "another", config); err != nil {
		t.Fatal(err)
	}
	if deleted, err := c.DeleteScopeRecursive(ctx, scope); !deleted || err != nil {
		t.Fatal(deleted, err)
	}

	tables := scopeOf(t, shared(t))
	createTable(ctx, t, tables, "table")
	if deleted, err := c.DeleteScope(ctx, tables); deleted || !errors.Is(err, client.ErrNotEmpty) || !strings.Contains(err.Error(), "key-value table table") {
		t.Fatal(deleted, err)
	}
}

// A scope goes with streams in any state, groups whose readers are there, groups of and
// for other scopes, transactions, and key-value tables; its name is free then.
func TestRecursiveDeletionOfAScope(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 3)
	elsewhere, other := newStream(t, c, 1)
	here, there := client.GroupStream{Scope: scope, Stream: stream}, client.GroupStream{Scope: elsewhere, Stream: other}
	subscribes := func(config *client.ReaderGroupConfig) { config.Retention = client.GroupRetentionCheckpoint }
	writeEvents(ctx, t, c, scope, stream, 1, 100)
	for _, sealed := range []string{"sealed", "empty"} {
		if _, err := c.CreateStream(ctx, scope, sealed, client.StreamConfig{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.SealStream(ctx, scope, "sealed"); err != nil {
		t.Fatal(err)
	}
	busy := newGroup(ctx, t, c, scope, "busy", subscribes, here)
	newGroup(ctx, t, c, scope, "of-another", nil, there)
	outside := newGroup(ctx, t, c, elsewhere, "outside", nil, here, there)
	registerOnly(ctx, t, scope, "half", stream)
	createTable(ctx, t, scope, "table")
	reader := openReader(ctx, t, busy, "reader")
	slice, err := reader.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	txn, err := transactions(t, c, scope, stream, nil).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := txn.Write(ctx, client.Event{Data: []byte("never")}); err != nil {
		t.Fatal(err)
	}
	if got, want := all(t, c.ReaderGroups(ctx, scope)), []string{"busy", "half", "of-another"}; !slices.Equal(got, want) {
		t.Fatal(got)
	}

	if deleted, err := c.DeleteScopeRecursive(ctx, scope); !deleted || err != nil {
		t.Fatal(deleted, err)
	}
	if exists, err := c.ScopeExists(ctx, scope); exists || err != nil {
		t.Fatal(exists, err)
	}
	if deleted, err := c.DeleteScopeRecursive(ctx, scope); deleted || err != nil {
		t.Fatal(deleted, err)
	}
	if err := slice.Release(); err != nil && !errors.Is(err, client.ErrClosed) {
		t.Fatal(err)
	}
	for err == nil {
		if slice, err = reader.Next(ctx); err == nil {
			err = slice.Release()
		}
	}
	if !errors.Is(err, client.ErrNoSuchReaderGroup) && !errors.Is(err, client.ErrEnd) && !errors.Is(err, client.ErrClosed) {
		t.Fatal(err)
	}
	if _, err := outside.Readers(ctx); err != nil {
		t.Fatal(err)
	}
	if deleted, err := c.DeleteScopeRecursive(ctx, elsewhere); !deleted || err != nil {
		t.Fatal(deleted, err)
	}

	if created, err := c.CreateScope(ctx, scope); !created || err != nil {
		t.Fatal(created, err)
	}
	if created, err := c.CreateStream(ctx, scope, stream, client.StreamConfig{}); !created || err != nil {
		t.Fatal(created, err)
	}
	newGroup(ctx, t, c, scope, "busy", subscribes, here)
	if deleted, err := c.DeleteScopeRecursive(ctx, scope); !deleted || err != nil {
		t.Fatal(deleted, err)
	}
}

// A recursive deletion that was cancelled half way goes on when it is called again.
func TestRecursiveDeletionGoesOn(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	config := client.StreamConfig{}
	config.Tags = []string{"of-all"}
	for i := range 20 {
		if _, err := c.CreateStream(ctx, scope, fmt.Sprint("s", i), config); err != nil {
			t.Fatal(err)
		}
		if i < 5 {
			subscribes := func(config *client.ReaderGroupConfig) { config.Retention = client.GroupRetentionManual }
			newGroup(ctx, t, c, scope, fmt.Sprint("g", i), subscribes, client.GroupStream{Scope: scope, Stream: stream})
		}
	}
	cancellable, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		_, err := c.DeleteScopeRecursive(cancellable, scope)
		done <- err
	}()
	for len(all(t, c.Streams(ctx, scope))) > 15 {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil && (!errors.Is(err, client.ErrCancelled) || !client.MayBeStored(err)) {
		t.Fatal(err)
	}
	if _, err := c.DeleteScopeRecursive(ctx, scope); err != nil {
		t.Fatal(err)
	}
	if exists, err := c.ScopeExists(ctx, scope); exists || err != nil {
		t.Fatal(exists, err)
	}
}

// A group that cannot be leaves nothing, one that was begun is completed or deleted.
func TestCreationOfAGroupThatFails(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	lost := client.GroupStream{Scope: scope, Stream: "lost"}
	for _, retention := range []client.GroupRetention{client.GroupRetentionNone, client.GroupRetentionManual, client.GroupRetentionCheckpoint} {
		for _, fromTail := range []bool{false, true} {
			lost.FromTail = fromTail
			config := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}, lost}}
			config.Retention = retention
			if created, err := c.CreateReaderGroup(ctx, scope, "g", config); created || !errors.Is(err, client.ErrNoSuchStream) || client.MayBeStored(err) {
				t.Fatal(created, err)
			}
		}
	}
	if groups := all(t, c.ReaderGroups(ctx, scope)); len(groups) > 0 {
		t.Fatal(groups)
	}

	right := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}}
	wrong := right
	wrong.MaxOutstandingCheckpoints = 4
	for _, name := range []string{"completed", "dropped"} {
		registerOnly(ctx, t, scope, name, stream)
		if _, err := c.OpenReaderGroup(ctx, scope, name); !errors.Is(err, client.ErrNoSuchReaderGroup) || !strings.Contains(err.Error(), "create it again") {
			t.Fatal(err)
		}
		if created, err := c.CreateReaderGroup(ctx, scope, name, wrong); created || !errors.Is(err, client.ErrConfigMismatch) || !strings.Contains(err.Error(), "is 3, not 4; but") {
			t.Fatal(created, err)
		}
	}
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	if created, err := c.CreateReaderGroup(ctx, scope, "completed", right); !created || err != nil {
		t.Fatal(created, err)
	}
	g, err := c.OpenReaderGroup(ctx, scope, "completed")
	if err != nil {
		t.Fatal(err)
	}
	if unread, err := g.UnreadBytes(ctx); unread == 0 || err != nil {
		t.Fatal(unread, err)
	}
	if err := c.DeleteReaderGroup(ctx, scope, "dropped"); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteReaderGroup(ctx, scope, "dropped"); !errors.Is(err, client.ErrNoSuchReaderGroup) {
		t.Fatal(err)
	}
	if created, err := c.CreateReaderGroup(ctx, scope, "dropped", wrong); !created || err != nil {
		t.Fatal(created, err)
	}
}

// The number of fixed segments follows the configuration, up and down.
func TestUpdateOfFixedSegments(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	writeEvents(ctx, t, c, scope, stream, 1, 50)
	for _, n := range []int{5, 1, 3} {
		config := client.StreamConfig{}
		config.Scaling.Segments = n
		if err := c.UpdateStream(ctx, scope, stream, config); err != nil {
			t.Fatal(err)
		}
		segments, err := c.Segments(ctx, scope, stream)
		if err != nil || len(segments) != n {
			t.Errorf("%d segments, want %d: %v", len(segments), n, err)
		}
	}
}
