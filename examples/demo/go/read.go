// Command read is the Go reader of the demo:
//
//	read CONTROLLER SCOPE GROUP READER FILE
//
// It joins the group, waits for a first slice, which it gives back unread, prints
// "ready", and waits for a line on standard input: so all readers have something
// to read before one begins. Then it reads to the end of the sealed stream and
// writes each slice to the file: "slice SEGMENT START END NANOSECONDS EVENTS",
// and each event on a line.
//
// It prints "progress EVENTS BYTES" several times a second and in the end "done
// EVENTS BYTES SECONDS", the time being that until the last slice.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("go reader: ")
	if len(os.Args) != 6 {
		log.Fatal("usage: read CONTROLLER SCOPE GROUP READER FILE")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, controller, scope, group, id, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	config := client.Config{ControllerURI: controller}
	c, err := client.New(config)
	if err != nil {
		return err
	}
	defer c.Close()
	g, err := c.OpenReaderGroup(ctx, scope, group)
	if err != nil {
		return err
	}
	reader, err := g.OpenReader(ctx, id, client.ReaderConfig{})
	if err != nil {
		return err
	}

	first, err := reader.Next(ctx)
	if err != nil {
		return err
	}
	if err := first.ReleaseAt(first.StartOffset()); err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return errors.New("nobody gave the start")
	}

	t := tally{begun: time.Now()}
	out := bufio.NewWriterSize(file, 1<<20)
	for {
		var slice *client.Slice
		if slice, err = reader.Next(ctx); err != nil {
			break
		}
		if err := t.take(out, slice); err != nil {
			return err
		}
	}
	if !errors.Is(err, client.ErrEnd) {
		return err
	}
	if err := errors.Join(out.Flush(), reader.Close(ctx)); err != nil {
		return err
	}
	fmt.Printf("done %d %d %.6f\n", t.events, t.bytes, t.last.Sub(t.begun).Seconds())
	return nil
}

// tally counts what was read.
type tally struct {
	events, bytes         int
	begun, last, reported time.Time
}

// take writes a slice to the file, counts it and gives it back.
func (t *tally) take(out io.Writer, slice *client.Slice) error {
	received := time.Now()
	events := 0
	for range slice.Events() {
		events++
	}
	fmt.Fprintf(out, "slice %s %d %d %d %d\n", slice.Segment(), slice.StartOffset(), slice.EndOffset(), received.UnixNano(), events)
	for _, event := range slice.Events() {
		t.bytes += len(event)
		out.Write(event)
		if _, err := out.Write([]byte{'\n'}); err != nil {
			return err
		}
	}
	t.events += events
	t.last = time.Now()
	if t.last.Sub(t.reported) > 100*time.Millisecond {
		fmt.Println("progress", t.events, t.bytes)
		t.reported = t.last
	}
	return slice.Release()
}
