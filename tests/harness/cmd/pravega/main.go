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
	kind := flag.String("kind", "standalone", "standalone, memory (three processes, for load) or secure (TLS and passwords)")
	level := flag.String("log", "WARN", "log `level`: ERROR, WARN, INFO, DEBUG")
	flag.Parse()
	starters := map[string]func(context.Context, harness.Options) (*harness.Server, error){
		"standalone": harness.Standalone, "memory": harness.InMemory, "secure": harness.Secure,
	}
	start, ok := starters[*kind]
	if !ok {
		return fmt.Errorf("-kind %q is none of standalone, memory and secure", *kind)
	}

	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	server, err := start(ctx, harness.Options{ControllerPort: *port, LogLevel: *level})
	if err != nil {
		return err
	}
	defer server.Stop()
	fmt.Println("Pravega is ready at", server.ControllerURI())
	if user, password := server.Credentials(); user != "" {
		fmt.Printf("Certificate of the authority: %s\nUser %s, password %s\n", server.CAFile(), user, password)
		fmt.Println("Or the bearer token until-MILLISECONDS (since 1970), until that time")
	}
	fmt.Println("Logs are in", server.Dir())
	fmt.Println("Ctrl-C ends it.")
	return server.Watch(ctx)
}
