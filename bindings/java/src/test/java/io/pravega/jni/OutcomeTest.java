package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calls say of their outcome is what the servers have, when these do not answer. */
@Timeout(120)
class OutcomeTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    private Faulty faulty;
    private PravegaClient client;

    @BeforeEach
    void start() throws Exception {
        faulty = new Faulty();
        client = faulty.client();
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        faulty.close();
    }

    private EventWriter writer() {
        return client.openWriter(Faulty.SCOPE, Faulty.STREAM);
    }

    private static PravegaException failure(CompletableFuture<?> future) {
        Throwable failed = assertThrows(ExecutionException.class, () -> future.get(60, TimeUnit.SECONDS)).getCause();
        return assertInstanceOf(PravegaException.class, failed);
    }

    private static void closeUnacked(EventWriter writer) {
        try {
            writer.close(Duration.ZERO);
        } catch (PravegaException e) {
            assertTrue(e.mayBeStored());
        }
    }

    @Test
    void numbersThatNoEventHas() throws Exception {
        faulty.tell("appends ignore");
        EventWriter writer = writer();
        long last = writer.write("event".getBytes());
        for (long none : new long[] {-5, -1, last + 1, 1_000_000_000, Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThrows(PravegaException.InvalidArgument.class, () -> writer.awaitAck(none, Wait.LONG));
            assertInstanceOf(PravegaException.InvalidArgument.class, failure(writer.whenAcked(none)));
        }
        assertFalse(writer.whenAcked(last).isDone());
        faulty.tell("serve", "cut");
        writer.whenAcked(last).get(60, TimeUnit.SECONDS);
        writer.close();
        assertThrows(PravegaException.InvalidArgument.class, () -> writer.awaitAck(-1, Duration.ZERO));
        assertInstanceOf(PravegaException.InvalidArgument.class, failure(writer.whenAcked(-1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ignore", "noreply"})
    void aWaitThatTimesOutMayBeStored(String append) throws Exception {
        faulty.tell("appends " + append);
        try (EventWriter writer = writer()) {
            long last = writer.write("event".getBytes());
            assertFalse(writer.awaitAck(last, Duration.ZERO));
            long start = System.nanoTime();
            assertFalse(writer.awaitAck(last, Duration.ofMillis(250)));
            assertTrue(System.nanoTime() - start >= Duration.ofMillis(250).toNanos(), "the whole limit");
            assertTrue(assertThrows(PravegaException.TimedOut.class, () -> writer.flush(SHORT)).mayBeStored());
            faulty.tell("serve", "cut");
        }
        assertEquals(List.of("event"), faulty.stored());
    }

    @Test
    void closingEndsFuturesAndWaits() throws Exception {
        faulty.tell("appends noreply");
        EventWriter writer = writer();
        long last = writer.write("event".getBytes());
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> writer.awaitAck(last, Wait.LONG));
        CompletableFuture<Void> future = writer.whenAcked(last);
        faulty.awaitStored("event");
        PravegaException closed = assertThrows(PravegaException.TimedOut.class, () -> writer.close(SHORT));
        assertTrue(closed.mayBeStored());
        assertTrue(failure(future).mayBeStored());
        PravegaException waited = failure(waiting);
        assertTrue(waited.mayBeStored(), waited.toString());
        assertTrue(assertThrows(PravegaException.Closed.class, () -> writer.awaitAck(last, Duration.ZERO)).mayBeStored());
        assertTrue(assertThrows(PravegaException.Closed.class, writer::flush).mayBeStored());
        assertTrue(failure(writer.whenAcked(last)).mayBeStored());
        assertFalse(assertThrows(PravegaException.Closed.class, () -> writer.write(new byte[1])).mayBeStored());
        assertEquals(List.of("event"), faulty.stored());
    }

    @Test
    void closingTheClientEndsFutures() throws Exception {
        faulty.tell("appends noreply");
        EventWriter writer = writer();
        CompletableFuture<Void> never = writer.whenAcked(writer.write("event".getBytes()));
        faulty.awaitStored("event");
        client.close();
        PravegaException ended = failure(never);
        assertInstanceOf(PravegaException.Closed.class, ended);
        assertTrue(ended.mayBeStored());
        assertTrue(assertThrows(PravegaException.Closed.class, writer::close).mayBeStored());
    }

    @Test
    void interrupts() throws Exception {
        faulty.tell("appends ignore");
        EventWriter writer = writer();
        long last = writer.write("event".getBytes());
        AtomicReference<PravegaException> seen = new AtomicReference<>();
        AtomicBoolean still = new AtomicBoolean();
        for (String inside : new String[] {"awaitAck", "await"}) {
            Thread waiting = new Thread(() -> {
                seen.set(assertThrows(PravegaException.class, () -> writer.awaitAck(last, Wait.LONG)));
                still.set(Thread.currentThread().isInterrupted());
            });
            waiting.start();
            Wait.untilInside(waiting, inside);
            waiting.interrupt();
            waiting.join(10_000);
            assertEquals(PravegaException.Cancelled.class, seen.get().getClass());
            assertTrue(seen.get().mayBeStored());
            assertTrue(still.get(), "the thread's status stays set");
            writer.whenAcked(last); // now waits go another way
        }
        closeUnacked(writer);
    }

    /** Futures of events that are written while the writer, or its client, is closed. */
    @ParameterizedTest
    @ValueSource(strings = {"serve", "ignore", "noreply", "late"})
    void whatFuturesSayIsStored(String append) throws Exception {
        for (int race = 0; race < 10; race++) {
            faulty.tell("appends " + append);
            PravegaClient other = faulty.client();
            EventWriter writer = other.openWriter(Faulty.SCOPE, Faulty.STREAM);
            Map<String, CompletableFuture<Void>> futures = new ConcurrentHashMap<>();
            String name = append + race + ".";
            Thread writing = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    try {
                        futures.put(name + i, writer.whenAcked(writer.write((name + i).getBytes())));
                    } catch (PravegaException e) {
                        assertFalse(e.mayBeStored());
                    }
                }
            });
            writing.start();
            Wait.until("some are written", () -> futures.size() > 5);
            if (race % 2 == 0) {
                other.close();
            }
            try {
                writer.close(Duration.ofMillis(20));
            } catch (PravegaException e) {
                assertTrue(e instanceof PravegaException.TimedOut || e instanceof PravegaException.Closed, e.toString());
            }
            writing.join();
            other.close();
            faulty.tell("serve");
            List<String> stored = faulty.stored();
            for (Map.Entry<String, CompletableFuture<Void>> each : futures.entrySet()) {
                int times = Collections.frequency(stored, each.getKey());
                assertTrue(times <= 1, each.getKey());
                Wait.until("the future is told", each.getValue()::isDone);
                if (!each.getValue().isCompletedExceptionally()) {
                    assertEquals(1, times, each.getKey());
                } else if (times == 1) {
                    assertTrue(failure(each.getValue()).mayBeStored(), each.getKey());
                }
            }
            for (int i = 0; i < 200; i++) {
                assertTrue(futures.containsKey(name + i) || !stored.contains(name + i), name + i + " was refused and is stored");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatReleaseSaysIsWhereTheNextReaderStarts(boolean byClient) throws Exception {
        Random random = new Random();
        try (EventWriter writer = writer()) {
            for (int id = 10; id < 27; id++) {
                writer.write(Integer.toString(id).getBytes());
            }
        }
        for (int race = 0; race < 60; race++) {
            String name = "group-" + race;
            client.createReaderGroup(Faulty.SCOPE, name, Faulty.SCOPE + "/" + Faulty.STREAM);
            PravegaClient other = faulty.client();
            ReaderGroup group = other.openReaderGroup(Faulty.SCOPE, name);
            EventReader reader = group.openReader("first");
            Slice slice = reader.next(Wait.LONG);
            long behind = 10 * (1 + random.nextInt(16));
            CompletableFuture<Long> noted = CompletableFuture.supplyAsync(() -> {
                try {
                    slice.releaseAt(behind);
                    return behind;
                } catch (PravegaException.Closed e) {
                    return 0L;
                }
            });
            (byClient ? (AutoCloseable) other : reader).close();
            reader.close();
            group.close();
            other.close();
            try (ReaderGroup again = client.openReaderGroup(Faulty.SCOPE, name); EventReader next = again.openReader("next");
                    Slice rest = next.next(Wait.LONG)) {
                assertEquals(noted.get(60, TimeUnit.SECONDS), rest.startOffset());
            }
        }
    }
}
