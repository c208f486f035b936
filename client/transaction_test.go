package client

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/enginetest"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// transactions opens a transactional writer on the stream.
func (c *testCluster) transactions(change func(*TransactionalWriterConfig)) *TransactionalWriter {
	c.T.Helper()
	config := TransactionalWriterConfig{}
	config.Lease = time.Minute
	if change != nil {
		change(&config)
	}
	w, err := c.client(Config{}).OpenTransactionalWriter(waittest.Limit(c.T), c.Stream.Scope, c.Stream.Name, config)
	if err != nil {
		c.T.Fatal(err)
	}
	return w
}

func lease(d time.Duration) func(*TransactionalWriterConfig) {
	return func(c *TransactionalWriterConfig) { c.Lease = d }
}

func begin(t *testing.T, w *TransactionalWriter) *Transaction {
	t.Helper()
	txn, err := w.Begin(waittest.Limit(t))
	if err != nil {
		t.Fatal(err)
	}
	return txn
}

// put writes the events first to last, each holding its number.
func put(t *testing.T, txn *Transaction, key string, first, last int64) {
	t.Helper()
	for n := first; n <= last; n++ {
		if _, err := txn.Write(waittest.Limit(t), Event{Key: []byte(key), Data: binary.BigEndian.AppendUint64(nil, uint64(n))}); err != nil {
			t.Fatalf("event %d: %v", n, err)
		}
	}
}

// open waits until a write fails, and returns how.
func writeUntilError(t *testing.T, txn *Transaction) error {
	t.Helper()
	var err error
	waittest.Until(t, "a write fails", func() bool {
		_, err = txn.Write(waittest.Limit(t), Event{Key: []byte("k"), Data: make([]byte, 8)})
		return err != nil
	})
	return err
}

func TestTransactionIsInTheStreamWhenCommitted(t *testing.T) {
	c := startCluster(t, 0, 0.5, 1)
	w := c.transactions(nil)
	txn := begin(t, w)
	put(t, txn, enginetest.KeyFor(0, 0.5), 1, 1000)
	put(t, txn, enginetest.KeyFor(0.5, 1), 1001, 2000)
	enginetest.Must(t, txn.Flush(waittest.Limit(t)))
	if acked, err := txn.Acked(); acked != 2000 || err != nil {
		t.Fatal(acked, err)
	}
	if got := c.Stored(0, 1); got != nil {
		t.Fatalf("%d events are there before the commit", len(got))
	}
	if status, err := txn.Status(waittest.Limit(t)); status != TransactionOpen || err != nil {
		t.Fatal(status, err)
	}
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	c.Expect(1, 2000, 0, 1)
	for range 2 { // is safe to repeat
		enginetest.Must(t, txn.Commit(waittest.Limit(t)))
		enginetest.Must(t, txn.Close(waittest.Limit(t)))
	}
	enginetest.Wants(t, txn.Abort(waittest.Limit(t)), ErrTransactionCommitted, false)
	_, err := txn.TryWrite(Event{Data: nil})
	enginetest.Wants(t, err, ErrTransactionCommitted, false)
	if status, err := txn.Status(waittest.Limit(t)); status != TransactionCommitted || err != nil {
		t.Fatal(status, err)
	}
	if list := w.Transactions(); list != nil {
		t.Fatal(list)
	}
}

func TestTransactionIsNowhereWhenAborted(t *testing.T) {
	c := startCluster(t, keyspace...)
	txn := begin(t, c.transactions(nil))
	put(t, txn, "k", 1, 100)
	for range 2 {
		enginetest.Must(t, txn.Abort(waittest.Limit(t)))
	}
	enginetest.Wants(t, txn.Commit(waittest.Limit(t)), ErrTransactionAborted, false)
	_, err := txn.Write(waittest.Limit(t), Event{Data: nil})
	enginetest.Wants(t, err, ErrTransactionAborted, false)
	if len(c.Stored(0)) != 0 || c.Has(c.Part(txn.ID(), 0)) {
		t.Fatal("something is left of it")
	}
}

// Begin, write and commit: one call each to begin and to commit; one set-up and as
// many appends as there are blocks. Only the first transaction of a writer asks where
// its segments are: they are served with those of the stream.
func TestTransactionTakesNoNeedlessRoundTrip(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	first := begin(t, w) // so that the connections are there
	if c.Dialled() != 0 {
		t.Error("beginning opened a connection to a segment store")
	}
	put(t, first, "k", 1, 1)
	enginetest.Must(t, first.Commit(waittest.Limit(t)))
	if n := c.Calls("getURI"); n != 1 {
		t.Errorf("%d look-ups of one segment", n)
	}
	dialled := c.Dialled()
	var commands atomic.Int64
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		switch command.(type) {
		case wire.Hello, wire.KeepAlive:
		default:
			commands.Add(1)
		}
		return storetest.Serve
	})
	calls := func() (n []int) {
		for _, method := range []string{"createTransaction", "getURI", "commitTransaction", "pingTransaction", "checkTransactionState", "getCurrentSegments"} {
			n = append(n, c.Calls(method))
		}
		return n
	}
	before := calls()
	txn := begin(t, w)
	event := make([]byte, 100)
	lens := slices.Repeat([]uint32{100}, 100)
	if n, _, err := txn.engine.Events.TryWriteMany(nil, nil, slices.Repeat(event, 100), lens); n != 100 || err != nil {
		t.Fatal(n, err)
	}
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	after := calls()
	for i := range after {
		after[i] -= before[i]
	}
	if want := []int{1, 0, 1, 0, 0, 0}; !slices.Equal(after, want) {
		t.Errorf("calls of the controller: %v, want %v", after, want)
	}
	if n := commands.Load(); n != 2 {
		t.Errorf("%d commands to the store, want a set-up and an append", n)
	}
	if n := c.Dialled() - dialled; n != 1 { // the second of the connections to this store, which are taken in turn
		t.Errorf("%d connections", n)
	}
}

// Exactly once, as by the event writer: hazard 1, in a transaction.
func TestHazard1InATransaction(t *testing.T) {
	c := startCluster(t, keyspace...)
	txn := begin(t, c.transactions(nil))
	c.Set(enginetest.Once(enginetest.IsAppend, storetest.CloseLate))
	put(t, txn, "k", 1, 100)
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	c.Expect(1, 100, 0)
}

// Hazard 19: a commit whose reply is lost is asked for again, and is no double.
func TestHazard19LostReplyOfACommit(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	for _, lost := range []storetest.Verdict{storetest.NoReply, storetest.CloseNow} {
		txn := begin(t, w)
		put(t, txn, "k", 1, 10)
		c.SetCalls(func(method string, call int) storetest.Verdict {
			if method == "commitTransaction" && call%2 == 1 {
				return lost
			}
			return storetest.Serve
		})
		enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	}
	if got := len(c.Stored(0)); got != 20 {
		t.Fatalf("%d events of 20", got)
	}
}

// Hazard 19: aborted and unknown transactions have the same answer to a commit,
// and even a committed one may have it after a lost reply; the status tells.
func TestHazard19FailureOfACommitIsExplained(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	aborted, unknown, committed := begin(t, w), begin(t, w), begin(t, w)
	for _, txn := range []*Transaction{aborted, unknown, committed} {
		put(t, txn, "k", 1, 10)
		enginetest.Must(t, txn.Flush(waittest.Limit(t)))
	}
	c.Abort(aborted.ID())
	enginetest.Wants(t, aborted.Commit(waittest.Limit(t)), ErrTransactionAborted, false)
	c.Forget(unknown.ID())
	enginetest.Wants(t, unknown.Commit(waittest.Limit(t)), ErrNoSuchTransaction, true)
	enginetest.Wants(t, unknown.Abort(waittest.Limit(t)), ErrNoSuchTransaction, true)
	c.Instead("commitTransaction", &pb.TransactionReply{Status: pb.TransactionReply_FAILED})
	enginetest.Must(t, committed.Commit(waittest.Limit(t)))
	c.Instead("commitTransaction", nil)
	c.Expect(1, 10, 0)
	if list := w.Transactions(); list != nil {
		t.Fatal(list)
	}
}

// A commit whose outcome nobody can tell says so; the transaction is kept, and
// the commit can be asked for again.
func TestCommitThatTheControllerDoesNotAnswer(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	for _, verdict := range []storetest.Verdict{storetest.Ignore, storetest.CloseLate} {
		txn := begin(t, w)
		put(t, txn, "k", 1, 10)
		enginetest.Must(t, txn.Flush(waittest.Limit(t)))
		c.SetCalls(func(method string, _ int) storetest.Verdict {
			if method == "commitTransaction" {
				return verdict
			}
			return storetest.Serve
		})
		asked := c.Calls("commitTransaction")
		err := txn.Commit(waittest.DeadlineWhen(t, func() bool { return c.Calls("commitTransaction") > asked }))
		if !MayBeStored(err) || !IsRetriable(err) {
			t.Fatal(err)
		}
		c.SetCalls(nil)
		enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	}
	if got := len(c.Stored(0)); got != 20 {
		t.Fatalf("%d events of 20", got)
	}
}

// While one commit is in doubt, no later one says "not committed": neither one that
// did not get as far as asking, nor one after an Abort that nobody answered.
func TestDoubtAboutACommitStays(t *testing.T) {
	c := startCluster(t, keyspace...)
	txn := begin(t, c.transactions(nil))
	put(t, txn, "k", 1, 10)
	enginetest.Must(t, txn.Flush(waittest.Limit(t)))
	c.SetCalls(func(method string, _ int) storetest.Verdict {
		switch method {
		case "commitTransaction":
			return storetest.CloseLate
		case "abortTransaction", "checkTransactionState":
			return storetest.Ignore
		}
		return storetest.Serve
	})
	short := func(do func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		return do(ctx)
	}
	asked := waittest.DeadlineWhen(t, func() bool { return c.Calls("commitTransaction") > 0 })
	if err := txn.Commit(asked); !MayBeStored(err) {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	enginetest.Wants(t, txn.Commit(over), ErrCancelled, true)
	if err := short(txn.Abort); err == nil {
		t.Fatal("nobody answered")
	}
	if err := short(txn.Commit); CodeOf(err) == ErrTransactionAborted || !MayBeStored(err) {
		t.Fatal(err)
	}
	c.SetCalls(nil)
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	enginetest.Wants(t, txn.Abort(waittest.Limit(t)), ErrTransactionCommitted, false)
	c.Expect(1, 10, 0)
}

// Who waits in vain for another call to commit does not know what comes of it.
func TestCommitThatWaitsForAnother(t *testing.T) {
	c := startCluster(t, keyspace...)
	txn := begin(t, c.transactions(nil))
	c.deaf("commitTransaction")
	first, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { _ = txn.Commit(first) })
	waittest.Until(t, "the commit is asked for", func() bool { return c.Calls("commitTransaction") > 0 })
	ctx, end := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer end()
	enginetest.Wants(t, txn.Commit(ctx), ErrTimedOut, true)
	cancel()
	work.Wait()
	c.SetCalls(nil)
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
}

// Events in doubt are none about a commit that was not asked for.
func TestCommitOfEventsThatAreLost(t *testing.T) {
	t.Parallel()
	c := startCluster(t, keyspace...)
	config := Config{}
	config.MaxOutage = 2 * time.Second
	limits := TransactionalWriterConfig{}
	limits.Lease = time.Minute
	w, err := c.client(config).OpenTransactionalWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, limits)
	enginetest.Must(t, err)
	txn := begin(t, w)
	c.Set(noAppends)
	put(t, txn, "k", 1, 10)
	if err := txn.Flush(waittest.Limit(t)); !MayBeStored(err) {
		t.Fatalf("the test is not one: %v", err)
	}
	enginetest.Wants(t, txn.Commit(waittest.Limit(t)), ErrOutageTooLong, false)
	if c.Calls("commitTransaction") != 0 {
		t.Fatal("it was asked for")
	}
}

// A commit whose events cannot be stored in time was not asked for.
func TestCommitThatCannotFlush(t *testing.T) {
	c := startCluster(t, keyspace...)
	txn := begin(t, c.transactions(nil))
	c.Set(noAppends)
	put(t, txn, "k", 1, 10)
	flushes := waittest.DeadlineWhen(t, func() bool {
		_, err := txn.TryWrite(Event{Data: nil})
		return CodeOf(err) == ErrClosed // the commit is under way
	})
	enginetest.Wants(t, txn.Commit(flushes), ErrTimedOut, false)
	if c.Calls("commitTransaction") != 0 {
		t.Fatal("it was asked for")
	}
	_, err := txn.TryWrite(Event{Data: nil})
	enginetest.Wants(t, err, ErrClosed, false)
	c.Set(nil)
	c.CutAll()
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	c.Expect(1, 10, 0)
}

// Hazard 20: two handles of one transaction have wire ids of their own, so that
// neither's numbers hide the other's; a commit by one ends the other.
func TestHazard20TwoHandlesOfOneTransaction(t *testing.T) {
	c := startCluster(t, keyspace...)
	one := begin(t, c.transactions(nil))
	other, err := c.transactions(nil).Attach(waittest.Limit(t), one.ID())
	enginetest.Must(t, err)
	if other.ID() != one.ID() {
		t.Fatal(other.ID())
	}
	put(t, one, "k", 1, 10)
	enginetest.Must(t, one.Flush(waittest.Limit(t)))
	put(t, other, "k", 11, 20)
	enginetest.Must(t, other.Flush(waittest.Limit(t)))
	put(t, one, "k", 21, 30)
	enginetest.Must(t, one.Flush(waittest.Limit(t)))
	if c.Stored(0) != nil {
		t.Fatal("an attached one writes outside of itself")
	}
	enginetest.Must(t, other.Commit(waittest.Limit(t)))
	c.Expect(1, 30, 0)
	err = writeUntilError(t, one)
	if !errors.Is(err, ErrTransactionCommitted) {
		t.Fatal(err)
	}
	err = one.Commit(waittest.Limit(t)) // with events that it does not hold
	if !errors.Is(err, ErrTransactionCommitted) || !MayBeStored(err) {
		t.Fatal(err)
	}
	c.Expect(1, 30, 0)
}

func TestAttachToWhatIsNotOpen(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	committed, aborted := begin(t, w), begin(t, w)
	enginetest.Must(t, committed.Commit(waittest.Limit(t)))
	enginetest.Must(t, aborted.Abort(waittest.Limit(t)))
	for id, code := range map[string]Code{
		committed.ID():                         ErrTransactionCommitted,
		aborted.ID():                           ErrTransactionAborted,
		"no transaction":                       ErrInvalidArgument,
		"":                                     ErrInvalidArgument,
		"00000000-0000-0000-0000-0000000000ff": ErrNoSuchTransaction,
	} {
		if _, err := w.Attach(waittest.Limit(t), id); CodeOf(err) != code {
			t.Errorf("%q: %v", id, err)
		}
	}
	if w.Transactions() != nil {
		t.Fatal("they are among the open ones")
	}
}

// In other clients the first sign of life comes when the lease ends, or those of
// many transactions queue up behind each other.
func TestManyTransactionsOutliveTheirLeases(t *testing.T) {
	t.Parallel()
	c := startCluster(t, keyspace...)
	const long = 12 * time.Second // so that a busy machine may stop for most of it
	w := c.transactions(lease(long))
	var all []*Transaction
	for range 50 {
		all = append(all, begin(t, w))
	}
	begun := time.Now()
	waittest.Until(t, "two leases are over", func() bool { return time.Since(begun) > 2*long+time.Second })
	if open := c.Transactions(pb.TransactionState_OPEN); open != len(all) || len(w.Transactions()) != len(all) {
		t.Fatalf("%d of %d are open", open, len(all))
	}
	enginetest.Must(t, w.Close(waittest.Limit(t)))
	if open := c.Transactions(pb.TransactionState_OPEN); open != 0 {
		t.Fatalf("%d are open after Close", open)
	}
}

// In other clients an error of one ping ends those of all transactions.
func TestFailureOfOneTransactionIsNothingToTheOthers(t *testing.T) {
	t.Parallel()
	c := startCluster(t, keyspace...)
	w := c.transactions(lease(12 * time.Second))
	lost, aborted, kept := begin(t, w), begin(t, w), begin(t, w)
	c.Forget(lost.ID())
	c.Abort(aborted.ID())
	waittest.Until(t, "the failures are seen", func() bool { return len(w.Transactions()) == 1 })
	_, err := lost.TryWrite(Event{Data: nil})
	enginetest.Wants(t, err, ErrNoSuchTransaction, true)
	_, err = aborted.TryWrite(Event{Data: nil})
	enginetest.Wants(t, err, ErrTransactionAborted, false)
	calls := c.Calls("pingTransaction")
	waittest.Until(t, "the other one lives on", func() bool { return c.Calls("pingTransaction") > calls+3 })
	put(t, kept, "k", 1, 1)
	enginetest.Must(t, kept.Commit(waittest.Limit(t)))
}

func TestOutageShorterThanTheLeaseIsSurvived(t *testing.T) {
	for name, verdict := range map[string]storetest.Verdict{"refused": storetest.CloseNow, "ignored": storetest.Ignore} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const long = 20 * time.Second // so that a busy machine may stop for some of it
			c := startCluster(t, keyspace...)
			began := time.Now()
			var failed atomic.Bool // which one does in any case, however late
			c.SetCalls(func(method string, _ int) storetest.Verdict {
				if method == "pingTransaction" && (!failed.Swap(true) || time.Since(began) < long/2) {
					return verdict
				}
				return storetest.Serve
			})
			txn := begin(t, c.transactions(lease(long)))
			waittest.Until(t, "the first lease is over", func() bool { return time.Since(began) > long+2*time.Second })
			if !failed.Load() {
				t.Fatal("no sign of life was due")
			}
			put(t, txn, "k", 1, 1)
			enginetest.Must(t, txn.Commit(waittest.Limit(t)))
		})
	}
}

// Signs of life that are refused, be it for a while, are tried several times more
// before the lease ends.
func TestRefusedSignsOfLifeAreTriedAgain(t *testing.T) {
	t.Parallel()
	c := startCluster(t, keyspace...)
	c.Instead("pingTransaction", &pb.PingReply{Status: pb.PingReply_LEASE_TOO_LARGE})
	began := time.Now()
	const long = 30 * time.Second
	begin(t, c.transactions(lease(long)))
	waittest.Until(t, "several are tried", func() bool { return c.Calls("pingTransaction") >= 4 })
	if took := time.Since(began); took > long {
		t.Fatal("the lease ended before the fourth, which took", took)
	}
}

// The end of the lease is told as soon as a controller answers.
func TestExpiryIsSeen(t *testing.T) {
	t.Parallel()
	c := startCluster(t, keyspace...)
	w := c.transactions(lease(time.Second))
	txn := begin(t, w)
	put(t, txn, "k", 1, 10)
	enginetest.Must(t, txn.Flush(waittest.Limit(t)))
	c.SetCalls(func(method string, _ int) storetest.Verdict {
		if method == "pingTransaction" {
			return storetest.CloseNow
		}
		return storetest.Serve
	})
	waittest.Until(t, "the lease ends", func() bool { return c.Transactions(pb.TransactionState_ABORTED) == 1 })
	c.SetCalls(nil)
	enginetest.Wants(t, writeUntilError(t, txn), ErrTransactionAborted, false)
	enginetest.Wants(t, txn.Commit(waittest.Limit(t)), ErrTransactionAborted, false)
	enginetest.Must(t, txn.Abort(waittest.Limit(t)))
	enginetest.Must(t, w.Close(waittest.Limit(t)))
}

// An append that finds its segment gone is the first to know; the next sign of
// life is far away.
func TestAppendThatFindsTheTransactionGone(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	for range 2 {
		txn := begin(t, w)
		put(t, txn, "k", 1, 10)
		enginetest.Must(t, txn.Flush(waittest.Limit(t)))
		c.Abort(txn.ID())
		enginetest.Wants(t, writeUntilError(t, txn), ErrTransactionAborted, false)
	}
	// And one that was never set up.
	txn := begin(t, w)
	c.Abort(txn.ID())
	put(t, txn, "k", 1, 1)
	enginetest.Wants(t, txn.Commit(waittest.Limit(t)), ErrTransactionAborted, false)
}

// A segment that is gone though the transaction is open does not hang anybody.
func TestOpenTransactionWhoseSegmentIsGone(t *testing.T) {
	c := startCluster(t, keyspace...)
	txn := begin(t, c.transactions(nil))
	c.Delete(c.Part(txn.ID(), 0))
	put(t, txn, "k", 1, 1)
	err := txn.Commit(waittest.Limit(t))
	if !MayBeStored(err) || IsRetriable(err) {
		t.Fatal(err)
	}
}

func TestCloseKeepsOrAborts(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(func(config *TransactionalWriterConfig) { config.Close = CloseKeeps })
	txn := begin(t, w)
	put(t, txn, "k", 1, 1000)
	enginetest.Must(t, w.Close(waittest.Limit(t)))
	enginetest.Must(t, w.Close(waittest.Limit(t)))
	_, err := txn.TryWrite(Event{Data: nil})
	enginetest.Wants(t, err, ErrClosed, false)
	_, err = w.Begin(waittest.Limit(t))
	enginetest.Wants(t, err, ErrClosed, false)
	_, err = w.Attach(waittest.Limit(t), txn.ID())
	enginetest.Wants(t, err, ErrClosed, false)

	again, err := c.transactions(nil).Attach(waittest.Limit(t), txn.ID())
	enginetest.Must(t, err)
	enginetest.Must(t, again.CommitAndWait(waittest.Limit(t)))
	c.Expect(1, 1000, 0)

	last := c.transactions(nil)
	open := begin(t, last)
	enginetest.Must(t, last.client.Close())
	if status := c.Transactions(pb.TransactionState_ABORTED); status != 1 {
		t.Fatal("the client's Close left the transaction open")
	}
	_, err = open.TryWrite(Event{Data: nil})
	if err == nil {
		t.Fatal("a write after Close was accepted")
	}
}

func TestWaitReadable(t *testing.T) {
	c := startCluster(t, keyspace...)
	c.Linger(true)
	w := c.transactions(nil)
	txn := begin(t, w)
	put(t, txn, "k", 1, 10)
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	if len(c.Stored(0)) != 0 {
		t.Fatal("the test is not one")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	enginetest.Wants(t, txn.WaitReadable(ctx), ErrTimedOut, false)
	c.Linger(false)
	enginetest.Must(t, txn.WaitReadable(waittest.Limit(t)))
	c.Expect(1, 10, 0)
	c.Linger(true)
	committed := begin(t, w)
	asked := c.Calls("commitTransaction")
	if err := committed.CommitAndWait(waittest.DeadlineWhen(t, func() bool { return c.Calls("commitTransaction") > asked })); !MayBeStored(err) {
		t.Fatal("it is committed, but not yet readable:", err)
	}
	aborted := begin(t, w)
	enginetest.Must(t, aborted.Abort(waittest.Limit(t)))
	enginetest.Wants(t, aborted.WaitReadable(waittest.Limit(t)), ErrTransactionAborted, false)
}

func TestCommitAndAbortAtOnce(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.transactions(nil)
	var want []int64
	for n := int64(1); n <= 50; n++ {
		txn := begin(t, w)
		put(t, txn, "k", n, n)
		var work sync.WaitGroup
		var committed, aborted error
		work.Go(func() { committed = txn.Commit(waittest.Limit(t)) })
		work.Go(func() { aborted = txn.Abort(waittest.Limit(t)) })
		work.Go(func() { _, _ = txn.TryWrite(Event{Key: []byte("k"), Data: make([]byte, 8)}) })
		work.Wait()
		if (committed == nil) == (aborted == nil) {
			t.Fatalf("commit: %v, abort: %v", committed, aborted)
		}
		if committed == nil {
			want = append(want, n)
			enginetest.Wants(t, aborted, ErrTransactionCommitted, false)
		} else {
			enginetest.Wants(t, committed, ErrTransactionAborted, false)
		}
	}
	got := slices.DeleteFunc(c.Stored(0), func(n int64) bool { return n == 0 })
	if !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

// Two handles of one transaction are written to, and ended in any way at once, while
// controllers and stores lose what they are asked or what they answer. Whatever each call
// says of the end is true, and every event that a successful commit covers is stored once.
func TestWhatTwoHandlesSayOfTheEndIsTrue(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var work sync.WaitGroup
	places := make(chan struct{}, 8)
	for n := range uint64(100) {
		work.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			endsOfTwoHandles(t, rand.New(rand.NewPCG(seed, n)))
		})
	}
	work.Wait()
}

// handleEnd is a call that ends a handle.
type handleEnd struct {
	name string
	call func(context.Context, *Transaction) error
	err  error
}

func endsOfTwoHandles(t *testing.T, random *rand.Rand) {
	const events = 5
	c := newCluster(t, 0, 0.5, 1)
	defer c.Close()
	config := Config{}
	config.ControllerURI = c.URI
	client, err := New(config)
	if err != nil {
		t.Error(err)
		return
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	limits := TransactionalWriterConfig{}
	limits.Lease = time.Minute
	w, err := client.OpenTransactionalWriter(ctx, c.Stream.Scope, c.Stream.Name, limits)
	if err != nil {
		t.Error(err)
		return
	}
	one, err := w.Begin(ctx)
	if err != nil {
		t.Error(err)
		return
	}
	other, err := w.Attach(ctx, one.ID())
	if err != nil {
		t.Error(err)
		return
	}
	var mu sync.Mutex
	draw := func(of ...storetest.Verdict) storetest.Verdict {
		mu.Lock()
		defer mu.Unlock()
		return of[random.IntN(len(of))]
	}
	c.SetCalls(func(method string, _ int) storetest.Verdict {
		return draw(storetest.Serve, storetest.Serve, storetest.CloseLate, storetest.CloseNow)
	})
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if enginetest.IsAppend(command) || enginetest.IsSetup(command) {
			return draw(storetest.Serve, storetest.Serve, storetest.Serve, storetest.CloseLate, storetest.CloseNow)
		}
		return storetest.Serve
	})
	handles := []*Transaction{one, other}
	var ends [2][]*handleEnd
	for i := range handles {
		for range 1 + random.IntN(3) {
			ends[i] = append(ends[i], [...]*handleEnd{
				{name: "commit", call: func(ctx context.Context, t *Transaction) error { return t.Commit(ctx) }},
				{name: "commit", call: func(ctx context.Context, t *Transaction) error { return t.Commit(ctx) }},
				{name: "abort", call: func(ctx context.Context, t *Transaction) error { return t.Abort(ctx) }},
				{name: "close", call: func(ctx context.Context, t *Transaction) error { return t.Close(ctx) }},
			}[random.IntN(4)])
		}
	}
	var accepted [2]int64
	var calls sync.WaitGroup
	for i, handle := range handles {
		for n := range int64(events) {
			key := enginetest.KeyFor(float64(n%2)/2, float64(n%2)/2+0.5)
			if number, err := handle.Write(ctx, Event{Key: []byte(key), Data: binary.BigEndian.AppendUint64(nil, uint64(int64(i)*events+n+1))}); err == nil {
				accepted[i] = number
			}
		}
		for _, end := range ends[i] {
			calls.Go(func() { end.err = end.call(ctx, handle) })
		}
	}
	calls.Wait()
	c.SetCalls(nil)
	c.Set(nil)
	stored := make(map[int64]int)
	for _, n := range c.Stored(0, 1) {
		stored[n]++
	}
	committed, told := c.Transactions(pb.TransactionState_COMMITTED) > 0, false
	for i := range handles {
		abandoned := slices.ContainsFunc(ends[i], func(end *handleEnd) bool { return end.name != "commit" })
		for _, end := range ends[i] {
			commits := end.name == "commit"
			told = told || commits && (end.err == nil || MayBeStored(end.err))
			denied := CodeOf(end.err) == ErrTransactionAborted && !MayBeStored(end.err) && !abandoned // else the abort tells
			if denied = denied || end.name == "abort" && end.err == nil; denied && committed {
				t.Errorf("it is committed, and a call to %s it says: %v", end.name, end.err)
			}
			if !commits || end.err != nil {
				continue
			}
			for n := range accepted[i] {
				if !committed || stored[int64(i)*events+n+1] != 1 {
					t.Errorf("handle %d is told to be committed, and event %d is not there", i, n+1)
				}
			}
		}
	}
	if committed && !told {
		t.Error("it is committed, and no call to commit it tells")
	}
	for n, times := range stored {
		if times != 1 {
			t.Errorf("event %d is stored %d times", n, times)
		}
	}
}

func TestBadInputToTransactions(t *testing.T) {
	c := startCluster(t, keyspace...)
	client := c.client(Config{})
	_, err := client.OpenTransactionalWriter(waittest.Limit(t), "a/b", "stream", TransactionalWriterConfig{})
	enginetest.Wants(t, err, ErrInvalidArgument, false)
	long := c.transactions(lease(time.Hour))
	_, err = long.Begin(waittest.Limit(t))
	enginetest.Wants(t, err, ErrInvalidArgument, false)
	txn := begin(t, c.transactions(nil))
	_, err = txn.TryWrite(Event{Data: make([]byte, MaxEventSize+1)})
	enginetest.Wants(t, err, ErrEventTooLarge, false)
	_, err = txn.TryWriteBatch([]byte("k"), [][]byte{make([]byte, MaxEventSize), nil}...)
	enginetest.Wants(t, err, ErrEventTooLarge, false)
	_, err = txn.TryWriteBatch([]byte("k"), nil...)
	enginetest.Wants(t, err, ErrInvalidArgument, false)
	put(t, txn, "k", 1, 10) // it goes on
	_, err = long.Attach(waittest.Limit(t), txn.ID())
	enginetest.Wants(t, err, ErrInvalidArgument, false)
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	c.Expect(1, 10, 0)
}

// Pings that the servers refuse for good, because the transaction has lived too
// long, leave it as it is until its last lease ends.
func TestTransactionThatHasLivedTooLong(t *testing.T) {
	t.Parallel()
	c := startCluster(t, keyspace...)
	w := c.transactions(lease(10 * time.Second))
	c.Instead("pingTransaction", &pb.PingReply{Status: pb.PingReply_TOO_OLD})
	txn := begin(t, w)
	waittest.Until(t, "a ping is refused", func() bool { return c.Calls("pingTransaction") > 0 })
	put(t, txn, "k", 1, 1)
	attached, err := w.Attach(waittest.Limit(t), txn.ID())
	enginetest.Must(t, err)
	put(t, attached, "k", 2, 2)
	enginetest.Must(t, attached.Flush(waittest.Limit(t)))
	enginetest.Must(t, txn.Commit(waittest.Limit(t)))
	if got := c.Stored(naming.SegmentID(0)); len(got) != 2 {
		t.Fatal(got)
	}
}
