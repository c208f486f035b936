package client

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/txn"
)

// TransactionalWriterConfig sets the limits of a transactional writer and of
// each of its transactions.
type TransactionalWriterConfig struct {
	// Lease is how long a transaction lives without a sign of life from a process
	// that has it open: how long an outage it survives, and how long it stays after
	// its process has died. Servers allow 10 seconds to 10 minutes unless configured
	// otherwise. No transaction lives longer than a thousand leases, or a day.
	// Option txn.lease.
	Lease time.Duration
	// Close says what Close does with open transactions: CloseAborts aborts them,
	// CloseKeeps leaves them to a process that attaches to them. Option txn.close.
	Close CloseKind
	// Name is the writer's in the stream's event time, which CommitAt moves;
	// empty for a random one. Option txn.writer.
	Name string
	// WindowBytes bounds the bytes that are written to a transaction and not yet
	// acknowledged; one segment may hold half of it. Option txn.window.bytes.
	WindowBytes int
	// BlockBytes is the most that one append carries, unless a single event is
	// larger. Option txn.block.bytes.
	BlockBytes int
}

// CloseKind is what becomes of open transactions when their writer is closed.
type CloseKind string

// The kinds.
const (
	CloseAborts CloseKind = "abort"
	CloseKeeps  CloseKind = "keep"
)

// TransactionalWriter begins transactions on a stream: events that readers see
// all at once when the transaction is committed, or never. Any number of
// transactions may be open at once. Safe for concurrent use. Close it.
type TransactionalWriter struct {
	client *Client
	engine *txn.Writer
}

// OpenTransactionalWriter opens a transactional writer on a stream that exists.
// Errors: NoSuchScope, NoSuchStream, StreamSealed, InvalidArgument and those of the
// network.
func (c *Client) OpenTransactionalWriter(ctx context.Context, scope, stream string, config TransactionalWriterConfig) (*TransactionalWriter, error) {
	if err := (naming.Stream{Scope: scope, Name: stream}).Check("open transactional writer"); err != nil {
		return nil, err
	}
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	engine, err := txn.Open(ctx, c.cluster, naming.Stream{Scope: scope, Name: stream}, txn.Config{
		Lease:       config.Lease,
		Keep:        config.Close == CloseKeeps,
		Name:        config.Name,
		WindowBytes: config.WindowBytes,
		BlockBytes:  config.BlockBytes,
		MaxOutage:   c.config.MaxOutage,
	})
	if err != nil {
		return nil, err
	}
	w := &TransactionalWriter{c, engine}
	if err := c.adopt(w); err != nil {
		return nil, err
	}
	return w, nil
}

// Begin begins a transaction. It makes one call to the controller; segment stores are
// connected to once there is something to write. The transaction is kept alive until
// it ends or the writer is closed. If the controller's reply is lost, nobody knows of
// the transaction, and the servers abort it when its lease ends. Errors: Closed,
// StreamSealed, NoSuchStream, InvalidArgument for a lease that the servers do not
// allow, and those of the network.
func (w *TransactionalWriter) Begin(ctx context.Context) (*Transaction, error) {
	return transaction(w.engine.Begin(ctx))
}

// Attach opens a transaction that this or another process has begun, given its id, so
// that it can be written to, committed or aborted here. Every open handle keeps the
// transaction alive. Handles do not know of each other's events: a commit does not
// wait for what another handle has not flushed, and that handle's writes fail from
// then on. All handles should use the same Lease, since each sign of life sets the
// lease to that of its handle, even to a shorter one.
//
// Errors: InvalidArgument if id is not one; TransactionCommitted, TransactionAborted
// or NoSuchTransaction if the transaction is not open; and those of Begin.
func (w *TransactionalWriter) Attach(ctx context.Context, id string) (*Transaction, error) {
	return transaction(w.engine.Attach(ctx, id))
}

// Transactions lists the transactions that were begun or attached to here and have
// not ended, as far as is known without asking the servers, sorted by id.
func (w *TransactionalWriter) Transactions() []*Transaction {
	var list []*Transaction
	for _, t := range w.engine.Transactions() {
		list = append(list, &Transaction{t})
	}
	return list
}

// Close closes the writer and every transaction that was begun or attached to with it.
// Depending on the config's Close, open transactions are aborted, or are flushed and
// left open for whoever attaches to them within their lease. Close waits for that
// until ctx ends. An error is about one transaction that could not be closed; the
// servers abort it when its lease ends. Another Close, including that of the client,
// waits for the first one until its own ctx ends, and returns the same.
func (w *TransactionalWriter) Close(ctx context.Context) error {
	err := w.engine.Close(ctx)
	if w.engine.Closed() {
		w.client.forget(w)
	}
	return err
}

func transaction(engine *txn.Transaction, err error) (*Transaction, error) {
	if err != nil {
		return nil, err
	}
	return &Transaction{engine}, nil
}
