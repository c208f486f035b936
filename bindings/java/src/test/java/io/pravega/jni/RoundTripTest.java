package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every event has an id, and every id is counted. */
class RoundTripTest {
    private static final String[] KEYS = {"", "a", "Zürich", "東京", "emoji 😀", "with\0NUL", "k6", "k7"};

    @RegisterExtension
    final Server server = new Server();

    @Test
    void eachEventOnceAndEachKeyInOrder() {
        String stream = server.stream(3);
        int count = 20_000;
        try (EventWriter writer = server.writer(stream)) {
            for (int id = 0; id < count; id++) {
                assertEquals(id + 1, writer.write(KEYS[id % KEYS.length], text(id, KEYS[id % KEYS.length])));
            }
        }
        server.client().sealStream(server.scope(), stream);
        int[] seen = new int[count];
        Map<String, Integer> last = new HashMap<>();
        EventReader reader = server.reader(stream);
        for (Event event : reader.events()) {
            String[] parts = event.text().split(" ", 2);
            int id = Integer.parseInt(parts[0]);
            seen[id]++;
            Integer before = last.put(parts[1], id);
            assertTrue(before == null || before < id, parts[1]);
        }
        assertTrue(reader.ended());
        assertTrue(Arrays.stream(seen).allMatch(n -> n == 1), "each id once");
        assertEquals(KEYS.length, last.size());
    }

    private static byte[] text(int id, String key) {
        return (id + " " + key).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void batches() {
        String stream = server.stream(2);
        int count = 50_000;
        EventBatch batch = new EventBatch();
        try (EventWriter writer = server.writer(stream)) {
            for (int id = 0; id < count;) {
                for (int n = 0; n < 1 + id % 777 && id < count; n++, id++) {
                    String key = id % 3 == 0 ? null : KEYS[id % KEYS.length];
                    batch.add(key, text(id, key));
                }
                assertEquals(id, writer.write(batch));
                assertEquals(0, batch.size());
            }
            assertEquals(0, writer.write(batch), "an empty batch");
            assertEquals(count + 2, writer.write(EventBatch.of(List.of(text(count, "x"), text(count + 1, "y")))));
            writer.flush();
            assertEquals(count + 2, writer.acked());
            assertEquals(0, writer.pending());
        }
        count(stream, count + 2);
    }

    @Test
    void aBatchThatIsLargerThanTheWindow() {
        String stream = server.stream(1);
        EventBatch batch = new EventBatch();
        for (int id = 0; id < 2_000; id++) {
            batch.add("key", Arrays.copyOf(text(id, ""), 1_000));
        }
        EventWriter writer = server.closing(server.client().openWriter(server.scope(), stream,
                Options.of("writer.window.bytes", "128KiB").with("writer.block.bytes", "64KiB")));
        PravegaException.WindowFull full = assertThrows(PravegaException.WindowFull.class, () -> writer.write(batch, Duration.ZERO));
        assertTrue(full.retriable());
        long accepted = writer.acked() + writer.pending();
        assertTrue(accepted > 0 && accepted < 2_000, accepted + " of 2000 fit");
        assertEquals(2_000 - accepted, batch.size(), "what was not accepted is left");
        assertEquals(batch.size() * 1_000, batch.bytes());
        assertEquals(2_000, writer.write(batch, Wait.LONG));
        writer.close();
        count(stream, 2_000);
    }

    @Test
    void eventsThatAreStoredAsOne() throws Exception {
        String stream = server.stream(2);
        int batches = 100;
        int size = 20;
        EventWriter writer = server.closing(server.client().openWriter(server.scope(), stream,
                Options.of("writer.window.bytes", "64KiB").with("writer.block.bytes", "4KiB")));
        ExecutorService pool = Executors.newFixedThreadPool(2);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            int thread = t;
            running.add(pool.submit(() -> {
                for (int b = 0; b < batches; b++) {
                    List<byte[]> events = new ArrayList<>();
                    for (int i = 0; i < size; i++) {
                        events.add(String.format("%d %-200d", thread * batches + b, i).getBytes());
                    }
                    assertEquals(0, writer.writeBatch(b % 2 == 0 ? null : "k", events) % size);
                }
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        pool.shutdown();
        writer.close();
        assertEquals(2 * batches * size, writer.acked());
        server.client().sealStream(server.scope(), stream);
        int[] seen = new int[2 * batches];
        int count = 0;
        String batch = null;
        for (Event event : server.reader(stream).events()) {
            String[] parts = event.text().trim().split(" +");
            batch = count % size == 0 ? parts[0] : batch;
            assertEquals(batch, parts[0], "nothing comes between");
            assertEquals(count++ % size, Integer.parseInt(parts[1]));
            seen[Integer.parseInt(batch)]++;
        }
        assertTrue(Arrays.stream(seen).allMatch(n -> n == size), "each batch once");
    }

    @Test
    void batchesThatAreRefused() {
        EventWriter writer = server.closing(server.client().openWriter(server.scope(), server.stream(1),
                Options.of("writer.window.bytes", "64KiB").with("writer.block.bytes", "64KiB")));
        byte[] half = new byte[EventWriter.MAX_EVENT / 2];
        assertThrows(PravegaException.InvalidArgument.class, () -> writer.writeBatch(null, List.of()));
        assertThrows(PravegaException.InvalidArgument.class, () -> writer.writeBatch("half \ud83d pair", List.of(half)));
        assertThrows(PravegaException.EventTooLarge.class, () -> writer.writeBatch(null, List.of(half, half)));
        assertThrows(PravegaException.EventTooLarge.class, () -> writer.writeBatch(null, List.of(half, half, half)));
        assertThrows(NullPointerException.class, () -> writer.writeBatch(null, Arrays.asList(half, null)));
        assertEquals(2, writer.writeBatch("", List.of(half, new byte[half.length - 8])));
        assertThrows(PravegaException.WindowFull.class, () -> writer.writeBatch("", List.of(half), Duration.ZERO));
        assertEquals(4, writer.writeBatch("", List.of(new byte[0], new byte[0]), Wait.LONG));
        writer.close();
        assertEquals(4, writer.acked());
        assertThrows(PravegaException.Closed.class, () -> writer.writeBatch(null, List.of(half)));
    }

    /** Reads a sealed stream of events that begin with their id. */
    private void count(String stream, int count) {
        server.client().sealStream(server.scope(), stream);
        int[] seen = new int[count];
        for (Event event : server.reader(stream).events()) {
            seen[Integer.parseInt(event.text().split("[ \0]", 2)[0])]++;
        }
        assertTrue(Arrays.stream(seen).allMatch(n -> n == 1), "each id once");
    }

    @Test
    void sizes() {
        String stream = server.stream(1);
        List<byte[]> events = new ArrayList<>();
        for (int size : new int[] {0, 1, 7, 2048, 2049, 100_000, EventWriter.MAX_EVENT, 20 << 20, 3}) {
            byte[] event = new byte[size];
            new java.util.Random(size).nextBytes(event);
            events.add(event);
        }
        EventWriter writer = server.closing(server.client().openWriter(server.scope(), stream,
                Options.of("writer.large.event.bytes", "20MiB")));
        assertThrows(PravegaException.EventTooLarge.class, () -> writer.write(new byte[(20 << 20) + 1]));
        for (int i = 0; i < events.size(); i++) {
            assertEquals(i + 1, writer.write("key", events.get(i)), "the refused event took no number");
        }
        writer.close();
        server.client().sealStream(server.scope(), stream);
        int i = 0;
        for (Event event : server.reader(stream).events()) {
            byte[] wanted = events.get(i++);
            assertEquals(wanted.length, event.length());
            assertArrayEquals(wanted, event.toByteArray());
            byte[] viewed = new byte[event.buffer().remaining()];
            event.buffer().get(viewed);
            assertArrayEquals(wanted, viewed);
            assertEquals(event.offset() + 8 + event.length(), event.next());
        }
        assertEquals(events.size(), i);
    }

    @Test
    void timeMarks() {
        String stream = server.stream(1);
        EventWriter writer = server.writer(stream);
        for (long time = 1; time < 4; time++) {
            long number = writer.write(new byte[1]);
            writer.noteTime(time, Wait.LONG);
            assertEquals(number, writer.acked());
        }
        assertThrows(PravegaException.InvalidArgument.class, () -> writer.noteTime(2));
        writer.noteTime(Long.MAX_VALUE);
        writer.close();
        assertThrows(PravegaException.Closed.class, () -> writer.noteTime(Long.MAX_VALUE));
        EventWriter itself = server.closing(server.client().openWriter(server.scope(), stream,
                Options.of("writer.time.mark.interval", "100ms")));
        itself.write(new byte[1]);
        assertThrows(PravegaException.InvalidArgument.class, () -> itself.noteTime(5));
    }

    @Test
    void severalThreadsWriteWithOneWriter() throws Exception {
        String stream = server.stream(2);
        int threads = 4;
        int each = 5_000;
        Map<Long, Boolean> numbers = new ConcurrentHashMap<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (EventWriter writer = server.writer(stream)) {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int first = t * each;
                running.add(pool.submit(() -> {
                    for (int id = first; id < first + each; id++) {
                        numbers.put(writer.write("key " + id % 16, text(id, "")), true);
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            writer.flush();
            assertEquals(threads * each, writer.acked());
        } finally {
            pool.shutdown();
        }
        assertEquals(threads * each, numbers.size());
        count(stream, threads * each);
    }

    @Test
    void badKeysAndUseAfterClose() {
        EventWriter writer = server.writer(server.stream(1));
        assertThrows(PravegaException.InvalidArgument.class, () -> writer.write("half \ud83d pair", new byte[1]));
        assertThrows(NullPointerException.class, () -> writer.write((byte[]) null));
        assertEquals(1, writer.write(null, new byte[1]), "null is no key");
        writer.close();
        writer.close();
        assertEquals(1, writer.acked());
        assertThrows(PravegaException.Closed.class, () -> writer.write(new byte[1]));
        assertThrows(PravegaException.Closed.class, () -> writer.write(new EventBatch().add(new byte[1])));
        assertThrows(PravegaException.Closed.class, writer::pending);
        assertThrows(PravegaException.Closed.class, writer::flush);
        assertTrue(writer.awaitAck(1, Duration.ZERO));
        assertThrows(PravegaException.Closed.class, () -> writer.awaitAck(2, Duration.ZERO));
    }

    @Test
    void sealedUnderTheWriter() {
        String stream = server.stream(1);
        EventWriter writer = server.writer(stream);
        writer.write("stored".getBytes());
        writer.flush();
        server.client().sealStream(server.scope(), stream);
        PravegaException e = assertThrows(PravegaException.StreamSealed.class, () -> {
            writer.write("too late".getBytes());
            writer.flush(Wait.LONG);
        });
        assertTrue(e.isFinal());
        assertThrows(PravegaException.StreamSealed.class, () -> writer.write("again".getBytes()));
        assertEquals(1, writer.acked());
        Throwable failed = assertThrows(ExecutionException.class, () -> writer.whenAcked(2).get()).getCause();
        assertEquals(PravegaException.StreamSealed.class, failed.getClass());
        assertThrows(PravegaException.StreamSealed.class, writer::close);
    }
}
