package io.pravega.jni;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One event of a slice. It stays readable after its slice was released. Thread-safe. */
public final class Event {
    private final Slice slice;
    private final int from;
    private final int length;

    Event(Slice slice, int from, int length) {
        this.slice = slice;
        this.from = from;
        this.length = length;
    }

    /**
     * The slice that it is in, which knows scope, stream and segment.
     *
     * @return the slice
     */
    public Slice slice() {
        return slice;
    }

    /**
     * Where it is in its segment.
     *
     * @return the offset, for {@link Slice#releaseAt}: give back there to have this event delivered again
     */
    public long offset() {
        return slice.startOffset() + from - Slice.HEADER;
    }

    /**
     * Where the event behind it is in its segment.
     *
     * @return the offset, for {@link Slice#releaseAt}: give back there when this event was the last one consumed
     */
    public long next() {
        return slice.startOffset() + from + length;
    }

    /**
     * Where it is stored, for {@link PravegaClient#fetchEvent} to read it again later.
     *
     * @return its pointer
     */
    public EventPointer pointer() {
        return new EventPointer(slice.segment(), offset(), length);
    }

    /**
     * Where the reader stands once it is done with this event and all before it in the slice, to be kept with what was
     * made of them.
     *
     * @return the position, in all segments that the reader has now
     * @throws PravegaException.Closed the slice was given back, or its reader was closed
     */
    public Position position() {
        return slice.position(next());
    }

    /**
     * Its size.
     *
     * @return bytes
     */
    public int length() {
        return length;
    }

    /**
     * A copy of its bytes.
     *
     * @return a new array
     */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(slice.data(), from, from + length);
    }

    /**
     * A view of its bytes.
     *
     * @return a new read-only buffer
     */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(slice.data(), from, length).slice().asReadOnlyBuffer();
    }

    /**
     * Its bytes as a text.
     *
     * @return what they are in UTF-8
     */
    public String text() {
        return new String(slice.data(), from, length, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "event of " + length + " bytes at " + offset() + " of " + slice.segment();
    }
}
