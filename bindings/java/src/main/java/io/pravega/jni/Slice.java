package io.pravega.jni;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Whole events of one segment, in order: the unit of reading. Its bytes were copied out of the native library in one
 * piece, so iterating crosses nothing, and events stay readable after it was given back.
 *
 * <p>Give every slice back. {@link #release} says that all of it was consumed, {@link #releaseAt} from where on it was
 * not. {@link #close} gives back what the iteration has gone past: an event counts as consumed when the one after it
 * was asked for, so that an event whose handling threw is delivered again. Until then no other slice of this segment
 * is handed out.
 */
public final class Slice implements Iterable<Event>, AutoCloseable {
    static final int HEADER = 8; // four bytes of type, 0, and four of length
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] data;
    private final long start;
    private final long skipped;
    private final String segment;
    private final Handle handle;
    private int consumed; // bytes that iterators have gone past

    Slice(EventReader reader, byte[] data, long handle, long start, long skipped, String segment) {
        this.data = data;
        this.start = start;
        this.skipped = skipped;
        this.segment = segment;
        this.handle = new Handle(this, "the slice at " + start + " of " + segment, reader, handle,
                forgotten -> Native.sliceRelease(forgotten, start));
    }

    byte[] data() {
        return data;
    }

    /**
     * The segment's qualified name.
     *
     * @return for example {@code scope/stream/0.#epoch.0}
     */
    public String segment() {
        return segment;
    }

    /**
     * The scope that the segment belongs to.
     *
     * @return its name
     */
    public String scope() {
        return scopeOf(segment);
    }

    static String scopeOf(String segment) {
        return segment.substring(0, segment.indexOf('/'));
    }

    /**
     * The stream that the segment belongs to.
     *
     * @return its name
     */
    public String stream() {
        return streamOf(segment);
    }

    static String streamOf(String segment) {
        int from = segment.indexOf('/') + 1;
        return segment.substring(from, segment.indexOf('/', from));
    }

    /**
     * Where its first event is in the segment.
     *
     * @return the offset
     */
    public long startOffset() {
        return start;
    }

    /**
     * Where the event behind its last one is in the segment.
     *
     * @return the offset
     */
    public long endOffset() {
        return start + data.length;
    }

    /**
     * How much truncation had deleted unread just before it.
     *
     * @return bytes, usually 0
     */
    public long skipped() {
        return skipped;
    }

    /**
     * All its bytes: events, each with four bytes of type (0) and four of length, big-endian, before it. Looking at them
     * is not iterating: who consumes them here says so by {@link #release}.
     *
     * @return a new read-only buffer
     */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(data).asReadOnlyBuffer();
    }

    /**
     * Its events, from the first on.
     *
     * @return a new iterator, for one thread
     * @throws PravegaException.Protocol while iterating: the bytes are no events
     */
    @Override
    public Iterator<Event> iterator() {
        return new Events();
    }

    private final class Events implements Iterator<Event> {
        private int at;

        @Override
        public boolean hasNext() {
            if (consumed < at) {
                consumed = at;
            }
            return at < data.length;
        }

        @Override
        public Event next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int left = data.length - at - HEADER;
            int length = left < 0 ? -1 : (int) INT.get(data, at + Integer.BYTES);
            if (length < 0 || length > left) {
                throw Kind.Protocol.exception("no event at offset " + (start + at) + " of " + segment);
            }
            Event event = new Event(Slice.this, at + HEADER, length);
            at += HEADER + length;
            return event;
        }
    }

    /**
     * Where the reader stands once the slice is given back at an offset, to be kept with what was made of the events
     * before.
     *
     * @param next the offset of the first event that is not done with, as {@link #releaseAt} takes it
     * @return the position, in all segments that the reader has now
     * @throws PravegaException.InvalidArgument no event begins there
     * @throws PravegaException.Closed the slice was given back, or its reader was closed
     */
    public Position position(long next) {
        byte[] position = Native.slicePosition(handle.get(), next);
        Reference.reachabilityFence(this);
        return Position.from(Text.of(position));
    }

    /**
     * Gives the slice back: all of it was consumed. When it returns, that is noted, also when the reader or its client is
     * being closed at the same time.
     *
     * @throws PravegaException.Closed it is not noted: the slice was given back before, the close of the reader or its
     *     client began before, or the reader had found out that it is not in its group any more; its events are delivered
     *     again then, after {@link EventReader#closeAt(Position)} those behind that position
     */
    public void release() {
        releaseAt(endOffset());
    }

    /**
     * Gives the slice back, consumed up to an event. That event and those behind it are delivered again, here or to
     * another reader.
     *
     * @param next the offset of the first event that was not consumed, see {@link Event#offset} and {@link Event#next}
     * @throws PravegaException.InvalidArgument no event begins there; the slice was given back as unread
     * @throws PravegaException.Closed as by {@link #release}
     */
    public void releaseAt(long next) {
        long slice = handle.take();
        int status = slice == 0 ? Kind.Closed.code : Native.sliceRelease(slice, next);
        if (status < 0) {
            throw Kind.of(status, "giving back " + handle + " at " + next);
        }
    }

    /**
     * Gives back what the iteration has gone past, and the rest as unread. Does nothing when the slice was given back
     * before.
     *
     * @throws PravegaException.Closed as by {@link #release}: what was consumed is not noted
     */
    @Override
    public void close() {
        if (handle.isOpen()) {
            releaseAt(start + consumed);
        }
    }

    @Override
    public String toString() {
        return data.length + " bytes at " + start + " of " + segment;
    }
}
