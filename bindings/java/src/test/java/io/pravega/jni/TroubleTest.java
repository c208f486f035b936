package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What stands in the way is said: a store that advertises an address where nobody listens. */
@Timeout(120)
class TroubleTest {
    private static final String NOWHERE = "127.0.0.1:1";
    private static final String WHERE = "connect to segment store at its advertised address " + NOWHERE;
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(60);

    private Faulty faulty;
    private PravegaClient client;

    @BeforeEach
    void start() throws IOException {
        faulty = new Faulty();
        client = faulty.client();
    }

    @AfterEach
    void stop() {
        client.close();
        faulty.close();
    }

    private void away() throws IOException {
        faulty.tell("advertise " + NOWHERE, "cut");
    }

    private static void until(Supplier<String> said, String... parts) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        for (;;) {
            String words = said.get();
            if (Stream.of(parts).allMatch(words::contains)) {
                return;
            }
            assertTrue(System.nanoTime() < end, "said is: " + words);
            Thread.sleep(20);
        }
    }

    private static String words(Optional<PravegaException> trouble) {
        return trouble.map(Throwable::getMessage).orElse("");
    }

    /** The message of a call that must run out of time. */
    private static Supplier<String> late(Executable call) {
        return () -> assertThrows(PravegaException.TimedOut.class, call).getMessage();
    }

    @Test
    void writersSayWhatKeepsTheirEventsFromBeingStored() throws Exception {
        EventWriter writer = client.openWriter(Faulty.SCOPE, Faulty.STREAM, Options.of("writer.window.bytes", "64KiB"));
        assertTrue(writer.trouble().isEmpty());
        assertEquals("", writer.waiting());
        away();
        writer.write("event".getBytes());
        until(() -> words(writer.trouble()), WHERE, "connection refused, for ");
        assertTrue(writer.trouble().orElseThrow() instanceof PravegaException.Unreachable);
        until(late(() -> writer.flush(SHORT)), WHERE, "connection refused, for ");
        assertThrows(PravegaException.WindowFull.class, () -> {
            for (;;) {
                writer.write(null, new byte[1000], Duration.ZERO);
            }
        });
        until(late(() -> writer.write(null, new byte[1000], SHORT)), WHERE);
        faulty.tell("advertise");
        writer.flush(LONG);
        assertTrue(writer.trouble().isEmpty());
        away();
        writer.write("event".getBytes());
        until(() -> words(writer.trouble()), WHERE);
        until(late(() -> writer.close(SHORT)), WHERE, "connection refused");
        assertThrows(PravegaException.Closed.class, writer::trouble);
    }

    @Test
    void readersSayWhatKeepsThemFromEvents() throws Exception {
        client.createReaderGroup(Faulty.SCOPE, "group", Faulty.SCOPE + "/" + Faulty.STREAM);
        try (ReaderGroup group = client.openReaderGroup(Faulty.SCOPE, "group")) {
            EventReader reader = group.openReader("first");
            EventReader hungry = group.openReader("second");
            assertNull(reader.next(SHORT));
            until(reader::waiting, "nothing is there to read in 1 segment");
            until(hungry::waiting, "other readers (first) have the group's 1 segment");
            assertTrue(reader.trouble().isEmpty() && hungry.trouble().isEmpty());
            away();
            until(() -> words(reader.trouble()), WHERE, "connection refused, for ");
            until(reader::waiting, WHERE, "connection refused, for ");
            faulty.tell("advertise");
            until(reader::waiting, "nothing is there to read in 1 segment");
            assertTrue(reader.trouble().isEmpty());
            hungry.close();
            reader.close();
            assertThrows(PravegaException.Closed.class, reader::trouble);
        }
    }
}
