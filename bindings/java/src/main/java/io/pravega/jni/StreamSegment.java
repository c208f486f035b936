package io.pravega.jni;

/** A segment of a stream that can be written to. */
public final class StreamSegment {
    private final long id;
    private final KeyRange keys;

    StreamSegment(long id, KeyRange keys) {
        this.id = id;
        this.keys = keys;
    }

    /**
     * Its id in the stream, for {@link PravegaClient#scaleStream}.
     *
     * @return the id
     */
    public long id() {
        return id;
    }

    /**
     * Its part of the key space.
     *
     * @return the range of keys that go to it
     */
    public KeyRange keys() {
        return keys;
    }

    @Override
    public String toString() {
        return "segment " + id + " " + keys;
    }
}
