package io.pravega.jni;

import java.util.Optional;
import java.util.function.LongConsumer;

/** What stands in the way of an object, as its native half says by throwing it. */
final class Obstacle {
    private Obstacle() {
    }

    private static PravegaException of(Handle handle, LongConsumer raise) {
        try {
            raise.accept(handle.get());
            return null;
        } catch (PravegaException.Closed e) {
            throw e;
        } catch (PravegaException e) {
            return e;
        }
    }

    /** Nothing while it only waits. */
    static Optional<PravegaException> trouble(Handle handle, LongConsumer raise) {
        return Optional.ofNullable(of(handle, raise)).filter(e -> !(e instanceof PravegaException.TimedOut));
    }

    /** What is added to the message of a wait that ended. */
    static String because(String waiting) {
        return waiting.isEmpty() ? "" : ": " + waiting;
    }

    /** The same for people, or what it waits for. */
    static String waiting(Handle handle, LongConsumer raise) {
        PravegaException e = of(handle, raise);
        return e == null ? "" : e.getMessage();
    }
}
