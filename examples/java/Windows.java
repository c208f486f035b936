import io.pravega.jni.*;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Writes readings in windows of ten seconds of their own time, each window all at once when it is complete, or not at
 * all: the sink of a stream processor: java -cp pravega-jni-0.1.0.jar Windows.java tcp://127.0.0.1:9090 my-scope
 */
class Windows {
    static final int WINDOW = 10; // seconds

    /** What a sensor measured, and when. */
    static class Reading {
        final String sensor;
        final int second;
        final int value;

        Reading(String sensor, int second, int value) {
            this.sensor = sensor;
            this.second = second;
            this.value = value;
        }
    }

    public static void main(String[] args) {
        String scope = args[1];
        try (PravegaClient client = PravegaClient.open(args[0])) {
            client.createScope(scope);
            client.createStream(scope, "readings");
            try (TransactionalWriter writer = client.openTransactionalWriter(scope, "readings")) {
                Queue<Reading> source = source();
                for (int end = WINDOW; !source.isEmpty(); end += WINDOW) {
                    try (Transaction window = writer.begin()) {
                        while (!source.isEmpty() && source.peek().second < end) {
                            Reading r = source.remove();
                            window.write(r.sensor, (r.sensor + " at " + r.second + " s: " + r.value).getBytes());
                        }
                        if (!source.isEmpty()) { // the next reading is behind the window: it is complete
                            // A sink that must not lose a window when it dies here flushes, keeps
                            // window.id() with its own state, and commits after it has started again:
                            // writer.attach(id), then commit, which may be repeated.
                            window.commitAt(end * 1000L);
                        }
                    } // aborts what was not committed
                }
            }
            client.sealStream(scope, "readings"); // so that reading comes to an end
            client.createReaderGroup(scope, "readers", scope + "/readings");
            try (ReaderGroup group = client.openReaderGroup(scope, "readers"); EventReader reader = group.openReader("reader-1")) {
                reader.events().forEach(event -> System.out.println(event.text()));
            }
        }
    }

    /** Readings in the order of their times, up to the middle of the third window. */
    static Queue<Reading> source() {
        Queue<Reading> readings = new ArrayDeque<>();
        for (int second = 0; second < 25; second += 5) {
            readings.add(new Reading("attic", second, 20));
            readings.add(new Reading("cellar", second, 12));
        }
        return readings;
    }
}
