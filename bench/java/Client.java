import com.sun.management.OperatingSystemMXBean;

import io.pravega.jni.Event;
import io.pravega.jni.EventBatch;
import io.pravega.jni.EventReader;
import io.pravega.jni.EventWriter;
import io.pravega.jni.PravegaClient;
import io.pravega.jni.ReaderGroup;
import io.pravega.jni.Slice;
import io.pravega.jni.Transaction;
import io.pravega.jni.TransactionalWriter;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The benchmark's client in Java; see the Go package measure. */
public final class Client {
    private static final int WARM_UP = 1;
    private static final int BATCH = 256;
    private static final int EVENTS_OF_ONE = 100; // of a transaction
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
    private double readable50;

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

    public static void main(String[] args) throws Exception {
        if (args.length != 7) {
            fail("usage: Client URI SCOPE STREAM SEGMENTS SIZE COUNT WORK");
        }
        try (PravegaClient connection = PravegaClient.open(args[0])) {
            Client client = new Client(connection, args);
            switch (args[6]) {
                case "write" -> client.write(client::batches);
                case "write-single" -> client.write(client::singles);
                case "latency" -> client.latency();
                case "read" -> client.readWarm();
                case "txn-1", "txn-10", "txn-100" -> client.transactions(Integer.parseInt(args[6].substring(4)));
                case "tail" -> client.tail();
                case "join" -> client.join();
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
        p50 = quantile(times, 0.50);
        p99 = quantile(times, 0.99);
    }

    /** Sorts them; in microseconds. */
    private static double quantile(long[] times, double share) {
        Arrays.sort(times);
        return times[(int) (share * (times.length - 1))] / 1e3;
    }

    /**
     * Writes all events in transactions, some of them at once. Each is begun, written, committed and waited for until
     * it can be read, before the next one.
     */
    private void transactions(int atOnce) {
        long[] decided = new long[count / EVENTS_OF_ONE];
        long[] readable = new long[decided.length];
        AtomicInteger next = new AtomicInteger();
        try (TransactionalWriter writer = client.openTransactionalWriter(scope, stream)) {
            transaction(writer, decided, readable, 0); // connects
            Thread[] hands = new Thread[atOnce];
            start();
            for (int i = 0; i < atOnce; i++) {
                hands[i] = new Thread(() -> {
                    for (int n = next.getAndIncrement(); n < decided.length; n = next.getAndIncrement()) {
                        transaction(writer, decided, readable, n);
                    }
                });
                hands[i].start();
            }
            for (Thread hand : hands) {
                hand.join();
            }
            stop((long) decided.length * EVENTS_OF_ONE); // the driver looks for all of them in the stream
            before = EVENTS_OF_ONE;
        } catch (InterruptedException e) {
            fail("interrupted");
        }
        p50 = quantile(decided, 0.50);
        p99 = quantile(decided, 0.99);
        readable50 = quantile(readable, 0.50);
    }

    private void transaction(TransactionalWriter writer, long[] decided, long[] readable, int n) {
        EventBatch batch = new EventBatch();
        for (int i = 0; i < EVENTS_OF_ONE; i++) {
            batch.add(new byte[size]);
        }
        long begun = System.nanoTime();
        try (Transaction txn = writer.begin(PATIENCE)) {
            txn.write(batch, PATIENCE);
            txn.commit(PATIENCE);
            decided[n] = System.nanoTime() - begun;
            txn.awaitReadable(PATIENCE);
            readable[n] = System.nanoTime() - begun;
        }
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

    /**
     * Reads a sealed stream twice, and measures the second time: what a virtual machine does when it starts, to compile
     * and to take memory from the system, takes as long as the reading.
     */
    private void readWarm() {
        read();
        read();
    }

    /** Reads a sealed stream to its end. */
    private void read() {
        String name = newGroup();
        long read = 0;
        before = 0;
        try (ReaderGroup group = client.openReaderGroup(scope, name)) {
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
                    if (before == 0) { // the reader has joined: how long that takes is another figure
                        before = read;
                        start();
                    }
                    if (read == count) {
                        stop(read - before);
                    }
                }
            }
        }
        events = read - before; // what came after the last one would show
        client.deleteReaderGroup(scope, name);
    }

    /** Makes a group of this program's own, of all of the stream. */
    private String newGroup() {
        String name = "bench-" + UUID.randomUUID();
        client.createReaderGroup(scope, name, scope + "/" + stream);
        return name;
    }

    /** The next slice of a stream that goes on. */
    private static Slice next(EventReader reader) {
        Slice slice = reader.next(PATIENCE);
        if (slice == null) {
            fail("no slice came");
        }
        return slice;
    }

    /** Writes an event each millisecond and reads it at once. */
    private void tail() throws InterruptedException {
        String name = newGroup();
        long[] times = new long[count];
        try (EventWriter writer = ready();
                ReaderGroup group = client.openReaderGroup(scope, name);
                EventReader reader = group.openReader("reader")) {
            for (int left = WARM_UP; left > 0; ) {
                Slice slice = next(reader);
                for (Event event : slice) {
                    left--;
                }
                slice.release();
            }
            start();
            Thread pacer = new Thread(() -> pace(writer));
            pacer.start();
            for (int read = 0; read < count; ) {
                Slice slice = next(reader);
                for (Event event : slice) {
                    times[read++] = System.nanoTime() - event.buffer().getLong();
                }
                slice.release();
            }
            pacer.join();
            stop(count);
            before = WARM_UP;
        }
        client.deleteReaderGroup(scope, name);
        p50 = quantile(times, 0.50);
        p99 = quantile(times, 0.99);
    }

    private void pace(EventWriter writer) {
        byte[] event = new byte[size];
        long due = System.nanoTime();
        for (int i = 0; i < count; i++, due += 1_000_000) {
            LockSupport.parkNanos(due - System.nanoTime());
            ByteBuffer.wrap(event).putLong(System.nanoTime());
            writer.write(event);
        }
    }

    /** Joins new groups, one after the other, and waits for an event in each. */
    private void join() {
        long[] times = new long[count];
        start();
        for (int i = 0; i < count; i++) {
            String name = newGroup();
            try (ReaderGroup group = client.openReaderGroup(scope, name)) {
                long joined = System.nanoTime();
                try (EventReader reader = group.openReader("reader")) {
                    Slice slice = next(reader);
                    times[i] = System.nanoTime() - joined;
                    slice.release();
                }
            }
            client.deleteReaderGroup(scope, name);
        }
        stop(count);
        p50 = quantile(times, 0.50);
        p99 = quantile(times, 0.99);
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
                "{\"events\":%d,\"before\":%d,\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"rss_mb\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"readable_p50_us\":%.1f}%n",
                events, before, seconds, cpuSeconds, peakMemory(), p50, p99, readable50);
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
