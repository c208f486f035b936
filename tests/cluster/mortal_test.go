//go:build cluster

package cluster

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// mortalEnv makes this test binary a process that writes the script until it is
// killed: its value is "controller scope stream writer last".
const mortalEnv = "PRAVEGA_TEST_MORTAL"

// mortal writes the script of a writer with an id, from where the last one is
// durable. It says "durable N", then "through N" before it writes anything of what
// comes next up to N, and "done" if it lives to see the end.
func mortal(args []string) error {
	config := client.Config{}
	config.ControllerURI = args[0]
	config.RequestTimeout = 3 * time.Minute // also to open
	last, err := strconv.ParseInt(args[4], 10, 64)
	if err != nil {
		return err
	}
	c, err := client.New(config)
	if err != nil {
		return err
	}
	defer c.Close()
	ctx := context.Background()
	limits := client.WriterConfig{}
	limits.ID = args[3]
	limits.TimeMarkInterval = 300 * time.Millisecond
	w, err := c.OpenWriter(ctx, args[1], args[2], limits)
	if err != nil {
		return err
	}
	fmt.Println("durable", w.Durable())
	for n := w.Durable(); n < last; {
		fmt.Println("through", min(n+atOnce*batchSize, last+batchSize))
		for i := 0; i < atOnce && n < last; i++ {
			if n, err = put(ctx, w, args[3], n+1); err != nil {
				return err
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := w.Close(ctx); err != nil {
		return err
	}
	fmt.Println("done", stored(w))
	return nil
}

// stored is the number through which all is stored.
func stored(w *client.Writer) int64 {
	acked, _ := w.Acked()
	return acked
}

// mortalProcess is one that runs.
type mortalProcess struct {
	t       *testing.T
	command *exec.Cmd
	lines   *bufio.Scanner
	durable int64
	through int64
	done    int64 // 0: not
}

func startMortal(ctx context.Context, t *testing.T, cluster *harness.Cluster, scope, stream, name string, last int64) *mortalProcess {
	t.Helper()
	p := &mortalProcess{t: t, command: exec.CommandContext(ctx, os.Args[0])}
	p.command.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %s %s %d", mortalEnv, cluster.ControllerURI(), scope, stream, name, last))
	p.command.Stderr = os.Stderr
	out, err := p.command.StdoutPipe()
	if err == nil {
		p.lines = bufio.NewScanner(out)
		err = p.command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// hear listens until the process writes, or might have written, event n, or ends.
func (p *mortalProcess) hear(n int64) {
	p.t.Helper()
	for p.through < n && p.lines.Scan() {
		what, text, _ := strings.Cut(p.lines.Text(), " ")
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			p.t.Fatalf("the process says %q", p.lines.Text())
		}
		switch what {
		case "durable":
			p.durable = number
		case "through":
			p.through = number
		case "done":
			p.done = number
		}
	}
}

// end waits for the process.
func (p *mortalProcess) end() error {
	p.hear(1 << 62)
	return p.command.Wait()
}

// Processes that write with one writer id, batches and large events too, are killed
// while stores are killed and come back; each goes on where the last one was.
func TestProcessesThatWriteAreKilledWithStores(t *testing.T) {
	ctx := waittest.Within(t, time.Duration(either(1, 4))*limit)
	cluster := wholeCluster(ctx, t)
	c := connect(t, cluster)
	scope, stream := newStream(ctx, t, c, segments)
	l := &load{client: c, scope: scope, stream: stream, name: "mortal"}
	createGroup(ctx, t, c, scope, stream, l.group("ours"))
	createGroup(ctx, t, c, scope, stream, l.group("java"))
	l.readers = startReaders(ctx, t, c, scope, l.group("ours"))
	var wrote, durable int64
	for i := range either(4, 16) {
		p := startMortal(ctx, t, cluster, scope, stream, l.name, 1<<40)
		p.hear(wrote + 3000)
		store := fmt.Sprint("segmentstore-", 1+i/2%2)
		if i%2 == 0 {
			kill(t, cluster, store)
		} else {
			start(ctx, t, cluster, store)
		}
		// The stores need some seconds until all is well again.
		late := time.AfterFunc(time.Duration(rand.IntN(6000))*time.Millisecond, func() { p.command.Process.Kill() })
		if err := p.end(); err == nil || ctx.Err() != nil {
			t.Fatalf("the process ended by itself: %v", ctx.Err())
		}
		late.Stop()
		if p.durable < durable || p.durable > p.through {
			t.Fatalf("durable through %d after %d, of %d", p.durable, durable, p.through)
		}
		t.Logf("%d of %d were durable when process %d was opened, which wrote through %d and was killed", p.durable, wrote, i+1, p.through)
		durable, wrote = p.durable, max(wrote, p.through)
	}
	p := startMortal(ctx, t, cluster, scope, stream, l.name, wrote+1000)
	if err := p.end(); err != nil || p.done < wrote+1000 {
		t.Fatalf("the last process ended after %d of %d: %v", p.done, wrote+1000, err)
	}
	l.written.Store(p.done)
	l.readBack(ctx, t, cluster, p.done)
}
