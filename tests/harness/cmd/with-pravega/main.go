// Command with-pravega runs a command beside a real Pravega:
//
//	with-pravega -- make -C tests/c test
//
// The command finds the server's address in PRAVEGA_TEST_CONTROLLER
// (tcp://127.0.0.1:PORT). When it ends the server ends, and its exit status is
// the exit status here. If PRAVEGA_TEST_CONTROLLER is set already, no server is
// started.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/pravega/pravega-client-go/tests/harness"
)

func main() {
	status, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "with-pravega:", err)
	}
	os.Exit(status)
}

func run(args []string) (status int, err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return 2, errors.New("what to run? with-pravega -- COMMAND [ARGUMENT...]")
	}
	// Ctrl-C reaches the command too; what it does about it decides.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if os.Getenv(harness.ControllerEnv) == "" {
		server, err := harness.Standalone(ctx, harness.Options{})
		if err != nil {
			return 1, err
		}
		defer func() {
			if status != 0 {
				server.KeepLogs()
			}
			server.Stop()
		}()
		os.Setenv(harness.ControllerEnv, server.ControllerURI())
	}
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 10 * time.Second
	err = command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
