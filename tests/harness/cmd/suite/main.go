// Command suite runs the test suites of all languages that exist, those that
// need a server beside one real Pravega, and tells in the end what ran, how
// long it took and what passed. Run it from the project's folder:
//
//	suite [NAME...]
//
// Without names it runs all. The output of each is in build/test/NAME.log. The
// exit status is 0 only if nothing failed and something ran.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/pravega/pravega-client-go/tests/harness"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ok, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// outcome of one suite.
type outcome struct {
	suite
	count
	missing bool // there is no such suite yet
	took    time.Duration
}

func run(ctx context.Context, names []string) (ok bool, err error) {
	for _, name := range names {
		if !slices.ContainsFunc(suites, func(s suite) bool { return s.name == name }) {
			return false, fmt.Errorf("there is no suite %q", name)
		}
	}
	var server *harness.Server
	defer func() {
		if server != nil {
			if !ok {
				server.KeepLogs()
			}
			server.Stop()
		}
	}()
	var outcomes []outcome
	for _, s := range suites {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		o := outcome{suite: s}
		if _, err := os.Stat(s.exists); err != nil {
			o.missing = true
			outcomes = append(outcomes, o)
			continue
		}
		if s.server && os.Getenv(harness.ControllerEnv) == "" {
			begun := time.Now()
			// Large events of all languages are more than a standalone's cache stands.
			if server, err = harness.InMemory(ctx, harness.Options{}); err != nil {
				return false, err
			}
			os.Setenv(harness.ControllerEnv, server.ControllerURI())
			fmt.Printf("== Pravega is ready at %s, after %s\n", server.ControllerURI(), seconds(time.Since(begun)))
		}
		fmt.Printf("== %s\n", s.name)
		begun := time.Now()
		if o.count, err = runOne(ctx, s); err != nil {
			return false, err
		}
		o.took = time.Since(begun)
		fmt.Printf("== %s: %s in %s\n", s.name, o.count, seconds(o.took))
		outcomes = append(outcomes, o)
	}
	return summary(os.Stdout, outcomes), nil
}

// suiteLimit is how long a suite may take. One that hangs must not hide what the
// others find.
const suiteLimit = 15 * time.Minute

// runOne runs a suite and counts its tests from its output. A suite that fails
// without saying which test it was counts as one failure. Ctrl-C ends the suite
// by way of ctx: its processes are a group of their own, which ends as a whole.
func runOne(ctx context.Context, s suite) (count, error) {
	logs := filepath.Join("build", "test")
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return count{}, err
	}
	log, err := os.Create(filepath.Join(logs, s.name+".log"))
	if err != nil {
		return count{}, err
	}
	defer log.Close()
	limited, cancel := context.WithTimeoutCause(ctx, suiteLimit, fmt.Errorf("not ended after %s", suiteLimit))
	defer cancel()
	command := exec.CommandContext(limited, s.command[0], s.command[1:]...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
	command.WaitDelay = 10 * time.Second
	out, in := io.Pipe()
	command.Stdout, command.Stderr = in, in
	ended := make(chan error, 1)
	go func() {
		err := command.Run()
		if limited.Err() != nil && command.Process != nil {
			syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // those that SIGTERM did not end
			err = context.Cause(limited)
		}
		in.Close()
		ended <- err
	}()
	read := s.read
	if read == nil {
		read = show
	}
	c, err := read(io.TeeReader(out, log), os.Stdout)
	out.CloseWithError(err) // what is not read must not hold up the command
	failure := <-ended
	if err != nil {
		return c, err
	}
	if command.Process == nil {
		return c, failure // it did not run at all
	}
	switch {
	case failure != nil && c.failed == 0:
		fmt.Printf("%s: %v, see %s\n", s.name, failure, log.Name())
		c.failed = 1
	case failure == nil && s.read == nil:
		c.passed = 1
	}
	return c, ctx.Err()
}

// summary writes the closing table and tells whether all is well.
func summary(w io.Writer, outcomes []outcome) bool {
	var total count
	fmt.Fprintf(w, "\n%-10s %-8s %8s %8s %8s %9s\n", "suite", "language", "passed", "failed", "skipped", "time")
	for _, o := range outcomes {
		if o.missing {
			fmt.Fprintf(w, "%-10s %-8s does not exist yet\n", o.name, o.language)
			continue
		}
		fmt.Fprintf(w, "%-10s %-8s %8d %8d %8d %9s\n", o.name, o.language, o.passed, o.failed, o.skipped, seconds(o.took))
		total = total.plus(o.count)
	}
	fmt.Fprintf(w, "\n%s\n", total)
	return total.failed == 0 && total.passed > 0
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
