package client

import (
	"context"
	"sync"
	"testing"
	"time"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// deaf makes the controller not answer to one method.
func (c *testCluster) deaf(to string) {
	c.SetCalls(func(method string, _ int) storetest.Verdict {
		if method == to {
			return storetest.Ignore
		}
		return storetest.Serve
	})
}

// noAppends has the store answer to no append.
func noAppends(_ int, command wire.Command) storetest.Verdict {
	if enginetest.IsAppend(command) {
		return storetest.Ignore
	}
	return storetest.Serve
}

// inTheBackground runs a commit, at the longest until the test is over.
func inTheBackground(t *testing.T, txn *Transaction) (cancel func(), committed <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	var work sync.WaitGroup
	work.Go(func() { over <- txn.Commit(ctx) })
	t.Cleanup(work.Wait)
	t.Cleanup(cancel)
	return cancel, over
}

// A Commit that waits for a store which does not answer, for ever as far as its
// caller goes, ends when somebody else aborts the transaction or closes it.
func TestAbortEndsACommitThatWaitsForEvents(t *testing.T) {
	for name, end := range map[string]func(*TransactionalWriter, *Transaction) error{
		"abort":            func(_ *TransactionalWriter, txn *Transaction) error { return txn.Abort(context.Background()) },
		"close":            func(_ *TransactionalWriter, txn *Transaction) error { return txn.Close(context.Background()) },
		"close the writer": func(w *TransactionalWriter, _ *Transaction) error { return w.Close(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			w := c.transactions(nil)
			txn := begin(t, w)
			c.Set(noAppends)
			put(t, txn, "k", 1, 10)
			_, committed := inTheBackground(t, txn)
			waittest.Until(t, "it commits", func() bool { _, err := txn.TryWrite(Event{Data: nil}); return CodeOf(err) == ErrClosed })
			enginetest.Must(t, end(w, txn))
			enginetest.Wants(t, <-committed, ErrTransactionAborted, false)
			if c.Calls("commitTransaction") != 0 || c.Transactions(pb.TransactionState_ABORTED) != 1 {
				t.Fatal("it is not just aborted")
			}
		})
	}
}

// Who aborts or closes while the controllers are being asked to commit waits for
// their answer no longer than its own limit, and says that the commit is in doubt.
func TestAbortAndCloseEndAtTheirLimits(t *testing.T) {
	for name, end := range map[string]func(context.Context, *TransactionalWriter, *Transaction) error{
		"abort":            func(ctx context.Context, _ *TransactionalWriter, txn *Transaction) error { return txn.Abort(ctx) },
		"close":            func(ctx context.Context, _ *TransactionalWriter, txn *Transaction) error { return txn.Close(ctx) },
		"close the writer": func(ctx context.Context, w *TransactionalWriter, _ *Transaction) error { return w.Close(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			w := c.transactions(nil)
			txn := begin(t, w)
			put(t, txn, "k", 1, 10)
			c.deaf("commitTransaction")
			cancelCommit, committed := inTheBackground(t, txn)
			waittest.Until(t, "the commit is asked for", func() bool { return c.Calls("commitTransaction") > 0 })
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			enginetest.Wants(t, end(ctx, w, txn), ErrTimedOut, true)
			select {
			case err := <-committed:
				t.Fatal("the commit ended, too:", err)
			default:
			}
			if name == "abort" { // the handle lives on, and nothing was decided
				cancelCommit()
				enginetest.Wants(t, <-committed, ErrCancelled, true)
				c.SetCalls(nil)
				enginetest.Must(t, txn.Commit(waittest.Limit(t)))
				c.Expect(1, 10, 0)
				enginetest.Wants(t, txn.Abort(waittest.Limit(t)), ErrTransactionCommitted, false)
			}
		})
	}
}

// An Abort that waited for a commit which came to nothing aborts the transaction.
func TestAbortAfterACommitThatFailed(t *testing.T) {
	c := startCluster(t, keyspace...)
	txn := begin(t, c.transactions(nil))
	put(t, txn, "k", 1, 10)
	c.deaf("commitTransaction")
	cancel, committed := inTheBackground(t, txn)
	waittest.Until(t, "the commit is asked for", func() bool { return c.Calls("commitTransaction") > 0 })
	aborted := make(chan error, 1)
	go func() { aborted <- txn.Abort(waittest.Limit(t)) }()
	cancel()
	enginetest.Wants(t, <-committed, ErrCancelled, true)
	enginetest.Must(t, <-aborted)
	enginetest.Wants(t, txn.Commit(waittest.Limit(t)), ErrTransactionAborted, false)
	if len(c.Stored(0)) != 0 {
		t.Fatal("it was committed")
	}
}

// Without a limit of the caller's, the one for requests holds.
func TestAbortWithoutALimit(t *testing.T) {
	c := startCluster(t, keyspace...)
	config := Config{}
	config.RequestTimeout = 300 * time.Millisecond
	limits := TransactionalWriterConfig{}
	limits.Lease = time.Minute
	w, err := c.client(config).OpenTransactionalWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, limits)
	enginetest.Must(t, err)
	txn := begin(t, w)
	c.deaf("commitTransaction")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() { _ = txn.Commit(ctx) }()
	waittest.Until(t, "the commit is asked for", func() bool { return c.Calls("commitTransaction") > 0 })
	enginetest.Wants(t, txn.Abort(context.Background()), ErrTimedOut, true)
}
