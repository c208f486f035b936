package conformance

import (
	"bufio"
	"cmp"
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
	"github.com/pravega/pravega-client-go/internal/waittest"
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

// pause lets a process write no more than a small server keeps in its memory.
const pause = 5 * time.Millisecond

func startScript(ctx context.Context, t *testing.T, path, scope, stream string, last int64, pause time.Duration) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.CommandContext(ctx, path, harness.Shared(t).ControllerURI(), scope, stream, "the-script", fmt.Sprint(last), pause.String())}
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

// resumeRounds is how many processes are killed, as RESUME_ROUNDS says.
func resumeRounds(t *testing.T) int {
	t.Helper()
	text := cmp.Or(os.Getenv("RESUME_ROUNDS"), "10")
	rounds, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return rounds
}

// Processes that write one script with a writer id, each killed at a random
// moment while the stream is scaled, store each event of it once.
func TestKilledProcessesStoreEachEventOnce(t *testing.T) {
	rounds := resumeRounds(t)
	ctx := waittest.Within(t, time.Minute+time.Duration(rounds)*20*time.Second)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	path := script(t)
	var wrote, durable int64
	written := 0
	for range rounds {
		p := startScript(ctx, t, path, scope, stream, 1<<40, pause)
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
	p := startScript(ctx, t, path, scope, stream, wrote, pause)
	if err := p.end(); err != nil || p.said != "done" {
		t.Fatalf("the last process said %q: %v", p.said, err)
	}
	// Closing told the next one.
	p = startScript(ctx, t, path, scope, stream, wrote, pause)
	if err := p.end(); err != nil || p.durable != wrote {
		t.Fatalf("durable through %d of %d: %v", p.durable, wrote, err)
	}
	checkScript(ctx, t, c, scope, stream, wrote)
	t.Logf("%d events by %d processes, the last 2 of which ended by themselves", wrote, written+2)
}

// The same while transactions are committed that were begun before a scale: then
// the stream rolls, which replaces all its segments twice.
func TestKilledProcessesOverRollingTransactions(t *testing.T) {
	rounds := resumeRounds(t)
	ctx := waittest.Within(t, time.Minute+time.Duration(rounds)*20*time.Second)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w := transactions(t, c, scope, stream, nil)
	path := script(t)
	const others, each = 1 << 40, 50 // events of the transactions
	committed, rolls := 0, 0
	var wrote int64
	for round := range rounds {
		txn := begin(ctx, t, w)
		for n := range each {
			key := fmt.Sprintf("txn%d.%d", round, n%5)
			_, err := txn.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, others+committed+n)})
			succeeds(t, err)
		}
		committed += each
		p := startScript(ctx, t, path, scope, stream, 1<<40, pause)
		p.hear("next")
		scaleTo(ctx, t, c, scope, stream, 2+round%3)
		before := newestEpoch(ctx, t, c, scope, stream)
		kill := time.Duration(rand.IntN(600)) * time.Millisecond
		readable := make(chan error, 1)
		go func() { readable <- txn.CommitAndWait(ctx) }()
		time.Sleep(kill)
		p.kill()
		succeeds(t, <-readable)
		if newestEpoch(ctx, t, c, scope, stream) >= before+2 {
			rolls++
		}
		wrote = max(wrote, p.wrote)
	}
	if rolls < rounds {
		t.Errorf("the stream has rolled %d times in %d rounds", rolls, rounds)
	}
	p := startScript(ctx, t, path, scope, stream, wrote+10_000, pause)
	if err := p.end(); err != nil || p.said != "done" {
		t.Fatalf("the last process said %q: %v", p.said, err)
	}
	succeeds(t, c.SealStream(ctx, scope, stream))
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	for n := range committed {
		if !o.seen[others+n] {
			t.Errorf("event %d of the transactions was not read", n)
		}
		delete(o.seen, others+n)
	}
	o.check(int(wrote + 10_000))
	t.Logf("%d events, over %d rolling transactions", wrote+10_000, rolls)
}

// newestEpoch is the epoch in which the newest segment was made.
func newestEpoch(ctx context.Context, t *testing.T, c *client.Client, scope, stream string) int64 {
	t.Helper()
	segments, err := c.Segments(ctx, scope, stream)
	succeeds(t, err)
	var newest int64
	for _, s := range segments {
		newest = max(newest, s.ID>>32)
	}
	return newest
}

// Two processes with one writer id that live at the same time: the first one,
// whether it pauses now and then or never, is told that it was fenced, and each
// event is stored once.
func TestSecondProcessWithOneWriterIDFencesTheFirst(t *testing.T) {
	path := script(t)
	for name, pause := range map[string]time.Duration{"pausing": pause, "busy": 0} {
		t.Run(name, func(t *testing.T) {
			ctx := waittest.Within(t, 3*time.Minute)
			c := connect(t)
			scope, stream := newStream(t, c, 2)
			first := startScript(ctx, t, path, scope, stream, 1<<40, pause)
			for first.hear("next"); first.wrote < 4000; first.hear("next") {
				first.said = ""
			}
			second := startScript(ctx, t, path, scope, stream, 1<<40, time.Millisecond)
			if err := first.end(); err != nil || first.said != "fenced" {
				t.Fatalf("the first process said %q: %v", first.said, err)
			}
			for second.hear("next"); second.wrote < first.wrote+4000; second.hear("next") {
				second.said = ""
			}
			second.kill()
			third := startScript(ctx, t, path, scope, stream, second.wrote, 0)
			if err := third.end(); err != nil || third.said != "done" {
				t.Fatalf("the third process said %q: %v", third.said, err)
			}
			if first.durable != 0 || second.durable > first.wrote || third.durable < second.durable {
				t.Errorf("durable through %d, %d and %d", first.durable, second.durable, third.durable)
			}
			checkScript(ctx, t, c, scope, stream, second.wrote)
			t.Logf("%d events were written until the first process was fenced, %d in all", first.wrote, second.wrote)
		})
	}
}
