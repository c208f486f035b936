package io.pravega.jni;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A limit of time, waited for in short pieces, so that interrupts are noticed. */
final class Deadline {
    static final Deadline NEVER = new Deadline(Long.MAX_VALUE);
    private static final int PIECE_MS = 100;

    private final long end; // of System.nanoTime
    private final long limit;

    private Deadline(long limit) {
        this.limit = limit;
        this.end = System.nanoTime() + limit;
    }

    static Deadline in(Duration limit) {
        if (limit.isNegative()) {
            throw Kind.InvalidArgument.exception("the time limit " + limit + " is negative");
        }
        if (limit.compareTo(Duration.ofDays(36500)) > 0) {
            return NEVER;
        }
        return limit.isZero() ? new Deadline(0) : new Deadline(limit.toNanos());
    }

    /** Milliseconds to wait next: 0 only if the limit is. */
    int piece() {
        return limit == 0 ? 0 : Math.max(1, Math.min(PIECE_MS, left()));
    }

    /** Milliseconds left, rounded up, at most what C takes. */
    int left() {
        if (limit == Long.MAX_VALUE) {
            return Integer.MAX_VALUE;
        }
        long nanos = end - System.nanoTime();
        return nanos <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
    }

    boolean isZero() {
        return limit == 0;
    }

    /** What is left, as C takes it: -1 for ever. */
    int millis() {
        return this == NEVER ? -1 : left();
    }

    /** Between two pieces: true when the time is over. Throws Cancelled when the thread was interrupted. */
    boolean over(String doing) {
        return over(doing, false);
    }

    /** The same. If the wait is cancelled, the error says whether what was waited for may still happen. */
    boolean over(String doing, boolean mayCome) {
        if (left() == 0) {
            return true;
        }
        if (Thread.currentThread().isInterrupted()) {
            throw Kind.Cancelled.exception("interrupted: " + doing, mayCome);
        }
        return false;
    }
}
