package group

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// crew is the readers of one group, of all languages: processes, and for Go a
// goroutine. All write to one pipe, each line in one piece, before they give back
// what it tells. So the lines come in the order in which events were read, whoever
// read them.
type crew struct {
	t          *testing.T
	ctx        context.Context
	count      *tally
	controller string
	scope      string
	stream     string
	group      *client.ReaderGroup
	cProgram   string // member.c, compiled

	pipe  *os.File
	heard sync.WaitGroup

	mu      sync.Mutex
	members map[string]*member
	changed chan struct{} // closed when a member is ready or has ended
}

// member is a reader of a crew. Its name starts with its language.
type member struct {
	name  string
	leave func()
	ready bool
	ended bool
}

func newCrew(ctx context.Context, t *testing.T, controller, scope, stream string, group *client.ReaderGroup) *crew {
	t.Helper()
	out, in, err := os.Pipe()
	succeeds(t, err)
	c := &crew{t: t, ctx: ctx, count: newTally(t), controller: controller, scope: scope, stream: stream, group: group,
		cProgram: compile(t, "members/member.c"), pipe: in, members: make(map[string]*member), changed: make(chan struct{})}
	c.heard.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			name, what, _ := strings.Cut(lines.Text(), " ")
			if what == "ready" {
				c.note(name, func(m *member) { m.ready = true })
				continue
			}
			language, _, _ := strings.Cut(name, "-")
			c.count.take(language, what)
		}
	})
	t.Cleanup(func() {
		for _, m := range c.members {
			m.leave()
		}
		c.until("all have left", func() bool { return c.left() == 0 })
		in.Close()
		c.heard.Wait()
		out.Close()
	})
	return c
}

// compile makes a program of ours in C with what make lib built.
func compile(t *testing.T, file string) string {
	t.Helper()
	build, err := filepath.Abs("../../../build")
	succeeds(t, err)
	program := filepath.Join(t.TempDir(), "member")
	cc := exec.Command("cc", "-Wall", "-Wextra", "-Werror", "-I"+build+"/include", "-o", program, file, "-L"+build+"/lib", "-lpravega", "-Wl,-rpath,"+build+"/lib")
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	return program
}

// command of a member that is a process.
func (c *crew) command(name string) *exec.Cmd {
	c.t.Helper()
	var cmd *exec.Cmd
	switch language, _, _ := strings.Cut(name, "-"); language {
	case "java":
		return java(c.ctx, c.t, "Member.java", c.controller, c.scope, c.stream, "member", "g", name)
	case "c":
		cmd = exec.CommandContext(c.ctx, c.cProgram, c.controller, c.scope, "g", name)
	case "python":
		cmd = exec.CommandContext(c.ctx, "python3", "members/member.py", c.controller, c.scope, "g", name)
		cmd.Env = append(os.Environ(), "PYTHONPATH=../../../bindings/python")
	default:
		c.t.Fatalf("there is no member of the language %s", language)
	}
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

// join starts a member, and waits until it is in the group.
func (c *crew) join(names ...string) {
	c.t.Helper()
	for _, name := range names {
		m := &member{name: name}
		c.mu.Lock()
		c.members[name] = m
		c.mu.Unlock()
		if strings.HasPrefix(name, "go-") {
			c.goMember(m)
		} else {
			c.process(m)
		}
	}
	for _, name := range names {
		c.until(name+" is ready", func() bool { return c.members[name].ready })
	}
}

// leave tells members to leave, and waits until they have.
func (c *crew) leave(names ...string) {
	c.t.Helper()
	for _, name := range names {
		c.members[name].leave()
	}
	for _, name := range names {
		c.until(name+" has left", func() bool { return c.members[name].ended })
	}
}

func (c *crew) process(m *member) {
	c.t.Helper()
	cmd := c.command(m.name)
	cmd.Stdout = c.pipe
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	succeeds(c.t, err)
	m.leave = func() { in.Close() }
	go func() {
		if err := cmd.Wait(); err != nil {
			c.t.Errorf("%s: %v\n%s", m.name, err, cmd.Stderr)
		}
		c.note(m.name, func(m *member) { m.ended = true })
	}()
}

func (c *crew) goMember(m *member) {
	c.t.Helper()
	reader, err := c.group.OpenReader(c.ctx, m.name, client.ReaderConfig{})
	succeeds(c.t, err)
	leaving, leave := context.WithCancel(c.ctx)
	m.leave = leave
	m.ready = true
	go func() {
		err := goReads(leaving, c.pipe, m.name, reader)
		if err == nil {
			err = reader.Close(c.ctx)
		}
		if err != nil {
			c.t.Errorf("%s: %v", m.name, err)
		}
		c.note(m.name, func(m *member) { m.ended = true })
	}()
}

// goReads does what member.c does, until ctx ends.
func goReads(ctx context.Context, out io.Writer, name string, reader *client.Reader) error {
	for {
		s, err := reader.Next(ctx)
		if errors.Is(err, client.ErrEnd) || errors.Is(err, client.ErrCancelled) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, event := range s.Events() {
			if _, err := fmt.Fprintf(out, "%s %s\n", name, event); err != nil {
				return err
			}
		}
		if err := s.Release(); err != nil {
			return err
		}
	}
}

func (c *crew) note(name string, change func(*member)) {
	c.mu.Lock()
	if m := c.members[name]; m != nil {
		change(m)
	} else {
		c.t.Errorf("there is no member %q", name)
	}
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()
}

// left is how many members have not ended. The lock is held.
func (c *crew) left() int {
	n := 0
	for _, m := range c.members {
		if !m.ended {
			n++
		}
	}
	return n
}

// until waits for a condition, which is asked with the lock held.
func (c *crew) until(what string, holds func() bool) {
	c.t.Helper()
	limit := time.NewTimer(4 * time.Minute)
	defer limit.Stop()
	for {
		c.mu.Lock()
		done, changed := holds(), c.changed
		if done {
			c.mu.Unlock()
			return
		}
		for _, m := range c.members {
			if m.ended && !m.ready {
				c.mu.Unlock()
				c.t.Fatalf("%s has ended before it was ready", m.name)
			}
		}
		c.mu.Unlock()
		select {
		case <-changed:
		case <-limit.C:
			c.t.Fatalf("not so: %s", what)
		}
	}
}
