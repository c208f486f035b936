// Package group lets official Java clients and ours, of Go, C and Python, work on
// the same streams and in the same reader groups.
package group

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// java prepares a run of a program beside this file.
func java(ctx context.Context, t *testing.T, program, uri string, args ...string) *exec.Cmd {
	t.Helper()
	cmd, err := harness.OfficialClient(ctx, t.TempDir(), program, append([]string{uri}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

func run(ctx context.Context, t *testing.T, uri string, args ...string) {
	t.Helper()
	cmd := java(ctx, t, "Member.java", uri, args...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, cmd.Stderr)
	}
}

// tally counts what readers of any kind have read: "key number" a line.
type tally struct {
	t    *testing.T
	mu   sync.Mutex
	by   map[string]int // events of each reader
	seen map[string]bool
	last map[string]int
}

func newTally(t *testing.T) *tally {
	return &tally{t: t, by: make(map[string]int), seen: make(map[string]bool), last: make(map[string]int)}
}

func (c *tally) take(reader, event string) {
	var key string
	var n int
	if _, err := fmt.Sscanf(event, "%s %d", &key, &n); err != nil {
		c.t.Errorf("%s read %q", reader, event)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[event] {
		c.t.Errorf("%s read %q, which was read before", reader, event)
	}
	if c.last[key] > n {
		c.t.Errorf("%s read %q after %d", reader, event, c.last[key])
	}
	c.seen[event], c.last[key] = true, n
	c.by[reader]++
}

// connect makes a client of the tests' server, and tells the address for Java's.
func connect(t *testing.T) (c *client.Client, controller string) {
	t.Helper()
	config := client.Config{}
	config.ControllerURI = harness.Shared(t).ControllerURI()
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, config.ControllerURI
}

func scale(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, n int) {
	t.Helper()
	segments, err := c.Segments(ctx, scope, stream)
	if err != nil {
		t.Fatal(err)
	}
	var seal []int64
	for _, s := range segments {
		seal = append(seal, s.ID)
	}
	var into []client.KeyRange
	for i := range n {
		into = append(into, client.KeyRange{Low: float64(i) / float64(n), High: float64(i+1) / float64(n)})
	}
	if err := c.ScaleStream(ctx, scope, stream, seal, into); err != nil {
		t.Fatal(err)
	}
}
