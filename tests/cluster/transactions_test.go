//go:build cluster

package cluster

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Stores and controllers that are killed between the steps of transactions cost
// none of what is committed, and show nothing of what is aborted.
func TestKillsBetweenTheStepsOfTransactions(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	c := connect(t, cluster)
	scope, stream := newStream(ctx, t, c, segments)
	createGroup(ctx, t, c, scope, stream, "ours")
	readers := startReaders(ctx, t, c, scope, "ours")
	succeeds := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := c.OpenTransactionalWriter(ctx, scope, stream, client.TransactionalWriterConfig{})
	succeeds(err)
	begin := func() *client.Transaction {
		t.Helper()
		txn, err := w.Begin(ctx)
		succeeds(err)
		return txn
	}
	write := func(txn *client.Transaction, writer string, first, last int64) {
		t.Helper()
		for n := first; n <= last; n++ {
			e := event{writer, fmt.Sprint("key", n%101), n}
			_, err := txn.Write(ctx, client.Event{Key: []byte(e.key), Data: e.bytes()})
			succeeds(err)
		}
	}
	took := func(what string, do func(context.Context) error) {
		t.Helper()
		begun := time.Now()
		succeeds(do(ctx))
		t.Logf("%s took %v", what, time.Since(begun).Round(time.Millisecond))
	}
	n := int64(0)
	more := func(txn *client.Transaction) {
		t.Helper()
		write(txn, "txn", n+1, n+500)
		n += 500
	}

	aborted := begin()
	write(aborted, "nobody", 1, 500)
	txn := begin()
	kill(t, cluster, "segmentstore-1")
	more(txn)
	took("flush after the end of a store", txn.Flush)
	more(txn)
	kill(t, cluster, "controller-1")
	took("commit after the end of a controller", txn.CommitAndWait)
	start(ctx, t, cluster, "segmentstore-1", "controller-1")

	txn = begin()
	more(txn)
	succeeds(txn.Flush(ctx))
	kill(t, cluster, "controller-2", "segmentstore-2")
	took("commit after the end of both", txn.CommitAndWait)
	start(ctx, t, cluster, "controller-2", "segmentstore-2")
	for range 5 { // all is well again
		txn = begin()
		more(txn)
		succeeds(txn.CommitAndWait(ctx))
	}
	if status, err := aborted.Status(ctx); status != client.TransactionOpen || err != nil {
		t.Fatal(status, err)
	}
	succeeds(aborted.Flush(ctx))
	succeeds(aborted.Abort(ctx))
	succeeds(w.Close(ctx))
	succeeds(cluster.Ready(ctx))
	succeeds(c.SealStream(ctx, scope, stream))
	readers.finish(t).check(t, "our readers", "txn", n, n)
}

// Controllers that are all away for less than a lease cost no transaction that is
// open, although none of its signs of life got through meanwhile.
func TestControllersAwayForLessThanALease(t *testing.T) {
	ctx := waittest.Within(t, limit)
	cluster := wholeCluster(ctx, t)
	c := connect(t, cluster)
	scope, stream := newStream(ctx, t, c, segments)
	createGroup(ctx, t, c, scope, stream, "ours")
	config := client.TransactionalWriterConfig{}
	config.Lease = 3 * time.Minute
	w, err := c.OpenTransactionalWriter(ctx, scope, stream, config)
	succeeds := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	succeeds(err)
	open := make([]*client.Transaction, 5)
	n := int64(0)
	more := func(i int, txn *client.Transaction) { // keys of its own: between transactions, only commits have an order
		t.Helper()
		for range 100 {
			n++
			e := event{"txn", fmt.Sprintf("key%d.%d", i, n%11), n}
			_, err := txn.Write(ctx, client.Event{Key: []byte(e.key), Data: e.bytes()})
			succeeds(err)
		}
	}
	for i := range open {
		open[i], err = w.Begin(ctx)
		succeeds(err)
		more(i, open[i])
	}
	began := time.Now()
	kill(t, cluster, "controller-1", "controller-2")
	time.Sleep(config.Lease/3 + 2*time.Second) // their first signs of life are due
	start(ctx, t, cluster, "controller-1", "controller-2")
	settle(ctx, t, cluster)
	t.Logf("away for %v of the lease", time.Since(began).Round(time.Second))
	for time.Since(began) < config.Lease+10*time.Second {
		time.Sleep(time.Second)
	}
	if list := w.Transactions(); len(list) != len(open) {
		t.Fatalf("%d of %d are open", len(list), len(open))
	}
	for i, txn := range open {
		more(i, txn)
		succeeds(txn.CommitAndWait(ctx))
	}
	succeeds(w.Close(ctx))
	succeeds(c.SealStream(ctx, scope, stream))
	startReaders(ctx, t, c, scope, "ours").finish(t).check(t, "our readers", "txn", n, n)
}
