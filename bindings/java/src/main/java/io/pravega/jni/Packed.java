package io.pravega.jni;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;

/** Events that are written as one: back to back, for one crossing to the native library. */
final class Packed {
    final byte[] bytes;
    final int[] lens;

    /** Copies them. Throws EventTooLarge before it copies too much; `of` is what they are for. */
    Packed(Collection<byte[]> events, Object of) {
        lens = events.stream().mapToInt(event -> event.length).toArray();
        long size = Arrays.stream(lens).asLongStream().sum();
        if (size > EventWriter.MAX_EVENT) {
            throw Kind.of(Kind.EventTooLarge.code, of + ": " + this);
        }
        ByteBuffer packed = ByteBuffer.allocate((int) size);
        events.forEach(packed::put);
        bytes = packed.array();
    }

    @Override
    public String toString() {
        return "writing " + lens.length + " events as one";
    }
}
