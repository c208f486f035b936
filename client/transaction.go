package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/txn"
)

// Transaction collects events that readers see all at once, behind what is in
// the stream by then, or never. Each is stored exactly once in it, those of one
// routing key in order. Transactions that were begun between the same two scales
// of the stream are read in the order in which they were committed; one that was
// begun before a scale may be read before one that was committed earlier. Safe
// for concurrent use.
//
// It is kept alive in the background until it is committed or aborted, by
// whomever, or its writer is closed. When it turns out that it was aborted, its
// lease having ended, or committed by somebody else, its writes fail at once with
// TransactionAborted, TransactionCommitted or, more than a day later,
// NoSuchTransaction.
type Transaction struct{ engine *txn.Transaction }

// TransactionStatus is how far a transaction has come.
type TransactionStatus int

// The statuses. Committing and Aborting are decided. Unknown is a transaction
// that never was, or that ended more than a day ago.
const (
	TransactionUnknown    = TransactionStatus(controller.TransactionUnknown)
	TransactionOpen       = TransactionStatus(controller.TransactionOpen)
	TransactionCommitting = TransactionStatus(controller.TransactionCommitting)
	TransactionCommitted  = TransactionStatus(controller.TransactionCommitted)
	TransactionAborting   = TransactionStatus(controller.TransactionAborting)
	TransactionAborted    = TransactionStatus(controller.TransactionAborted)
)

// String is the status in a word, such as "open".
func (s TransactionStatus) String() string { return controller.TransactionState(s).String() }

// ID is the text by which any process can attach to the transaction.
func (t *Transaction) ID() string { return t.engine.ID() }

// Write writes an event to the transaction. It returns the event's number within this handle, from
// 1, as soon as the event is copied, and waits for room in the window until ctx ends. An error
// means that the event was not taken. Errors: EventTooLarge, InvalidArgument for a key that is
// not UTF-8, Closed, TimedOut, Cancelled and the transaction's final one.
func (t *Transaction) Write(ctx context.Context, e Event) (int64, error) {
	return t.engine.Events.Write(ctx, e.Key, e.Data)
}

// TryWrite is Write that never waits: WindowFull says that there is no room.
func (t *Transaction) TryWrite(e Event) (int64, error) {
	return t.engine.Events.TryWrite(e.Key, e.Data)
}

// WriteBatch writes several events of one key, or of none, as one; see Writer.WriteBatch.
func (t *Transaction) WriteBatch(ctx context.Context, key []byte, data ...[]byte) (int64, error) {
	return t.engine.Events.WriteBatch(ctx, key, data)
}

// TryWriteBatch is WriteBatch that never waits.
func (t *Transaction) TryWriteBatch(key []byte, data ...[]byte) (int64, error) {
	return t.engine.Events.TryWriteBatch(key, data)
}

// Acked returns the number through which every event of this handle is stored in
// the transaction. With an error the handle takes no more events, and the number
// is final.
func (t *Transaction) Acked() (int64, error) { return t.engine.Events.Acked() }

// Flush waits until every event that was accepted before the call is stored in
// the transaction: a commit by any process then commits them.
func (t *Transaction) Flush(ctx context.Context) error { return t.engine.Events.Flush(ctx) }

// Status asks the controller how far the transaction has come.
func (t *Transaction) Status(ctx context.Context) (TransactionStatus, error) {
	state, err := t.engine.Status(ctx)
	return TransactionStatus(state), err
}

// Commit waits until every event is stored in the transaction and commits it. It
// refuses further writes, and returns when the commit is decided, a moment before
// readers see the events (WaitReadable waits for that). If ctx has no deadline, the
// controller is asked for up to request.timeout.
//
// With an error the transaction was not committed, neither by this call nor by one
// before, unless MayBeStored says so. It is kept alive and Commit can be called
// again, which is safe whatever came before, unless the error is final (IsFinal).
// TransactionAborted: nothing was committed. NoSuchTransaction: it ended more than a
// day ago, and may have been committed then. An Abort at the same time, or a Close that
// aborts, ends it with TransactionAborted as long as it waits for events to be stored. Then
// only the result of that call tells whether the transaction is aborted: another handle may
// commit it before.
func (t *Transaction) Commit(ctx context.Context) error { return t.engine.Commit(ctx) }

// CommitAt is Commit that also tells the stream's event time: this writer has
// written, or will with this commit, all its events up to a timestamp, in the
// application's own unit.
func (t *Transaction) CommitAt(ctx context.Context, timestamp int64) error {
	return t.engine.CommitAt(ctx, timestamp)
}

// CommitAndWait is Commit and WaitReadable. If the wait fails, the transaction is
// committed, as MayBeStored of its error says.
func (t *Transaction) CommitAndWait(ctx context.Context) error { return t.engine.CommitAndWait(ctx) }

// WaitReadable waits until the transaction is committed by whomever and readers
// can see its events, or ctx ends; then TimedOut or Cancelled say nothing about
// the commit. Errors: TransactionAborted, NoSuchTransaction.
func (t *Transaction) WaitReadable(ctx context.Context) error { return t.engine.WaitReadable(ctx) }

// Abort drops the transaction with all its events, at once for this handle. A Commit
// that still waits for events to be stored ends with TransactionAborted; one that has
// asked the controllers is waited for, and the transaction is aborted unless it
// succeeds. If ctx has no deadline, all of it takes up to request.timeout. It can be
// called again, which is safe; if it does not succeed at all, the servers abort the
// transaction when its lease ends. Errors: TransactionCommitted, NoSuchTransaction and
// those of the network; MayBeStored tells that a commit is in doubt.
func (t *Transaction) Abort(ctx context.Context) error { return t.engine.Abort(ctx) }

// Close ends the handle. Of a transaction that has not ended it makes what the
// config of its writer says: it aborts it, or flushes it and leaves it open, for as
// long as its lease lasts. It waits for that until ctx ends, as Abort or Flush does;
// another call's Commit that has asked the controllers goes on. One after Commit or Abort
// succeeded does nothing. Another Close waits for the first one and returns the same; when
// its own ctx ends before, it ends the handle.
func (t *Transaction) Close(ctx context.Context) error { return t.engine.Close(ctx) }
