// Package harness runs a real Pravega 0.13.0 on this machine, from its Maven
// artifacts, for tests, benchmarks and people. It needs a JDK, and Maven the
// first time.
//
// A server ends with the process that started it, however that ends. Logs and
// settings are in build/pravega/run-*. They are removed when the server is
// stopped; those of failures stay, the newest ten.
package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	// Proxied puts a Proxy in front of the segment store of a Standalone, or of
	// each one of a cluster.
	Proxied bool
	// TokenLife makes an InMemory server ask for a name and a password, or a
	// BearerToken, without TLS, and is how long its delegation tokens live, in whole seconds. 0 means
	// that it asks for none.
	TokenLife time.Duration
	// Accounts of a secure server beside the administrator's.
	Accounts []Account
}

// Server is a running Pravega. Its methods may be called from any goroutine.
type Server struct {
	uri            string
	storePort      int
	caFile         string
	user, password string
	folder         *folder // in build/pravega; nil for one that was there before
	processes      []*process
	proxy          *Proxy
}

// published is the port at which clients find the segment store.
func (s *Server) published() int {
	if s.proxy != nil {
		return s.proxy.port
	}
	return s.storePort
}

// Proxy stands in front of the segment store; nil unless Options.Proxied.
func (s *Server) Proxy() *Proxy { return s.proxy }

// startLimit is how long a server may take until it is ready.
const startLimit = 3 * time.Minute

// errPortTaken says that a port that was free is not any more.
// prepare sets the defaults of what was left out, and fetches the jars.
func (o *Options) prepare(ctx context.Context) (lib string, err error) {
	if o.LogLevel == "" {
		o.LogLevel = "WARN"
	}
	if o.Progress == nil {
		o.Progress = os.Stderr
	}
	return Artifacts(ctx, o.Progress)
}

var errPortTaken = errors.New("a port is taken")

// start makes a server with launch, which is to set its address and start its
// processes, and waits until it is ready. When somebody took one of its ports
// in between, it tries again with others.
func start(ctx context.Context, o Options, launch func(s *Server, j java, controllerPort int) error) (*Server, error) {
	lib, err := o.prepare(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for tries := 3; ; tries-- {
		folder, err := newFolder(filepath.Dir(lib))
		if err != nil {
			return nil, err
		}
		s := &Server{folder: folder}
		port := o.ControllerPort
		if port == 0 {
			port, err = freePort()
		}
		if err == nil {
			err = launch(s, java{lib: lib, dir: folder.dir, logLevel: o.LogLevel}, port)
		}
		if err == nil {
			err = s.awaitReady(ctx)
		}
		if err == nil {
			return s, nil
		}
		s.KeepLogs()
		s.Stop()
		if !errors.Is(err, errPortTaken) || o.ControllerPort != 0 || tries == 1 {
			return nil, err
		}
	}
}

// ControllerURI is where a client connects: tcp://127.0.0.1:PORT, or
// tls://localhost:PORT for a secure server.
func (s *Server) ControllerURI() string { return s.uri }

// CAFile is the path of the certificate (PEM) that a secure server's is signed
// with; empty for others.
func (s *Server) CAFile() string { return s.caFile }

// Credentials are the name and the password of a secure server's administrator,
// who may do everything; empty for others.
func (s *Server) Credentials() (user, password string) { return s.user, s.password }

// Dir is the folder with the server's logs and settings; empty for one that was
// there before.
func (s *Server) Dir() string {
	if s.folder == nil {
		return ""
	}
	return s.folder.dir
}

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
// "standalone", or "zookeeper", "controller" and "segmentstore".
func (s *Server) Log(name string) string { return filepath.Join(s.Dir(), name+".log") }

// Watch waits for the end of ctx, and then returns nil. When a process of the
// server ends before, it returns an error at once.
func (s *Server) Watch(ctx context.Context) error {
	for {
		if err := s.ended(); err != nil {
			return err
		}
		if pause(ctx, 500*time.Millisecond) != nil {
			return nil
		}
	}
}

// ended is an error when a process has ended that was not asked to.
func (s *Server) ended() error {
	for _, p := range s.processes {
		select {
		case <-p.gone:
			return fmt.Errorf("%s ended by itself\n%s", p.name, s.logTails())
		default:
		}
	}
	return nil
}

// KeepLogs makes Stop leave the logs and settings, for somebody who wants to know
// why something failed.
func (s *Server) KeepLogs() {
	if s.folder != nil {
		s.folder.keep()
	}
}

// Stop ends the server and returns when its processes and its data are gone. Its
// logs stay if one of the processes had ended by itself, or after KeepLogs. A
// second Stop does nothing.
func (s *Server) Stop() {
	if s.ended() != nil {
		s.KeepLogs()
	}
	for _, p := range s.processes {
		p.stop()
	}
	if s.proxy != nil {
		s.proxy.close()
	}
	if s.folder != nil {
		s.folder.close()
	}
}
