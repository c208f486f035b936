package harness

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// ControllerEnv names the environment variable with the address of a server
// that is there already, which Shared and with-pravega then use.
const ControllerEnv = "PRAVEGA_TEST_CONTROLLER"

// shared is the server of Shared, started at most once a test binary.
var shared = sync.OnceValues(func() (*Server, error) {
	if uri := os.Getenv(ControllerEnv); uri != "" {
		return &Server{uri: uri}, nil
	}
	server, err := Standalone(context.Background(), Options{})
	if err == nil {
		stopShared = func(failed bool) {
			if failed {
				server.KeepLogs()
			}
			server.Stop()
		}
	}
	return server, err
})

// stopShared stops the server that Shared started, if it did.
var stopShared = func(failed bool) {}

// StopAfter stops a server when a test ends, and leaves its logs if the test
// failed.
func StopAfter(t testing.TB, server *Server) {
	t.Cleanup(func() {
		if t.Failed() {
			server.KeepLogs()
		}
		server.Stop()
	})
}

// Shared returns the server that the tests of this binary, and of others at the
// same time, use together: the one named by ControllerEnv, or else a Standalone
// of this binary's own. Names of scopes must therefore be unique. It must not
// be stopped. A binary that uses it should have
//
//	func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
func Shared(t testing.TB) *Server {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// Main runs the tests of a binary, stops the server that Shared started, and
// then looks for goroutines that were left running. It returns the exit status.
func Main(m interface{ Run() int }) int {
	status := m.Run()
	stopShared(status != 0)
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	return status
}
