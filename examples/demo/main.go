// Command demo moves a real data set through a real Pravega, with four
// languages: a program in C writes 336,776 flights to a stream of four segments
// and seals it; then one reader group of a Python, a Java and a Go program reads
// them all at once. In the end it checks that every event was read exactly once,
// and those of each plane in order. The exit status is 0 only if so.
//
// Run it from the project's folder, after `make lib`; `make demo` does both. It
// starts a Pravega of its own, unless PRAVEGA_TEST_CONTROLLER names one. What it
// fetches and writes is in build/demo.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

const (
	segments = 4
	stream   = "flights"
	group    = "readers"

	// movingLimit is a limit of the writing and the reading, which take seconds.
	movingLimit = 5 * time.Minute
)

// The programs are told to end when the thread that started them does, so that
// must be the one that lasts: the main goroutine keeps to the main thread.
func init() { runtime.LockOSThread() }

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx)
	if ctx.Err() != nil {
		err = context.Cause(ctx) // whatever failed because of it
	}
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	d := &demo{root: root, folder: filepath.Join(root, "build", "demo"), controller: os.Getenv(harness.ControllerEnv)}
	if err := d.missing(); err != nil {
		return err
	}
	if err := os.MkdirAll(d.folder, 0o755); err != nil {
		return err
	}
	csv := d.file("flights.csv")
	flights, err := loadFlights(ctx, d.folder, csv)
	if err != nil {
		return err
	}
	fmt.Println("Building the Java binding and the programs in C, Java and Go")
	if err := d.compile(ctx); err != nil {
		return err
	}
	if d.controller == "" {
		fmt.Println("Starting Pravega")
		server, failure := harness.Standalone(ctx, harness.Options{Progress: os.Stdout})
		if failure != nil {
			return failure
		}
		defer func() {
			if err != nil {
				server.KeepLogs()
			}
			server.Stop()
		}()
		d.controller = server.ControllerURI()
	}
	fmt.Println("Pravega is at", d.controller)

	ctx, cancel := context.WithTimeoutCause(ctx, movingLimit, fmt.Errorf("it took more than %v", movingLimit))
	defer cancel()
	return d.move(ctx, csv, flights)
}

// move has the flights written and read, and checks what was read.
func (d *demo) move(ctx context.Context, csv string, flights []flight) error {
	if err := d.prepare(ctx); err != nil {
		return err
	}
	writing := launch(ctx, d.writer(csv))
	if err := writing.watch(len(flights)); err != nil {
		return err
	}
	fmt.Println("Three readers join the group")
	readers := d.readers()
	reading := launch(ctx, readers...)
	reading.beginTogether()
	if err := reading.watch(len(flights)); err != nil {
		return err
	}

	results := make([][]piece, len(readers))
	for i, r := range readers {
		var err error
		if results[i], err = readResult(r.language, r.result, flights); err != nil {
			return err
		}
	}
	table(writing, reading, results)
	fmt.Println()
	if err := check(flights, results...); err != nil {
		return err
	}
	fmt.Printf("Each of %d events was read exactly once, those of each plane in order.\n", len(flights))
	return nil
}

// prepare makes the stream and the reader group.
func (d *demo) prepare(ctx context.Context) error {
	config := client.Config{ControllerURI: d.controller}
	c, err := client.New(config)
	if err != nil {
		return err
	}
	defer c.Close()
	d.scope = "demo-" + strings.ToLower(rand.Text()[:8])
	if _, err := c.CreateScope(ctx, d.scope); err != nil {
		return err
	}
	ofSegments := client.StreamConfig{}
	ofSegments.Scaling.Segments = segments
	if _, err := c.CreateStream(ctx, d.scope, stream, ofSegments); err != nil {
		return err
	}
	ofStream := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: d.scope, Stream: stream}}}
	ofStream.RefreshInterval = 500 * time.Millisecond // so that the readers soon see each other
	if _, err := c.CreateReaderGroup(ctx, d.scope, group, ofStream); err != nil {
		return err
	}
	fmt.Printf("Created stream %s/%s of %d segments, and the reader group %s\n", d.scope, stream, segments, group)
	return nil
}
