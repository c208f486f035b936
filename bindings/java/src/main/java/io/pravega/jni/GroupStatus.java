package io.pravega.jni;

import java.util.Objects;

/**
 * How much there is to read for a reader group at a time, and for how many: what {@link ReaderGroup#watch} tells.
 * Immutable; statuses are equal that say the same.
 */
public final class GroupStatus {
    private final long segments;
    private final long readers;
    private final boolean endOfData;

    GroupStatus(long segments, long readers, boolean endOfData) {
        this.segments = segments;
        this.readers = readers;
        this.endOfData = endOfData;
    }

    /**
     * The segments that are being read or free to be read: more readers than that would have nothing to do. Their number
     * changes when streams are scaled.
     *
     * @return how many
     */
    public long segments() {
        return segments;
    }

    /**
     * The readers that are in the group, in whatever process and language.
     *
     * @return how many
     */
    public long readers() {
        return readers;
    }

    /**
     * Whether everything was read that the group will ever have, as {@link EventReader#ended} says it. It is false
     * again after a reset.
     *
     * @return true at the end
     */
    public boolean endOfData() {
        return endOfData;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupStatus && segments == ((GroupStatus) other).segments
                && readers == ((GroupStatus) other).readers && endOfData == ((GroupStatus) other).endOfData;
    }

    @Override
    public int hashCode() {
        return Objects.hash(segments, readers, endOfData);
    }

    @Override
    public String toString() {
        return segments + " segments, " + readers + " readers" + (endOfData ? ", all was read" : "");
    }
}
