package io.pravega.jni;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the segments that its group assigns to it. Thread-safe; slices go to whichever thread asks first.
 *
 * <p>Event by event, until the end of the group's streams:
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
 * <p>A reader's position is what was given back. What is out when it is closed is delivered again. When it dies,
 * others take over after {@link ReaderGroup#readerOffline}, or by themselves, if one of them has the option
 * {@code group.liveness.timeout}; if it is alive after all, it fails with {@link PravegaException.ReaderNotInGroup}.
 * What it did not give back is delivered again then, what it gave back since its last checkpoint may be. Nothing is,
 * when the application keeps {@link Event#position} with what it made of the events, and has the others go on there by
 * {@link ReaderGroup#readerOffline(String, Position)}.
 *
 * <p>A reader that cannot read or write the group's state hands out nothing, as if nothing were there, once it has not
 * read it, or not written to it, for 30 s, 10 s for each reader of the group and one more, and its own
 * {@code group.liveness.timeout}: others may have taken it out. It goes on when it has done both again and is still in
 * the group.
 *
 * <p>Checkpoints of the group, automatic ones (option {@code group.checkpoint.interval}) among them, are passed in the
 * background, with what was given back, and the application does not notice. One that wants to opens its reader by
 * {@link ReaderGroup#openReader(String, Options, Consumer)}:
 * <pre>{@code
 * EventReader reader = group.openReader("reader-1", Options.none(), checkpoint -> storage.put(checkpoint, state));
 * }</pre>
 * This is called with the checkpoint's name (that of an automatic one is random) in the thread that iterates or calls
 * {@link #next}, between two slices, when everything before was given back and no slice is out; while one is that
 * {@code next} handed out, no other one is. So it is the place to store what was made of the events up to the
 * checkpoint. When it returns, the reader has passed the checkpoint, and reading goes on; when it throws, so does
 * {@code next}, and the next call of {@code next} has it called again with the same name. It must not read itself, nor
 * wait for a checkpoint of the group. A reader that is closed at a checkpoint counts as having passed it. With option
 * {@code reader.checkpoints} alone the reader passes a checkpoint when everything before was given back and the
 * application asks for more, as official Java readers do. With either, {@code next} is for one thread at a time.
 */
public final class EventReader implements AutoCloseable {
    private static final Duration UNTIL_LEFT = Duration.ofSeconds(30);

    private static final int CHECKPOINT = 1; // PRAVEGA_CHECKPOINT
    private static final int END = 2; // PRAVEGA_END

    private final Handle handle;
    private final Consumer<String> onCheckpoint; // null: the application is not to be told
    private volatile String due; // the checkpoint that it is to be told of
    private volatile boolean ended;
    private volatile Slice iterated; // by events()

    EventReader(PravegaClient client, String what, long reader, Consumer<String> onCheckpoint) {
        this.onCheckpoint = onCheckpoint;
        handle = new Handle(this, what, client, reader,
                forgotten -> Native.readerClose(forgotten, (int) UNTIL_LEFT.toMillis()));
    }

    /**
     * The next slice: whole events of one segment, in order. One slice of a segment is out at a time; slices of
     * several segments may be.
     *
     * @param limit how long to wait for one
     * @return the slice, to be given back; null when there was none until the limit ended, or when all was read:
     *         {@link #ended} tells the two apart
     * @throws PravegaException.Cancelled interrupted while waiting
     * @throws PravegaException.Closed the reader was closed
     * @throws PravegaException.ReaderNotInGroup it was taken out of its group
     * @throws PravegaException.GroupReinitialized the group was reset; then, as when it was taken out, what was not
     *         given back is read again, what was given back may be, and the reader is to be closed and may be opened
     *         again
     * @throws PravegaException.NoSuchStream a stream was deleted and another one made under its name, which the group
     *         reads after a {@link ReaderGroup#resetReaderGroup}
     */
    public Slice next(Duration limit) {
        return next(Deadline.in(limit));
    }

    private Slice next(Deadline until) {
        long[] out = new long[5];
        for (;;) {
            tell();
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
            if (status == CHECKPOINT) {
                if (onCheckpoint != null) {
                    due = Text.of(Native.readerCheckpoint(reader));
                }
                continue; // asking for more says that it was passed
            }
            if (status != Kind.TimedOut.code) {
                throw failure(reader, status);
            }
            if (until.over(toString())) {
                return null;
            }
        }
    }

    /** Tells the application of a checkpoint that it has not heard of, or has not finished. */
    private void tell() {
        String checkpoint = due;
        if (checkpoint != null) {
            onCheckpoint.accept(checkpoint);
            due = null;
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
     * Whether everything was read, up to the ends that the group has or those of its streams, which are sealed: nothing
     * will come any more.
     *
     * @return true once {@link #next} has found that out
     */
    public boolean ended() {
        return ended;
    }

    /**
     * What keeps the reader from events now: which server, at which address, what it did and for how long. The reader goes
     * on by itself when that is over. That nothing is there to read, or that other readers have all segments, is no
     * trouble; see {@link #waiting}.
     *
     * @return empty while nothing is known to
     * @throws PravegaException.Closed the reader was closed
     */
    public Optional<PravegaException> trouble() {
        Optional<PravegaException> trouble = Obstacle.trouble(handle, Native::readerTrouble);
        Reference.reachabilityFence(this);
        return trouble;
    }

    /**
     * The {@link #trouble} in words, or what the reader waits for: why {@link #next(Duration)} returned null.
     *
     * @return empty if a slice is there
     * @throws PravegaException.Closed the reader was closed
     */
    public String waiting() {
        String waiting = Obstacle.waiting(handle, Native::readerTrouble);
        Reference.reachabilityFence(this);
        return waiting;
    }

    /**
     * Where the reader stands, by what was given back. See {@link Event#position} for where it stands once it is done with
     * an event.
     *
     * @return its position in the segments that it has now
     * @throws PravegaException.Closed the reader was closed
     */
    public Position position() {
        byte[] position = Native.readerPosition(handle.get());
        Reference.reachabilityFence(this);
        return Position.from(Text.of(position));
    }

    /**
     * Between which event times, as writers told them with {@link EventWriter#noteTime}, the group is in one of its
     * streams, by what this reader has given back and what the others told last, which is a few seconds old. The servers
     * mark the times every ten seconds or so, when all writers have moved on. It asks a server at most once a second, and
     * only when the group has passed all marks that are known.
     *
     * @param scope the stream's scope
     * @param stream its name
     * @return the window
     * @throws PravegaException.InvalidArgument the group does not read such a stream
     * @throws PravegaException.Closed the reader was closed
     */
    public TimeWindow timeWindow(String scope, String stream) {
        long[] bounds = new long[2];
        Native.readerTimeWindow(handle.get(), Text.name("scope", scope), Text.name("stream", stream), bounds);
        Reference.reachabilityFence(this);
        return new TimeWindow(bounds[0], bounds[1]);
    }

    /**
     * The events to come, one after the other, until all was read, up to the ends that the group has or those of its
     * streams, which are sealed. The loop takes slices and gives them back. An event counts as consumed when the one
     * after it was asked for; {@link #close} gives back what was not, so that a loop that was left early loses nothing: its
     * last event is delivered again.
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

    /** Gives back what a loop has taken, unless another thread or the end of the reader did. */
    private void letGo() {
        try {
            giveBack();
        } catch (PravegaException.Closed e) {
            // so it was
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
        letGo();
        long reader = handle.take();
        if (reader != 0) {
            Native.readerClose(reader, millis);
        }
        Reference.reachabilityFence(this);
    }

    /**
     * As {@link #closeAt(Position, Duration)}, for at most 30 seconds.
     *
     * @param position where the next readers go on
     */
    public void closeAt(Position position) {
        closeAt(position, UNTIL_LEFT);
    }

    /**
     * Leaves the group and closes, for an application that is done with the events before a position, whatever it has
     * given back: the next readers go on there. In segments that the position lacks they go on from the reader's last
     * checkpoint, or from where it acquired them. What was given back to its end is done with, if the group knows already.
     *
     * @param position a position of this reader
     * @param limit how long to wait until the group knows
     * @throws PravegaException.InvalidArgument the position is ahead of what was handed out: the reader stays open
     * @throws PravegaException.Closed the reader was closed before
     * @throws PravegaException the group could not be told: the reader is closed, but see
     *         {@link ReaderGroup#readerOffline(String, Position)}
     */
    public void closeAt(Position position, Duration limit) {
        byte[] at = Text.name("position", position.asText());
        int millis = Deadline.in(limit).millis();
        boolean open = false;
        try {
            Native.readerCloseAt(handle.get(), at, millis);
        } catch (PravegaException.InvalidArgument | PravegaException.Panic e) {
            open = true;
            throw e;
        } finally {
            if (!open) {
                handle.take();
                letGo();
            }
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
