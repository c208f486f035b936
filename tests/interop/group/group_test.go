// Package group lets official Java clients and ours work on the same streams and
// in the same reader groups.
package group

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

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

// Java and Go readers share one group, whoever created it; Java and Go writers
// write to one stream, each key from both; the stream is split and merged
// meanwhile. Each event goes to exactly one reader, in order per key, and all
// readers end by themselves with the sealed stream.
func TestJavaAndGoShareGroupsAndKeys(t *testing.T) {
	for _, creator := range []string{"java", "go"} {
		t.Run("created by "+creator, func(t *testing.T) { share(t, creator) })
	}
}

// connect makes a client of the tests' server, and tells the address for Java's.
func connect(t *testing.T) (c *client.Client, controller string) {
	t.Helper()
	config := client.DefaultConfig()
	config.ControllerURI = harness.Shared(t).ControllerURI()
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, config.ControllerURI
}

func share(t *testing.T, creator string) {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	c, controller := connect(t)
	scope, stream := fmt.Sprint("interop-", time.Now().UnixNano()), "s"
	must := func(_ bool, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.CreateScope(ctx, scope))
	settings := client.DefaultStreamConfig()
	settings.Scaling.Segments = 2
	must(c.CreateStream(ctx, scope, stream, settings))
	if creator == "java" {
		run(ctx, t, controller, scope, stream, "create", "g")
	} else {
		group := client.DefaultReaderGroupConfig(client.GroupStream{Scope: scope, Stream: stream})
		group.RefreshInterval, group.CheckpointInterval = 500*time.Millisecond, 2*time.Second
		must(c.CreateReaderGroup(ctx, scope, "g", group))
	}

	count := &tally{t: t, by: make(map[string]int), seen: make(map[string]bool), last: make(map[string]int)}
	var work sync.WaitGroup
	defer work.Wait()
	ready := make(chan bool, 1)
	work.Add(1)
	go func() {
		defer work.Done()
		defer close(ready)
		cmd := java(ctx, t, "Member.java", controller, scope, stream, "read", "g", "java-reader")
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Error(err)
			return
		}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if line := lines.Text(); line == "ready" {
				ready <- true
			} else {
				count.take("java", line)
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the Java reader: %v\n%s", err, cmd.Stderr)
		}
	}()
	if !<-ready {
		t.FailNow()
	}

	group, err := c.OpenReaderGroup(ctx, scope, "g")
	if err != nil {
		t.Fatal(err)
	}
	reader, err := group.OpenReader(ctx, "go-reader", client.DefaultReaderConfig())
	if err != nil {
		t.Fatal(err)
	}
	work.Add(1)
	go func() {
		defer work.Done()
		for {
			s, err := reader.Next(ctx)
			if errors.Is(err, client.ErrEnd) {
				err = reader.Close(ctx)
				if err == nil {
					return
				}
			}
			if err != nil {
				t.Error(err)
				return
			}
			for _, event := range s.Events() {
				count.take("go", string(event))
			}
			if err := s.Release(); err != nil {
				t.Error(err)
			}
		}
	}()

	keys := []string{"a", "b", "schlüssel", "日本", "𝄞"}
	next := 1
	write := func(n int) {
		t.Helper()
		half := len(keys) / 2 // Java continues each key where Go ended, and the other way round
		run(ctx, t, controller, scope, stream, "write", strings.Join(keys[:half], ","), fmt.Sprint(next), fmt.Sprint(next+n-1))
		w, err := c.OpenWriter(ctx, scope, stream, client.DefaultWriterConfig())
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys[half:] {
			for e := next; e < next+n; e++ {
				if _, err := w.WriteKeyed(ctx, key, fmt.Appendf(nil, "%s %d", key, e)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(ctx); err != nil {
			t.Fatal(err)
		}
		next += n
		keys = append(keys[half:], keys[:half]...)
	}
	write(300)
	scale(ctx, t, c, scope, stream, 4)
	write(300)
	scale(ctx, t, c, scope, stream, 2)
	// Write until both kinds of reader have got something.
	for write(100); ; write(100) {
		count.mu.Lock()
		both := count.by["java"] > 0 && count.by["go"] > 0
		count.mu.Unlock()
		if both {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("the readers have got %v", count.by)
		}
	}
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	work.Wait()
	if want := (next - 1) * len(keys); len(count.seen) != want {
		var missing []string
		for _, key := range keys {
			for n := 1; n < next; n++ {
				if event := fmt.Sprintf("%s %d", key, n); !count.seen[event] && len(missing) < 10 {
					missing = append(missing, event)
				}
			}
		}
		t.Fatalf("%d of %d events were read; missing are %s, …", len(count.seen), want, strings.Join(missing, ", "))
	}
	t.Logf("events read: %v", count.by)
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
