package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/tests/harness"
)

// transactions opens a transactional writer.
func transactions(t *testing.T, c *client.Client, scope, stream string, change func(*client.TransactionalWriterConfig)) *client.TransactionalWriter {
	t.Helper()
	config := client.TransactionalWriterConfig{}
	config.Lease = 30 * time.Second
	if change != nil {
		change(&config)
	}
	w, err := c.OpenTransactionalWriter(waittest.Within(t, time.Minute), scope, stream, config)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func begin(ctx context.Context, t *testing.T, w *client.TransactionalWriter) *client.Transaction {
	t.Helper()
	txn, err := w.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return txn
}

// fill writes the events first to last of a test, of some keys.
func fill(ctx context.Context, t *testing.T, txn *client.Transaction, first, last int) {
	t.Helper()
	for n := first; n <= last; n++ {
		key := fmt.Sprint("key", n%7)
		if _, err := txn.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, n)}); err != nil {
			t.Fatalf("event %d: %v", n, err)
		}
	}
}

func succeeds(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fails(t *testing.T, err error, code client.Code, mayBeStored bool) {
	t.Helper()
	if client.CodeOf(err) != code || client.MayBeStored(err) != mayBeStored {
		t.Fatalf("%v, want %v", err, code)
	}
}

// follow reads a stream with a group of its own until it is sealed, and returns
// what was read so far, as text.
func follow(ctx context.Context, t *testing.T, c *client.Client, scope, stream string) (read func() []string) {
	t.Helper()
	_, err := c.CreateReaderGroup(ctx, scope, "followers", client.ReaderGroupConfig{Streams: []client.GroupStream{{Scope: scope, Stream: stream}}})
	succeeds(t, err)
	g, err := c.OpenReaderGroup(ctx, scope, "followers")
	succeeds(t, err)
	r, err := g.OpenReader(ctx, "follower", client.ReaderConfig{})
	succeeds(t, err)
	var mu sync.Mutex
	var events []string
	go func() {
		for {
			s, err := r.Next(ctx)
			if err != nil {
				if !errors.Is(err, client.ErrEnd) && ctx.Err() == nil && !errors.Is(err, client.ErrClosed) {
					t.Error(err)
				}
				return
			}
			mu.Lock()
			for _, e := range s.Events() {
				events = append(events, string(e))
			}
			mu.Unlock()
			if err := s.Release(); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(events)
	}
}

func waitUntil(ctx context.Context, t *testing.T, what string, holds func() bool) {
	t.Helper()
	for !holds() {
		if ctx.Err() != nil {
			t.Fatalf("not so in time: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// A reader that runs all the time sees nothing of a transaction before its
// commit, all of it after, and nothing of an aborted one.
func TestTransactionIsIsolatedAndAtomic(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w := transactions(t, c, scope, stream, nil)
	plain, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	succeeds(t, err)
	read := follow(ctx, t, c, scope, stream)
	mark := func(name string) { // what is read before it was there before
		t.Helper()
		_, err := plain.Write(ctx, client.Event{Data: []byte(name)})
		succeeds(t, err)
		waitUntil(ctx, t, name+" is read", func() bool { return slices.Contains(read(), name) })
	}
	committed, aborted := begin(ctx, t, w), begin(ctx, t, w)
	fill(ctx, t, committed, 1, 500)
	fill(ctx, t, aborted, 1001, 1500)
	succeeds(t, committed.Flush(ctx))
	succeeds(t, aborted.Flush(ctx))
	mark("marker-1")
	if got := read(); len(got) != 1 {
		t.Fatalf("%d events are read before the commit", len(got)-1)
	}
	fill(ctx, t, committed, 501, 1000)
	succeeds(t, aborted.Abort(ctx))
	succeeds(t, committed.CommitAndWait(ctx))
	mark("marker-2")
	got := read()
	if len(got) != 1002 || got[0] != "marker-1" || got[1001] != "marker-2" {
		t.Fatalf("%d events are read, want two marks and 1000 between them", len(got))
	}
	o := newOracle(t)
	for _, e := range got[1:1001] {
		o.take([]byte(e))
	}
	o.check(1000)
	if status, err := committed.Status(ctx); status != client.TransactionCommitted || err != nil {
		t.Fatal(status, err)
	}
	waitUntil(ctx, t, "it is aborted", func() bool {
		status, err := aborted.Status(ctx)
		return err == nil && status == client.TransactionAborted
	})
	succeeds(t, committed.Commit(ctx))
	succeeds(t, aborted.Abort(ctx))
	fails(t, committed.Abort(ctx), client.ErrTransactionCommitted, false)
	fails(t, aborted.Commit(ctx), client.ErrTransactionAborted, false)
	succeeds(t, plain.Close(ctx))
	succeeds(t, w.Close(ctx))
	succeeds(t, c.SealStream(ctx, scope, stream))
}

// Hazard 21: transactions of one epoch are read in the order of their commits,
// not of their beginnings or writes.
func TestHazard21TransactionsAreReadInTheOrderOfTheirCommits(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w := transactions(t, c, scope, stream, nil)
	var open []*client.Transaction
	for i := range 10 {
		txn := begin(ctx, t, w)
		_, err := txn.Write(ctx, client.Event{Key: []byte("k"), Data: fmt.Append(nil, i)})
		succeeds(t, err)
		succeeds(t, txn.Flush(ctx))
		open = append(open, txn)
	}
	var want []string
	for _, i := range rand.Perm(len(open)) {
		succeeds(t, open[i].Commit(ctx))
		want = append(want, fmt.Sprint(i))
	}
	read := follow(ctx, t, c, scope, stream)
	waitUntil(ctx, t, "all are read", func() bool { return len(read()) == len(want) })
	if got := read(); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	succeeds(t, c.SealStream(ctx, scope, stream))
}

// With the shortest lease that the servers allow: a transaction that is open here
// lives on, one that nobody keeps alive is aborted, and that is told.
func TestLeases(t *testing.T) {
	t.Parallel()
	ctx := waittest.Within(t, 2*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 2)
	short := func(config *client.TransactionalWriterConfig) { config.Lease = 10 * time.Second }
	w := transactions(t, c, scope, stream, short)
	kept := begin(ctx, t, w)
	fill(ctx, t, kept, 1, 100)
	leaver := transactions(t, c, scope, stream, func(config *client.TransactionalWriterConfig) {
		short(config)
		config.Close = client.CloseKeeps
	})
	left := begin(ctx, t, leaver)
	fill(ctx, t, left, 101, 200)
	succeeds(t, leaver.Close(ctx))
	waitUntil(ctx, t, "its lease ends", func() bool {
		status, err := left.Status(ctx)
		return err == nil && status == client.TransactionAborted
	})
	_, err := w.Attach(ctx, left.ID())
	fails(t, err, client.ErrTransactionAborted, false)
	for _, lease := range []time.Duration{time.Second, time.Hour} {
		outside := transactions(t, c, scope, stream, func(config *client.TransactionalWriterConfig) { config.Lease = lease })
		_, err := outside.Begin(ctx)
		fails(t, err, client.ErrInvalidArgument, false)
	}
	succeeds(t, kept.Commit(ctx)) // after more than a lease
	fails(t, left.Commit(ctx), client.ErrTransactionAborted, false)
}

// Another process writes to a transaction and commits it, also where a segment of
// the stream is older than the transaction's epoch.
func TestAttachFromAnotherClient(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c, other := connect(t), connect(t)
	scope, stream := newStream(t, c, 2)
	segments, err := c.Segments(ctx, scope, stream)
	succeeds(t, err)
	succeeds(t, c.ScaleStream(ctx, scope, stream, []int64{segments[1].ID}, []client.KeyRange{{Low: 0.5, High: 0.75}, {Low: 0.75, High: 1}}))
	w := transactions(t, c, scope, stream, func(config *client.TransactionalWriterConfig) { config.Close = client.CloseKeeps })
	txn := begin(ctx, t, w)
	fill(ctx, t, txn, 1, 1000)
	succeeds(t, txn.Flush(ctx))
	attached, err := transactions(t, other, scope, stream, nil).Attach(ctx, strings.ToUpper(txn.ID()))
	succeeds(t, err)
	fill(ctx, t, attached, 1001, 2000)
	succeeds(t, attached.Flush(ctx))
	fill(ctx, t, txn, 2001, 3000)
	succeeds(t, w.Close(ctx))
	succeeds(t, attached.CommitAndWait(ctx))
	succeeds(t, c.SealStream(ctx, scope, stream))
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	o.check(3000)
}

// The timestamp of a commit is noted for the writer when readers can see the events:
// an earlier one is refused then, by whomever it comes.
func TestCommitTellsTheEventTime(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w := transactions(t, c, scope, stream, func(config *client.TransactionalWriterConfig) { config.Name = "clock" })
	for at := range int64(3) {
		txn := begin(ctx, t, w)
		fill(ctx, t, txn, 1, 10)
		succeeds(t, txn.CommitAt(ctx, 1000+at))
		succeeds(t, txn.WaitReadable(ctx))
	}
	info, err := c.StreamInfo(ctx, scope, stream)
	succeeds(t, err)
	tail := streamcut.Cut{Stream: naming.Stream{Scope: scope, Name: stream}, Offsets: map[naming.SegmentID]int64{0: info.Tail.Offsets()[0]}}
	servers := shared(t)
	fails(t, servers.NoteTime(ctx, "clock", 1001, tail), client.ErrInvalidArgument, false)
	succeeds(t, servers.NoteTime(ctx, "clock", 1003, tail))
	succeeds(t, servers.NoteTime(ctx, "another", 1, tail))
}

// A transaction that ends elsewhere is told to those who write to it.
func TestTransactionThatEndsElsewhere(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w, elsewhere := transactions(t, c, scope, stream, nil), transactions(t, c, scope, stream, nil)
	for _, commit := range []bool{false, true} {
		txn := begin(ctx, t, w)
		fill(ctx, t, txn, 1, 100)
		succeeds(t, txn.Flush(ctx))
		twin, err := elsewhere.Attach(ctx, txn.ID())
		succeeds(t, err)
		want := client.ErrTransactionAborted
		if commit {
			want = client.ErrTransactionCommitted
			succeeds(t, twin.CommitAndWait(ctx))
		} else {
			succeeds(t, twin.Abort(ctx))
		}
		waitUntil(ctx, t, "a write fails", func() bool {
			_, err = txn.Write(ctx, client.Event{Key: []byte("k"), Data: []byte("late")})
			time.Sleep(10 * time.Millisecond)
			return err != nil
		})
		if !errors.Is(err, want) {
			t.Fatal(err)
		}
		if err := txn.Commit(ctx); !errors.Is(err, want) {
			t.Fatal(err)
		}
	}
	succeeds(t, c.SealStream(ctx, scope, stream))
	read := follow(ctx, t, c, scope, stream)
	waitUntil(ctx, t, "what was committed is read", func() bool { return len(read()) >= 100 })
}

// Many are open at once on one writer; each second one is committed, the others
// are aborted, by many goroutines.
func TestManyTransactionsAtOnce(t *testing.T) {
	ctx := waittest.Within(t, 2*time.Minute)
	const each = 20
	c := connect(t)
	scope, stream := newStream(t, c, 4)
	w := transactions(t, c, scope, stream, nil)
	open := make([]*client.Transaction, 100)
	var work sync.WaitGroup
	for g := range 10 {
		work.Go(func() {
			for i := g; i < len(open); i += 10 {
				txn, err := w.Begin(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				open[i] = txn
			}
		})
	}
	work.Wait()
	if len(w.Transactions()) != len(open) {
		t.Fatal("not all are open")
	}
	for n := range each {
		for i, txn := range open {
			first := i/2*each + n + 1
			if i%2 == 1 {
				first += 1_000_000
			}
			// A key is one transaction's: between those, only commits have an order.
			key := fmt.Sprint("key", i)
			_, err := txn.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, first)})
			succeeds(t, err)
		}
	}
	for g := range 10 {
		work.Go(func() {
			for i := g; i < len(open); i += 10 {
				var err error
				if i%2 == 0 {
					err = open[i].CommitAndWait(ctx)
				} else {
					err = open[i].Abort(ctx)
				}
				if err != nil {
					t.Error(i, err)
				}
			}
		})
	}
	work.Wait()
	succeeds(t, w.Close(ctx))
	succeeds(t, c.SealStream(ctx, scope, stream))
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	o.check(len(open) / 2 * each)
}

// A scale between begin and commit: the commit rolls the stream's segments over,
// under an event writer that goes on meanwhile.
func TestTransactionsOverScales(t *testing.T) {
	ctx := waittest.Within(t, 3*time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1) // also the least that a scale may leave
	w := transactions(t, c, scope, stream, nil)
	l := startLoad(ctx, t, c, scope, stream)
	const each = 300
	total := 0
	write := func(txn *client.Transaction, part int) { // keys of its own, numbers above the load's
		t.Helper()
		for n := range each {
			key := fmt.Sprintf("txn%d.%d", part, n%5)
			_, err := txn.Write(ctx, client.Event{Key: []byte(key), Data: payload(key, 10_000_000+total+n)})
			succeeds(t, err)
		}
		total += each
	}
	for round, segments := range []int{4, 1, 3} {
		txn, late := begin(ctx, t, w), begin(ctx, t, w)
		write(txn, 10*round)
		l.more(t, 500)
		scaleTo(ctx, t, c, scope, stream, segments)
		l.more(t, 500)
		write(txn, 10*round+1)
		write(late, 10*round+2)
		newer := begin(ctx, t, w)
		write(newer, 10*round+3)
		succeeds(t, newer.Commit(ctx))
		succeeds(t, txn.Commit(ctx))
		l.more(t, 500)
		succeeds(t, late.Commit(ctx))
		for _, each := range []*client.Transaction{txn, late, newer} {
			succeeds(t, each.WaitReadable(ctx))
		}
	}
	written := l.finish(ctx, t)
	succeeds(t, c.SealStream(ctx, scope, stream))
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	for n := range total {
		if !o.seen[10_000_000+n] {
			t.Fatalf("event %d of the transactions was not read", n)
		}
		delete(o.seen, 10_000_000+n)
	}
	o.check(written)
}

// A stream that is sealed and deleted takes its open transactions with it.
func TestTransactionsOfADeletedStream(t *testing.T) {
	ctx := waittest.Within(t, time.Minute)
	c := connect(t)
	scope, stream := newStream(t, c, 1)
	w := transactions(t, c, scope, stream, nil)
	written, empty := begin(ctx, t, w), begin(ctx, t, w)
	fill(ctx, t, written, 1, 100)
	succeeds(t, written.Flush(ctx))
	succeeds(t, c.SealStream(ctx, scope, stream))
	_, err := w.Begin(ctx)
	fails(t, err, client.ErrStreamSealed, false)
	fails(t, written.Commit(ctx), client.ErrTransactionAborted, false)
	_, err = c.DeleteStream(ctx, scope, stream)
	succeeds(t, err)
	_, err = w.Begin(ctx)
	fails(t, err, client.ErrNoSuchStream, false)
	if _, err := empty.Write(ctx, client.Event{Key: []byte("k"), Data: []byte("late")}); err != nil {
		t.Fatal(err)
	}
	if err := empty.Commit(ctx); !client.IsFinal(err) && !errors.Is(err, client.ErrNoSuchStream) {
		t.Fatal(err)
	}
	if _, err := c.OpenTransactionalWriter(ctx, scope, stream, client.TransactionalWriterConfig{}); !errors.Is(err, client.ErrNoSuchStream) {
		t.Fatal(err)
	}
}

// Connections that break while transactions are written lose and double nothing.
func TestDroppedConnectionsUnderTransactions(t *testing.T) {
	ctx := waittest.Within(t, 5*time.Minute)
	server, err := harness.Standalone(ctx, harness.Options{Proxied: true})
	succeeds(t, err)
	harness.StopAfter(t, server)
	c := connectTo(t, server)
	scope, stream := newStream(t, c, 3)
	w := transactions(t, c, scope, stream, nil)
	n, broken := 0, 0
	for range 20 {
		txn := begin(ctx, t, w)
		for range 4 {
			more := rand.IntN(1500) + 1
			fill(ctx, t, txn, n+1, n+more)
			n += more
			broken += server.Proxy().Cut()
		}
		succeeds(t, txn.CommitAndWait(ctx))
	}
	if broken == 0 {
		t.Fatal("no connection went through the proxy")
	}
	succeeds(t, c.SealStream(ctx, scope, stream))
	o := newOracle(t)
	o.read(ctx, c, scope, stream, 2)
	o.check(n)
}
