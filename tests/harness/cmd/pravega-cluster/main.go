// Command pravega-cluster runs a real Pravega 0.13.0 as a cluster of eight
// processes in the foreground, for people, and takes its members away and brings
// them back on request. It ends with Ctrl-C.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pravega/pravega-client-go/tests/harness"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pravega-cluster:", err)
		os.Exit(1)
	}
}

func run() error {
	port := flag.Int("port", 9090, "port of the first controller; 0 means a free one")
	level := flag.String("log", "WARN", "log `level`: ERROR, WARN, INFO, DEBUG")
	flag.Parse()

	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	cluster, err := harness.StartCluster(ctx, harness.Options{ControllerPort: *port, LogLevel: *level})
	if err != nil {
		return err
	}
	defer cluster.Close()
	fmt.Println("Pravega is ready at", cluster.ControllerURI())
	fmt.Println("Logs are in", cluster.Dir())
	show(cluster)
	fmt.Println("kill, stop or start NAME; show. Ctrl-C ends it.")

	// What is typed is obeyed here and not where it is read, which waits for
	// lines until the process ends.
	lines := make(chan string)
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
	}()
	ended := make(chan error, 1)
	go func() { ended <- cluster.Watch(ctx) }()
	for {
		select {
		case line := <-lines:
			if err := obey(ctx, cluster, strings.Fields(line)); err != nil {
				fmt.Println(err)
			}
		case err := <-ended:
			return err
		}
	}
}

// obey does what was typed.
func obey(ctx context.Context, cluster *harness.Cluster, words []string) error {
	if len(words) == 2 {
		switch name := words[1]; words[0] {
		case "kill":
			return cluster.Kill(name)
		case "stop":
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			return cluster.Stop(ctx, name)
		case "start":
			return cluster.Start(name)
		}
	}
	show(cluster)
	return nil
}

// show lists the members with their process ids.
func show(cluster *harness.Cluster) {
	pids := cluster.Pids()
	for _, name := range cluster.Members() {
		if pid, ok := pids[name]; ok {
			fmt.Printf("  %-15s process %d\n", name, pid)
		} else {
			fmt.Printf("  %-15s not running\n", name)
		}
	}
}
