package conformance

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// victimEnv makes this test binary a reader that reads until it is killed: its
// value is "controller scope group reader".
const victimEnv = "PRAVEGA_TEST_VICTIM"

// victim prints what it reads, an event a line.
func victim(args string) error {
	a := strings.Fields(args)
	config := client.Config{}
	config.ControllerURI = a[0]
	c, err := client.New(config)
	if err != nil {
		return err
	}
	ctx := context.Background()
	g, err := c.OpenReaderGroup(ctx, a[1], a[2])
	if err != nil {
		return err
	}
	r, err := g.OpenReader(ctx, a[3], client.ReaderConfig{})
	if err != nil {
		return err
	}
	for {
		s, err := r.Next(ctx)
		if err != nil {
			return err
		}
		for _, event := range s.Events() {
			fmt.Println(string(event))
		}
		if err := s.Release(); err != nil {
			return err
		}
	}
}

// A reader whose process is killed is noticed by the others, without being told:
// they read what it had, from its last checkpoint. No event is lost, and none is
// read twice that was checkpointed.
func TestReaderThatIsKilledIsReplaced(t *testing.T) {
	ctx := waittest.Within(t, 4*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	g := newGroup(ctx, t, c, scope, "g", func(config *client.ReaderGroupConfig) { config.CheckpointInterval = client.Never },
		client.GroupStream{Scope: scope, Stream: stream})
	dead := exec.CommandContext(ctx, os.Args[0])
	dead.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s g dead", victimEnv, harness.Shared(t).ControllerURI(), scope))
	dead.Stderr = os.Stderr
	out, err := dead.StdoutPipe()
	if err == nil {
		err = dead.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(out); in.Scan(); {
			lines <- in.Text()
		}
	}()
	read := func(from, to int) {
		t.Helper()
		writeEvents(ctx, t, c, scope, stream, from, to)
		for n := from; n <= to; n++ {
			select {
			case _, ok := <-lines:
				if !ok {
					t.Fatal("the reader ended before it was killed")
				}
			case <-ctx.Done():
				t.Fatal(ctx.Err())
			}
		}
	}
	read(1, 100)
	if _, err := g.InitiateCheckpoint(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	read(101, 150)
	if err := dead.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for range lines {
	}
	_ = dead.Wait()
	config := client.ReaderConfig{}
	config.LivenessTimeout = time.Second // which counts as 30 s
	started := time.Now()
	heir, err := g.OpenReader(ctx, "heir", config)
	if err != nil {
		t.Fatal(err)
	}
	seal(ctx, t, c, scope, stream)
	o := newOracle(t)
	if err := o.drain(ctx, heir); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(started); took < 30*time.Second {
		t.Fatalf("the reader was taken out after %v already", took)
	}
	for n := 101; n <= 150; n++ {
		if !o.seen[n] {
			t.Errorf("event %d is lost", n)
		}
	}
	if len(o.seen) != 50 {
		t.Errorf("%d events were read again, want the 50 since the checkpoint", len(o.seen))
	}
}
