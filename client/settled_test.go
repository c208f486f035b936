package client

import (
	"context"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// Once it is known how a transaction ended, that is what Commit and Abort tell, whatever
// their context: neither waits for anything.
func TestKnownOutcomeOfATransactionIsToldWhateverTheContext(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	committed, aborted, elsewhere := begin(t, w), begin(t, w), begin(t, w)
	put(t, committed, "k", 1, 10)
	enginetest.Must(t, committed.Commit(waittest.Limit(t)))
	enginetest.Must(t, aborted.Abort(waittest.Limit(t)))
	c.Abort(elsewhere.ID())
	enginetest.Wants(t, elsewhere.Commit(waittest.Limit(t)), ErrTransactionAborted, false)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for range 20 { // a choice that is left to chance shows
		for _, ctx := range []context.Context{over, late} {
			enginetest.Must(t, committed.Commit(ctx))
			enginetest.Must(t, committed.CommitAt(ctx, 1))
			enginetest.Wants(t, committed.Abort(ctx), ErrTransactionCommitted, false)
			for _, txn := range []*Transaction{aborted, elsewhere} {
				enginetest.Wants(t, txn.Commit(ctx), ErrTransactionAborted, false)
				enginetest.Must(t, txn.Abort(ctx))
			}
		}
	}
	c.Expect(1, 10, 0)
}

// A transaction that others committed without some events of a handle is told as such by
// each Commit of that handle, whatever the context.
func TestCommitWithoutSomeEventsIsToldWhateverTheContext(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	ours := begin(t, w)
	theirs, err := w.Attach(waittest.Limit(t), ours.ID())
	enginetest.Must(t, err)
	c.Set(noAppends)
	put(t, ours, "k", 1, 10)
	enginetest.Must(t, theirs.Commit(waittest.Limit(t)))
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for _, ctx := range []context.Context{waittest.Limit(t), waittest.Limit(t), over} {
		enginetest.Wants(t, ours.Commit(ctx), ErrTransactionCommitted, true)
	}
}

// An attempt to attach to a transaction changes nothing about it.
func TestAttachInVainHasNoEffect(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	unknown, committed, aborted := begin(t, w), begin(t, w), begin(t, w)
	c.Forget(unknown.ID())
	enginetest.Must(t, committed.Commit(waittest.Limit(t)))
	enginetest.Must(t, aborted.Abort(waittest.Limit(t)))
	for txn, code := range map[*Transaction]Code{unknown: ErrNoSuchTransaction, committed: ErrTransactionCommitted, aborted: ErrTransactionAborted} {
		_, err := w.Attach(waittest.Limit(t), txn.ID())
		enginetest.Wants(t, err, code, false)
	}
}

// A Close that waits without a limit does not keep others from closing the handle within
// theirs, nor the writer.
func TestCloseOfATransactionEndsWithTheFirstLimit(t *testing.T) {
	for name, end := range map[string]func(context.Context, *TransactionalWriter, *Transaction) error{
		"the handle": func(ctx context.Context, _ *TransactionalWriter, txn *Transaction) error { return txn.Close(ctx) },
		"the writer": func(ctx context.Context, w *TransactionalWriter, _ *Transaction) error { return w.Close(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, keyspace...)
			w := c.transactions(func(config *TransactionalWriterConfig) { config.Close = CloseKeeps })
			txn := begin(t, w)
			c.Set(noAppends)
			put(t, txn, "k", 1, 10)
			closed := make(chan error, 1)
			go func() { closed <- txn.Close(context.Background()) }()
			waittest.Until(t, "it is being closed", func() bool { _, err := txn.TryWrite(Event{Data: nil}); return CodeOf(err) == ErrClosed })
			over, cancel := context.WithCancel(context.Background())
			cancel()
			enginetest.Wants(t, end(over, w, txn), ErrCancelled, true)
			if err := <-closed; CodeOf(err) != ErrClosed {
				t.Fatal(err)
			}
		})
	}
}
