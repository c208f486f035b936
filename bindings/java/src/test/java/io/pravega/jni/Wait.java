package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for conditions. */
final class Wait {
    static final Duration LONG = Duration.ofSeconds(60);

    private Wait() {
    }

    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + LONG.toNanos(); !condition.getAsBoolean(); Thread.sleep(10)) {
            if (System.nanoTime() > end) {
                fail("not within " + LONG + ": " + what);
            }
        }
    }

    /** Until a thread sleeps in C or Java. */
    static void untilInside(Thread thread, String method) throws InterruptedException {
        until(thread + " is in " + method, () -> {
            for (StackTraceElement frame : thread.getStackTrace()) {
                if (frame.getMethodName().equals(method)) {
                    return true;
                }
            }
            return false;
        });
    }
}
