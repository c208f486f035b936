// Package harness runs a real Pravega 0.13.0 on this machine, from its Maven
// artifacts, for tests, benchmarks and people. It needs a JDK, and Maven the
// first time.
//
// A server ends with the process that started it, however that ends. All data
// is in memory. Logs and settings are in build/pravega/run-*, which are removed
// by later runs after a day.
package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options of a server. The zero value is what tests want.
type Options struct {
	// ControllerPort is the port of the controller; 0 means a free one.
	ControllerPort int
	// LogLevel of the servers, as logback names it: ERROR, WARN, INFO, DEBUG.
	// Empty means WARN.
	LogLevel string
	// Progress is told what takes long, such as fetching the server. Nil means
	// standard error.
	Progress io.Writer
}

// Server is a running Pravega. Its methods may be called from any goroutine.
type Server struct {
	uri            string
	caFile         string
	user, password string
	dir            string    // its folder in build/pravega
	lock           io.Closer // held as long as the folder is in use
	processes      []*process
}

// startLimit is how long a server may take until it is ready.
const startLimit = 3 * time.Minute

// start makes a server with launch, which is to start its processes, and waits
// until it is ready. When another process took one of the ports in between, it
// tries again with others.
func start(ctx context.Context, o Options, launch func(s *Server, java java) error) (*Server, error) {
	if o.LogLevel == "" {
		o.LogLevel = "WARN"
	}
	if o.Progress == nil {
		o.Progress = os.Stderr
	}
	lib, err := Artifacts(ctx, o.Progress)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for tries := 3; ; tries-- {
		s, err := newServer(filepath.Dir(lib))
		if err != nil {
			return nil, err
		}
		java := java{lib: lib, dir: s.dir, logLevel: o.LogLevel}
		if err = launch(s, java); err == nil {
			if err = s.awaitReady(ctx); err == nil {
				return s, nil
			}
		}
		s.Stop()
		if !errors.Is(err, errPortTaken) || o.ControllerPort != 0 || tries == 1 {
			return nil, err
		}
	}
}

// newServer makes the folder of a server, and removes old ones.
func newServer(home string) (*Server, error) {
	old, err := filepath.Glob(filepath.Join(home, "run-*"))
	if err != nil {
		return nil, err
	}
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			if lock, err := tryLock(filepath.Join(dir, "lock")); err == nil {
				os.RemoveAll(dir)
				lock.Close()
			}
		}
	}
	dir, err := os.MkdirTemp(home, time.Now().Format("run-0102-150405-"))
	if err != nil {
		return nil, err
	}
	lock, err := tryLock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	return &Server{dir: dir, lock: lock}, os.Mkdir(filepath.Join(dir, "tmp"), 0o755)
}

// ControllerURI is where a client connects: tcp://127.0.0.1:PORT, or
// tls://localhost:PORT for a secure server.
func (s *Server) ControllerURI() string { return s.uri }

// Pids are the ids of the server's processes; none for one that was there
// before.
func (s *Server) Pids() []int {
	var pids []int
	for _, p := range s.processes {
		pids = append(pids, p.pid)
	}
	return pids
}

// Log is the path of the log of one of the server's processes, by name:
// "standalone", or "zookeeper", "controller" and "segmentstore". It is empty
// when there is none of that name.
func (s *Server) Log(name string) string {
	for _, p := range s.processes {
		if p.name == name {
			return p.log
		}
	}
	return ""
}

// Exited returns a channel that is closed when the first of the server's
// processes has ended, whether by Stop or by itself.
func (s *Server) Exited() <-chan struct{} { return s.processes[0].gone }

// Stop ends the server and returns when its processes are gone. Its logs stay.
// Stop may be called twice, but not at once.
func (s *Server) Stop() {
	for _, p := range s.processes {
		p.stop()
	}
	if s.lock != nil {
		os.RemoveAll(filepath.Join(s.dir, "tmp"))
		s.lock.Close()
	}
}

// errPortTaken says that a port that was free is not any more.
var errPortTaken = errors.New("a port is taken")

// failed tells why the server will never be ready, and nil while it may.
func (s *Server) failed() error {
	for _, p := range s.processes {
		if text, err := os.ReadFile(p.log); err == nil && bytes.Contains(text, []byte("Address already in use")) {
			return fmt.Errorf("%w: %s, see %s", errPortTaken, p.name, p.log)
		}
		select {
		case <-p.gone:
			return fmt.Errorf("%s ended by itself\n%s", p.name, s.tail())
		default:
		}
	}
	return nil
}

// tail is the end of each log, for a message.
func (s *Server) tail() string {
	var b strings.Builder
	for _, p := range s.processes {
		text, _ := os.ReadFile(p.log)
		fmt.Fprintf(&b, "--- %s\n%s\n", p.log, text[max(0, len(text)-2000):])
	}
	return b.String()
}
