package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(180)
class ReaderTest {
    @RegisterExtension
    final Server server = new Server();

    private String written(int segments, int from, int to) {
        String stream = server.stream(segments);
        write(stream, from, to);
        return stream;
    }

    private void write(String stream, int from, int to) {
        try (EventWriter writer = server.client().openWriter(server.scope(), stream)) {
            for (int id = from; id < to; id++) {
                writer.write("key " + id % 10, Integer.toString(id).getBytes());
            }
        }
    }

    private static List<String> texts(Iterable<Event> events) {
        List<String> out = new ArrayList<>();
        events.forEach(event -> out.add(event.text()));
        return out;
    }

    private static List<String> numbers(int from, int to) {
        List<String> out = new ArrayList<>();
        for (int id = from; id < to; id++) {
            out.add(Integer.toString(id));
        }
        return out;
    }

    @Test
    void aSliceKnowsWhereItComesFrom() {
        String stream = written(1, 0, 3);
        EventReader reader = server.reader(stream);
        try (Slice slice = reader.next(Wait.LONG)) {
            assertEquals(server.scope(), slice.scope());
            assertEquals(stream, slice.stream());
            assertTrue(slice.segment().startsWith(server.scope() + "/" + stream + "/0."), slice.segment());
            assertEquals(0, slice.startOffset());
            assertEquals(27, slice.endOffset());
            assertEquals(0, slice.skipped());
            assertEquals(27, slice.buffer().remaining());
            Iterator<Event> events = slice.iterator();
            assertEquals("0", events.next().text());
            Event second = events.next();
            assertEquals(9, second.offset());
            assertEquals(18, second.next());
            assertEquals(slice, second.slice());
            events.next();
            assertFalse(events.hasNext());
            assertThrows(NoSuchElementException.class, events::next);
        }
    }

    @Test
    void nothingThereIsNullAndTheEndIsTold() {
        String stream = written(2, 0, 100);
        EventReader reader = server.reader(stream);
        List<String> seen = new ArrayList<>();
        while (seen.size() < 100) {
            try (Slice slice = reader.next(Wait.LONG)) {
                seen.addAll(texts(slice));
            }
        }
        assertNull(reader.next(Duration.ZERO));
        assertNull(reader.next(Duration.ofMillis(150)));
        assertFalse(reader.ended());
        assertEquals(List.of(), texts(reader.events(Duration.ofMillis(150))));
        assertFalse(reader.ended());
        server.client().sealStream(server.scope(), stream);
        assertNull(reader.next(Wait.LONG));
        assertTrue(reader.ended());
        assertNull(reader.next(Wait.LONG), "at once");
        assertEquals(List.of(), texts(reader.events()));
    }

    @Test
    void eventsLiveLongerThanTheirSlice() {
        EventReader reader = server.reader(written(1, 0, 2));
        Slice slice = reader.next(Wait.LONG);
        Event event = slice.iterator().next();
        slice.release();
        reader.close();
        assertEquals("0", event.text());
    }

    @Test
    void givenBackAtAnEvent() {
        EventReader reader = server.reader(written(1, 0, 10));
        Slice slice = reader.next(Wait.LONG);
        assertEquals(numbers(0, 10), texts(slice));
        slice.releaseAt(slice.startOffset() + 9 * 4);
        assertThrows(PravegaException.Closed.class, slice::release);
        assertThrows(PravegaException.Closed.class, () -> slice.releaseAt(0));
        slice.close();
        try (Slice again = reader.next(Wait.LONG)) {
            assertEquals(9 * 4, again.startOffset());
            assertEquals(numbers(4, 10), texts(again));
        }
    }

    @Test
    void givenBackAtAPlaceWhereNoEventBegins() {
        EventReader reader = server.reader(written(1, 0, 10));
        Slice slice = reader.next(Wait.LONG);
        assertThrows(PravegaException.InvalidArgument.class, () -> slice.releaseAt(slice.startOffset() + 1));
        try (Slice again = reader.next(Wait.LONG)) {
            assertEquals(numbers(0, 10), texts(again), "it was given back as unread");
        }
    }

    @Test
    void anEventWhoseHandlingThrewComesAgain() {
        EventReader reader = server.reader(written(1, 0, 10));
        assertThrows(IllegalStateException.class, () -> {
            try (Slice slice = reader.next(Wait.LONG)) {
                for (Event event : slice) {
                    if (event.text().equals("6")) {
                        throw new IllegalStateException("cannot handle it");
                    }
                }
            }
        });
        try (Slice again = reader.next(Wait.LONG)) {
            assertEquals(numbers(6, 10), texts(again));
        }
    }

    @Test
    void aLoopThatWasLeftLosesNothing() {
        ReaderGroup group = server.group(written(1, 0, 10));
        try (EventReader reader = group.openReader("first")) {
            for (Event event : reader.events()) {
                if (event.text().equals("3")) {
                    break;
                }
            }
        }
        EventReader reader = server.closing(group.openReader("second"));
        List<String> seen = new ArrayList<>();
        for (Event event : reader.events()) {
            seen.add(event.text());
            if (event.text().equals("5")) {
                break;
            }
        }
        assertEquals(numbers(3, 6), seen);
        for (Event event : reader.events()) { // a new loop goes on where the one before stopped
            assertEquals("5", event.text());
            break;
        }
    }

    @Test
    void twoReadersShareAGroup() throws Exception {
        int count = 20_000;
        String stream = written(4, 0, count / 2);
        ReaderGroup group = server.group(stream);
        AtomicIntegerArray seen = new AtomicIntegerArray(count);
        List<EventReader> readers = List.of(server.closing(group.openReader("a")), server.closing(group.openReader("b")));
        assertEquals(List.of("a", "b"), group.readers().stream().sorted().collect(java.util.stream.Collectors.toList()));
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (EventReader reader : readers) {
            Thread thread = new Thread(() -> reader.events().forEach(event -> seen.incrementAndGet(Integer.parseInt(event.text()))));
            thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
            thread.start();
            threads.add(thread);
        }
        write(stream, count / 2, count);
        server.client().sealStream(server.scope(), stream);
        for (Thread thread : threads) {
            thread.join();
        }
        assertNull(failure.get());
        for (int id = 0; id < count; id++) {
            assertEquals(1, seen.get(id), "event " + id);
        }
        assertTrue(readers.get(0).ended() && readers.get(1).ended());
    }

    @Test
    void readersOfOneName() {
        ReaderGroup group = server.group(server.stream(1));
        EventReader first = server.closing(group.openReader("same"));
        assertThrows(PravegaException.AlreadyExists.class, () -> group.openReader("same"));
        first.close();
        group.openReader("same").close();
        assertThrows(PravegaException.InvalidArgument.class, () -> group.openReader("a\0b"));
    }

    @Test
    void aReaderThatWasTakenOut() throws InterruptedException {
        ReaderGroup group = server.group(written(1, 0, 10));
        EventReader dead = group.openReader("dead");
        try (Slice slice = dead.next(Wait.LONG)) {
            assertNotNull(slice);
            group.readerOffline("dead");
            group.readerOffline("nobody");
            assertEquals(List.of(), group.readers());
            PravegaException e = assertThrows(PravegaException.ReaderNotInGroup.class, () -> {
                for (long end = System.nanoTime() + Wait.LONG.toNanos(); System.nanoTime() < end;) {
                    dead.next(Duration.ofMillis(100));
                }
            });
            assertTrue(e.isFinal());
        } catch (PravegaException e) {
            assertTrue(e instanceof PravegaException.ReaderNotInGroup || e instanceof PravegaException.Closed, e.toString());
        }
        try {
            dead.close();
        } catch (PravegaException e) {
            assertTrue(e.isFinal(), e.toString());
        }
        EventReader heir = server.closing(group.openReader("heir"));
        try (Slice slice = heir.next(Wait.LONG)) {
            assertEquals(numbers(0, 10), texts(slice));
        }
    }

    @Test
    void closedWhileAnotherThreadWaits() throws Exception {
        EventReader reader = server.reader(server.stream(1));
        AtomicReference<PravegaException> seen = new AtomicReference<>();
        Thread waiting = new Thread(() -> seen.set(assertThrows(PravegaException.class, () -> reader.next(Wait.LONG))));
        waiting.start();
        Wait.untilInside(waiting, "readerNext");
        reader.close();
        reader.close();
        waiting.join(10_000);
        assertEquals(PravegaException.Closed.class, seen.get().getClass());
        assertThrows(PravegaException.Closed.class, () -> reader.next(Duration.ZERO));
    }

    @Test
    void interrupts() throws Exception {
        EventReader reader = server.reader(server.stream(1));
        AtomicReference<PravegaException> seen = new AtomicReference<>();
        Thread waiting = new Thread(() -> seen.set(
                assertThrows(PravegaException.class, () -> reader.events().forEach(event -> { }))));
        waiting.start();
        Wait.untilInside(waiting, "readerNext");
        waiting.interrupt();
        waiting.join(10_000);
        assertEquals(PravegaException.Cancelled.class, seen.get().getClass());
        assertNull(reader.next(Duration.ZERO), "the reader works on");
    }

    @Test
    void fromTheTailAndFromACut() {
        String stream = written(1, 0, 5);
        PravegaClient client = server.client();
        StreamCut cut = client.streamInfo(server.scope(), stream).tail();
        write(stream, 5, 10);
        client.createReaderGroup(server.scope(), "tail", server.scope() + "/" + stream + "@tail");
        client.createReaderGroup(server.scope(), "cut", server.scope() + "/" + stream + "@" + cut);
        write(stream, 10, 15);
        client.sealStream(server.scope(), stream);
        assertEquals(numbers(10, 15), all("tail"));
        assertEquals(numbers(5, 15), all("cut"));
    }

    private List<String> all(String group) {
        try (ReaderGroup opened = server.client().openReaderGroup(server.scope(), group);
                EventReader reader = opened.openReader("reader")) {
            return texts(reader.events());
        }
    }
}
