package io.pravega.jni;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Writes events to a stream, each stored exactly once, those of one routing key in order. Thread-safe.
 *
 * <p>A writer numbers the events that it accepts 1, 2, 3, ..., in the order of acceptance. "Acked N" means that every
 * event up to N is stored, on whatever segment. A rejected event takes no number. Writing returns before the event is
 * acked; it waits only while the writer's window of unacked bytes (option {@code writer.window.bytes}) is full.
 *
 * <p>A writer with an id (option {@code writer.id}) can be continued after its process has died: open one with the same
 * id and write again, from event {@link #durable()} + 1 on, the same events with the same keys and batches as before, as
 * far as any had been written. They get the same numbers, and what is stored already is not stored again. At most one
 * writer of an id is alive: opening the next one ends those before, wherever they run, with {@link
 * PravegaException.Fenced}.
 *
 * <p>When a writer fails for good, every call throws its final error.
 */
public final class EventWriter implements AutoCloseable {
    /**
     * Bytes of the largest event that is stored by one append: 8 MiB. Larger ones, up to option {@code
     * writer.large.event.bytes}, can be written one by one; they take longer, and hold up what follows them on their
     * segment. Readers get each as one event.
     */
    public static final int MAX_EVENT = 8 << 20;

    private static final Duration UNTIL_GARBAGE_IS_ACKED = Duration.ofSeconds(10);
    private static final long OPEN = -1;
    private static final int FLUSH_PIECE_MS = 1000;

    private final Handle handle;
    private final long durable;
    private final boolean hasId;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile long ackedAtEnd = OPEN;
    private volatile boolean doubtful; // since it was closed: what is not acked may be stored
    private final AtomicReference<Acks> acks = new AtomicReference<>(); // null until somebody wants a future

    EventWriter(PravegaClient client, String stream, long writer, boolean hasId) {
        this.hasId = hasId;
        String what = "the writer of stream " + stream;
        AtomicReference<Acks> futures = acks;
        handle = new Handle(this, what, client, writer, forgotten -> closeForgotten(forgotten, what, futures));
        durable = Native.writerDurable(writer);
    }

    private static void closeForgotten(long writer, String what, AtomicReference<Acks> acks) {
        long[] acked = new long[1];
        boolean mayBeStored = false;
        try {
            Native.writerClose(writer, (int) UNTIL_GARBAGE_IS_ACKED.toMillis(), acked);
        } catch (PravegaException e) { // there is nobody to tell but the futures
            mayBeStored = e.mayBeStored();
        }
        Acks futures = acks.get();
        if (futures != null) {
            futures.end(acked[0], Kind.Closed.exception(what + " was garbage and is closed", mayBeStored));
        }
    }

    /**
     * Writes an event without a routing key: it may go to any segment. Waits for room in the window.
     *
     * @param event copied
     * @return the event's number
     * @throws PravegaException.EventTooLarge it is larger than option {@code writer.large.event.bytes} says
     * @throws PravegaException.Cancelled interrupted while waiting for room; the event was not accepted
     * @throws PravegaException.Closed the writer was closed
     */
    public long write(byte[] event) {
        return write(null, event, Deadline.NEVER);
    }

    /**
     * Writes an event. Waits for room in the window.
     *
     * @param key the routing key: events of one key stay in order; it may be empty; null: none
     * @param event copied
     * @return the event's number
     * @throws PravegaException.EventTooLarge it is larger than option {@code writer.large.event.bytes} says
     * @throws PravegaException.InvalidArgument the key is no well-formed text
     * @throws PravegaException.Cancelled interrupted while waiting for room; the event was not accepted
     * @throws PravegaException.Closed the writer was closed
     */
    public long write(String key, byte[] event) {
        return write(Text.key(key), event, Deadline.NEVER);
    }

    /**
     * Writes an event, and waits at most so long for room in the window.
     *
     * @param key as in {@link #write(String, byte[])}
     * @param event copied
     * @param limit how long to wait for room
     * @return the event's number
     * @throws PravegaException.WindowFull the limit is zero and there is no room
     * @throws PravegaException.TimedOut there was no room until the limit ended
     * @throws PravegaException.EventTooLarge it is larger than option {@code writer.large.event.bytes} says
     * @throws PravegaException.InvalidArgument the key is no well-formed text
     * @throws PravegaException.Cancelled interrupted while waiting for room; the event was not accepted
     * @throws PravegaException.Closed the writer was closed
     */
    public long write(String key, byte[] event, Duration limit) {
        return write(Text.key(key), event, Deadline.in(limit));
    }

    private long write(byte[] key, byte[] event, Deadline until) {
        Objects.requireNonNull(event, "event");
        for (;;) {
            long writer = handle.get();
            long number = Native.write(writer, key, event, until.piece());
            if (number > 0) {
                Reference.reachabilityFence(this);
                return number;
            }
            if (number != Kind.TimedOut.code || until.over(toString())) {
                throw failure(writer, (int) number, "writing an event of " + event.length + " bytes");
            }
        }
    }

    /**
     * Writes all events of a batch in order, with one crossing to the native library, and empties it. Waits for room
     * in the window. Not atomic: when it throws, the batch holds the events that were not accepted, and only those.
     *
     * @param batch the events
     * @return the number of the last event; 0 for an empty batch
     * @throws PravegaException.Cancelled interrupted while waiting for room
     * @throws PravegaException.Closed the writer was closed
     */
    public long write(EventBatch batch) {
        return write(batch, Deadline.NEVER);
    }

    /**
     * Writes all events of a batch in order, and waits at most so long for room in the window. Not atomic: when it
     * throws, the batch holds the events that were not accepted, and only those.
     *
     * @param batch the events; emptied
     * @param limit how long to wait for room
     * @return the number of the last event; 0 for an empty batch
     * @throws PravegaException.WindowFull the limit is zero and there is no room
     * @throws PravegaException.TimedOut there was no room until the limit ended
     * @throws PravegaException.Cancelled interrupted while waiting for room
     * @throws PravegaException.Closed the writer was closed
     */
    public long write(EventBatch batch, Duration limit) {
        return write(batch, Deadline.in(limit));
    }

    private long write(EventBatch batch, Deadline until) {
        long[] last = new long[1];
        while (batch.size() > 0) {
            long writer = handle.get();
            long accepted = batch.writeTo(writer, until.piece(), last);
            if (batch.size() == 0) {
                break;
            }
            boolean again = accepted > 0 && !until.isZero() || accepted == Kind.TimedOut.code;
            if (!again || until.over(toString())) {
                int status = accepted < 0 ? (int) accepted : until.isZero() ? Kind.WindowFull.code : Kind.TimedOut.code;
                throw failure(writer, status, "writing a batch");
            }
        }
        Reference.reachabilityFence(this);
        return last[0];
    }

    /**
     * Writes events as one: all of them are stored, one directly behind another, or none is. Their numbers are
     * consecutive, and an ack covers all or none. Waits for room in the window. They have at most {@link #MAX_EVENT}
     * bytes together, with 8 bytes more for each but one.
     *
     * @param key the routing key of all of them; null: none, and they go to one segment, which may be any
     * @param events copied
     * @return the number of the last event
     * @throws PravegaException.EventTooLarge they are larger than that
     * @throws PravegaException.InvalidArgument there are none, or the key is no well-formed text
     * @throws PravegaException.Cancelled interrupted while waiting for room; none was accepted
     * @throws PravegaException.Closed the writer was closed
     */
    public long writeBatch(String key, Collection<byte[]> events) {
        return writeBatch(key, events, Deadline.NEVER);
    }

    /**
     * Writes events as one, and waits at most so long for room in the window.
     *
     * @param key as in {@link #writeBatch(String, Collection)}
     * @param events copied
     * @param limit how long to wait for room
     * @return the number of the last event
     * @throws PravegaException.WindowFull the limit is zero and there is no room
     * @throws PravegaException.TimedOut there was no room until the limit ended
     * @throws PravegaException.EventTooLarge as in {@link #writeBatch(String, Collection)}
     * @throws PravegaException.InvalidArgument there are none, or the key is no well-formed text
     * @throws PravegaException.Cancelled interrupted while waiting for room; none was accepted
     * @throws PravegaException.Closed the writer was closed
     */
    public long writeBatch(String key, Collection<byte[]> events, Duration limit) {
        return writeBatch(key, events, Deadline.in(limit));
    }

    private long writeBatch(String key, Collection<byte[]> events, Deadline until) {
        byte[] utf8 = Text.key(key);
        Packed packed = new Packed(events, handle);
        for (;;) {
            long writer = handle.get();
            long number = Native.writeBatch(writer, utf8, packed.bytes, packed.lens, until.piece());
            if (number > 0) {
                Reference.reachabilityFence(this);
                return number;
            }
            if (number != Kind.TimedOut.code || until.over(toString())) {
                throw failure(writer, (int) number, packed.toString());
            }
        }
    }

    /**
     * The number up to which every event is stored. Never waits, and answers after {@link #close} too.
     *
     * @return 0 while there is none
     */
    public long acked() {
        if (ackedAtEnd != OPEN) {
            return ackedAtEnd;
        }
        long[] acked = new long[1];
        if (look(Long.MAX_VALUE, 0, acked) != Kind.BadHandle.code) {
            return acked[0];
        }
        while (ackedAtEnd == OPEN) { // close is between two of its statements
            Thread.onSpinWait();
        }
        return ackedAtEnd;
    }

    /**
     * The number through which everything was known to be stored when the writer was opened: its first event is the
     * next one. At least what was acked when {@link #flush()} or {@link #close()} of an earlier writer of its id
     * succeeded, else up to a second behind its acks.
     *
     * @return 0 without option {@code writer.id} and for the first writer of an id
     */
    public long durable() {
        return durable;
    }

    /**
     * How many events were accepted and are not acked yet. Never waits.
     *
     * @return the number
     * @throws PravegaException.Closed the writer was closed
     */
    public long pending() {
        long writer = handle.get();
        long pending = Native.writerPending(writer);
        Reference.reachabilityFence(this);
        if (pending < 0) {
            throw failure(writer, (int) pending, "counting what is pending");
        }
        return pending;
    }

    /**
     * Waits until the event of this number, and so every one before it, is stored.
     *
     * @param number the event's number
     * @param limit how long to wait
     * @return false when it was not known to be until the limit ended: the writer goes on, and stores it later if it has
     *     not by then
     * @throws PravegaException.InvalidArgument no event has the number
     * @throws PravegaException.Cancelled interrupted while waiting
     * @throws PravegaException.Closed the writer was closed before the event was acked
     */
    public boolean awaitAck(long number, Duration limit) {
        return awaitAck(number, Deadline.in(limit));
    }

    private boolean awaitAck(long number, Deadline until) {
        check(number);
        if (ackedAtEnd != OPEN && number <= ackedAtEnd) {
            return true;
        }
        long[] acked = new long[1];
        for (;;) {
            long writer = handle.orZero();
            Acks futures = acks.get();
            int status = look(number, futures == null ? until.piece() : 0, acked);
            if (status == Kind.TimedOut.code && futures != null) {
                status = futures.await(number, until.piece());
            }
            if (status == 0) {
                return true;
            }
            if (status == Kind.BadHandle.code || status == Kind.Closed.code && closing.get()) {
                throw closed();
            }
            if (status != Kind.TimedOut.code) {
                throw failure(writer, status, "waiting for the ack of event " + number);
            }
            if (until.over(toString(), true)) {
                return false;
            }
        }
    }

    private void check(long number) {
        if (number < 0 || number == Long.MAX_VALUE) {
            throw none(number);
        }
    }

    private PravegaException none(long number) {
        return Kind.InvalidArgument.exception(handle + ": no event has the number " + number);
    }

    /** The error of a question about events of a writer that is closed or being closed. */
    private PravegaException closed() {
        return Kind.Closed.exception(handle + " is closed", doubtful);
    }

    /** Waits in C for an ack, and tells the futures' thread what it may have missed by that. */
    private int look(long number, int timeoutMs, long[] acked) {
        int status = Native.writerWait(handle.orZero(), number, timeoutMs, acked);
        Acks futures = acks.get();
        if (futures != null) {
            futures.seen(acked[0], status);
        }
        Reference.reachabilityFence(this);
        return status;
    }

    /**
     * A future of an ack: it completes when the event of this number, and so every one before it, is stored. It fails
     * with the writer's final error, {@link PravegaException.Closed} included, when this will never be known, and with
     * {@link PravegaException.InvalidArgument} when no event has the number.
     *
     * <p>Futures are completed by one daemon thread of this process; what depends on them without an executor of its
     * own runs there and must not block. A future costs an object; events nobody asks for cost nothing.
     *
     * @param number the event's number
     * @return a new future
     */
    public CompletableFuture<Void> whenAcked(long number) {
        try {
            check(number);
            if (ackedAtEnd != OPEN) {
                return number <= ackedAtEnd ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(closed());
            }
            if (look(number, 0, new long[1]) == Kind.InvalidArgument.code) {
                throw none(number);
            }
            CompletableFuture<Void> future = futures().when(number);
            if (!future.isDone()) {
                look(number, 0, new long[1]); // it may have been acked before the thread watched for it
            }
            return future;
        } catch (PravegaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Acks futures() {
        Acks futures = acks.get();
        if (futures == null) {
            futures = startFutures();
        }
        return futures;
    }

    private synchronized Acks startFutures() {
        Acks futures = acks.get();
        if (futures == null) {
            futures = new Acks(handle.get(), handle.toString());
            acks.set(futures);
            AckThread.watch(futures);
            if (ackedAtEnd != OPEN) { // closed meanwhile, maybe without having seen them
                futures.end(ackedAtEnd, closed());
            }
        }
        return futures;
    }

    /**
     * Waits until everything that was accepted before the call is stored, or the writer fails (option
     * {@code max.outage}); with option {@code writer.id} also until the next writer of the id will know.
     *
     * @throws PravegaException.Cancelled interrupted while waiting
     * @throws PravegaException.Closed the writer was closed
     */
    public void flush() {
        flush(Deadline.NEVER);
    }

    /**
     * Waits until everything that was accepted before the call is stored; with option {@code writer.id} also until the
     * next writer of the id will know.
     *
     * @param limit how long to wait
     * @throws PravegaException.TimedOut it was not until the limit ended; the writer goes on, and stores it later if it
     *     has not by then
     * @throws PravegaException.Cancelled interrupted while waiting
     * @throws PravegaException.Closed the writer was closed
     */
    public void flush(Duration limit) {
        flush(Deadline.in(limit));
    }

    private void flush(Deadline until) {
        long last = accepted();
        if (!awaitAck(last, until)) {
            throw Kind.TimedOut.exception(handle + " has " + (last - acked()) + " events that are not acked after the time limit"
                    + Obstacle.because(waiting()), true);
        }
        while (hasId && !Native.writerFlush(handle.get(), Math.min(FLUSH_PIECE_MS, until.left()))) {
            if (until.over(toString(), true)) {
                throw Kind.TimedOut.exception(handle + ": all is stored, but the next writer of its id may not know", true);
            }
        }
        Reference.reachabilityFence(this);
    }

    /**
     * Tells the servers that everything that was written before the call has an event time up to the timestamp, in the
     * application's own unit, after waiting until it is stored. Readers of the stream can know by it how far its event
     * time has come; the writer counts there until it is closed. With option {@code writer.time.mark.interval} the wall
     * clock is noted by itself.
     *
     * @param timestamp not before the last one
     * @throws PravegaException.InvalidArgument it is before the last one, or that option is set
     * @throws PravegaException.Cancelled interrupted while waiting for acks
     * @throws PravegaException.Closed the writer was closed
     */
    public void noteTime(long timestamp) {
        noteTime(timestamp, Deadline.NEVER);
    }

    /**
     * The same with a limit.
     *
     * @param timestamp as in {@link #noteTime(long)}
     * @param limit how long to wait
     * @throws PravegaException.TimedOut the limit ended; the time may be noted all the same
     * @throws PravegaException.InvalidArgument as in {@link #noteTime(long)}
     * @throws PravegaException.Cancelled interrupted while waiting for acks
     * @throws PravegaException.Closed the writer was closed
     */
    public void noteTime(long timestamp, Duration limit) {
        noteTime(timestamp, Deadline.in(limit));
    }

    private void noteTime(long timestamp, Deadline until) {
        flush(until);
        Native.writerNoteTime(handle.get(), timestamp, until.millis());
        Reference.reachabilityFence(this);
    }

    /**
     * What keeps events from being acked now: which server, at which address, what it did and for how long. The writer
     * goes on by itself when that is over.
     *
     * @return empty while nothing is known to
     * @throws PravegaException.Closed the writer was closed
     */
    public Optional<PravegaException> trouble() {
        Optional<PravegaException> trouble = Obstacle.trouble(handle, Native::writerTrouble);
        Reference.reachabilityFence(this);
        return trouble;
    }

    /**
     * The {@link #trouble} in words, or what acks wait for.
     *
     * @return empty if all events are acked
     * @throws PravegaException.Closed the writer was closed
     */
    public String waiting() {
        String waiting = Obstacle.waiting(handle, Native::writerTrouble);
        Reference.reachabilityFence(this);
        return waiting;
    }

    /** The number of the last event accepted: a look at two counters between which no ack came. */
    private long accepted() {
        for (;;) {
            long before = acked();
            long pending = Native.writerPending(handle.orZero());
            Reference.reachabilityFence(this);
            if (pending < 0) {
                throw pending == Kind.BadHandle.code ? closed() : Kind.of((int) pending, toString());
            }
            if (acked() == before) {
                return before + pending;
            }
        }
    }

    /**
     * Waits until all is stored, or the writer fails (option {@code max.outage}), and closes. A second close does
     * nothing.
     *
     * @throws PravegaException what kept events from being stored; {@link #acked()} tells which are
     */
    @Override
    public void close() {
        close(Deadline.NEVER);
    }

    /**
     * Waits at most so long until all is stored, and closes. A second close does nothing. An interrupted thread does not
     * wait, but closes all the same.
     *
     * @param limit how long to wait
     * @throws PravegaException.TimedOut not everything was acked; {@link #acked()} tells what was, and {@link
     *     PravegaException#mayBeStored} whether any of the rest may be stored
     * @throws PravegaException what kept events from being stored
     */
    public void close(Duration limit) {
        close(Deadline.in(limit));
    }

    private void close(Deadline until) {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        PravegaException interrupted = flushed(until);
        long[] acked = new long[1];
        PravegaException failure = null;
        doubtful = true; // until it is known
        try {
            Native.writerClose(handle.get(), interrupted != null ? 0 : until.millis(), acked);
        } catch (PravegaException e) {
            failure = e;
        }
        doubtful = failure != null && failure.mayBeStored();
        ackedAtEnd = acked[0];
        handle.take();
        Acks futures = acks.get();
        if (futures != null) {
            futures.end(acked[0], failure != null ? failure : closed());
        }
        if (failure != null) {
            if (interrupted != null) {
                failure.addSuppressed(interrupted);
            }
            throw failure;
        }
    }

    /** Waits for acks where an interrupt is noticed, and returns it. Other failures are told by closing. */
    private PravegaException flushed(Deadline until) {
        try {
            flush(until);
        } catch (PravegaException.Cancelled e) {
            return e;
        } catch (PravegaException e) {
            return null;
        }
        return null;
    }

    /** The writer's final error if it has one, else that of a status. */
    private PravegaException failure(long writer, int status, String doing) {
        if (status != Kind.WindowFull.code && status != Kind.TimedOut.code && status != Kind.EventTooLarge.code) {
            try {
                Native.writerRaise(writer);
            } catch (PravegaException e) {
                return e;
            }
        }
        PravegaException failure = Kind.of(status, handle + ": " + doing);
        return status == Kind.TimedOut.code ? Kind.TimedOut.exception(failure.getMessage() + Obstacle.because(waiting())) : failure;
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
