//go:build cluster

package cluster

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Segments are split and merged under load; a merge waits for all that it merges.
func TestStreamScaled(t *testing.T) {
	ctx := waittest.Within(t, time.Duration(either(1, 4))*limit)
	cluster := wholeCluster(ctx, t)
	l := startLoad(ctx, t, connect(t, cluster), 3)
	for range either(1, 5) {
		for _, n := range []int{12, 3, 5, 4}[:either(2, 4)] {
			l.disturb(ctx, t, fmt.Sprint("scaled to ", n), func() { scale(ctx, t, l, n) })
		}
	}
	l.check(ctx, t, cluster)
}

// scale replaces all segments of the stream by n others.
func scale(ctx context.Context, t *testing.T, l *load, n int) {
	t.Helper()
	current, err := l.client.Segments(ctx, l.scope, l.stream)
	if err != nil {
		t.Fatal(err)
	}
	var seal []int64
	for _, s := range current {
		seal = append(seal, s.ID)
	}
	into := make([]client.KeyRange, n)
	for i := range into {
		into[i] = client.KeyRange{Low: float64(i) / float64(n), High: float64(i+1) / float64(n)}
	}
	if err := l.client.ScaleStream(ctx, l.scope, l.stream, seal, into); err != nil {
		t.Fatal(err)
	}
}

// The writer tells that the stream was sealed, and what it says of the rest is
// true.
func TestStreamSealedUnderLoad(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	for range either(2, 20) {
		l := startLoad(ctx, t, connect(t, cluster), segments)
		l.flow(ctx, t)
		if err := l.client.SealStream(ctx, l.scope, l.stream); err != nil {
			t.Fatal(err)
		}
		acked, err := l.ended(ctx, t)
		if !errors.Is(err, client.ErrStreamSealed) {
			t.Errorf("the writer ended with %v", err)
		}
		if !client.MayBeStored(err) {
			l.written.Store(acked) // so that more than that is a mistake
		}
		l.readBack(ctx, t, cluster, acked)
	}
}

// A new stream of the same name has nothing of the old one, whose writer ends.
func TestStreamDeletedAndMadeAgain(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	c := connect(t, cluster)
	scope, stream := newStream(ctx, t, c, segments)
	for range either(2, 10) {
		old := startWriting(ctx, t, c, scope, stream)
		old.flow(ctx, t)
		if err := c.SealStream(ctx, scope, stream); err != nil {
			t.Fatal(err)
		}
		if _, err := c.DeleteStream(ctx, scope, stream); err != nil {
			t.Fatal(err)
		}
		createStream(ctx, t, c, scope, stream, segments)
		if _, err := old.ended(ctx, t); !errors.Is(err, client.ErrStreamSealed) && !errors.Is(err, client.ErrNoSuchStream) {
			t.Errorf("the writer of the stream that was deleted ended with %v", err)
		}
	}
	l := startWriting(ctx, t, c, scope, stream)
	l.flow(ctx, t)
	l.check(ctx, t, cluster)
}

// ended waits until the load has ended because its writer has failed, and returns
// what the writer says at last.
func (l *load) ended(ctx context.Context, t *testing.T) (acked int64, err error) {
	t.Helper()
	select {
	case err := <-l.done:
		if err == nil || !client.IsFinal(err) {
			t.Fatalf("a write failed with %v, which is not final", err)
		}
	case <-ctx.Done():
		t.Fatal("the writer goes on")
	}
	acked, err = l.writer.Acked()
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if closing := l.writer.Close(limited); closing != nil && client.CodeOf(closing) != client.CodeOf(err) {
		t.Errorf("closing the writer tells %v after %v", closing, err)
	}
	return acked, err
}
