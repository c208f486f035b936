// Command pravega runs a real Pravega 0.13.0 in the foreground, for people. It
// ends with Ctrl-C.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pravega/pravega-client-go/tests/harness"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pravega:", err)
		os.Exit(1)
	}
}

func run() error {
	port := flag.Int("port", 9090, "port of the controller; 0 means a free one")
	level := flag.String("log", "WARN", "log `level`: ERROR, WARN, INFO, DEBUG")
	flag.Parse()

	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	server, err := harness.Standalone(ctx, harness.Options{ControllerPort: *port, LogLevel: *level})
	if err != nil {
		return err
	}
	defer server.Stop()
	fmt.Println("Pravega is ready at", server.ControllerURI())
	fmt.Println("Log:", server.Log("standalone"))
	fmt.Println("Ctrl-C ends it.")
	select {
	case <-ctx.Done():
		return nil
	case <-server.Exited():
		return fmt.Errorf("the server ended by itself, see %s", server.Log("standalone"))
	}
}
