package client

import (
	"context"
	"iter"
	"testing"

	"github.com/pravega/pravega-client-go/internal/enginetest"
)

// asked are the calls with a limit that change nothing.
var asked = map[string]change{
	"Client.FetchEvent": asks(aReader, func(ctx context.Context, w *world) error {
		for at, event := range w.slice.Events() {
			return enginetest.Second(w.client.FetchEvent(ctx, w.slice.Pointer(at, event)))
		}
		return nil
	}),
	"Client.OpenReaderGroup": asks(aGroup(nil), func(ctx context.Context, w *world) error {
		return enginetest.Second(w.client.OpenReaderGroup(ctx, "scope", "group"))
	}),
	"Client.OpenTransactionalWriter": asks(nothing, func(ctx context.Context, w *world) error {
		return enginetest.Second(w.client.OpenTransactionalWriter(ctx, "scope", "stream", TransactionalWriterConfig{}))
	}),
	"Client.OpenWriter": asks(nothing, func(ctx context.Context, w *world) error {
		return enginetest.Second(w.client.OpenWriter(ctx, "scope", "stream", WriterConfig{}))
	}),
	"Client.ReaderGroups": asks(nothing, func(ctx context.Context, w *world) error { return listed(w.client.ReaderGroups(ctx, "scope")) }),
	"Client.ScopeExists": asks(nothing, func(ctx context.Context, w *world) error {
		return enginetest.Second(w.client.ScopeExists(ctx, "scope"))
	}),
	"Client.Scopes": asks(nothing, func(ctx context.Context, w *world) error { return listed(w.client.Scopes(ctx)) }),
	"Client.Segments": asks(nothing, func(ctx context.Context, w *world) error {
		return enginetest.Second(w.client.Segments(ctx, "scope", "stream"))
	}),
	"Client.StreamExists": asks(nothing, func(ctx context.Context, w *world) error {
		return enginetest.Second(w.client.StreamExists(ctx, "scope", "stream"))
	}),
	"Client.StreamInfo": asks(nothing, func(ctx context.Context, w *world) error {
		return enginetest.Second(w.client.StreamInfo(ctx, "scope", "stream"))
	}),
	"Client.Streams": asks(nothing, func(ctx context.Context, w *world) error { return listed(w.client.Streams(ctx, "scope")) }),
	"Client.StreamsWithTag": asks(nothing, func(ctx context.Context, w *world) error {
		return listed(w.client.StreamsWithTag(ctx, "scope", "tag"))
	}),

	"ReaderGroup.Config":      asks(aGroup(nil), func(ctx context.Context, w *world) error { return enginetest.Second(w.group.Config(ctx)) }),
	"ReaderGroup.Readers":     asks(aGroup(nil), func(ctx context.Context, w *world) error { return enginetest.Second(w.group.Readers(ctx)) }),
	"ReaderGroup.UnreadBytes": asks(aGroup(nil), func(ctx context.Context, w *world) error { return enginetest.Second(w.group.UnreadBytes(ctx)) }),
	"ReaderGroup.Watch": asks(aGroup(nil), func(ctx context.Context, w *world) error {
		return enginetest.Second(w.group.Watch(ctx, func(GroupStatus) {}))
	}),
	"GroupWatch.Close": asks(aGroup(nil), func(ctx context.Context, w *world) error {
		called, over := make(chan struct{}), make(chan struct{})
		defer close(over)
		watch, err := w.group.Watch(ctx, func(GroupStatus) { close(called); <-over })
		if err != nil {
			return err
		}
		<-called
		return watch.Close(ctx)
	}),

	"Reader.Events": asks(aReader, func(ctx context.Context, w *world) error { return lastOf(w.reader.Events(ctx)) }),
	"Reader.Slices": asks(aReader, func(ctx context.Context, w *world) error { return lastOf(w.reader.Slices(ctx)) }),
	"Reader.Next":   asks(aReader, func(ctx context.Context, w *world) error { return enginetest.Second(w.reader.Next(ctx)) }),
	"Reader.TimeWindow": asks(aReader, func(ctx context.Context, w *world) error {
		return enginetest.Second(w.reader.TimeWindow(ctx, "scope", "stream"))
	}),

	"Transaction.Status":       asks(aTransaction, func(ctx context.Context, w *world) error { return enginetest.Second(w.txn.Status(ctx)) }),
	"Transaction.WaitReadable": asks(aTransaction, func(ctx context.Context, w *world) error { return w.txn.WaitReadable(ctx) }),
}

func asks(ready func(*world), call func(context.Context, *world) error) change {
	return change{ready: ready, call: call}
}

// listed goes through a list.
func lastOf[T any](items iter.Seq2[T, error]) (last error) {
	for _, last = range items {
	}
	return last
}

func listed(list iter.Seq2[string, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// Every question with a limit is asked for its texts.
func TestEveryQuestionWithALimitIsAsked(t *testing.T) {
	for name, limited := range exportedCalls(t) {
		if _, question := questions[name]; !question || !limited {
			continue
		}
		if _, there := asked[name]; !there {
			t.Errorf("%s belongs into the table of what is asked", name)
		}
	}
}
