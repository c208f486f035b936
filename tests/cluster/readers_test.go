//go:build cluster

package cluster

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// readers are readers of a group, two at first, that read a stream until it ends.
type readers struct {
	group  *client.ReaderGroup
	oracle *oracle
	gaps   harness.Gaps // between slices, of whichever reader
	ended  chan error   // one from each
	count  int
}

func startReaders(ctx context.Context, t *testing.T, c *client.Client, scope, group string) *readers {
	t.Helper()
	return startReadersWith(ctx, t, c, scope, group, client.ReaderConfig{})
}

func startReadersWith(ctx context.Context, t *testing.T, c *client.Client, scope, group string, config client.ReaderConfig) *readers {
	t.Helper()
	g, err := c.OpenReaderGroup(ctx, scope, group)
	if err != nil {
		t.Fatal(err)
	}
	rs := &readers{group: g, oracle: newOracle(), ended: make(chan error, 2)}
	for range cap(rs.ended) {
		rs.join(ctx, ctx, t, config)
	}
	return rs
}

// join adds a reader, which leaves when staying ends.
func (rs *readers) join(ctx, staying context.Context, t *testing.T, config client.ReaderConfig) {
	t.Helper()
	rs.count++
	name := fmt.Sprint("reader-", rs.count)
	r, err := rs.group.OpenReader(ctx, name, config)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		err := rs.drain(ctx, staying, r)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		rs.ended <- err
	}()
}

// createGroup makes a reader group on a stream.
func createGroup(ctx context.Context, t *testing.T, c *client.Client, scope, stream, group string) {
	t.Helper()
	config := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}}
	config.RefreshInterval = 500 * time.Millisecond
	config.CheckpointInterval = time.Second // only then do Java readers go on to the successors of segments
	if created, err := c.CreateReaderGroup(ctx, scope, group, config); err != nil || !created {
		t.Fatalf("created: %v, %v", created, err)
	}
}

// drain reads until the end, or until staying ends.
func (rs *readers) drain(ctx, staying context.Context, r *client.Reader) error {
	for {
		s, err := r.Next(staying)
		if errors.Is(err, client.ErrEnd) || ctx.Err() == nil && errors.Is(err, client.ErrCancelled) {
			return r.Close(ctx)
		}
		if err != nil {
			return err
		}
		rs.gaps.Note()
		for _, event := range s.Events() {
			rs.oracle.take(event)
		}
		if err := s.Release(); err != nil {
			return err
		}
	}
}

// until waits until that many events were read.
func (rs *readers) until(ctx context.Context, t *testing.T, n int64) {
	t.Helper()
	for {
		rs.oracle.mu.Lock()
		read := int64(len(rs.oracle.seen))
		rs.oracle.mu.Unlock()
		if read >= n {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%d of %d events are read", read, n)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// finish waits until the stream, which must be sealed, is read, and returns what
// was.
func (rs *readers) finish(t *testing.T) *oracle {
	t.Helper()
	for range rs.count {
		if err := <-rs.ended; err != nil {
			t.Error(err)
		}
	}
	return rs.oracle
}
