package txn

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/wire"
	"github.com/pravega/pravega-client-go/internal/write"
	"github.com/pravega/pravega-client-go/internal/xsync"
)

// Transaction is the engine of client.Transaction, whose documentation holds for what has the
// same name here. Safe for concurrent use.
type Transaction struct {
	writer *Writer
	id     wire.UUID
	Events *write.Writer // to the segments of the transaction
	look   chan struct{} // tells the keeper to look at once
	calls  xsync.Mutex   // to end the transaction

	mu        sync.Mutex
	outcome   controller.TransactionState // Open until it is known
	final     error                       // of its writes, once that is known
	abandoned bool                        // Abort was called
	asking    bool                        // the controllers are being asked to commit
	doubt     bool                        // a commit is under way, or had no clear answer
	ending    *xsync.Ending               // of Close; nil as long as it was not called
}

func newTransaction(w *Writer, id wire.UUID, ranges []controller.SegmentRange) (_ *Transaction, err error) {
	t := &Transaction{
		writer:  w,
		id:      id,
		look:    make(chan struct{}, 1),
		calls:   xsync.NewMutex(),
		outcome: controller.TransactionOpen,
	}
	segments := make([]write.Segment, len(ranges))
	for i, s := range ranges {
		segments[i] = write.Segment{SegmentRange: s, Name: naming.TransactionSegmentName(w.stream, s.Segment, id), Sealed: t.lookAgain}
	}
	config := write.Config{WindowBytes: w.config.WindowBytes, BlockBytes: w.config.BlockBytes, MaxOutage: w.config.MaxOutage}
	t.Events, err = write.New(w.cluster, w.stream, config, segments)
	return t, err
}

// lookAgain has the keeper look at once: a segment takes no more events or is gone, which
// happens when the transaction ends.
func (t *Transaction) lookAgain() {
	select {
	case t.look <- struct{}{}:
	default:
	}
}

// ID is the text by which any process can attach to the transaction.
func (t *Transaction) ID() string { return t.id.String() }

// name in errors.
func (t *Transaction) name() string { return t.writer.stream.String() + " " + t.id.String() }

// Status asks the controller how far the transaction has come.
func (t *Transaction) Status(ctx context.Context) (controller.TransactionState, error) {
	return t.writer.cluster.Controller.TransactionState(ctx, t.writer.stream, t.id)
}

// Commit waits until every event is stored and commits the transaction. The error says
// MayBeStored unless it is certain that nothing was committed.
func (t *Transaction) Commit(ctx context.Context) error {
	return t.commit(ctx, "", controller.NoTimestamp)
}

// CommitAt is Commit that also moves the event time of the stream.
func (t *Transaction) CommitAt(ctx context.Context, timestamp int64) error {
	return t.commit(ctx, t.writer.config.Name, timestamp)
}

func (t *Transaction) commit(ctx context.Context, name string, timestamp int64) error {
	const op = "commit transaction"
	if t.ended() {
		return t.told(op, controller.TransactionCommitted, nil)
	}
	if t.calls.Lock(ctx) != nil {
		return t.told(op, controller.TransactionCommitted, xsync.Busy(ctx, op, t.name()))
	}
	defer t.calls.Unlock()
	before := t.doubted(true)
	asked, err := t.attempt(ctx, op, before, name, timestamp)
	t.doubted(before || asked && fault.MayBeStored(err))
	return t.told(op, controller.TransactionCommitted, err)
}

// attempt tries to commit, and tells whether the controller was asked to. doubt: it
// was asked before, and nobody knows what came of it.
func (t *Transaction) attempt(ctx context.Context, op string, doubt bool, name string, timestamp int64) (asked bool, err error) {
	t.Events.Refuse()
	if doubt && t.isAbandoned() { // and the servers did not say that it is aborted
		err := t.writer.cluster.Controller.AbortTransaction(ctx, t.writer.stream, t.id)
		if t.learn(err, controller.TransactionAborted); !t.ended() {
			return false, err
		}
	}
	if err := t.decided(op, controller.TransactionCommitted); err != nil {
		return false, err
	}
	if err := t.Events.Flush(ctx); err != nil { // also if somebody else committed it without some of the events
		return false, err
	}
	// Flush has nothing to say if all was stored before the transaction ended.
	if asking, err := t.ask(op); !asking {
		return false, err
	}
	err = t.writer.cluster.Controller.CommitTransaction(ctx, t.writer.stream, t.id, name, timestamp)
	t.learn(err, controller.TransactionCommitted)
	t.mu.Lock()
	t.asking = false
	t.mu.Unlock()
	return true, err
}

// ask begins to ask the controllers to commit, which no Abort overtakes, unless it
// is known how the transaction ended or it was abandoned.
func (t *Transaction) ask(op string) (asking bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asking = t.outcome == controller.TransactionOpen && !t.abandoned
	return t.asking, t.other(op, controller.TransactionCommitted)
}

// doubted sets whether nobody knows what becomes of a commit, and returns what
// was known before.
func (t *Transaction) doubted(doubt bool) (before bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, t.doubt = t.doubt, doubt
	return before
}

// told is what an attempt to end the transaction in a way returns, given its error.
// Once the outcome is known, that is all that counts, whatever kept the attempt from
// asking. Before, as long as one commit of this handle is in doubt, another one's failure
// does not tell that the transaction is not committed; if none is, doubtful events are
// no doubt about that.
func (t *Transaction) told(op string, wanted controller.TransactionState, err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var e *fault.Error
	switch {
	case t.outcome == wanted && wanted == controller.TransactionCommitted && fault.MayBeStored(t.final):
		return t.final // not all events of this handle may be in it
	case t.outcome != controller.TransactionOpen:
		return t.other(op, wanted)
	case !errors.As(err, &e) || e.Stored == t.doubt:
		return err
	}
	marked := *e
	marked.Stored = t.doubt
	return &marked
}

// CommitAndWait is Commit and WaitReadable.
func (t *Transaction) CommitAndWait(ctx context.Context) error {
	if err := t.Commit(ctx); err != nil {
		return err
	}
	return fault.Uncertain(t.WaitReadable(ctx))
}

// WaitReadable waits until the transaction is committed and readers can see its events.
func (t *Transaction) WaitReadable(ctx context.Context) error {
	const op = "wait for commit of transaction"
	started := time.Now()
	for {
		state, err := t.Status(ctx)
		if err != nil {
			return err
		}
		switch state.Outcome() {
		case controller.TransactionAborted, controller.TransactionUnknown:
			return state.Fault(op, t.name())
		}
		if state == controller.TransactionCommitted {
			return nil
		}
		// A commit takes some milliseconds if the servers are idle. Who asks often
		// keeps them from it.
		pause := time.NewTimer(min(5*time.Millisecond+time.Since(started)/3, time.Second))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return fault.Context(ctx, op, t.name()).Because("its state is "+state.String(), nil)
		}
	}
}

// Abort drops the transaction. A Commit that still waits for events to be stored ends with
// TransactionAborted; one that has asked the controllers is waited for.
func (t *Transaction) Abort(ctx context.Context) error {
	const op = "abort transaction"
	ctx, cancel := t.writer.cluster.Limit(ctx)
	defer cancel()
	t.abandon()
	if t.ended() {
		return t.told(op, controller.TransactionAborted, nil)
	}
	if t.calls.Lock(ctx) != nil {
		return t.told(op, controller.TransactionAborted, xsync.Busy(ctx, op, t.name()))
	}
	defer t.calls.Unlock()
	t.abandon() // what did not yield to a commit does now
	if t.ended() {
		return t.told(op, controller.TransactionAborted, nil)
	}
	err := t.writer.cluster.Controller.AbortTransaction(ctx, t.writer.stream, t.id)
	t.learn(err, controller.TransactionAborted)
	return t.told(op, controller.TransactionAborted, err)
}

// abandon lets the handle take no more events, and have none committed, unless a
// commit is being asked for or the transaction has ended.
func (t *Transaction) abandon() {
	t.mu.Lock()
	abandon := !t.asking && t.outcome == controller.TransactionOpen
	t.abandoned = t.abandoned || abandon
	t.mu.Unlock()
	if abandon {
		t.Events.End(controller.TransactionAborted.Fault("write to transaction", t.name()))
	}
}

// ended reports whether it is known how the transaction ended.
func (t *Transaction) ended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.outcome != controller.TransactionOpen
}

// isAbandoned reports whether Abort was called, whatever came of it.
func (t *Transaction) isAbandoned() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.abandoned
}

// decided is the error of an attempt to end the transaction in a way, if it is
// known that it ended, or was abandoned, in another way.
func (t *Transaction) decided(op string, wanted controller.TransactionState) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.other(op, wanted)
}

// other is decided for those who hold the lock.
func (t *Transaction) other(op string, wanted controller.TransactionState) error {
	state := t.outcome
	if state == controller.TransactionOpen && t.abandoned {
		state = controller.TransactionAborted
	}
	if state == wanted || state == controller.TransactionOpen {
		return nil
	}
	return state.Fault(op, t.name())
}

// learn ends the handle if the answer to an attempt to end the transaction says
// how it ended.
func (t *Transaction) learn(err error, wanted controller.TransactionState) {
	switch fault.CodeOf(err) {
	case 0:
		t.finish(wanted)
	case fault.TransactionAborted:
		t.finish(controller.TransactionAborted)
	case fault.TransactionCommitted:
		t.finish(controller.TransactionCommitted)
	case fault.NoSuchTransaction:
		t.finish(controller.TransactionUnknown)
	}
}

// finish ends the handle: it is known how the transaction ended.
func (t *Transaction) finish(outcome controller.TransactionState) {
	e := outcome.Fault("write to transaction", t.name())
	if acked, _ := t.Events.Acked(); outcome == controller.TransactionCommitted && acked < t.Events.Newest() {
		e.Detail, e.Stored = "events after the acknowledged number may be in it or not", true
	}
	t.conclude(outcome, e)
}

// conclude ends the handle with an outcome, and its writes with an error.
func (t *Transaction) conclude(outcome controller.TransactionState, err error) {
	t.mu.Lock()
	t.outcome, t.final = outcome, err
	t.mu.Unlock()
	t.Events.End(err)
	t.writer.forget(t)
}

// leave ends the handle, whatever becomes of the transaction.
func (t *Transaction) leave(why string) {
	t.Events.End(fault.New(fault.Closed, "write to transaction", t.name(), "%s", why))
	t.writer.forget(t)
}

// Close ends the handle: it aborts the transaction, or flushes it and leaves it open, as the
// config says.
func (t *Transaction) Close(ctx context.Context) error {
	t.mu.Lock()
	first := t.ending
	if first == nil {
		t.ending = xsync.NewEnding()
	}
	t.mu.Unlock()
	defer t.leave("the handle was closed") // whoever closes it, it has ended then
	if first != nil {
		return first.Wait(ctx, "close transaction", t.name())
	}
	return t.ending.Finish(t.close(ctx))
}

func (t *Transaction) close(ctx context.Context) error {
	if _, err := t.Events.Acked(); fault.CodeOf(err) == fault.Closed || t.ended() {
		return nil
	}
	if t.writer.config.Keep {
		t.Events.Refuse()
		return t.Events.Flush(ctx)
	}
	err := t.Abort(ctx)
	if fault.CodeOf(err) == fault.TransactionCommitted {
		err = nil // it was being committed at the same time
	}
	return err
}
