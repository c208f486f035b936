package harness

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// supervisor is the shell program between this process and a server. It ends
// the server when its standard input ends: that is when stop closes it, and
// also when this process is gone, however it went. It lives in a session of its
// own, so Ctrl-C reaches it only through the pipe. Descriptor 3 tells the
// server's id and then stays open as long as the server lives. The shell waits
// with a builtin: a child command would reap the server, whose id could then
// belong to somebody else.
const supervisor = `
"$@" </dev/null &
pid=$!
echo $pid >&3
exec 3>&-
while read -r _; do :; done
kill -KILL $pid
wait $pid
`

// process is a server that ends with this process at the latest.
type process struct {
	name string
	pid  int
	log  string        // path of the file with all it prints
	gone chan struct{} // closed when the server has ended

	leash io.Closer // what keeps the server alive
	shell *exec.Cmd
}

// launch starts a command; all that it prints is appended to the file log.
func launch(name, dir, log string, command ...string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	alive, aliveEnd, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer aliveEnd.Close()

	shell := exec.Command("/bin/sh", append([]string{"-c", supervisor, name}, command...)...)
	shell.Dir = dir
	shell.Stdout, shell.Stderr = out, out
	shell.ExtraFiles = []*os.File{aliveEnd}
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	leash, err := shell.StdinPipe()
	if err != nil {
		alive.Close()
		return nil, err
	}
	if err := shell.Start(); err != nil {
		alive.Close()
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	aliveEnd.Close()

	p := &process{name: name, log: log, gone: make(chan struct{}), leash: leash, shell: shell}
	lines := bufio.NewReader(alive)
	line, err := lines.ReadString('\n')
	if err == nil {
		p.pid, err = strconv.Atoi(strings.TrimSpace(line))
	}
	if err != nil {
		alive.Close()
		leash.Close()
		return nil, fmt.Errorf("starting %s: its process id is not known: %w", name, err)
	}
	go func() {
		defer alive.Close()
		io.Copy(io.Discard, lines)
		close(p.gone)
	}()
	return p, nil
}

// stop ends the server and returns when it is gone. The data is in memory, so
// there is nothing that a gentle end would save.
func (p *process) stop() {
	p.leash.Close()
	p.shell.Wait()
	<-p.gone
}
