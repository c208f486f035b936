package io.pravega.jni;

import java.util.function.Consumer;

/** Tells an application how its reader group changes, until it is closed: see {@link ReaderGroup#watch}. Thread-safe. */
public final class GroupWatch implements AutoCloseable {
    private static final int PIECE_MS = 100; // of the wait, so that close is noticed

    private final ReaderGroup group;
    private final Consumer<GroupStatus> onChange;
    private final Consumer<PravegaException> onError;
    private final Thread thread = new Thread(this::run, "pravega-watch");
    private volatile boolean closed;

    GroupWatch(ReaderGroup group, Consumer<GroupStatus> onChange, Consumer<PravegaException> onError) {
        this.group = group;
        this.onChange = onChange;
        this.onError = onError;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long[] status = {-1, 0, 0}; // no group has it, so that the first one is told
        while (!closed) {
            boolean changed;
            try {
                changed = group.waitChange(status, PIECE_MS);
            } catch (PravegaException e) {
                if (!closed) {
                    onError.accept(e);
                }
                return;
            }
            if (changed && !closed) {
                onChange.accept(new GroupStatus(status[0], status[1], status[2] != 0));
            }
        }
    }

    /**
     * Ends the calls. It waits until one that is under way has returned, unless it is called from there, or the thread
     * is interrupted, whose interrupt status stays set. A second close does nothing more.
     */
    @Override
    public void close() {
        closed = true;
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "watch of " + group;
    }
}
