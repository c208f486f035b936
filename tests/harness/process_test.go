package harness

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// endingEnv makes the test binary a process that starts a server and then ends
// in the way that the variable names.
const endingEnv = "HARNESS_TEST_ENDING"

func TestMain(m *testing.M) {
	if how := os.Getenv(endingEnv); how != "" {
		startAndEnd(how)
	}
	os.Exit(Main(m))
}

// startAndEnd starts a "server" that would live for ever, tells its id, and
// once told so ends.
func startAndEnd(how string) {
	p, err := launch("sleeper", ".", filepath.Join(os.TempDir(), "sleeper.log"), "sleep", "100000")
	if err != nil {
		panic(err)
	}
	fmt.Println(p.pid)
	bufio.NewReader(os.Stdin).ReadString('\n')
	switch how {
	case "os.Exit":
		os.Exit(0)
	case "panic":
		panic("on purpose")
	}
	select {} // until a signal comes
}

func TestServerEndsWithItsParent(t *testing.T) {
	for _, how := range []string{"os.Exit", "panic", "SIGKILL", "SIGINT"} {
		t.Run(how, func(t *testing.T) {
			parent := exec.Command(os.Args[0])
			parent.Env = append(os.Environ(), endingEnv+"="+how, "TMPDIR="+t.TempDir())
			in, err := parent.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			if !alive(pid) {
				t.Fatal("the server did not start")
			}
			switch how {
			case "SIGKILL":
				parent.Process.Kill()
			case "SIGINT":
				parent.Process.Signal(os.Interrupt)
			default:
				fmt.Fprintln(in)
			}
			parent.Wait()
			awaitGone(t, pid)
		})
	}
}

func TestServerThatEndsByItselfIsNoticed(t *testing.T) {
	p, err := launch("brief", t.TempDir(), filepath.Join(t.TempDir(), "log"), "sh", "-c", "echo said; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	defer p.stop()
	s := &Server{processes: []*process{p}}
	if err := s.Watch(t.Context()); err == nil || !strings.Contains(err.Error(), "brief ended by itself") || !strings.Contains(err.Error(), "said") {
		t.Errorf("Watch says %v", err)
	}
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// awaitGone fails the test when a process does not end.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("process %d is still there", pid)
		}
	}
}
