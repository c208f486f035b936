package member

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pravega/pravega-client-go/internal/clock"
	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/read"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testCluster is a cluster in which a test makes groups.
type testCluster struct{ *enginetest.Cluster }

var keyspace = []float64{0, 1}

// startCluster makes a stream whose segments 0, 1, … are divided at bounds.
func startCluster(t *testing.T, bounds ...float64) *testCluster {
	t.Helper()
	return &testCluster{enginetest.Start(t, bounds...)}
}

// testGroup is a group of the cluster's stream, and the client that it was opened by.
type testGroup struct {
	*group.Group
	client *cluster.Cluster
	clock  func() clock.Moment // of its readers
}

// group makes the group's state, without the servers' help, and opens the group.
func (c *testCluster) group() *testGroup { return c.groupOf(enginetest.ClusterConfig()) }

// loggedIn is a configuration with a user, who may be refused.
func loggedIn() cluster.Config {
	config := enginetest.ClusterConfig()
	config.Credentials = controller.Basic("user", "password")
	return config
}

func (c *testCluster) groupOf(config cluster.Config) *testGroup {
	c.T.Helper()
	c.MakeGroup()
	client := c.Connect(config)
	g, err := group.Open(waittest.Limit(c.T), client, c.Stream.Scope, "group")
	enginetest.Must(c.T, err)
	return &testGroup{g, client, clock.Now}
}

// note writes updates to the group's state, as another member would.
func (g *testGroup) note(t *testing.T, updates ...readergroup.Update) {
	t.Helper()
	_, log := g.Replica(nil)
	err := log.Fetch(waittest.Limit(t))
	if err == nil {
		err = log.Write(waittest.Limit(t), func() ([]byte, error) { return readergroup.EncodeUpdates(updates...) })
	}
	enginetest.Must(t, err)
}

// defaults are those of the public options.
func defaults() Config {
	return Config{BufferBytes: 8 << 20, Clock: clock.Now}
}

// OpenReader joins the group.
func (g *testGroup) OpenReader(ctx context.Context, id string, config Config) (*Member, error) {
	config.ID, config.Clock = id, g.clock
	return Open(ctx, g.Group, config)
}

// ReaderOffline takes a reader out of the group.
func (g *testGroup) ReaderOffline(ctx context.Context, id string) error {
	return g.Group.ReaderOffline(ctx, id, nil)
}

// idleReader is a reader whose group work is done by the test, step by step.
func (g *testGroup) idleReader(t *testing.T, id string) *Member {
	t.Helper()
	return g.idleReaderOf(t, id, defaults())
}

// markedReader is an idleReader whose application is told of checkpoints.
func (g *testGroup) markedReader(t *testing.T, id string) *Member {
	t.Helper()
	config := defaults()
	config.Checkpoints = true
	return g.idleReaderOf(t, id, config)
}

func (g *testGroup) idleReaderOf(t *testing.T, id string, config Config) *Member {
	t.Helper()
	config.ID, config.Clock = id, g.clock
	m := newMember(g.Group, config)
	t.Cleanup(func() { m.life.End(); m.Reader.Stop() })
	enginetest.Must(t, m.join(waittest.Limit(t)))
	return m
}

// Next takes a slice of the member's reader.
func (m *Member) Next(ctx context.Context) (*read.Slice, error) { return m.Reader.Next(ctx) }

// TryNext is Next that never waits.
func (m *Member) TryNext() (*read.Slice, error) { return m.Reader.TryNext() }

// next takes a slice or fails.
func next(t *testing.T, m *Member) *read.Slice {
	t.Helper()
	s, err := m.Next(waittest.Limit(t))
	enginetest.Must(t, err)
	return s
}

// mustStep does the group work that is due.
func (m *Member) mustStep(t *testing.T) {
	t.Helper()
	m.refresh = time.Time{}
	enginetest.Must(t, m.step())
}

// ended reports whether a slice that is out has the last events of its segment.
func ended(s *read.Slice) bool {
	for segment, place := range s.Position(s.EndOffset()) {
		if segment.String() == s.Segment() {
			return place.Offset == streamcut.Completed
		}
	}
	return false
}

// segmentOf is the segment that a slice is of.
func segmentOf(t *testing.T, s *read.Slice) readergroup.Segment {
	t.Helper()
	stream, id, err := naming.ParseSegmentName(s.Segment())
	enginetest.Must(t, err)
	return readergroup.Segment{Stream: stream, ID: id}
}

func numberOf(t *testing.T, s *read.Slice) int32 { return segmentOf(t, s).ID.Number() }
