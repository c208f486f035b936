package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(120)
class AckTest {
    @RegisterExtension
    final Server server = new Server();

    private static byte[] event() {
        return new byte[100];
    }

    @Test
    void numbersAndAcks() {
        EventWriter writer = server.writer(server.stream(2));
        assertEquals(0, writer.acked());
        assertTrue(writer.awaitAck(0, Duration.ZERO), "nothing is acked always");
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            last = writer.write("key " + i, event());
        }
        assertTrue(writer.awaitAck(last, Wait.LONG));
        assertEquals(last, writer.acked());
        assertThrows(PravegaException.TimedOut.class, () -> {
            writer.write(new byte[EventWriter.MAX_EVENT]);
            writer.flush(Duration.ZERO);
        });
        writer.flush(Wait.LONG);
    }

    @Test
    void aFutureForEveryEvent() throws Exception {
        EventWriter writer = server.writer(server.stream(2));
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        AtomicReference<String> thread = new AtomicReference<>();
        for (int i = 0; i < 20_000; i++) {
            long number = writer.write("key " + i, event());
            futures.add(writer.whenAcked(number).thenRun(() -> {
                thread.compareAndSet(null, Thread.currentThread().getName());
                assertTrue(writer.acked() >= number, "acked before its future is complete");
            }));
        }
        CompletableFuture.allOf(futures.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
        assertTrue(writer.whenAcked(20_000).isDone(), "what is acked is done at once");
    }

    @Test
    void oneAtATime() throws Exception {
        EventWriter writer = server.writer(server.stream(1));
        for (int i = 1; i <= 200; i++) {
            writer.whenAcked(writer.write(event())).get(60, TimeUnit.SECONDS);
            assertTrue(writer.acked() >= i);
        }
    }

    /** Looking elsewhere makes the descriptor silent: futures must be completed all the same. */
    @Test
    void futuresWhileOthersLookAndWait() throws Exception {
        EventWriter writer = server.writer(server.stream(1));
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> others = new ArrayList<>();
        others.add(new Thread(() -> {
            while (!done.get()) {
                writer.acked();
            }
        }));
        others.add(new Thread(() -> {
            while (!done.get()) {
                writer.awaitAck(writer.acked() + writer.pending(), Duration.ofMillis(3));
            }
        }));
        others.forEach(Thread::start);
        try {
            for (int i = 0; i < 500; i++) {
                writer.whenAcked(writer.write(event())).get(30, TimeUnit.SECONDS);
            }
        } finally {
            done.set(true);
            for (Thread other : others) {
                other.join();
            }
        }
    }

    @Test
    void closingInsideAFuture() throws Exception {
        EventWriter writer = server.writer(server.stream(1));
        CountDownLatch closed = new CountDownLatch(1);
        writer.whenAcked(writer.write(event())).thenRun(() -> {
            writer.close();
            closed.countDown();
        });
        assertTrue(closed.await(60, TimeUnit.SECONDS));
        assertEquals(1, writer.acked());
    }

    @Test
    void theThreadEndsWithTheLastWriter() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (EventWriter writer = server.writer(server.stream(1))) {
                writer.whenAcked(writer.write(event())).get(60, TimeUnit.SECONDS);
            }
            Wait.until("no thread is left", () -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("pravega-acks")));
        }
    }

    @Test
    void anInterruptedThreadClosesAllTheSame() {
        EventWriter writer = server.writer(server.stream(1));
        writer.write(event());
        writer.flush();
        Thread.currentThread().interrupt();
        try {
            writer.close();
        } finally {
            assertTrue(Thread.interrupted(), "the thread's status stays set");
        }
        assertEquals(1, writer.acked());
        assertThrows(PravegaException.Closed.class, () -> writer.write(event()));
    }
}
