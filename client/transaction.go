package client

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/txn"
)

// Transaction collects events that readers see all at once, after what is in the
// stream by then, or never. Each event is stored exactly once in it, and events with
// the same routing key are stored in order. Transactions that were begun between the
// same two scales of the stream are read in the order in which they were committed; a
// transaction that was begun before a scale may be read before one that was committed
// earlier. Safe for concurrent use.
//
// The transaction is kept alive in the background until it is committed or aborted, by
// this process or another, or until its writer is closed. Once it turns out to have
// ended, its writes fail at once: with TransactionAborted, for example because its
// lease ended, with TransactionCommitted if another process committed it, or with
// NoSuchTransaction more than a day later.
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

// ID returns the text by which any process can attach to the transaction.
func (t *Transaction) ID() string { return t.engine.ID() }

// Write writes an event to the transaction. It returns the event's number within this
// handle, starting at 1, as soon as the event is copied, and waits for room in the
// window until ctx ends. If it returns an error, the event was not accepted. Errors:
// EventTooLarge, InvalidArgument if the key is not UTF-8, Closed, TimedOut, Cancelled
// and the transaction's final error.
func (t *Transaction) Write(ctx context.Context, e Event) (int64, error) {
	return t.engine.Events.Write(ctx, e.Key, e.Data)
}

// TryWrite is Write without waiting: it returns WindowFull if there is no room.
func (t *Transaction) TryWrite(e Event) (int64, error) {
	return t.engine.Events.TryWrite(e.Key, e.Data)
}

// WriteBatch writes several events with one key, or with none, as one; see
// Writer.WriteBatch.
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

// Commit waits until every event is stored in the transaction, and commits it. It
// refuses further writes, and returns once the commit is decided, shortly before
// readers see the events; WaitReadable waits for that. If ctx has no deadline, the
// controller is asked for up to request.timeout.
//
// If Commit returns an error and MayBeStored is false, the transaction was not
// committed, neither by this call nor by an earlier one. It is still kept alive, and
// Commit can safely be called again, unless the error is final (IsFinal).
// TransactionAborted means that nothing was committed. NoSuchTransaction means that
// the transaction ended more than a day ago, and may have been committed then.
//
// An Abort at the same time, or a Close that aborts, ends a Commit that still waits for
// events to be stored with TransactionAborted. Then only the result of that call says
// whether the transaction is aborted, since another handle may commit it before.
func (t *Transaction) Commit(ctx context.Context) error { return t.engine.Commit(ctx) }

// CommitAt is Commit that also moves the stream's event time: with this commit, the
// writer has written all its events up to timestamp, in the application's own unit.
func (t *Transaction) CommitAt(ctx context.Context, timestamp int64) error {
	return t.engine.CommitAt(ctx, timestamp)
}

// CommitAndWait is Commit followed by WaitReadable. If only the wait fails, the
// transaction is committed, and MayBeStored of the error is true.
func (t *Transaction) CommitAndWait(ctx context.Context) error { return t.engine.CommitAndWait(ctx) }

// WaitReadable waits until the transaction is committed, by this process or another,
// and readers can see its events. TimedOut and Cancelled say nothing about the commit.
// Other errors: TransactionAborted, NoSuchTransaction.
func (t *Transaction) WaitReadable(ctx context.Context) error { return t.engine.WaitReadable(ctx) }

// Abort drops the transaction with all its events. This handle ends at once. A Commit
// that still waits for events to be stored ends with TransactionAborted; one that has
// asked the controllers is waited for, and the transaction is aborted unless that
// Commit succeeds. If ctx has no deadline, Abort takes up to request.timeout.
//
// Abort can safely be called again. If it never succeeds, the servers abort the
// transaction when its lease ends. Errors: TransactionCommitted, NoSuchTransaction and
// those of the network; MayBeStored means that a commit is in doubt.
func (t *Transaction) Abort(ctx context.Context) error { return t.engine.Abort(ctx) }

// Close ends the handle. If the transaction has not ended, Close does what the config
// of its writer says: it aborts the transaction, or it flushes it and leaves it open
// for as long as its lease lasts. It waits for that until ctx ends; a Commit in another
// goroutine that has asked the controllers goes on. After a Commit or Abort that
// succeeded, Close does nothing. Another Close waits for the first one and returns the
// same; if its own ctx ends first, it ends the handle.
func (t *Transaction) Close(ctx context.Context) error { return t.engine.Close(ctx) }
