package io.pravega.jni;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where an event is stored: {@link Event#pointer} gives it, and by it {@link PravegaClient#fetchEvent} reads the event
 * again, for as long as it is not truncated away. Its text and its bytes are those of the official Java client.
 * Immutable; pointers are equal that say the same. No method asks a server.
 */
public final class EventPointer {
    private final String segment;
    private final long offset;
    private final int length;

    EventPointer(String segment, long offset, int length) {
        this.segment = segment;
        this.offset = offset;
        this.length = length;
    }

    /**
     * The pointer that a text says.
     *
     * @param text as {@link #asText} gives it, or {@code EventPointer.toString} of the official client
     * @return the pointer
     * @throws PravegaException.InvalidArgument the text is no pointer
     */
    public static EventPointer from(String text) {
        Library.load();
        List<String> info = Text.list(Native.pointerInfo(Text.name("event pointer", text)));
        return new EventPointer(info.get(5), Long.parseLong(info.get(7)), Integer.parseInt(info.get(9)));
    }

    /**
     * The pointer that is in bytes.
     *
     * @param bytes as {@link #toBytes} gives them, here or in the official client; from the buffer's position to its
     *        limit, neither of which changes
     * @return the pointer
     * @throws PravegaException.InvalidArgument the bytes are no pointer
     */
    public static EventPointer fromBytes(ByteBuffer bytes) {
        Library.load();
        return from(Text.of(Native.pointerFromBytes(Text.bytes(bytes))[0]));
    }

    /**
     * Its text, to be kept and handed to other programs.
     *
     * @return {@code segment:offset-length}, where the length counts the 8 bytes before the event too
     */
    public String asText() {
        return segment + ":" + offset + "-" + ((long) length + Slice.HEADER);
    }

    /**
     * Its bytes, to be kept and handed to other programs.
     *
     * @return a new buffer
     */
    public ByteBuffer toBytes() {
        Library.load();
        return ByteBuffer.wrap(Native.pointerToBytes(Text.name("event pointer", asText())));
    }

    /**
     * The scope of the event's stream.
     *
     * @return its name
     */
    public String scope() {
        return Slice.scopeOf(segment);
    }

    /**
     * The event's stream.
     *
     * @return its name
     */
    public String stream() {
        return Slice.streamOf(segment);
    }

    /**
     * The qualified name of the event's segment.
     *
     * @return as {@link Slice#segment}
     */
    public String segment() {
        return segment;
    }

    /**
     * Where the event is in its segment.
     *
     * @return as {@link Event#offset}
     */
    public long offset() {
        return offset;
    }

    /**
     * The event's size.
     *
     * @return bytes, as {@link Event#length}
     */
    public int length() {
        return length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EventPointer && asText().equals(((EventPointer) other).asText());
    }

    @Override
    public int hashCode() {
        return asText().hashCode();
    }

    /** The text, as {@link #asText}. */
    @Override
    public String toString() {
        return asText();
    }
}
