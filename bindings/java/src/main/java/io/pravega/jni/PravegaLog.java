package io.pravega.jni;

import java.lang.System.Logger.Level;
import java.util.Objects;

/**
 * The log of the native library, which is silent until it is asked for. Messages go to one logger for the whole
 * process, from one daemon thread.
 *
 * <p>Once a segment store, or all controllers, have been away for a second, there is a {@link Level#WARNING} with the
 * address and the cause, further ones at growing intervals, and an {@link Level#INFO} when the outage has ended. Single
 * attempts are {@link Level#DEBUG}.
 */
public final class PravegaLog {
    private static final Level[] LEVELS = {Level.OFF, Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG};

    private static long session;

    private PravegaLog() {
    }

    /**
     * Sends the log to a logger, from now on instead of any other.
     *
     * @param logger where it goes
     * @param level the least important level that is wanted; {@link Level#OFF} turns the log off
     */
    public static synchronized void to(System.Logger logger, Level level) {
        Objects.requireNonNull(logger, "logger");
        int wanted = number(level);
        Library.load();
        Native.logSet(0, 0);
        if (wanted != 0) {
            long mine = ++session;
            Native.logSet(wanted, mine);
            Thread thread = new Thread(() -> pass(logger, mine), "pravega-log");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void pass(System.Logger logger, long mine) {
        int[] level = new int[1];
        for (byte[] line = Native.logTake(mine, level); line != null; line = Native.logTake(mine, level)) {
            logger.log(LEVELS[Math.min(level[0], LEVELS.length - 1)], Text.of(line));
        }
    }

    private static int number(Level level) {
        switch (level) {
            case OFF:
                return 0;
            case ERROR:
                return 1;
            case WARNING:
                return 2;
            case INFO:
                return 3;
            default:
                return 4;
        }
    }
}
