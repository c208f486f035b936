package conformance

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// What a user does with scopes and streams, through the public API.
func TestScopesAndStreams(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	if created, err := c.CreateStream(ctx, scope, stream, client.StreamConfig{}); created || err != nil {
		t.Fatal(created, err)
	}
	if _, err := c.CreateStream(ctx, "no-such-scope", "s", client.StreamConfig{}); !errors.Is(err, client.ErrNoSuchScope) {
		t.Fatal(err)
	}
	config := client.StreamConfig{}
	config.Tags = []string{"blue", "green"}
	config.Scaling = client.Scaling{Kind: client.ScalingEventRate, Segments: 2, Rate: 100, Factor: 3}
	config.Retention = client.Retention{Kind: client.RetentionTime, Min: 3600_000, Max: 7200_000}
	if _, err := c.CreateStream(ctx, scope, "tagged", config); err != nil {
		t.Fatal(err)
	}
	info, err := c.StreamInfo(ctx, scope, "tagged")
	if err != nil || info.Config.Scaling != config.Scaling || info.Config.Retention != config.Retention || !slices.Equal(info.Config.Tags, config.Tags) || info.Sealed {
		t.Fatal(info, err)
	}
	if err := c.UpdateStream(ctx, scope, "tagged", client.StreamConfig{}); err != nil {
		t.Fatal(err)
	}
	if info, err = c.StreamInfo(ctx, scope, "tagged"); err != nil || info.Config.Retention.Kind != client.RetentionNone {
		t.Fatal(info, err)
	}
	if err := c.UpdateStream(ctx, scope, "tagged", info.Config); err != nil {
		t.Fatal("what was told cannot be set", err)
	}
	var names []string
	for name, err := range c.Streams(ctx, scope) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{stream, "tagged"}) {
		t.Fatal(names)
	}
	if _, err := c.DeleteStream(ctx, scope, stream); !errors.Is(err, client.ErrStreamNotSealed) {
		t.Fatal(err)
	}
	if _, err := c.DeleteScope(ctx, scope); !errors.Is(err, client.ErrNotEmpty) {
		t.Fatal(err)
	}
	if _, err := c.OpenWriter(ctx, scope, "no-such-stream", client.WriterConfig{}); !errors.Is(err, client.ErrNoSuchStream) {
		t.Fatal(err)
	}
	if _, err := c.CreateReaderGroup(ctx, scope, "g", client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: "no-such-stream"}}}); !errors.Is(err, client.ErrNoSuchStream) {
		t.Fatal(err)
	}
	if _, err := c.OpenReaderGroup(ctx, scope, "no-such-group"); !errors.Is(err, client.ErrNoSuchReaderGroup) {
		t.Fatal(err)
	}

	writeEvents(ctx, t, c, scope, stream, 1, 20)
	segments, err := c.Segments(ctx, scope, stream)
	if err != nil || len(segments) != 2 || segments[0].Low != 0 || segments[1].High != 1 {
		t.Fatal(segments, err)
	}
	for _, wrong := range [][]client.KeyRange{{{Low: 0, High: 0.4}}, {{Low: 0, High: 0.2}, {Low: 0.3, High: 0.5}}, {{Low: 0, High: 1}}, {}} {
		if err := c.ScaleStream(ctx, scope, stream, []int64{segments[0].ID}, wrong); !errors.Is(err, client.ErrInvalidArgument) {
			t.Fatal(wrong, err)
		}
	}
	if err := c.ScaleStream(ctx, scope, stream, []int64{99}, []client.KeyRange{{Low: 0, High: 0.5}}); !errors.Is(err, client.ErrConflict) {
		t.Fatal(err)
	}
	if err := c.ScaleStream(ctx, scope, stream, []int64{segments[0].ID}, []client.KeyRange{{Low: 0.25, High: 0.5}, {Low: 0, High: 0.25}}); err != nil {
		t.Fatal(err)
	}
	if segments, err = c.Segments(ctx, scope, stream); err != nil || len(segments) != 3 {
		t.Fatal(segments, err)
	}

	open, err := c.StreamInfo(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	sealed, err := c.StreamInfo(ctx, scope, stream)
	if err != nil || !sealed.Sealed || sealed.Tail.String() != open.Tail.String() {
		t.Fatalf("%+v\n%+v\n%v", open, sealed, err)
	}
	if _, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{}); !errors.Is(err, client.ErrStreamSealed) {
		t.Fatal(err)
	}
	for _, name := range []string{stream, "tagged"} {
		if err := c.SealStream(ctx, scope, name); err != nil {
			t.Fatal(err)
		}
		if deleted, err := c.DeleteStream(ctx, scope, name); !deleted || err != nil {
			t.Fatal(deleted, err)
		}
		if deleted, err := c.DeleteStream(ctx, scope, name); deleted || err != nil {
			t.Fatal(deleted, err)
		}
		if exists, err := c.StreamExists(ctx, scope, name); exists || err != nil {
			t.Fatal(exists, err)
		}
	}
	if deleted, err := c.DeleteScope(ctx, scope); !deleted || err != nil {
		t.Fatal(deleted, err)
	}
	if exists, err := c.ScopeExists(ctx, scope); exists || err != nil {
		t.Fatal(exists, err)
	}
}

// A stream that is deleted under a writer or a reader is a clear end or error.
func TestDeletedStream(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(ctx, client.Event{Data: []byte("stored")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	g := newGroup(ctx, t, c, scope, "g", nil, client.GroupStream{Scope: scope, Stream: stream})
	r := openReader(ctx, t, g, "r")
	s, err := r.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(ctx); !errors.Is(err, client.ErrEnd) {
		t.Fatal(err)
	}
	if _, err := w.Write(ctx, client.Event{Data: []byte("too late")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(ctx); !errors.Is(err, client.ErrNoSuchStream) && !errors.Is(err, client.ErrStreamSealed) {
		t.Fatal(err)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
