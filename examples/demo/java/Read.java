import io.pravega.jni.Event;
import io.pravega.jni.EventReader;
import io.pravega.jni.PravegaClient;
import io.pravega.jni.ReaderGroup;
import io.pravega.jni.Slice;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The Java reader of the demo: {@code Read CONTROLLER SCOPE GROUP READER FILE}. It does what go/read.go describes.
 */
public final class Read {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long REPORT_NANOS = Duration.ofMillis(100).toNanos();

    private final OutputStream out;
    private final long begun = System.nanoTime();
    private long last = begun;
    private long reported = begun;
    private long events;
    private long bytes;

    private Read(OutputStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 5) {
            fail("usage: Read CONTROLLER SCOPE GROUP READER FILE");
        }
        try (OutputStream file = Files.newOutputStream(Path.of(args[4]));
                OutputStream out = new BufferedOutputStream(file, 1 << 20);
                PravegaClient client = PravegaClient.open(args[0]);
                ReaderGroup group = client.openReaderGroup(args[1], args[2]);
                EventReader reader = group.openReader(args[3])) {
            Slice first = next(reader);
            if (first == null) {
                fail("java reader: there is nothing to read");
            }
            first.releaseAt(first.startOffset());
            System.out.println("ready");
            if (System.in.read() != '\n') {
                fail("java reader: nobody gave the start");
            }
            Read tally = new Read(out);
            for (Slice slice = next(reader); slice != null; slice = next(reader)) {
                tally.take(slice);
            }
            out.flush();
            reader.close();
            System.out.printf("done %d %d %.6f%n", tally.events, tally.bytes, (tally.last - tally.begun) / 1e9);
        }
    }

    /** The next slice, null at the end of the stream. */
    private static Slice next(EventReader reader) {
        Slice slice = null;
        while (slice == null && !reader.ended()) {
            slice = reader.next(PATIENCE);
        }
        return slice;
    }

    /** Writes a slice to the file, counts it and gives it back. */
    private void take(Slice slice) throws IOException {
        long received = nanosecondsNow();
        int count = 0;
        for (Event event : slice) {
            bytes += event.length();
            count++;
        }
        String header = "slice " + slice.segment() + " " + slice.startOffset() + " " + slice.endOffset() + " " + received
                + " " + count + "\n";
        out.write(header.getBytes(StandardCharsets.US_ASCII));
        for (Event event : slice) {
            out.write(event.toByteArray());
            out.write('\n');
        }
        slice.release();
        events += count;
        last = System.nanoTime();
        if (last - reported > REPORT_NANOS) {
            System.out.println("progress " + events + " " + bytes);
            reported = last;
        }
    }

    private static long nanosecondsNow() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    private static void fail(String why) {
        System.err.println(why);
        System.exit(1);
    }
}
