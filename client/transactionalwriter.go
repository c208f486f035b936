package client

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
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
	Close string
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

// What becomes of open transactions when their writer is closed.
const (
	CloseAborts = "abort"
	CloseKeeps  = "keep"
)

// DefaultTransactionalWriterConfig returns the documented defaults.
func DefaultTransactionalWriterConfig() TransactionalWriterConfig { return NewSettings().Txn }

// TransactionalWriter begins transactions on a stream: events that readers see
// all at once when the transaction is committed, or never. Any number of
// transactions may be open at once. Safe for concurrent use. Close it.
type TransactionalWriter struct {
	client *Client
	stream naming.Stream
	config TransactionalWriterConfig

	mu     sync.Mutex
	open   map[*Transaction]struct{}
	ending *xsync.Ending  // of Close; nil as long as it was not called
	work   sync.WaitGroup // keepers of transactions
}

// OpenTransactionalWriter opens a transactional writer on a stream that exists.
// Errors: NoSuchScope, NoSuchStream, StreamSealed, InvalidArgument and those of the
// network.
func (c *Client) OpenTransactionalWriter(ctx context.Context, scope, stream string, config TransactionalWriterConfig) (*TransactionalWriter, error) {
	const op = "open transactional writer"
	name := naming.Stream{Scope: scope, Name: stream}
	if err := name.Check(op); err != nil {
		return nil, err
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	if config.Name == "" {
		config.Name = wire.NewUUID().String()
	}
	segments, err := c.cluster.Controller.CurrentSegments(ctx, name)
	if err != nil {
		return nil, fault.During(op, name.String(), c.cluster.Absent(ctx, err))
	}
	if len(segments) == 0 {
		return nil, fault.New(fault.StreamSealed, op, name.String(), "")
	}
	w := &TransactionalWriter{client: c, stream: name, config: config, open: make(map[*Transaction]struct{})}
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
	const op = "begin transaction on stream"
	if err := w.usable(op); err != nil {
		return nil, err
	}
	began := time.Now()
	made, err := w.client.cluster.Controller.CreateTransaction(ctx, w.stream, w.config.Lease)
	if err != nil {
		return nil, err
	}
	t, err := w.enter(op, made.ID, made.Segments, began)
	if err != nil {
		return nil, fault.Uncertain(err) // it is open until its lease ends
	}
	return t, nil
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
	const op = "attach to transaction"
	if err := w.usable(op); err != nil {
		return nil, err
	}
	uuid, err := wire.ParseUUID(id)
	if err != nil {
		return nil, fault.New(fault.InvalidArgument, op, strconv.Quote(id), "a transaction's id is a UUID")
	}
	began := time.Now()
	state, err := w.client.cluster.Controller.PingTransaction(ctx, w.stream, uuid, w.config.Lease)
	if err != nil && state != controller.TransactionOpen { // one that is open and will not live for another lease can be committed
		return nil, err
	}
	if e := state.Fault(op, w.stream.String()+" "+uuid.String()); e != nil {
		e.Stored = false // whatever became of the transaction, this call has no part in it
		return nil, e
	}
	epoch := int32(uuid.Msb() >> 32)
	segments, err := w.client.cluster.Controller.EpochSegments(ctx, w.stream, epoch)
	if err != nil {
		return nil, err
	}
	// The segments of a transaction are named as if all were of its epoch, also
	// where one of the stream's is older.
	for i, s := range segments {
		segments[i].Segment = naming.NewSegmentID(s.Segment.Number(), epoch)
	}
	return w.enter(op, uuid, segments, began)
}

func (w *TransactionalWriter) usable(op string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ending != nil {
		return fault.New(fault.Closed, op, w.stream.String(), "the transactional writer was closed")
	}
	return nil
}

// enter makes a transaction one of this writer's.
func (w *TransactionalWriter) enter(op string, id wire.UUID, segments []controller.SegmentRange, began time.Time) (*Transaction, error) {
	t, err := newTransaction(w, id, segments)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	if w.ending != nil {
		w.mu.Unlock()
		t.leave("the transactional writer was closed")
		return nil, fault.New(fault.Closed, op, t.name(), "the transactional writer was closed; the servers abort it when its lease ends")
	}
	w.open[t] = struct{}{}
	w.work.Add(1)
	w.mu.Unlock()
	go t.keep(began)
	return t, nil
}

func (w *TransactionalWriter) forget(t *Transaction) {
	w.mu.Lock()
	delete(w.open, t)
	w.mu.Unlock()
}

// Transactions lists those that were begun or attached to here and have not
// ended, as far as is known without asking, by their ids.
func (w *TransactionalWriter) Transactions() []*Transaction {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*Transaction
	for t := range w.open {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *Transaction) int { return cmp.Compare(a.ID(), b.ID()) })
	return list
}

// Close ends the writer and what was begun or attached to with it. Depending on
// the config's Close, open transactions are aborted; or they are flushed and left
// open, and who attaches to one within its lease keeps it alive. It waits for that
// until ctx ends. An error tells of one transaction for which it did not succeed:
// the servers abort that when its lease ends. Another Close, also that of the client,
// waits for the first one, until its own ctx ends, and returns the same.
func (w *TransactionalWriter) Close(ctx context.Context) error {
	w.mu.Lock()
	if earlier := w.ending; earlier != nil {
		w.mu.Unlock()
		return earlier.Wait(ctx, "close transactional writer of stream", w.stream.String())
	}
	w.ending = xsync.NewEnding()
	w.mu.Unlock()
	var (
		closing sync.WaitGroup
		once    sync.Once
		first   error
	)
	for _, t := range w.Transactions() {
		closing.Go(func() {
			if err := t.Close(ctx); err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	closing.Wait()
	w.work.Wait()
	w.client.forget(w)
	return w.ending.Finish(first)
}
