package conformance

import (
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// dial makes a client of the controllers at a URI.
func dial(t *testing.T, uri string, change func(*controller.Config)) *controller.Controller {
	t.Helper()
	u, err := controller.ParseURI(uri)
	if err != nil {
		t.Fatal(err)
	}
	config := controller.Config{Endpoints: u.Endpoints, Discovery: u.Discovery}
	if change != nil {
		change(&config)
	}
	c, err := controller.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func shared(t *testing.T) *controller.Controller {
	t.Helper()
	return dial(t, harness.Shared(t).ControllerURI(), nil)
}

// scopeOf makes a scope of the test's own.
func scopeOf(t *testing.T, c *controller.Controller) string {
	t.Helper()
	scope := fmt.Sprintf("controller-%d-%d", time.Now().UnixNano(), scopes.Add(1))
	if created, err := c.CreateScope(waittest.Within(t, time.Minute), scope); !created || err != nil {
		t.Fatal(created, err)
	}
	return scope
}

func fixed(segments int32) controller.StreamConfig {
	return controller.StreamConfig{Scaling: controller.Scaling{MinSegments: segments}}
}

// streamOf makes a stream in a scope of the test's own.
func streamOf(t *testing.T, c *controller.Controller, segments int32) naming.Stream {
	t.Helper()
	stream := naming.Stream{Scope: scopeOf(t, c), Name: "s"}
	if created, err := c.CreateStream(waittest.Within(t, time.Minute), stream, fixed(segments)); !created || err != nil {
		t.Fatal(created, err)
	}
	return stream
}

// all collects a sequence.
func all(t *testing.T, sequence iter.Seq2[string, error]) []string {
	t.Helper()
	var names []string
	for name, err := range sequence {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func wants(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if !errors.Is(err, code) {
		t.Errorf("%s: %v, want %v", what, err, code)
	}
}

func TestControllerScopes(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, time.Minute)
	scope := scopeOf(t, c)
	if created, err := c.CreateScope(ctx, scope); created || err != nil {
		t.Errorf("a second time: %v, %v", created, err)
	}
	for name, want := range map[string]bool{scope: true, scope + "-no": false} {
		if exists, err := c.ScopeExists(ctx, name); exists != want || err != nil {
			t.Errorf("%s exists: %v, %v", name, exists, err)
		}
	}
	if names := all(t, c.Scopes(ctx)); !slices.Contains(names, scope) || !slices.Contains(names, "_system") {
		t.Errorf("scopes: %q", names)
	}
	if _, err := c.CreateStream(ctx, naming.Stream{Scope: scope, Name: "s"}, fixed(1)); err != nil {
		t.Fatal(err)
	}
	_, err := c.DeleteScope(ctx, scope)
	wants(t, "deleting a full scope", err, fault.NotEmpty)
	empty := scopeOf(t, c)
	if deleted, err := c.DeleteScope(ctx, empty); !deleted || err != nil {
		t.Errorf("deleting an empty scope: %v, %v", deleted, err)
	}
	if deleted, err := c.DeleteScope(ctx, empty); deleted || err != nil {
		t.Errorf("deleting what is gone: %v, %v", deleted, err)
	}
}

func TestControllerStreams(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, time.Minute)
	scope := scopeOf(t, c)
	stream := naming.Stream{Scope: scope, Name: "s.1-A"}
	config := controller.StreamConfig{
		Scaling:              controller.Scaling{Kind: controller.ByEventRate, TargetRate: 100, Factor: 2, MinSegments: 3},
		Retention:            controller.Retention{Kind: controller.BySize, Min: 1 << 20, Max: 1 << 30},
		Tags:                 []string{"blue", "größe"},
		TimestampAggregation: 1500 * time.Millisecond,
		RolloverSize:         1 << 24,
	}
	if created, err := c.CreateStream(ctx, stream, config); !created || err != nil {
		t.Fatal(created, err)
	}
	if created, err := c.CreateStream(ctx, stream, fixed(1)); created || err != nil {
		t.Errorf("a second time: %v, %v", created, err)
	}
	if got, err := c.StreamConfiguration(ctx, stream); err != nil || !reflect.DeepEqual(got, config) {
		t.Errorf("config: %+v, %v, want %+v", got, err, config)
	}
	changed := controller.StreamConfig{
		Scaling:   controller.Scaling{Kind: controller.ByDataRate, TargetRate: 7, Factor: 3, MinSegments: 1},
		Retention: controller.Retention{Kind: controller.ByTime, Min: 60000},
		Tags:      []string{"green"},
	}
	if err := c.UpdateStream(ctx, stream, changed); err != nil {
		t.Fatal(err)
	}
	if got, err := c.StreamConfiguration(ctx, stream); err != nil || !reflect.DeepEqual(got, changed) {
		t.Errorf("changed config: %+v, %v, want %+v", got, err, changed)
	}
	if names := all(t, c.StreamsWithTag(ctx, scope, "green")); !slices.Equal(names, []string{stream.Name}) {
		t.Errorf("streams tagged green: %q", names)
	}
	if names := all(t, c.StreamsWithTag(ctx, scope, "blue")); len(names) != 0 {
		t.Errorf("streams tagged blue: %q", names)
	}
	if names := all(t, c.Streams(ctx, scope)); !slices.Contains(names, stream.Name) {
		t.Errorf("streams: %q", names)
	}

	_, err := c.DeleteStream(ctx, stream)
	wants(t, "deleting a stream that is not sealed", err, fault.StreamNotSealed)
	if err := c.SealStream(ctx, stream); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, stream); err != nil {
		t.Errorf("sealing again: %v", err)
	}
	if segments, err := c.CurrentSegments(ctx, stream); len(segments) != 0 || err != nil {
		t.Errorf("segments of a sealed stream: %v, %v", segments, err)
	}
	wants(t, "updating a sealed stream", c.UpdateStream(ctx, stream, changed), fault.StreamSealed)
	if exists, err := c.StreamExists(ctx, stream); !exists || err != nil {
		t.Errorf("sealed, it exists: %v, %v", exists, err)
	}
	if deleted, err := c.DeleteStream(ctx, stream); !deleted || err != nil {
		t.Errorf("deleting: %v, %v", deleted, err)
	}
	if exists, err := c.StreamExists(ctx, stream); exists || err != nil {
		t.Errorf("deleted, it exists: %v, %v", exists, err)
	}
	if deleted, err := c.DeleteStream(ctx, stream); deleted || err != nil {
		t.Errorf("deleting again: %v, %v", deleted, err)
	}
}

func TestControllerListsManyStreams(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, 2*time.Minute)
	scope := scopeOf(t, c)
	var want []string
	for i := range 30 {
		name := fmt.Sprint("s", i)
		config := fixed(1)
		config.Tags = []string{"many"}
		if _, err := c.CreateStream(ctx, naming.Stream{Scope: scope, Name: name}, config); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	slices.Sort(want)
	users := slices.DeleteFunc(all(t, c.Streams(ctx, scope)), func(name string) bool { return strings.HasPrefix(name, "_") })
	if !slices.Equal(users, want) {
		t.Errorf("streams: %q", users)
	}
	if tagged := all(t, c.StreamsWithTag(ctx, scope, "many")); !slices.Equal(tagged, want) {
		t.Errorf("tagged streams: %q", tagged)
	}
}

// What does not exist is said to not exist, at once.
func TestControllerAboutWhatDoesNotExist(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, 20*time.Second)
	scope := scopeOf(t, c)
	for _, stream := range []naming.Stream{{Scope: scope, Name: "no"}, {Scope: scope + "-no", Name: "no"}} {
		cut := streamcut.Cut{Stream: stream, Offsets: map[naming.SegmentID]int64{0: 0}}
		_, err := c.StreamConfiguration(ctx, stream)
		wants(t, "config", err, fault.NoSuchStream)
		_, err = c.CurrentSegments(ctx, stream)
		wants(t, "segments", err, fault.NoSuchStream)
		_, err = c.EpochSegments(ctx, stream, 0)
		wants(t, "segments of an epoch", err, fault.NoSuchStream)
		_, err = c.HeadSegments(ctx, stream)
		wants(t, "head", err, fault.NoSuchStream)
		_, err = c.Successors(ctx, stream, 0)
		wants(t, "successors", err, fault.NoSuchSegment)
		_, err = c.SegmentsBetween(ctx, stream, streamcut.Cut{}, streamcut.Cut{})
		wants(t, "segments between", err, fault.NoSuchStream)
		_, err = c.SegmentIsCurrent(ctx, stream, 0)
		wants(t, "segment", err, fault.NoSuchStream)
		_, err = c.CutIsValid(ctx, cut)
		wants(t, "cut", err, fault.NoSuchStream)
		wants(t, "update", c.UpdateStream(ctx, stream, fixed(1)), fault.NoSuchStream)
		wants(t, "seal", c.SealStream(ctx, stream), fault.NoSuchStream)
		wants(t, "truncate", c.TruncateStream(ctx, cut), fault.NoSuchStream)
		_, err = c.CheckScale(ctx, stream, 0)
		wants(t, "check scale", err, fault.NoSuchStream)
		_, err = c.CreateTransaction(ctx, stream, 10*time.Second)
		wants(t, "begin transaction", err, fault.NoSuchStream)
		_, err = c.Subscribers(ctx, stream)
		wants(t, "subscribers", err, fault.NoSuchStream)
		if exists, err := c.StreamExists(ctx, stream); exists || err != nil {
			t.Errorf("exists: %v, %v", exists, err)
		}
		if deleted, err := c.DeleteStream(ctx, stream); deleted || err != nil {
			t.Errorf("delete: %v, %v", deleted, err)
		}
	}
	_, err := c.CreateStream(ctx, naming.Stream{Scope: scope + "-no", Name: "s"}, fixed(1))
	wants(t, "stream without a scope", err, fault.NoSuchScope)
	for _, sequence := range []iter.Seq2[string, error]{c.Streams(ctx, scope+"-no"), c.StreamsWithTag(ctx, scope+"-no", "tag")} {
		for _, err := range sequence {
			wants(t, "streams without a scope", err, fault.NoSuchScope)
		}
	}
}

func TestControllerScalesUpAndDown(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, 2*time.Minute)
	stream := streamOf(t, c, 2)
	old, err := c.CurrentSegments(ctx, stream)
	if err != nil || len(old) != 2 || old[0] != (controller.SegmentRange{Segment: 0, Low: 0, High: 0.5}) || old[1] != (controller.SegmentRange{Segment: 1, Low: 0.5, High: 1}) {
		t.Fatal(old, err)
	}

	// The upper one splits.
	split, err := c.ScaleAndWait(ctx, stream, []naming.SegmentID{1}, []controller.KeyRange{{Low: 0.5, High: 0.75}, {Low: 0.75, High: 1}})
	if err != nil || len(split) != 2 {
		t.Fatal(split, err)
	}
	current, err := c.CurrentSegments(ctx, stream)
	two, three := naming.NewSegmentID(2, 1), naming.NewSegmentID(3, 1)
	want := []controller.SegmentRange{{Segment: 0, Low: 0, High: 0.5}, {Segment: two, Low: 0.5, High: 0.75}, {Segment: three, Low: 0.75, High: 1}}
	if err != nil || !slices.Equal(current, want) {
		t.Fatalf("after the split: %v, %v, want %v", current, err, want)
	}
	successors, err := c.Successors(ctx, stream, 1)
	slices.SortFunc(successors, func(a, b controller.Successor) int { return int(a.Segment - b.Segment) })
	if err != nil || !reflect.DeepEqual(successors, []controller.Successor{
		{SegmentRange: want[1], Predecessors: []naming.SegmentID{1}},
		{SegmentRange: want[2], Predecessors: []naming.SegmentID{1}},
	}) {
		t.Errorf("successors of the split segment: %+v, %v", successors, err)
	}
	if successors, err := c.Successors(ctx, stream, 0); len(successors) != 0 || err != nil {
		t.Errorf("successors of a current segment: %v, %v", successors, err)
	}

	// The lower two merge.
	if _, err := c.ScaleAndWait(ctx, stream, []naming.SegmentID{0, two}, []controller.KeyRange{{Low: 0, High: 0.75}}); err != nil {
		t.Fatal(err)
	}
	four := naming.NewSegmentID(4, 2)
	merged := controller.SegmentRange{Segment: four, Low: 0, High: 0.75}
	for _, id := range []naming.SegmentID{0, two} {
		successors, err := c.Successors(ctx, stream, id)
		if err != nil || len(successors) != 1 || successors[0].SegmentRange != merged {
			t.Fatalf("successors of the merged segment %v: %+v, %v", id, successors, err)
		}
		if p := slices.Sorted(slices.Values(successors[0].Predecessors)); !slices.Equal(p, []naming.SegmentID{0, two}) {
			t.Errorf("predecessors of the merged segment: %v", p)
		}
	}
	for epoch, want := range map[int32][]controller.SegmentRange{0: old, 1: want, 2: {merged, want[2]}} {
		if got, err := c.EpochSegments(ctx, stream, epoch); err != nil || !slices.Equal(got, want) {
			t.Errorf("epoch %d: %v, %v, want %v", epoch, got, err, want)
		}
	}
	_, err = c.EpochSegments(ctx, stream, 3)
	wants(t, "an epoch to come", err, fault.NoSuchStream)
	head, err := c.HeadSegments(ctx, stream)
	if err != nil || !maps.Equal(head.Offsets, map[naming.SegmentID]int64{0: 0, 1: 0}) {
		t.Errorf("head: %v, %v", head, err)
	}
	between, err := c.SegmentsBetween(ctx, stream, streamcut.Cut{}, streamcut.Cut{})
	slices.Sort(between)
	if err != nil || !slices.Equal(between, []naming.SegmentID{0, 1, two, three, four}) {
		t.Errorf("all segments: %v, %v", between, err)
	}
	for id, want := range map[naming.SegmentID]bool{0: false, three: true, four: true} {
		if current, err := c.SegmentIsCurrent(ctx, stream, id); current != want || err != nil {
			t.Errorf("segment %v is current: %v, %v", id, current, err)
		}
	}

	// Truncation moves the head, and cuts are checked.
	cut := streamcut.Cut{Stream: stream, Offsets: map[naming.SegmentID]int64{four: 0, three: 0}}
	if valid, err := c.CutIsValid(ctx, cut); !valid || err != nil {
		t.Errorf("a cut: %v, %v", valid, err)
	}
	if valid, err := c.CutIsValid(ctx, streamcut.Cut{Stream: stream, Offsets: map[naming.SegmentID]int64{three: 0}}); valid || err != nil {
		t.Errorf("half a cut: %v, %v", valid, err)
	}
	if err := c.TruncateStream(ctx, cut); err != nil {
		t.Fatal(err)
	}
	if head, err := c.HeadSegments(ctx, stream); err != nil || !head.Equal(cut) {
		t.Errorf("head after truncation: %v, %v", head, err)
	}

	_, _, err = c.Scale(ctx, stream, []naming.SegmentID{0}, []controller.KeyRange{{Low: 0, High: 0.5}})
	wants(t, "scaling a sealed segment", err, fault.Conflict)
	_, _, err = c.Scale(ctx, stream, []naming.SegmentID{three}, []controller.KeyRange{{Low: 0.8, High: 1}})
	wants(t, "ranges that do not match", err, fault.ServerError)

	endpoint, err := c.SegmentStore(ctx, stream, four)
	if err != nil || endpoint.Port == 0 {
		t.Errorf("store: %v, %v", endpoint, err)
	}
}

func TestControllerTransactions(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, time.Minute)
	stream := streamOf(t, c, 2)
	begin := func() wire.UUID {
		t.Helper()
		txn, err := c.CreateTransaction(ctx, stream, 30*time.Second)
		if err != nil || len(txn.Segments) != 2 {
			t.Fatal(txn, err)
		}
		return txn.ID
	}
	state := func(id wire.UUID, want ...controller.TransactionState) {
		t.Helper()
		got, err := c.TransactionState(ctx, stream, id)
		if err != nil || !slices.Contains(want, got) {
			t.Errorf("state: %v, %v, want %v", got, err, want)
		}
	}
	for _, lease := range []time.Duration{time.Second, time.Hour} {
		_, err := c.CreateTransaction(ctx, stream, lease)
		wants(t, "begin with a lease outside of the limits", err, fault.InvalidArgument)
	}
	committed, aborted, unknown := begin(), begin(), wire.UUIDOf(0, 77)
	state(committed, controller.TransactionOpen)
	state(unknown, controller.TransactionUnknown)
	if got, err := c.PingTransaction(ctx, stream, committed, 30*time.Second); got != controller.TransactionOpen || err != nil {
		t.Errorf("ping: %v, %v", got, err)
	}
	_, err := c.PingTransaction(ctx, stream, committed, 365*24*time.Hour)
	wants(t, "ping with a long lease", err, fault.InvalidArgument)
	for range 2 {
		if err := c.CommitTransaction(ctx, stream, committed, "w", controller.NoTimestamp); err != nil {
			t.Errorf("commit: %v", err)
		}
		if err := c.AbortTransaction(ctx, stream, aborted); err != nil {
			t.Errorf("abort: %v", err)
		}
	}
	state(committed, controller.TransactionCommitting, controller.TransactionCommitted)
	state(aborted, controller.TransactionAborting, controller.TransactionAborted)
	wants(t, "commit of an aborted one", c.CommitTransaction(ctx, stream, aborted, "w", controller.NoTimestamp), fault.TransactionAborted)
	wants(t, "abort of a committed one", c.AbortTransaction(ctx, stream, committed), fault.TransactionCommitted)
	err = c.CommitTransaction(ctx, stream, unknown, "w", controller.NoTimestamp)
	if !errors.Is(err, fault.NoSuchTransaction) || !fault.MayBeStored(err) {
		t.Errorf("commit of an unknown one: %v", err)
	}
	if got, err := c.PingTransaction(ctx, stream, aborted, 30*time.Second); got != controller.TransactionAborted || err != nil {
		t.Errorf("ping of an aborted one: %v, %v", got, err)
	}
	if got, err := c.PingTransaction(ctx, stream, unknown, 30*time.Second); got != controller.TransactionUnknown || err != nil {
		t.Errorf("ping of an unknown one: %v, %v", got, err)
	}
	if err := c.SealStream(ctx, stream); err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateTransaction(ctx, stream, 30*time.Second)
	wants(t, "begin on a sealed stream", err, fault.StreamSealed)
}

func TestControllerEventTime(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, time.Minute)
	stream := streamOf(t, c, 1)
	at := func(offset int64) streamcut.Cut {
		return streamcut.Cut{Stream: stream, Offsets: map[naming.SegmentID]int64{0: offset}}
	}
	if err := c.NoteTime(ctx, "w", 1000, at(10)); err != nil {
		t.Fatal(err)
	}
	wants(t, "time that goes back", c.NoteTime(ctx, "w", 900, at(20)), fault.InvalidArgument)
	wants(t, "position that goes back", c.NoteTime(ctx, "w", 1100, at(5)), fault.InvalidArgument)
	for _, writer := range []string{"w", "stranger"} {
		if err := c.RemoveWriter(ctx, stream, writer); err != nil {
			t.Errorf("removing writer %s: %v", writer, err)
		}
	}
}

func TestControllerReaderGroups(t *testing.T) {
	c := shared(t)
	ctx := waittest.Within(t, time.Minute)
	stream := streamOf(t, c, 2)
	scope := stream.Scope
	config := readergroup.Config{
		ID:            wire.NewUUID(),
		Start:         map[naming.Stream]streamcut.Cut{stream: {Stream: stream, Offsets: map[naming.SegmentID]int64{0: 0, 1: 0}}},
		End:           map[naming.Stream]streamcut.Cut{stream: {}},
		RefreshMillis: 3000, CheckpointMillis: 30000, MaxOutstandingCheckpoints: 3,
		Retention: readergroup.ReleaseByHand,
	}
	created, err := c.CreateReaderGroup(ctx, scope, "g", config)
	if err != nil || !reflect.DeepEqual(created, config) {
		t.Fatalf("created: %+v, %v, want %+v", created, err, config)
	}
	other := config
	other.ID = wire.NewUUID()
	if existing, err := c.CreateReaderGroup(ctx, scope, "g", other); err != nil || existing.ID != config.ID {
		t.Errorf("a second time: %+v, %v", existing, err)
	}
	if exists, err := c.StreamExists(ctx, naming.ReaderGroupStream(scope, "g")); !exists || err != nil {
		t.Errorf("the stream of its state: %v, %v", exists, err)
	}
	if segments, err := c.CurrentSegments(ctx, naming.ReaderGroupStream(scope, "g")); len(segments) != 1 || err != nil {
		t.Errorf("its segments: %v, %v", segments, err)
	}

	if groups, err := c.Subscribers(ctx, stream); err != nil || !slices.Equal(groups, []string{scope + "/g"}) {
		t.Errorf("subscribers: %q, %v", groups, err)
	}
	cut := streamcut.Cut{Stream: stream, Offsets: map[naming.SegmentID]int64{0: 0, 1: 0}}
	if err := c.ReleaseBefore(ctx, scope, "g", config.ID, 0, cut); err != nil {
		t.Errorf("release: %v", err)
	}
	wants(t, "release by another generation", c.ReleaseBefore(ctx, scope, "g", config.ID, 7, cut), fault.Conflict)
	wants(t, "release by a stranger", c.ReleaseBefore(ctx, scope, "no", config.ID, 0, cut), fault.NoSuchReaderGroup)

	changed := config
	changed.RefreshMillis, changed.Retention = 1234, readergroup.RetainRegardless
	changed.Start = map[naming.Stream]streamcut.Cut{stream: {}}
	generation, err := c.UpdateReaderGroup(ctx, scope, "g", changed)
	if err != nil || generation != 1 {
		t.Fatalf("updated: %v, %v", generation, err)
	}
	changed.Generation = 1
	if got, err := c.ReaderGroupConfig(ctx, scope, "g"); err != nil || !reflect.DeepEqual(got, changed) {
		t.Errorf("after the update: %+v, %v, want %+v", got, err, changed)
	}
	_, err = c.UpdateReaderGroup(ctx, scope, "g", config)
	wants(t, "an update of an old generation", err, fault.Conflict)

	if deleted, err := c.DeleteReaderGroup(ctx, scope, "g", other.ID); deleted || err != nil {
		t.Errorf("deleting with another id: %v, %v", deleted, err)
	}
	if deleted, err := c.DeleteReaderGroup(ctx, scope, "g", config.ID); !deleted || err != nil {
		t.Errorf("deleting: %v, %v", deleted, err)
	}
	if deleted, err := c.DeleteReaderGroup(ctx, scope, "g", config.ID); deleted || err != nil {
		t.Errorf("deleting again: %v, %v", deleted, err)
	}
	_, err = c.ReaderGroupConfig(ctx, scope, "g")
	wants(t, "config of what is gone", err, fault.NoSuchReaderGroup)
	_, err = c.UpdateReaderGroup(ctx, scope, "g", changed)
	wants(t, "update of what is gone", err, fault.NoSuchReaderGroup)
	_, err = c.CreateReaderGroup(ctx, scope+"-no", "g", config)
	wants(t, "a group without a scope", err, fault.NoSuchScope)
}

// A standalone server has no list of controllers; it is used itself.
func TestControllerDiscoveryOfAStandalone(t *testing.T) {
	c := dial(t, strings.Replace(harness.Shared(t).ControllerURI(), "tcp://", "pravega://", 1), nil)
	stream := streamOf(t, c, 1)
	if exists, err := c.StreamExists(waittest.Within(t, time.Minute), stream); !exists || err != nil {
		t.Error(exists, err)
	}
}

func TestControllerDiscoveryOfACluster(t *testing.T) {
	server, err := harness.InMemory(waittest.Within(t, 3*time.Minute), harness.Options{})
	if err != nil {
		t.Fatal(err)
	}
	harness.StopAfter(t, server)
	var log strings.Builder
	c := dial(t, strings.Replace(server.ControllerURI(), "tcp://", "pravega://", 1), func(c *controller.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	stream := streamOf(t, c, 1)
	if exists, err := c.StreamExists(waittest.Within(t, time.Minute), stream); !exists || err != nil {
		t.Error(exists, err)
	}
	c.Close()
	if log.Len() > 0 {
		t.Errorf("the controllers were not found by discovery: %s", log.String())
	}
}

func TestControllerTokensWithoutSecurity(t *testing.T) {
	c := dial(t, harness.Shared(t).ControllerURI(), func(c *controller.Config) { c.Credentials = controller.Basic("any", "one") })
	stream := streamOf(t, c, 1)
	token, err := c.Token(waittest.Within(t, time.Minute), stream, controller.Write)
	if token.Value != "" || !token.Expiry.IsZero() || err != nil {
		t.Errorf("%v, %v", token, err)
	}
}
