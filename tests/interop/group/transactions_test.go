package group

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// Transactions of Java and of Go, in turn, and begun by one and committed by the
// other, are read by readers of both: what was committed once, in order per key,
// and nothing of what was aborted.
func TestJavaAndGoReadEachOthersTransactions(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	c, controller := connect(t)
	scope, stream := fmt.Sprint("interop-txn-", time.Now().UnixNano()), "s"
	_, err := c.CreateScope(ctx, scope)
	succeeds(t, err)
	settings := client.StreamConfig{}
	settings.Scaling.Segments = 2
	_, err = c.CreateStream(ctx, scope, stream, settings)
	succeeds(t, err)
	w, err := c.OpenTransactionalWriter(ctx, scope, stream, client.TransactionalWriterConfig{})
	succeeds(t, err)

	const keys, each = "a,schlüssel,𝄞", 100
	next := 1
	goes := func(txn *client.Transaction) { // all keys get the next events
		t.Helper()
		for _, key := range strings.Split(keys, ",") {
			for n := next; n < next+each; n++ {
				_, err := txn.Write(ctx, client.Event{Key: []byte(key), Data: fmt.Appendf(nil, "%s %d", key, n)})
				succeeds(t, err)
			}
		}
	}
	begin := func() *client.Transaction {
		t.Helper()
		txn, err := w.Begin(ctx)
		succeeds(t, err)
		return txn
	}
	javas := func(command string, more ...string) string {
		t.Helper()
		cmd := java(ctx, t, "Member.java", controller, append([]string{scope, stream, command, keys, fmt.Sprint(next), fmt.Sprint(next + each - 1)}, more...)...)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, cmd.Stderr)
		}
		return strings.TrimSpace(out.String())
	}

	txn := begin()
	goes(txn)
	succeeds(t, txn.CommitAndWait(ctx))
	next += each
	javas("commit")
	aborted := begin()
	goes(aborted) // the same numbers, which the next ones take
	succeeds(t, aborted.Abort(ctx))
	next += each
	javas("abort")
	// Begun by Go, written by both, committed by Java.
	txn = begin()
	goes(txn)
	succeeds(t, txn.Flush(ctx))
	next += each
	javas("finish", txn.ID())
	if err := txn.Commit(ctx); err != nil { // says the same again
		t.Fatal(err)
	}
	next += each
	// Begun by Java, written by both, committed by Go, over a scale.
	id := javas("leave")
	next += each
	scale(ctx, t, c, scope, stream, 3)
	txn, err = w.Attach(ctx, id)
	succeeds(t, err)
	goes(txn)
	succeeds(t, txn.CommitAndWait(ctx))
	next += each
	succeeds(t, w.Close(ctx))
	succeeds(t, c.SealStream(ctx, scope, stream))

	check := func(by string, count *tally) {
		t.Helper()
		if want := (next - 1) * len(strings.Split(keys, ",")); len(count.seen) != want {
			t.Errorf("%s read %d of %d events", by, len(count.seen), want)
		}
	}
	run(ctx, t, controller, scope, stream, "create", "java-group")
	cmd := java(ctx, t, "Member.java", controller, scope, stream, "read", "java-group", "java-reader")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, cmd.Stderr)
	}
	count := newTally(t)
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if line != "ready" {
			count.take("java", line)
		}
	}
	check("Java", count)

	_, err = c.CreateReaderGroup(ctx, scope, "go-group", client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}})
	succeeds(t, err)
	group, err := c.OpenReaderGroup(ctx, scope, "go-group")
	succeeds(t, err)
	reader, err := group.OpenReader(ctx, "go-reader", client.ReaderConfig{})
	succeeds(t, err)
	count = newTally(t)
	for {
		s, err := reader.Next(ctx)
		if errors.Is(err, client.ErrEnd) {
			break
		}
		succeeds(t, err)
		for _, event := range s.Events() {
			count.take("go", string(event))
		}
		succeeds(t, s.Release())
	}
	succeeds(t, reader.Close(ctx))
	check("Go", count)
}

func succeeds(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
