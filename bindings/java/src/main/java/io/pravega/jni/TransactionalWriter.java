package io.pravega.jni;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;

/**
 * Begins transactions on a stream, any number at once. Closing it aborts those that are open, or with option {@code
 * txn.close} {@code keep} flushes them and leaves them open for their leases. Thread-safe.
 */
public final class TransactionalWriter implements AutoCloseable {
    private final String stream;
    private final Handle handle;

    TransactionalWriter(PravegaClient client, String stream, long writer) {
        this.stream = stream;
        this.handle = new Handle(this, "the transactional writer of stream " + stream, client, writer,
                forgotten -> Native.txnWriterClose(forgotten, 0));
    }

    /**
     * Begins a transaction.
     *
     * @return the transaction, to be closed
     * @throws PravegaException.InvalidArgument the servers do not allow the lease (option {@code txn.lease})
     * @throws PravegaException.StreamSealed the stream is sealed
     * @throws PravegaException.Closed the writer was closed
     */
    public Transaction begin() {
        return enter(null, Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param limit how long to wait for the controller
     * @return the transaction, to be closed
     * @throws PravegaException.TimedOut there was no answer until the limit ended; what was begun is dropped
     */
    public Transaction begin(Duration limit) {
        return enter(null, Deadline.in(limit));
    }

    /**
     * Opens a transaction that this or another process began, by its id. The handles of one transaction do not know of
     * each other's events: flush before another one commits.
     *
     * @param id as {@link Transaction#id()} gave it
     * @return the transaction, to be closed
     * @throws PravegaException.InvalidArgument it is no id
     * @throws PravegaException.TransactionCommitted it was committed
     * @throws PravegaException.TransactionAborted it was aborted
     * @throws PravegaException.NoSuchTransaction it never was, or ended more than a day ago
     * @throws PravegaException.Closed the writer was closed
     */
    public Transaction attach(String id) {
        return attach(id, Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param id as in {@link #attach(String)}
     * @param limit how long to wait for the controller
     * @return the transaction, to be closed
     * @throws PravegaException.TimedOut there was no answer until the limit ended
     * @throws PravegaException as {@link #attach(String)}
     */
    public Transaction attach(String id, Duration limit) {
        return attach(id, Deadline.in(limit));
    }

    private Transaction attach(String id, Deadline until) {
        return enter(Text.name("transaction's id", id), until);
    }

    /**
     * The ids of the transactions that were begun or attached to here and have not ended, as far as is known without
     * asking; one for each handle. Never waits.
     *
     * @return the ids, in their order
     */
    public List<String> transactions() {
        byte[][] ids = Native.txnList(handle.get());
        Reference.reachabilityFence(this);
        return Text.list(ids);
    }

    private Transaction enter(byte[] id, Deadline until) {
        long txn = Native.txnEnter(handle.get(), id, until.millis());
        Reference.reachabilityFence(this);
        return new Transaction(this, stream, txn);
    }

    /** Closes it and what is open with it. A second close does nothing. */
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
        long writer = handle.take();
        if (writer != 0) {
            Native.txnWriterClose(writer, until.millis());
        }
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
