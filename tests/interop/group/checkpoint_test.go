package group

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// partner is a Java client in a group: see Partner.java.
type partner struct {
	t       *testing.T
	in      interface{ Write([]byte) (int, error) }
	cmd     *exec.Cmd
	answers chan string
	readers *readings
}

// readings are what readers of a group have read, one way or the other.
type readings struct {
	mu          sync.Mutex
	events      map[string]int // how often each was read
	pointers    map[string]string
	checkpoints []string // as "reader name"
	out         map[string]int
}

func (r *readings) note(f func()) {
	r.mu.Lock()
	f()
	r.mu.Unlock()
}

// until waits for a condition.
func (r *readings) until(ctx context.Context, t *testing.T, what string, holds func() bool) {
	t.Helper()
	for {
		r.mu.Lock()
		done := holds()
		r.mu.Unlock()
		if done {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("not so: %s; %d events were read, checkpoints %q, thrown out %v", what, len(r.events), r.checkpoints, r.out)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// expect waits until the events from one to another were each read so often, and
// fails if one is read more often.
func (r *readings) expect(ctx context.Context, t *testing.T, from, to, times int) {
	t.Helper()
	r.until(ctx, t, fmt.Sprintf("events %d to %d are read %d times", from, to, times), func() bool {
		missing := 0
		for n := from; n <= to; n++ {
			switch got := r.events[fmt.Sprint("e ", n)]; {
			case got > times:
				t.Fatalf("event %d was read %d times, want %d", n, got, times)
			case got < times:
				missing++
			}
		}
		return missing == 0
	})
}

func startPartner(ctx context.Context, t *testing.T, r *readings, uri string, args ...string) *partner {
	t.Helper()
	cmd := java(ctx, t, "Partner.java", uri, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p := &partner{t: t, in: in, cmd: cmd, answers: make(chan string, 1), readers: r}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(p.answers)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			kind, rest, _ := strings.Cut(lines.Text(), " ")
			switch kind {
			case "done":
				p.answers <- rest
			case "event":
				pointer, event, _ := strings.Cut(rest, " ")
				r.note(func() { r.events[event]++; r.pointers[event] = pointer })
			case "checkpoint":
				r.note(func() { r.checkpoints = append(r.checkpoints, "java "+rest) })
			case "out":
				r.note(func() { r.out["java"]++ })
			}
		}
	}()
	t.Cleanup(func() {
		in.Close()
		<-done
		if err := cmd.Wait(); err != nil && !t.Failed() {
			t.Errorf("the Java partner: %v\n%s", err, cmd.Stderr)
		}
	})
	return p
}

// tell has the partner do something and returns its answer.
func (p *partner) tell(format string, args ...any) string {
	p.t.Helper()
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		p.t.Fatal(err)
	}
	answer, ok := <-p.answers
	if !ok {
		p.t.Fatalf("the Java partner has ended at "+format+"\n%s", append(args, p.cmd.Stderr)...)
	}
	return answer
}

// read reads with a reader of ours until it is closed or thrown out.
func (r *readings) read(t *testing.T, reader *client.Reader) {
	for {
		s, err := reader.Next(context.Background())
		var at *client.AtCheckpoint
		switch {
		case errors.As(err, &at):
			r.note(func() { r.checkpoints = append(r.checkpoints, "go "+at.Name) })
			continue
		case errors.Is(err, client.ErrGroupReinitialized):
			r.note(func() { r.out["go"]++ })
			return
		case errors.Is(err, client.ErrClosed):
			return
		case err != nil:
			t.Error(err)
			return
		}
		r.note(func() {
			for offset, event := range s.Events() {
				pointer, err := s.Pointer(offset, event).MarshalBinary()
				if err != nil {
					t.Error(err)
				}
				r.events[string(event)]++
				r.pointers[string(event)] = base64.StdEncoding.EncodeToString(pointer)
			}
		})
		if err := s.Release(); err != nil && !errors.Is(err, client.ErrClosed) {
			t.Error(err)
		}
	}
}

// Java and Go readers of one group pass the checkpoints that either side initiates,
// agree on cuts and pointers, and go back together to a checkpoint of either side.
// Java reads the state that a Go member has compacted and truncated.
func TestJavaAndGoShareCheckpointsResetsAndCompaction(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	t.Cleanup(cancel) // after the partner has ended
	c, controller := connect(t)
	check := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	scope, stream := fmt.Sprint("interop-", time.Now().UnixNano()), "s"
	check(c.CreateScope(ctx, scope))
	settings := client.StreamConfig{}
	settings.Scaling.Segments = 2
	check(c.CreateStream(ctx, scope, stream, settings))
	wanted := client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}}
	wanted.RefreshInterval, wanted.CheckpointInterval = 200*time.Millisecond, client.Never
	check(c.CreateReaderGroup(ctx, scope, "g", wanted))
	group, err := c.OpenReaderGroup(ctx, scope, "g")
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	write := func(n int) {
		t.Helper()
		w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			written++
			if _, err := w.Write(ctx, client.Event{Key: []byte(fmt.Sprint(written % 10)), Data: fmt.Appendf(nil, "e %d", written)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	seen := &readings{events: make(map[string]int), pointers: make(map[string]string), out: make(map[string]int)}
	java := startPartner(ctx, t, seen, controller, scope, stream, "g")
	var work sync.WaitGroup
	var reader *client.Reader
	join := func() {
		t.Helper()
		asks := client.ReaderConfig{}
		asks.Checkpoints = true
		if reader, err = group.OpenReader(ctx, "go", asks); err != nil {
			t.Fatal(err)
		}
		r := reader
		work.Go(func() { seen.read(t, r) })
	}
	leave := func() {
		t.Helper()
		if err := reader.Close(ctx); err != nil {
			t.Fatal(err)
		}
		work.Wait()
	}
	java.tell("read java")
	join()
	defer leave()
	write(200)
	seen.expect(ctx, t, 1, 200, 1)

	ours, err := group.InitiateCheckpoint(ctx, "from-go")
	if err != nil || len(ours.Cuts()) != 1 {
		t.Fatal(ours, err)
	}
	bytesAndText := strings.Fields(java.tell("checkpoint from-java"))
	var theirs client.Checkpoint
	binary, err := base64.StdEncoding.DecodeString(bytesAndText[0])
	if err != nil {
		t.Fatal(err)
	}
	check(nil, theirs.UnmarshalBinary(binary))
	text, err := client.ParseStreamCut(bytesAndText[1])
	if err != nil || theirs.Name() != "from-java" || !maps.Equal(text.Offsets(), theirs.Cuts()[0].Offsets()) || !maps.Equal(text.Offsets(), ours.Cuts()[0].Offsets()) {
		t.Fatalf("Java's checkpoint %q is at %v in bytes, %v as text; ours at %v: %v", theirs.Name(), theirs.Cuts(), text.Offsets(), ours.Cuts()[0].Offsets(), err)
	}
	var told []string
	pointers := make(map[string]string)
	seen.note(func() {
		told = slices.Clone(seen.checkpoints)
		maps.Copy(pointers, seen.pointers)
	})
	for _, want := range []string{"java from-go", "go from-go", "java from-java", "go from-java"} {
		if !slices.Contains(told, want) {
			t.Fatalf("checkpoints told are %q, without %q", told, want)
		}
	}
	cuts, err := group.GenerateStreamCuts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if cut, err := client.ParseStreamCut(java.tell("cut")); err != nil || !maps.Equal(cut.Offsets(), cuts[0].Offsets()) {
		t.Fatal(cut.Offsets(), cuts[0].Offsets(), err)
	}
	for _, n := range []int{1, 17, 200} { // some read by Java, some by us; each fetched by the other way
		event := fmt.Sprint("e ", n)
		if got := java.tell("fetch %s", pointers[event]); got != event {
			t.Fatalf("Java fetches %q for %q", got, event)
		}
		binary, err := base64.StdEncoding.DecodeString(pointers[event])
		var pointer client.EventPointer
		if err == nil {
			err = pointer.UnmarshalBinary(binary)
		}
		if got, err2 := c.FetchEvent(ctx, pointer); err != nil || err2 != nil || string(got) != event {
			t.Fatal(string(got), err, err2)
		}
	}

	write(100)
	seen.expect(ctx, t, 201, 300, 1)
	kept, err := theirs.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for round, reset := range []func(){
		func() { java.tell("reset %s", base64.StdEncoding.EncodeToString(kept)) },
		func() { check(nil, group.ResetTo(ctx, ours.Cuts()...)) },
	} {
		reset()
		seen.until(ctx, t, "all readers are out", func() bool { return seen.out["java"] == round+1 && seen.out["go"] == round+1 })
		leave()
		java.tell("read java")
		join()
		seen.expect(ctx, t, 201, 300, round+2)
		seen.expect(ctx, t, 1, 200, 1)
	}

	java.tell("stop")
	log := harness.GroupLog(t, controller, scope, "g")
	long := strings.Repeat("long", 5000)
	for n, start := 0, int64(0); start == 0; n++ {
		check(group.InitiateCheckpoint(ctx, fmt.Sprint(long, n)))
		if start, _, err = log.Bounds(ctx); err != nil {
			t.Fatal(err)
		}
	}
	java.tell("read java")
	if readers := java.tell("readers"); readers != "go,java" {
		t.Fatalf("after the compaction Java sees the readers %s", readers)
	}
	write(100)
	seen.expect(ctx, t, 301, 400, 1)
	check(group.InitiateCheckpoint(ctx, "after"))
	if last, err := group.UnreadBytes(ctx); err != nil || last != 0 {
		t.Fatalf("%d bytes are unread: %v", last, err)
	}
}

// A Java reader whose application takes its time for each event is not taken for
// dead by one of ours that watches over the group, as long as it takes less than the
// documented limit.
func TestSlowJavaReaderIsNotTakenForDead(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	t.Cleanup(cancel)
	c, controller := connect(t)
	scope, stream := fmt.Sprint("interop-", time.Now().UnixNano()), "s"
	if _, err := c.CreateScope(ctx, scope); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateStream(ctx, scope, stream, client.StreamConfig{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateReaderGroup(ctx, scope, "g", client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}}); err != nil {
		t.Fatal(err)
	}
	group, err := c.OpenReaderGroup(ctx, scope, "g")
	if err != nil {
		t.Fatal(err)
	}
	seen := &readings{events: make(map[string]int), pointers: make(map[string]string), out: make(map[string]int)}
	java := startPartner(ctx, t, seen, controller, scope, stream, "g")
	java.tell("slow 20000")
	java.tell("read java")
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		if _, err := w.Write(ctx, client.Event{Key: []byte("k"), Data: fmt.Appendf(nil, "e %d", n+1)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Fatal(err)
	}
	seen.until(ctx, t, "Java has an event", func() bool { return len(seen.events) > 0 })
	watching := client.ReaderConfig{}
	watching.LivenessTimeout = time.Second // which counts as 30 s
	reader, err := group.OpenReader(ctx, "go", watching)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close(ctx)
	seen.expect(ctx, t, 1, 4, 1)
	if s, err := reader.TryNext(); !errors.Is(err, client.ErrTimedOut) {
		t.Fatal("the segment was taken from Java:", s, err)
	}
	out := 0
	seen.note(func() { out = seen.out["java"] })
	if readers := java.tell("readers"); readers != "go,java" || out > 0 {
		t.Fatalf("the group has the readers %s", readers)
	}
	java.tell("slow 0")
}
