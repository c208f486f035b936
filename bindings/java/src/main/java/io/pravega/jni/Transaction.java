package io.pravega.jni;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Collects events that readers see all at once, when it is committed, or never. Each is stored exactly once in it, those
 * of one routing key in order. Closed without a commit it is aborted (unless option {@code txn.close} is {@code keep}):
 *
 * <pre>{@code
 * try (Transaction txn = writer.begin()) {
 *     txn.write("order 7", paid);
 *     txn.write("order 7", shipped);
 *     txn.commit();
 * }
 * }</pre>
 *
 * <p>It is kept alive in the background until it ends. When it turns out that it has ended, its lease being over or
 * another process having ended it, its calls throw {@link PravegaException.TransactionAborted}, {@link
 * PravegaException.TransactionCommitted} or, more than a day later, {@link PravegaException.NoSuchTransaction}.
 * Thread-safe.
 */
public final class Transaction implements AutoCloseable {
    /** How far a transaction has come; committing and aborting are decided. */
    public enum Status {
        /** It never was, or ended more than a day ago. */
        UNKNOWN,
        /** It takes events. */
        OPEN,
        /** It will be committed. */
        COMMITTING,
        /** Readers can see its events. */
        COMMITTED,
        /** It will be aborted. */
        ABORTING,
        /** Its events are gone. */
        ABORTED
    }

    private static final int FLUSH_PIECE_MS = 1000;

    private final Handle handle;
    private final String id;

    Transaction(TransactionalWriter writer, String stream, long txn) {
        id = Text.of(Native.txnId(txn));
        handle = new Handle(this, "transaction " + id + " of stream " + stream, writer, txn,
                forgotten -> Native.txnClose(forgotten, 0));
    }

    /**
     * The text by which any process can attach to it.
     *
     * @return the id
     */
    public String id() {
        return id;
    }

    /**
     * Writes an event. Waits for room in the window (option {@code txn.window.bytes}).
     *
     * @param key the routing key: events of one key stay in order; it may be empty; null: none
     * @param event copied, at most {@link EventWriter#MAX_EVENT} bytes
     * @return the event's number in this handle, from 1
     * @throws PravegaException.EventTooLarge it is larger than that
     * @throws PravegaException.InvalidArgument the key is no well-formed text
     * @throws PravegaException.Cancelled interrupted while waiting for room; the event was not accepted
     * @throws PravegaException.Closed the transaction or its writer was closed
     */
    public long write(String key, byte[] event) {
        return write(key, event, Deadline.NEVER);
    }

    /**
     * Writes an event, and waits at most so long for room in the window.
     *
     * @param key as in {@link #write(String, byte[])}
     * @param event copied
     * @param limit how long to wait for room
     * @return the event's number in this handle
     * @throws PravegaException.WindowFull the limit is zero and there is no room
     * @throws PravegaException.TimedOut there was no room until the limit ended
     */
    public long write(String key, byte[] event, Duration limit) {
        return write(key, event, Deadline.in(limit));
    }

    private long write(String key, byte[] event, Deadline until) {
        Objects.requireNonNull(event, "event");
        byte[] utf8 = Text.key(key);
        return accepted(() -> Native.txnWrite(handle.get(), utf8, event, until.piece()), until,
                "writing an event of " + event.length + " bytes");
    }

    /**
     * Writes all events of a batch in order, with one crossing to the native library, and empties it. Waits for room
     * in the window. Not atomic: when it throws, the batch holds the events that were not accepted, and only those.
     *
     * @param batch the events
     * @throws PravegaException as {@link #write(String, byte[])}
     */
    public void write(EventBatch batch) {
        write(batch, Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param batch the events; emptied
     * @param limit how long to wait for room
     * @throws PravegaException as {@link #write(String, byte[], Duration)}
     */
    public void write(EventBatch batch, Duration limit) {
        write(batch, Deadline.in(limit));
    }

    private void write(EventBatch batch, Deadline until) {
        while (batch.size() > 0) {
            int status = batch.writeToTransaction(handle.get(), until.piece());
            if (status != 0 && (status != Kind.TimedOut.code || until.over(toString()))) {
                throw Kind.of(status, handle + ": writing a batch");
            }
        }
        Reference.reachabilityFence(this);
    }

    /**
     * Writes events as one: all of them are stored in the transaction, one directly behind another, or none is; as
     * {@link EventWriter#writeBatch(String, Collection)} otherwise.
     *
     * @param key the routing key of all of them; null: none
     * @param events copied, at most {@link EventWriter#MAX_EVENT} bytes together, with 8 bytes more for each but one
     * @return the number of the last event in this handle
     * @throws PravegaException.InvalidArgument there are none, or the key is no well-formed text
     * @throws PravegaException as {@link #write(String, byte[])}; none was accepted
     */
    public long writeBatch(String key, Collection<byte[]> events) {
        return writeBatch(key, events, Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param key as in {@link #writeBatch(String, Collection)}
     * @param events copied
     * @param limit how long to wait for room
     * @return the number of the last event in this handle
     * @throws PravegaException as {@link #write(String, byte[], Duration)}; none was accepted
     */
    public long writeBatch(String key, Collection<byte[]> events, Duration limit) {
        return writeBatch(key, events, Deadline.in(limit));
    }

    private long writeBatch(String key, Collection<byte[]> events, Deadline until) {
        byte[] utf8 = Text.key(key);
        Packed packed = new Packed(events, handle);
        return accepted(() -> Native.txnWriteBatch(handle.get(), utf8, packed.bytes, packed.lens, until.piece()), until,
                packed);
    }

    /** Offers until there is room; what it offers returns the event's number, WindowFull or TimedOut. */
    private long accepted(LongSupplier offer, Deadline until, Object doing) {
        for (;;) {
            long number = offer.getAsLong();
            Reference.reachabilityFence(this);
            if (number > 0) {
                return number;
            }
            if (number != Kind.TimedOut.code || until.over(toString())) {
                throw Kind.of((int) number, handle + ": " + doing);
            }
        }
    }

    /**
     * The number up to which every event of this handle is stored in the transaction. Never waits, and answers also when
     * the transaction has ended.
     *
     * @return 0 while there is none
     */
    public long acked() {
        long acked = Native.txnAcked(handle.get());
        Reference.reachabilityFence(this);
        return acked;
    }

    /**
     * Waits until every event that was accepted before the call is stored in the transaction: a commit by any process
     * then commits them.
     *
     * @throws PravegaException.Cancelled interrupted while waiting
     */
    public void flush() {
        flush(Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param limit how long to wait
     * @throws PravegaException.TimedOut not everything was stored until the limit ended
     * @throws PravegaException.Cancelled interrupted while waiting
     */
    public void flush(Duration limit) {
        flush(Deadline.in(limit));
    }

    private void flush(Deadline until) {
        while (!Native.txnFlush(handle.get(), Math.min(FLUSH_PIECE_MS, until.left()))) {
            if (until.over(toString())) {
                throw Kind.TimedOut.exception(handle + " has events that are not stored after the time limit");
            }
        }
        Reference.reachabilityFence(this);
    }

    /**
     * Asks how far the transaction has come.
     *
     * @return the answer
     */
    public Status status() {
        return status(Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param limit how long to wait for the controller
     * @return the answer
     * @throws PravegaException.TimedOut there was none until the limit ended
     */
    public Status status(Duration limit) {
        return status(Deadline.in(limit));
    }

    private Status status(Deadline until) {
        int status = Native.txnStatus(handle.get(), until.millis());
        Reference.reachabilityFence(this);
        return Status.values()[status];
    }

    /**
     * Waits until every event is stored in it and commits it. It takes no more events, and the call returns when the
     * commit is decided, a moment before readers see the events. Committing what is committed does nothing.
     *
     * @throws PravegaException.TransactionAborted nothing was committed by this handle; if an abort or a close in another
     *         thread ended this call while it waited for events to be stored, only the result of that says whether the
     *         transaction is aborted, since another handle may commit it before
     * @throws PravegaException any other: it was not committed unless {@link PravegaException#mayBeStored()} says so, is
     *         kept alive, and the call can be repeated, which is safe
     */
    public void commit() {
        commit(false, 0, Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param limit how long to wait
     * @throws PravegaException as {@link #commit()}
     */
    public void commit(Duration limit) {
        commit(false, 0, Deadline.in(limit));
    }

    /**
     * Commits it and tells the stream's event time, see {@link EventWriter#noteTime(long)}.
     *
     * @param timestamp not before the last one
     * @throws PravegaException as {@link #commit()}
     */
    public void commitAt(long timestamp) {
        commit(true, timestamp, Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param timestamp not before the last one
     * @param limit how long to wait
     * @throws PravegaException as {@link #commit()}
     */
    public void commitAt(long timestamp, Duration limit) {
        commit(true, timestamp, Deadline.in(limit));
    }

    /**
     * Commits it and waits until readers can see its events.
     *
     * @param limit how long to wait for both
     * @throws PravegaException as {@link #commit()}; if only the wait failed it is committed, as {@link
     *         PravegaException#mayBeStored()} says
     */
    public void commitAndAwait(Duration limit) {
        Native.txnCommitAndWait(handle.get(), Deadline.in(limit).millis());
        Reference.reachabilityFence(this);
    }

    private void commit(boolean timed, long timestamp, Deadline until) {
        Native.txnCommit(handle.get(), timed, timestamp, until.millis());
        Reference.reachabilityFence(this);
    }

    /**
     * Waits until it is committed, by whomever, and readers can see its events.
     *
     * @param limit how long to wait
     * @throws PravegaException.TimedOut the limit ended, which says nothing about the commit
     * @throws PravegaException.TransactionAborted it was aborted
     */
    public void awaitReadable(Duration limit) {
        Native.txnWaitReadable(handle.get(), Deadline.in(limit).millis());
        Reference.reachabilityFence(this);
    }

    /**
     * Drops it with all its events. It takes no more at once. Aborting what is aborted does nothing. Waits at most as
     * long as option {@code request.timeout} says.
     *
     * @throws PravegaException.TransactionCommitted it was committed
     */
    public void abort() {
        abort(Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param limit how long to wait for the controller, and for a commit of another thread that has asked it
     * @throws PravegaException.TransactionCommitted it was committed
     * @throws PravegaException.TimedOut there was no answer until the limit ended
     */
    public void abort(Duration limit) {
        abort(Deadline.in(limit));
    }

    private void abort(Deadline until) {
        Native.txnAbort(handle.get(), until.millis());
        Reference.reachabilityFence(this);
    }

    /** Closes the handle; what has not ended is aborted, or kept, as option {@code txn.close} says. */
    @Override
    public void close() {
        close(Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param limit how long to wait for the servers, which abort what they have not heard of when its lease ends
     */
    public void close(Duration limit) {
        close(Deadline.in(limit));
    }

    private void close(Deadline until) {
        long txn = handle.take();
        if (txn != 0) {
            Native.txnClose(txn, until.millis());
        }
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
