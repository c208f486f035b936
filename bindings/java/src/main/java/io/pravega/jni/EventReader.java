package io.pravega.jni;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Reads the segments that its group assigns to it. Thread-safe; slices go to whichever thread asks first.
 *
 * <p>Event by event, until the end of the sealed streams:
 * <pre>{@code
 * for (Event event : reader.events()) {
 *     handle(event.text());
 * }
 * }</pre>
 * or slice by slice:
 * <pre>{@code
 * while (!reader.ended()) {
 *     try (Slice slice = reader.next(Duration.ofSeconds(1))) {
 *         if (slice != null) {
 *             slice.forEach(event -> handle(event.text()));
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>A reader's position is what was given back. What is out when it is closed, or dies, is delivered again.
 */
public final class EventReader implements AutoCloseable {
    private static final Duration UNTIL_LEFT = Duration.ofSeconds(30);

    private static final int END = 2; // PRAVEGA_END

    private final Handle handle;
    private volatile boolean ended;
    private volatile Slice iterated; // by events()

    EventReader(PravegaClient client, String what, long reader) {
        handle = new Handle(this, what, client, reader,
                forgotten -> Native.readerClose(forgotten, (int) UNTIL_LEFT.toMillis()));
    }

    /**
     * The next slice: whole events of one segment, in order. One slice of a segment is out at a time; slices of
     * several segments may be.
     *
     * @param limit how long to wait for one
     * @return the slice, to be given back; null when there was none until the limit ended, or when all was read and
     *         the streams are sealed: {@link #ended} tells the two apart
     * @throws PravegaException.Cancelled interrupted while waiting
     * @throws PravegaException.Closed the reader was closed
     * @throws PravegaException.ReaderNotInGroup it was taken out of its group
     * @throws PravegaException.GroupReinitialized the group was reset
     */
    public Slice next(Duration limit) {
        return next(Deadline.in(limit));
    }

    private Slice next(Deadline until) {
        long[] out = new long[5];
        for (;;) {
            long reader = handle.get();
            byte[] data = Native.readerNext(reader, until.piece(), out);
            int status = (int) out[0];
            if (data != null) {
                return new Slice(this, data, out[1], out[2], out[4], Text.of(Native.sliceSegment(out[1])));
            }
            if (status == END) {
                ended = true;
                return null;
            }
            if (status != Kind.TimedOut.code) {
                throw failure(reader, status);
            }
            if (until.over(toString())) {
                return null;
            }
        }
    }

    private PravegaException failure(long reader, int status) {
        if (status != Kind.Closed.code) {
            try {
                Native.readerRaise(reader);
            } catch (PravegaException e) {
                return e;
            }
        }
        return Kind.of(status, handle.toString());
    }

    /**
     * Whether everything was read and the streams are sealed: nothing will come any more.
     *
     * @return true once {@link #next} has found that out
     */
    public boolean ended() {
        return ended;
    }

    /**
     * The events to come, one after the other, until all was read and the streams are sealed. The loop takes slices
     * and gives them back. An event counts as consumed when the one after it was asked for; {@link #close} gives back
     * what was not, so that a loop that was left early loses nothing: its last event is delivered again.
     *
     * @return events for one loop at a time
     */
    public Iterable<Event> events() {
        return () -> new Events(null);
    }

    /**
     * The events to come, as {@link #events()}, until none came for some time.
     *
     * @param patience how long to wait for an event
     * @return events for one loop at a time; when it ends, {@link #ended} tells whether there will be more
     */
    public Iterable<Event> events(Duration patience) {
        Deadline.in(patience); // checks it
        return () -> new Events(patience);
    }

    private final class Events implements Iterator<Event> {
        private final Duration patience; // null: without end
        private Iterator<Event> slice;

        Events(Duration patience) {
            this.patience = patience;
            giveBack(); // of a loop before
        }

        @Override
        public boolean hasNext() {
            while (slice == null || !slice.hasNext()) {
                giveBack();
                Slice next = EventReader.this.next(patience == null ? Deadline.NEVER : Deadline.in(patience));
                if (next == null) {
                    slice = null;
                    return false;
                }
                iterated = next;
                slice = next.iterator();
            }
            return true;
        }

        @Override
        public Event next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return slice.next();
        }
    }

    /** Gives back what a loop has taken, consumed as far as the loop has come. */
    private void giveBack() {
        Slice slice = iterated;
        if (slice != null) {
            iterated = null;
            slice.close();
        }
    }

    /**
     * Gives back what is out as unread, leaves the group and closes; waits at most 30 seconds until the group knows.
     * A second close does nothing.
     *
     * @throws PravegaException the group could not be told: the reader is closed, but see
     *         {@link ReaderGroup#readerOffline}
     */
    @Override
    public void close() {
        close(UNTIL_LEFT);
    }

    /**
     * Gives back what is out as unread, leaves the group and closes. A second close does nothing.
     *
     * @param limit how long to wait until the group knows
     * @throws PravegaException the group could not be told: the reader is closed, but see
     *         {@link ReaderGroup#readerOffline}
     */
    public void close(Duration limit) {
        int millis = Deadline.in(limit).millis();
        try {
            giveBack();
        } catch (PravegaException.Closed e) {
            // another thread gave it back
        }
        long reader = handle.take();
        if (reader != 0) {
            Native.readerClose(reader, millis);
        }
        Reference.reachabilityFence(this);
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
