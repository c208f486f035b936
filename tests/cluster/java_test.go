//go:build cluster

package cluster

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"testing"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// official is a process of the official Java client, which reads streams back. It
// serves all tests: a JVM takes seconds to start.
type official struct {
	mu      sync.Mutex
	command *exec.Cmd
	ask     io.WriteCloser
	answer  *bufio.Scanner
	said    bytes.Buffer // what it has to say about failures
}

// java is the process, started when it is needed first.
var java official

// readBack hands every event that a group reads to take, until its sealed stream
// is read.
func (j *official) readBack(ctx context.Context, t *testing.T, cluster *harness.Cluster, scope, group string, take func(event []byte)) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.command == nil {
		if err := j.start(cluster); err != nil {
			t.Fatal(err)
		}
	}
	process := j.command.Process
	defer context.AfterFunc(ctx, func() { process.Kill() })()
	fmt.Fprintln(j.ask, scope, group) // fails if it has ended, which is noticed next
	for j.answer.Scan() {
		if line := j.answer.Bytes(); string(line) != "." {
			take(line)
		} else {
			return
		}
	}
	err := j.command.Wait()
	j.command = nil
	t.Fatalf("the official Java client has ended: %v, %v\n%s", ctx.Err(), err, &j.said)
}

func (j *official) start(cluster *harness.Cluster) (err error) {
	command, err := harness.OfficialClient(context.Background(), cluster.Dir(), "ReadBack.java", cluster.ControllerURI())
	if err != nil {
		return err
	}
	command.Stderr = &j.said
	if j.ask, err = command.StdinPipe(); err != nil {
		return err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	j.answer = bufio.NewScanner(out)
	j.answer.Buffer(nil, 2*client.MaxEventSize)
	if err := command.Start(); err != nil {
		return err
	}
	j.command = command
	return nil
}

// stop ends the process, which also ends with this one.
func (j *official) stop() {
	if j.command != nil {
		j.ask.Close()
		j.command.Wait()
	}
}
