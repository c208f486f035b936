package txn

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

// signs is how many signs of life are due within a lease, so that some may fail.
const signs = 3

// patienceWithGone is how often an open transaction whose segment is gone is
// looked at again, before it is believed that it will stay so.
const patienceWithGone = 5

// keep gives signs of life until the handle ends, from a third of the first
// lease on, and sees when the transaction has ended. Every transaction has its
// own goroutine: what happens to one is nothing to the others.
func (t *Transaction) keep(renewed time.Time) {
	defer t.writer.work.Done()
	lease := t.writer.config.Lease
	interval := lease / signs
	next := time.NewTimer(time.Until(renewed.Add(interval)))
	defer next.Stop()
	gone := 0
	for {
		select {
		case <-next.C:
		case <-t.look:
			gone = 1
		case <-t.Events.Life().Ended():
			return
		}
		asked := time.Now()
		verdict, state, err := t.ping(interval)
		switch {
		case verdict == background.Over:
			return
		case fault.CodeOf(err) == fault.NoSuchStream:
			t.vanish(err)
			return
		case verdict != background.Done:
			if t.Events.Life().Failures(background.PingTransaction) == 1 {
				t.writer.cluster.Log.Warn("a sign of life of the transaction failed", "transaction", t.name(), "lease ends in", time.Until(renewed.Add(lease)), "err", err)
			}
			if fault.Retriable(err) {
				next.Reset(t.Events.Life().Backoff(background.PingTransaction))
			} else { // it may be for good, as when the transaction has lived too long, or not, as when no token could be had
				next.Reset(interval / signs)
			}
		case state != controller.TransactionOpen:
			if state == controller.TransactionAborted {
				t.writer.cluster.Log.Warn("the transaction was aborted", "transaction", t.name(), "after its last sign of life", asked.Sub(renewed), "lease", lease)
			}
			t.finish(state)
			return
		case gone > patienceWithGone:
			t.vanish(fault.New(fault.NoSuchSegment, "write to transaction", t.name(), "the transaction is open, but a segment of it is gone"))
			return
		case gone > 0:
			renewed = asked
			next.Reset(retry.Soon.Delay(gone))
			gone++
		default:
			renewed = asked
			next.Reset(time.Until(asked.Add(interval)))
		}
	}
}

// ping gives a sign of life. One that gets no answer is given up early enough for
// others.
func (t *Transaction) ping(limit time.Duration) (verdict background.Verdict, state controller.TransactionState, err error) {
	verdict, err = t.Events.Life().Do(background.PingTransaction, func(ctx context.Context) (err error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		state, err = t.writer.cluster.Controller.PingTransaction(ctx, t.writer.stream, t.id, t.writer.config.Lease)
		return err
	})
	return verdict, state, err
}

// vanish ends the handle when the servers have lost the transaction.
func (t *Transaction) vanish(err error) {
	t.conclude(controller.TransactionUnknown, fault.Uncertain(fault.Deleted(err)))
}
