package conformance

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/conformance/script/event"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// script builds the program.
func script(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	build := exec.Command("go", "build", "-o", path, "./script")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return path
}

// process runs the program.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner

	durable int64
	wrote   int64 // at most
	said    string
}

func startScript(ctx context.Context, t *testing.T, path, scope, stream string, last int64) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.CommandContext(ctx, path, harness.Shared(t).ControllerURI(), scope, stream, "the-script", fmt.Sprint(last))}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// hear reads what the program says, up to a word or its end.
func (p *process) hear(word string) {
	for p.said != word && p.lines.Scan() {
		var number string
		p.said, number, _ = strings.Cut(p.lines.Text(), " ")
		n, _ := strconv.ParseInt(number, 10, 64)
		switch p.said {
		case "durable":
			p.durable = n
		case "next":
			p.wrote = n + event.Chunk
		}
	}
}

// end waits until the program has ended.
func (p *process) end() error {
	p.hear("\n")
	return p.cmd.Wait()
}

// kill lets no line of the program run any more.
func (p *process) kill() {
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Error(err)
	}
	_ = p.end()
}

// check reads the stream to its end and counts every event of the script.
func checkScript(ctx context.Context, t *testing.T, c *client.Client, scope, stream string, last int64) {
	t.Helper()
	if err := c.SealStream(ctx, scope, stream); err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	o.check(int(last))
}

// Processes that write one script with a writer id, each killed at a random
// moment while the stream is scaled, store each event of it once. RESUME_ROUNDS
// is how many are killed.
func TestKilledProcessesStoreEachEventOnce(t *testing.T) {
	rounds := 10
	if text := os.Getenv("RESUME_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	ctx := within(t, time.Minute+time.Duration(rounds)*20*time.Second)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	path := script(t)
	var wrote, durable int64
	written := 0
	for range rounds {
		p := startScript(ctx, t, path, scope, stream, 1<<40)
		kill := time.Duration(rand.IntN(1000)) * time.Millisecond
		if rand.IntN(5) == 0 {
			time.Sleep(kill / 20) // while it opens its writer
		} else {
			p.hear("next")
			timer := time.NewTimer(kill)
			if rand.IntN(3) > 0 {
				scaleTo(ctx, t, c, scope, stream, 1+rand.IntN(4))
			}
			<-timer.C
		}
		p.kill()
		if p.wrote == 0 {
			continue
		}
		if p.durable < durable || p.durable > wrote {
			t.Fatalf("durable through %d after %d, of %d", p.durable, durable, wrote)
		}
		wrote, durable = max(wrote, p.wrote), p.durable
		written++
	}
	if written == 0 {
		t.Fatal("no process has written anything")
	}
	p := startScript(ctx, t, path, scope, stream, wrote)
	if err := p.end(); err != nil || p.said != "done" {
		t.Fatalf("the last process said %q: %v", p.said, err)
	}
	// Closing told the next one.
	p = startScript(ctx, t, path, scope, stream, wrote)
	if err := p.end(); err != nil || p.durable != wrote {
		t.Fatalf("durable through %d of %d: %v", p.durable, wrote, err)
	}
	checkScript(ctx, t, c, scope, stream, wrote)
	t.Logf("%d events by %d processes, the last 2 of which ended by themselves", wrote, written+2)
}

// Two processes with one writer id that live at the same time: the first one is
// told that it was fenced, and each event is stored once.
func TestSecondProcessWithOneWriterIDFencesTheFirst(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	path := script(t)
	first := startScript(ctx, t, path, scope, stream, 1<<40)
	for first.hear("next"); first.wrote < 4000; first.hear("next") {
		first.said = ""
	}
	const last = 30_000
	second := startScript(ctx, t, path, scope, stream, last)
	if err := first.end(); err != nil || first.said != "fenced" {
		t.Fatalf("the first process said %q: %v", first.said, err)
	}
	if err := second.end(); err != nil || second.said != "done" {
		t.Fatalf("the second process said %q: %v", second.said, err)
	}
	if first.wrote > last {
		t.Fatalf("the first process wrote %d events before it was fenced", first.wrote)
	}
	checkScript(ctx, t, c, scope, stream, last)
}
