package io.pravega.jni;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a reader stands in the segments that it has: {@link EventReader#position}, {@link Slice#position} and
 * {@link Event#position} give it. An application that keeps it with what it made of the events has its group go on
 * right there, by {@link EventReader#closeAt} or, after a crash, {@link ReaderGroup#readerOffline(String, Position)}.
 * Its text and its bytes are those of the official Java client. Immutable; positions are equal that say the same. No
 * method asks a server.
 */
public final class Position {
    private final String text;
    private final Map<String, Long> offsets;

    private Position(String text, Map<String, Long> offsets) {
        this.text = text;
        this.offsets = offsets;
    }

    /**
     * The position that a text says.
     *
     * @param text as {@link #asText} gives it, or {@code Position.toString} of the official client
     * @return the position
     * @throws PravegaException.InvalidArgument the text is no position
     */
    public static Position from(String text) {
        Library.load();
        List<String> info = Text.list(Native.positionInfo(Text.name("position", text)));
        Map<String, Long> offsets = new TreeMap<>();
        for (int i = 0; i + 1 < info.size(); i += 2) {
            offsets.put(info.get(i), Long.parseLong(info.get(i + 1)));
        }
        return new Position(text, offsets);
    }

    /**
     * The position that is in bytes.
     *
     * @param bytes as {@link #toBytes} gives them, here or in the official client; from the buffer's position to its
     *        limit, neither of which changes
     * @return the position
     * @throws PravegaException.InvalidArgument the bytes are no position
     */
    public static Position fromBytes(ByteBuffer bytes) {
        Library.load();
        return from(Text.of(Native.positionFromBytes(Text.bytes(bytes))[0]));
    }

    /**
     * Its text, to be kept and handed to other programs.
     *
     * @return {@code segment=offset} of each segment, separated by {@code ", "}; empty for a reader without segments
     */
    public String asText() {
        return text;
    }

    /**
     * Its bytes, to be kept and handed to other programs.
     *
     * @return a new buffer
     */
    public ByteBuffer toBytes() {
        Library.load();
        return ByteBuffer.wrap(Native.positionToBytes(Text.name("position", text)));
    }

    /**
     * The offset of the first event that is not done with in each of the reader's segments.
     *
     * @return bytes by the segments' qualified names, in the order of names, unmodifiable; -1 for a segment that was
     *         read to its end
     */
    public Map<String, Long> offsets() {
        return Collections.unmodifiableMap(offsets);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Position && offsets.equals(((Position) other).offsets);
    }

    @Override
    public int hashCode() {
        return offsets.hashCode();
    }

    /** The text, as {@link #asText}. */
    @Override
    public String toString() {
        return text;
    }
}
