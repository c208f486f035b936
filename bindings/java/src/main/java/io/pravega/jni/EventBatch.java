package io.pravega.jni;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;

/**
 * Events to be written with one crossing to the native library: the fast way to write many small ones. Fill it, hand
 * it to {@link EventWriter#write(EventBatch)} or {@link Transaction#write(EventBatch)}, which empty it, and fill it
 * again: its memory is kept. Not thread-safe.
 */
public final class EventBatch {
    private static final int NO_KEY = -1; // PRAVEGA_NO_KEY
    private static final int MOST = Integer.MAX_VALUE - 64;

    private ByteBuffer events = bytes(64 << 10);
    private ByteBuffer lens = bytes(4 << 10);
    private ByteBuffer keys = bytes(0);
    private ByteBuffer keyLens; // null until an event has a key
    private int count;
    private int taken; // events at the front that a writer has accepted, with their bytes
    private int eventsTaken;
    private int keysTaken;

    /** Makes an empty batch. */
    public EventBatch() {
    }

    /**
     * A batch of events without routing keys.
     *
     * @param events the events, copied
     * @return a new batch
     * @throws PravegaException.EventTooLarge one is larger than {@link EventWriter#MAX_EVENT}
     */
    public static EventBatch of(Collection<byte[]> events) {
        EventBatch batch = new EventBatch();
        for (byte[] event : events) {
            batch.add(event);
        }
        return batch;
    }

    /**
     * Adds an event without a routing key.
     *
     * @param event copied
     * @return this batch
     * @throws PravegaException.EventTooLarge it is larger than {@link EventWriter#MAX_EVENT}
     */
    public EventBatch add(byte[] event) {
        return add(null, event);
    }

    /**
     * Adds an event.
     *
     * @param key its routing key; null: none
     * @param event copied
     * @return this batch
     * @throws PravegaException.EventTooLarge it is larger than {@link EventWriter#MAX_EVENT}
     * @throws PravegaException.InvalidArgument the key is no well-formed text
     */
    public EventBatch add(String key, byte[] event) {
        if (event.length > EventWriter.MAX_EVENT) {
            throw Kind.EventTooLarge.exception("an event of " + event.length + " bytes is larger than " + EventWriter.MAX_EVENT);
        }
        byte[] utf8 = Text.key(key);
        events = room(events, event.length);
        lens = room(lens, Integer.BYTES);
        if (utf8 != null || keyLens != null) {
            addKey(utf8);
        }
        events.put(event);
        lens.putInt(event.length);
        count++;
        return this;
    }

    private void addKey(byte[] key) {
        if (keyLens == null) {
            keyLens = bytes(lens.capacity());
            for (int i = 0; i < count; i++) {
                keyLens.putInt(NO_KEY);
            }
        }
        int len = key == null ? 0 : key.length;
        keys = room(keys, len);
        keyLens = room(keyLens, Integer.BYTES);
        if (key != null) {
            keys.put(key);
        }
        keyLens.putInt(key == null ? NO_KEY : len);
    }

    /**
     * How many events it holds that no writer has accepted.
     *
     * @return the number
     */
    public int size() {
        return count - taken;
    }

    /**
     * How many bytes these events have, without their keys.
     *
     * @return the number
     */
    public int bytes() {
        return events.position() - eventsTaken;
    }

    /** Empties it. Its memory is kept. */
    public void clear() {
        events.clear();
        lens.clear();
        keys.clear();
        if (keyLens != null) {
            keyLens.clear();
        }
        count = 0;
        taken = 0;
        eventsTaken = 0;
        keysTaken = 0;
    }

    /** Offers what it holds to a writer. Returns what write_many does, and drops what was accepted. */
    long writeTo(long writer, int timeoutMs, long[] last) {
        long accepted = Native.writeMany(writer, keyBytes(), keysTaken, keyLens, events, eventsTaken, lens, taken, size(),
                timeoutMs, last);
        drop((int) Math.max(0, accepted));
        return accepted;
    }

    /** Offers it to a transaction. Returns 0 or why nothing more was accepted, and drops what was, also when it throws. */
    int writeToTransaction(long txn, int timeoutMs) {
        int[] accepted = new int[1];
        try {
            return Native.txnWriteMany(txn, keyBytes(), keysTaken, keyLens, events, eventsTaken, lens, taken, size(),
                    timeoutMs, accepted);
        } finally {
            drop(accepted[0]);
        }
    }

    private ByteBuffer keyBytes() {
        return keyLens == null ? null : keys;
    }

    private void drop(int accepted) {
        if (accepted == size()) {
            clear();
            return;
        }
        for (int end = taken + accepted; taken < end; taken++) {
            int at = taken * Integer.BYTES;
            eventsTaken += lens.getInt(at);
            if (keyLens != null && keyLens.getInt(at) != NO_KEY) {
                keysTaken += keyLens.getInt(at);
            }
        }
    }

    private static ByteBuffer bytes(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer room(ByteBuffer buffer, int more) {
        if (buffer.remaining() >= more) {
            return buffer;
        }
        long need = (long) buffer.position() + more;
        if (need > MOST) {
            throw Kind.InvalidArgument.exception("a batch holds at most " + MOST + " bytes");
        }
        ByteBuffer larger = bytes((int) Math.min(MOST, Math.max(need, 2L * buffer.capacity())));
        return larger.put(buffer.flip());
    }
}
