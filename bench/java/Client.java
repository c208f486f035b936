import com.sun.management.OperatingSystemMXBean;

import io.pravega.jni.Event;
import io.pravega.jni.EventBatch;
import io.pravega.jni.EventReader;
import io.pravega.jni.EventWriter;
import io.pravega.jni.PravegaClient;
import io.pravega.jni.ReaderGroup;
import io.pravega.jni.Slice;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;

/** The benchmark's client in Java; see the Go package measure. */
public final class Client {
    private static final int WARM_UP = 1;
    private static final int BATCH = 256;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final PravegaClient client;
    private final String scope;
    private final String stream;
    private final int size;
    private final int count;

    // The result, from the first event to the last.
    private long events;
    private long before;
    private double seconds;
    private double cpuSeconds;
    private double p50;
    private double p99;

    // The clock.
    private long began;
    private long cpuBefore;

    private Client(PravegaClient client, String[] args) {
        this.client = client;
        scope = args[1];
        stream = args[2];
        size = Integer.parseInt(args[4]);
        count = Integer.parseInt(args[5]);
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 7) {
            fail("usage: Client URI SCOPE STREAM SEGMENTS SIZE COUNT WORK");
        }
        try (PravegaClient connection = PravegaClient.open(args[0])) {
            Client client = new Client(connection, args);
            switch (args[6]) {
                case "write" -> client.write(client::batches);
                case "write-single" -> client.write(client::singles);
                case "latency" -> client.latency();
                case "read" -> client.read();
                default -> fail("there is no work " + args[6]);
            }
            client.tell();
        }
    }

    private static void fail(String why) {
        System.err.println(why);
        System.exit(1);
    }

    /** A way to write all events; returns the number of the last one. */
    private interface Way {
        long writeAll(EventWriter writer);
    }

    /** Writes all events as fast as the window lets it. */
    private void write(Way way) {
        try (EventWriter writer = ready()) {
            start();
            await(writer, way.writeAll(writer));
            stop(writer.acked() - WARM_UP);
            before = WARM_UP;
        }
    }

    private long batches(EventWriter writer) {
        byte[] event = new byte[size];
        EventBatch batch = new EventBatch();
        long last = 0;
        for (int left = count; left > 0; left -= BATCH) {
            for (int i = Math.min(BATCH, left); i > 0; i--) {
                batch.add(event);
            }
            last = writer.write(batch);
        }
        return last;
    }

    private long singles(EventWriter writer) {
        byte[] event = new byte[size];
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = writer.write(event);
        }
        return last;
    }

    /** Writes one event at a time. */
    private void latency() {
        byte[] event = new byte[size];
        long[] times = new long[count];
        try (EventWriter writer = ready()) {
            start();
            for (int i = 0; i < count; i++) {
                long written = System.nanoTime();
                await(writer, writer.write(event));
                times[i] = System.nanoTime() - written;
            }
            stop(writer.acked() - WARM_UP);
            before = WARM_UP;
        }
        Arrays.sort(times);
        p50 = times[(int) (0.50 * (count - 1))] / 1e3;
        p99 = times[(int) (0.99 * (count - 1))] / 1e3;
    }

    /** A writer that has written its first event and so is connected. */
    private EventWriter ready() {
        EventWriter writer = client.openWriter(scope, stream);
        await(writer, writer.write(new byte[size]));
        return writer;
    }

    private static void await(EventWriter writer, long number) {
        if (!writer.awaitAck(number, PATIENCE)) {
            fail("event " + number + " is not acked");
        }
    }

    /** Reads a sealed stream to its end. */
    private void read() {
        String name = "bench-" + UUID.randomUUID();
        client.createReaderGroup(scope, name, scope + "/" + stream);
        long read = 0;
        try (ReaderGroup group = client.openReaderGroup(scope, name)) {
            start();
            try (EventReader reader = group.openReader("reader")) {
                while (!reader.ended()) {
                    Slice slice = reader.next(PATIENCE);
                    if (slice == null) {
                        continue;
                    }
                    for (Event event : slice) {
                        if (event.length() != size) {
                            fail("an event of " + event.length() + " bytes");
                        }
                        read++;
                    }
                    slice.release();
                    if (read == count) {
                        stop(read);
                    }
                }
            }
        }
        events = read; // what came after the last one would show
        client.deleteReaderGroup(scope, name);
    }

    private void start() {
        cpuBefore = PROCESS.getProcessCpuTime();
        began = System.nanoTime();
    }

    private void stop(long done) {
        events = done;
        seconds = (System.nanoTime() - began) / 1e9;
        cpuSeconds = (PROCESS.getProcessCpuTime() - cpuBefore) / 1e9;
    }

    private void tell() throws IOException {
        System.out.printf(Locale.ROOT,
                "{\"events\":%d,\"before\":%d,\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"rss_mb\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f}%n",
                events, before, seconds, cpuSeconds, peakMemory(), p50, p99);
    }

    /** The most memory that was resident, in MiB. */
    private static double peakMemory() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        throw new IOException("/proc/self/status has no VmHWM");
    }
}
