package io.pravega.jni;

import java.util.ArrayList;
import java.util.List;

/**
 * The one daemon thread that completes futures: it polls the descriptors of all writers of which somebody wanted a
 * future, and ends when there are none. No thread of the native library ever enters Java.
 */
final class AckThread implements Runnable {
    private static final List<Acks> WATCHED = new ArrayList<>(); // also the lock of what is static
    private static int wake = -1;
    private static boolean running;

    private AckThread() {
    }

    static void watch(Acks acks) {
        synchronized (WATCHED) {
            if (wake < 0) {
                wake = Native.ackWakeOpen();
            }
            WATCHED.add(acks);
            if (!running) {
                Thread thread = new Thread(new AckThread(), "pravega-acks");
                thread.setDaemon(true);
                thread.start();
                running = true;
            }
        }
        wake();
    }

    /** Makes the thread look at every writer. */
    static void wake() {
        synchronized (WATCHED) {
            if (running) {
                Native.ackWake(wake);
            }
        }
    }

    @Override
    public void run() {
        for (Acks[] watched = watched(); watched.length > 0; watched = watched()) {
            int[] descriptors = new int[watched.length];
            for (int i = 0; i < watched.length; i++) {
                descriptors[i] = watched[i].descriptor();
            }
            boolean[] ready = new boolean[watched.length];
            boolean all = Native.ackPoll(wake, descriptors, ready);
            for (int i = 0; i < watched.length; i++) {
                if ((all || ready[i]) && !watched[i].look()) {
                    forget(watched[i]);
                }
            }
        }
    }

    /** None: this thread ends. */
    private static Acks[] watched() {
        synchronized (WATCHED) {
            running = !WATCHED.isEmpty();
            return WATCHED.toArray(new Acks[0]);
        }
    }

    private static void forget(Acks acks) {
        synchronized (WATCHED) {
            WATCHED.remove(acks);
        }
        Native.ackForget(acks.descriptor());
    }
}
