package io.pravega.jni;

import java.util.Objects;

/**
 * Between which event times, as writers told them with {@link EventWriter#noteTime} and in their unit, a reader group
 * is in a stream. Immutable; windows are equal that say the same.
 */
public final class TimeWindow {
    private static final long NO_LOWER_BOUND = Long.MIN_VALUE; // PRAVEGA_NO_LOWER_BOUND
    private static final long NO_UPPER_BOUND = Long.MAX_VALUE; // PRAVEGA_NO_UPPER_BOUND

    private final Long lower;
    private final Long upper;

    TimeWindow(long lower, long upper) {
        this.lower = lower == NO_LOWER_BOUND ? null : Long.valueOf(lower);
        this.upper = upper == NO_UPPER_BOUND ? null : Long.valueOf(upper);
    }

    /**
     * The time that what is read from now on has at least.
     *
     * @return a time, or null if it is not known: near the head of the stream, and if nobody told times
     */
    public Long lowerTimeBound() {
        return lower;
    }

    /**
     * The latest time that what was read so far can have. The official client's readers report the last mark's time
     * until the group has passed that mark in all segments.
     *
     * @return a time, or null if it is not known: near the tail of the stream, that is behind the servers' last mark in
     *         any segment
     */
    public Long upperTimeBound() {
        return upper;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TimeWindow && Objects.equals(lower, ((TimeWindow) other).lower)
                && Objects.equals(upper, ((TimeWindow) other).upper);
    }

    @Override
    public int hashCode() {
        return Objects.hash(lower, upper);
    }

    @Override
    public String toString() {
        return "TimeWindow[" + lower + ", " + upper + "]";
    }
}
