package conformance

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// A process that stands still for longer than its lease is told, as soon as it goes
// on, that its transaction was aborted.
func TestExpiryIsToldToAProcessThatSlept(t *testing.T) {
	t.Parallel()
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	path := filepath.Join(t.TempDir(), "sleeper")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", path, "./sleeper").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	sleeper := exec.CommandContext(ctx, path, harness.Shared(t).ControllerURI(), scope, stream)
	sleeper.Stderr = os.Stderr
	out, err := sleeper.StdoutPipe()
	succeeds(t, err)
	succeeds(t, sleeper.Start())
	said := bufio.NewScanner(out)
	hear := func() string {
		t.Helper()
		if !said.Scan() {
			t.Fatal("it has ended: ", said.Err())
		}
		return said.Text()
	}
	// A closed handle gives no signs of life, but can be asked for the status.
	watcher, err := transactions(t, c, scope, stream, func(config *client.TransactionalWriterConfig) {
		config.Lease = 10 * time.Second
		config.Close = client.CloseKeeps
	}).Attach(ctx, hear())
	succeeds(t, err)
	succeeds(t, watcher.Close(ctx))
	succeeds(t, sleeper.Process.Signal(syscall.SIGSTOP))
	waitUntil(ctx, t, "its lease ends", func() bool {
		status, err := watcher.Status(ctx)
		return err == nil && status == client.TransactionAborted
	})
	awake := time.Now()
	succeeds(t, sleeper.Process.Signal(syscall.SIGCONT))
	if got, want := hear(), fmt.Sprint(client.ErrTransactionAborted, " ", false); got != want {
		t.Fatalf("%q, want %q", got, want)
	}
	t.Log("told after ", time.Since(awake).Round(time.Millisecond))
	succeeds(t, sleeper.Wait())
}
