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
	// Lease is how long a transaction lives without a sign of life of a process
	// that has it open, so also how long an outage it survives, and how long one
	// stays whose process has died. The servers allow 10 seconds to 10 minutes
	// unless configured otherwise; the longest life of a transaction, whatever
	// signs come, is a thousand leases or a day. Option txn.lease.
	Lease time.Duration
	// Close is what Close makes of open transactions: CloseAborts, or CloseKeeps
	// for one that another process attaches to. Option txn.close.
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

// Begin begins a transaction. It talks to the controller once; segment stores are
// connected to when there is something to write. From now on the transaction is
// kept alive until it ends or the writer is closed. If the reply is lost, the
// servers abort what nobody knows of when its lease ends. Errors: Closed;
// StreamSealed; NoSuchStream; InvalidArgument for a lease outside of the servers'
// limits; and those of the network.
func (w *TransactionalWriter) Begin(ctx context.Context) (*Transaction, error) {
	return transaction(w.engine.Begin(ctx))
}

// Attach opens a transaction that this or another process began, by the text of
// its id, to write to it, commit or abort it. It is kept alive by each handle that
// is open. Handles do not know of each other's events: committing one does not
// wait for what another has not flushed, whose writes fail from then on. The writers
// of all should have the same Lease: a sign of life of any handle makes the lease
// its own, also a shorter one. Errors:
// InvalidArgument for what is no id; TransactionCommitted, TransactionAborted and
// NoSuchTransaction for one that is not open; and those of Begin.
func (w *TransactionalWriter) Attach(ctx context.Context, id string) (*Transaction, error) {
	return transaction(w.engine.Attach(ctx, id))
}

// Transactions lists those that were begun or attached to here and have not
// ended, as far as is known without asking, by their ids.
func (w *TransactionalWriter) Transactions() []*Transaction {
	var list []*Transaction
	for _, t := range w.engine.Transactions() {
		list = append(list, &Transaction{t})
	}
	return list
}

// Close ends the writer and what was begun or attached to with it. Depending on
// the config's Close, open transactions are aborted; or they are flushed and left
// open, and who attaches to one within its lease keeps it alive. It waits for that
// until ctx ends. An error tells of one transaction for which it did not succeed:
// the servers abort that when its lease ends. Another Close, also that of the client,
// waits for the first one, until its own ctx ends, and returns the same.
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
