package io.pravega.jni;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Objects;

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
        for (;;) {
            long number = Native.txnWrite(handle.get(), utf8, event, until.piece());
            Reference.reachabilityFence(this);
            if (number > 0) {
                return number;
            }
            if (number != Kind.TimedOut.code || until.over(toString())) {
                throw Kind.of((int) number, handle + ": writing an event of " + event.length + " bytes");
            }
        }
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
        int status = Native.txnStatus(handle.get());
        Reference.reachabilityFence(this);
        return Status.values()[status];
    }

    /**
     * Waits until every event is stored in it and commits it. It takes no more events, and the call returns when the
     * commit is decided, a moment before readers see the events. Committing what is committed does nothing.
     *
     * @throws PravegaException.TransactionAborted nothing was committed
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
     * Drops it with all its events. Aborting what is aborted does nothing.
     *
     * @throws PravegaException.TransactionCommitted it was committed
     */
    public void abort() {
        Native.txnAbort(handle.get());
        Reference.reachabilityFence(this);
    }

    /** Closes the handle; what has not ended is aborted, or kept, as option {@code txn.close} says. */
    @Override
    public void close() {
        long txn = handle.take();
        if (txn != 0) {
            Native.txnClose(txn, -1);
        }
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
