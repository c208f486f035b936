package io.pravega.jni;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The futures of one writer. It knows the native writer, not the EventWriter, which may become garbage. */
final class Acks {
    /** A future that waits for a number. */
    private static final class Ack extends CompletableFuture<Void> implements Comparable<Ack> {
        private final long number;

        Ack(long number) {
            this.number = number;
        }

        @Override
        public int compareTo(Ack other) {
            return Long.compare(number, other.number);
        }
    }

    private static final long NONE = Long.MAX_VALUE;

    private final long writer;
    private final String name;
    private final int descriptor;
    private final PriorityQueue<Ack> waiting = new PriorityQueue<>();
    private volatile long first = NONE; // the lowest number that is waited for
    private long acked;
    private PravegaException end;

    Acks(long writer, String name) {
        this.writer = writer;
        this.name = name;
        this.descriptor = Native.ackWatch(writer);
    }

    /** Ours; closed by the thread that polls it. */
    int descriptor() {
        return descriptor;
    }

    synchronized CompletableFuture<Void> when(long number) {
        if (number <= acked) {
            return CompletableFuture.completedFuture(null);
        }
        if (end != null) {
            return CompletableFuture.failedFuture(end);
        }
        Ack ack = new Ack(number);
        waiting.add(ack);
        first = waiting.peek().number;
        return ack;
    }

    /** A status, as writerWait. */
    synchronized int await(long number, int timeoutMs) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (number > acked && end == null) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return Kind.TimedOut.code;
            }
            first = Math.min(first, number);
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Kind.TimedOut.code;
            }
        }
        return number <= acked ? 0 : end.code();
    }

    /** Somebody else has looked, which makes the descriptor silent: the thread must not miss what it told. */
    void seen(long upTo, int status) {
        if (first <= upTo || status != Kind.TimedOut.code && status != 0) {
            AckThread.wake();
        }
    }

    /** Looks, and completes what is acked. False when there will be nothing more. */
    boolean look() {
        long[] upTo = new long[1];
        int status = Native.writerWait(writer, Long.MAX_VALUE, 0, upTo);
        if (status == Kind.TimedOut.code) {
            settle(upTo[0], null);
        } else if (status != Kind.BadHandle.code) { // else it was closed, and close will tell the end
            settle(upTo[0], finalError(status));
        }
        synchronized (this) {
            return end == null;
        }
    }

    private PravegaException finalError(int status) {
        try {
            Native.writerRaise(writer);
        } catch (PravegaException e) {
            return e;
        }
        return Kind.of(status, name);
    }

    /** The writer was closed. */
    void end(long upTo, PravegaException failure) {
        settle(upTo, failure);
        AckThread.wake();
    }

    private void settle(long upTo, PravegaException failure) {
        List<Ack> done = new ArrayList<>();
        List<Ack> failed;
        synchronized (this) {
            acked = Math.max(acked, upTo);
            end = end == null ? failure : end;
            while (!waiting.isEmpty() && waiting.peek().number <= acked) {
                done.add(waiting.poll());
            }
            failed = end == null ? List.of() : new ArrayList<>(waiting);
            if (end != null) {
                waiting.clear();
            }
            first = waiting.isEmpty() ? NONE : waiting.peek().number;
            notifyAll();
        }
        done.forEach(ack -> ack.complete(null));
        failed.forEach(ack -> ack.completeExceptionally(end));
    }
}
