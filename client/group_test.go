package client

import (
	"testing"

	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// group makes a reader group that reads the stream from its head.
func (c *testCluster) group() *ReaderGroup { return c.groupOf(Config{}) }

// groupOf is group for a client of the test's own making.
func (c *testCluster) groupOf(config Config) *ReaderGroup {
	c.T.Helper()
	c.MakeGroup()
	g, err := c.client(config).OpenReaderGroup(waittest.Limit(c.T), c.Stream.Scope, "group")
	if err != nil {
		c.T.Fatal(err)
	}
	return g
}

// note writes updates to the group's state, as another member would.
func (g *ReaderGroup) note(t *testing.T, updates ...readergroup.Update) {
	t.Helper()
	_, log := g.engine.Replica(nil)
	err := log.Fetch(waittest.Limit(t))
	if err == nil {
		err = log.Write(waittest.Limit(t), func() ([]byte, error) { return readergroup.EncodeUpdates(updates...) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// next takes a slice or fails.
func next(t *testing.T, r *Reader) *Slice {
	t.Helper()
	s, err := r.Next(waittest.Limit(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A reader that joins its group while the client is being closed is out of it again.
func TestClosedClientLeavesNoReaderBehind(t *testing.T) {
	c := startCluster(t, keyspace...)
	g := c.group()
	writes, goOn := make(chan struct{}, 10), make(chan struct{})
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.ConditionalAppend); ok {
			writes <- struct{}{}
			<-goOn
		}
		return storetest.Serve
	})
	opened := make(chan error, 1)
	go func() {
		_, err := g.OpenReader(waittest.Limit(t), "reader", ReaderConfig{})
		opened <- err
	}()
	<-writes
	closed := make(chan error, 1)
	go func() { closed <- g.client.Close() }()
	waittest.Until(t, "the client is being closed", func() bool {
		g.client.mu.Lock()
		defer g.client.mu.Unlock()
		return g.client.closed
	})
	close(goOn)
	if err := <-opened; CodeOf(err) != ErrClosed {
		t.Fatal(err)
	}
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	g, err := c.client(Config{}).OpenReaderGroup(waittest.Limit(t), g.engine.Scope, g.engine.Name)
	if err != nil {
		t.Fatal(err)
	}
	if readers, err := g.Readers(waittest.Limit(t)); err != nil || len(readers) > 0 {
		t.Fatalf("the group has the readers %q: %v", readers, err)
	}
}
