package io.pravega.jni;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** A native object, ended once: by whoever takes it, or when its owner is garbage. */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    /** What outlives the owner, so it must not refer to it. */
    private static final class State implements Runnable {
        private final AtomicLong handle;
        private final LongConsumer end;
        private volatile Object parent; // is not garbage before this is ended

        State(long handle, Object parent, LongConsumer end) {
            this.handle = new AtomicLong(handle);
            this.parent = parent;
            this.end = end;
        }

        long take() {
            parent = null;
            return handle.getAndSet(0);
        }

        @Override
        public void run() {
            Object until = parent;
            long left = take();
            if (left != 0) {
                try {
                    end.accept(left);
                } catch (PravegaException e) {
                    // there is nobody to tell
                }
            }
            Reference.reachabilityFence(until);
        }
    }

    private final String what;
    private final State state;
    private final Cleaner.Cleanable cleanable;

    /** The end is used when the owner was forgotten; it must not refer to the owner. */
    Handle(Object owner, String what, Object parent, long handle, LongConsumer end) {
        this.what = what;
        this.state = new State(handle, parent, end);
        this.cleanable = CLEANER.register(owner, state);
    }

    /** The native handle, for one call. Throws Closed. */
    long get() {
        long handle = state.handle.get();
        if (handle == 0) {
            throw closed();
        }
        return handle;
    }

    /** The same for calls that take 0 for a closed one. */
    long orZero() {
        return state.handle.get();
    }

    boolean isOpen() {
        return state.handle.get() != 0;
    }

    PravegaException closed() {
        return Kind.Closed.exception(what + " is closed");
    }

    /** Hands the native object over, to be ended by the caller; 0 when somebody had it before. */
    long take() {
        long handle = state.take();
        cleanable.clean();
        return handle;
    }

    @Override
    public String toString() {
        return what;
    }
}
