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

// readers are two readers of a group that read a stream until it ends.
type readers struct {
	oracle *oracle
	gaps   harness.Gaps // between slices, of whichever reader
	ended  chan error   // one from each
	count  int
}

func startReaders(ctx context.Context, t *testing.T, c *client.Client, scope, group string) *readers {
	t.Helper()
	g, err := c.OpenReaderGroup(ctx, scope, group)
	if err != nil {
		t.Fatal(err)
	}
	rs := &readers{oracle: newOracle(), ended: make(chan error, 2)}
	for ; rs.count < cap(rs.ended); rs.count++ {
		name := fmt.Sprint("reader-", rs.count+1)
		r, err := g.OpenReader(ctx, name, client.DefaultReaderConfig())
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			err := rs.drain(ctx, r)
			if err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			rs.ended <- err
		}()
	}
	return rs
}

// createGroup makes a reader group on a stream.
func createGroup(ctx context.Context, t *testing.T, c *client.Client, scope, stream, group string) {
	t.Helper()
	config := client.DefaultReaderGroupConfig(client.GroupStream{Scope: scope, Stream: stream})
	config.RefreshInterval = 500 * time.Millisecond
	config.CheckpointInterval = time.Second // only then do Java readers go on to the successors of segments
	if created, err := c.CreateReaderGroup(ctx, scope, group, config); err != nil || !created {
		t.Fatalf("created: %v, %v", created, err)
	}
}

// drain reads until the end.
func (rs *readers) drain(ctx context.Context, r *client.Reader) error {
	for {
		s, err := r.Next(ctx)
		if errors.Is(err, client.ErrEnd) {
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
