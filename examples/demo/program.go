package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// program is one of the programs that the demo consists of.
type program struct {
	language    string
	command     []string
	environment []string // on top of this process's
	result      string   // the file that a reader writes
}

// process is a program that runs. What it prints is described in c/write.c and
// go/read.go.
type process struct {
	program
	child  *exec.Cmd
	stdin  io.Writer
	stdout io.Reader
	ready  chan struct{} // closed when it has said so, or has ended

	mu     sync.Mutex
	report report
}

// report is what a program has told of itself.
type report struct {
	events, bytes, acked int64
	took                 time.Duration
	done                 bool
}

// start starts a program, which is ended when ctx ends; follow must be called.
func (p program) start(ctx context.Context) (*process, error) {
	r := &process{program: p, ready: make(chan struct{})}
	r.child = exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	r.child.Env = append(os.Environ(), p.environment...)
	r.child.Stderr = os.Stderr
	r.child.Cancel = func() error { return r.child.Process.Signal(syscall.SIGTERM) }
	r.child.WaitDelay = 5 * time.Second // then it is killed
	r.child.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:   true,            // Ctrl-C ends it through ctx only
		Pdeathsig: syscall.SIGKILL, // nothing is left running, however the demo ends
	}
	stdin, err := r.child.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := r.child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r.stdin, r.stdout = stdin, stdout
	if err := r.child.Start(); err != nil {
		return nil, fmt.Errorf("the %s program does not start: %w", p.language, err)
	}
	return r, nil
}

// follow reads what the program prints until it has ended.
func (r *process) follow() error {
	ready := sync.OnceFunc(func() { close(r.ready) })
	defer ready()
	for lines := bufio.NewScanner(r.stdout); lines.Scan(); {
		if lines.Text() == "ready" {
			ready()
		} else {
			r.heed(lines.Text())
		}
	}
	if err := r.child.Wait(); err != nil {
		return fmt.Errorf("the %s program failed: %w", r.language, err)
	}
	if !r.now().done {
		return fmt.Errorf("the %s program ended without saying that it was done", r.language)
	}
	return nil
}

// heed takes in a line with numbers.
func (r *process) heed(line string) {
	kind, numbers, _ := strings.Cut(line, " ")
	r.mu.Lock()
	defer r.mu.Unlock()
	told := &r.report
	switch kind {
	case "progress":
		fmt.Sscan(numbers, &told.events, &told.bytes, &told.acked)
	case "done":
		var seconds float64
		n, _ := fmt.Sscan(numbers, &told.events, &told.bytes, &seconds)
		told.took, told.done = time.Duration(seconds*float64(time.Second)), n == 3
	}
}

func (r *process) now() report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.report
}

// begin lets a program that is ready go on.
func (r *process) begin() error {
	_, err := r.stdin.Write([]byte("\n"))
	return err
}

// quietly runs a command and shows what it prints only when it fails.
func quietly(ctx context.Context, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.WaitDelay = time.Second // for children that hold on to the output
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, out)
	}
	return nil
}
