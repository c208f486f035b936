// Package txn is the engine of transactions: it begins them, attaches to them, keeps them
// alive, and commits or aborts them.
package txn

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/cluster"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Writer is the engine of client.TransactionalWriter, whose documentation holds for what has
// the same name here. Safe for concurrent use. Close it.
type Writer struct {
	cluster *cluster.Cluster
	stream  naming.Stream
	config  Config

	mu     sync.Mutex
	open   map[*Transaction]struct{}
	ending *xsync.Ending  // of Close; nil as long as it was not called
	work   sync.WaitGroup // keepers of transactions
}

// Open opens a transactional writer on a stream that exists and is not sealed.
func Open(ctx context.Context, c *cluster.Cluster, stream naming.Stream, config Config) (*Writer, error) {
	const op = "open transactional writer"
	if config.Name == "" {
		config.Name = wire.NewUUID().String()
	}
	segments, err := c.Controller.CurrentSegments(ctx, stream)
	if err != nil {
		return nil, fault.During(op, stream.String(), c.Absent(ctx, err))
	}
	if len(segments) == 0 {
		return nil, fault.New(fault.StreamSealed, op, stream.String(), "")
	}
	return &Writer{cluster: c, stream: stream, config: config, open: make(map[*Transaction]struct{})}, nil
}

// Begin begins a transaction, which is kept alive from then on.
func (w *Writer) Begin(ctx context.Context) (*Transaction, error) {
	const op = "begin transaction on stream"
	if err := w.usable(op); err != nil {
		return nil, err
	}
	began := time.Now()
	made, err := w.cluster.Controller.CreateTransaction(ctx, w.stream, w.config.Lease)
	if err != nil {
		return nil, err
	}
	t, err := w.enter(op, made.ID, made.Segments, began)
	if err != nil {
		return nil, fault.Uncertain(err) // it is open until its lease ends
	}
	return t, nil
}

// Attach opens a transaction that this or another process began, by the text of its id.
func (w *Writer) Attach(ctx context.Context, id string) (*Transaction, error) {
	const op = "attach to transaction"
	if err := w.usable(op); err != nil {
		return nil, err
	}
	uuid, err := wire.ParseUUID(id)
	if err != nil {
		return nil, fault.New(fault.InvalidArgument, op, strconv.Quote(id), "a transaction's id is a UUID")
	}
	began := time.Now()
	state, err := w.cluster.Controller.PingTransaction(ctx, w.stream, uuid, w.config.Lease)
	if err != nil && state != controller.TransactionOpen { // one that is open and will not live for another lease can be committed
		return nil, err
	}
	if e := state.Fault(op, w.stream.String()+" "+uuid.String()); e != nil {
		e.Stored = false // whatever became of the transaction, this call has no part in it
		return nil, e
	}
	epoch := int32(uuid.Msb() >> 32)
	segments, err := w.cluster.Controller.EpochSegments(ctx, w.stream, epoch)
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

func (w *Writer) usable(op string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ending != nil {
		return fault.New(fault.Closed, op, w.stream.String(), "the transactional writer was closed")
	}
	return nil
}

// enter makes a transaction one of this writer's.
func (w *Writer) enter(op string, id wire.UUID, segments []controller.SegmentRange, began time.Time) (*Transaction, error) {
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

func (w *Writer) forget(t *Transaction) {
	w.mu.Lock()
	delete(w.open, t)
	w.mu.Unlock()
}

// Transactions lists those that have not ended, as far as is known without asking.
func (w *Writer) Transactions() []*Transaction {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*Transaction
	for t := range w.open {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *Transaction) int { return cmp.Compare(a.ID(), b.ID()) })
	return list
}

// Close aborts or keeps what is open, as the config says, and waits for that until ctx ends.
// Later calls wait for the first one.
func (w *Writer) Close(ctx context.Context) error {
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
	return w.ending.Finish(first)
}

// Closed reports whether a Close has ended.
func (w *Writer) Closed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ending.Over()
}
