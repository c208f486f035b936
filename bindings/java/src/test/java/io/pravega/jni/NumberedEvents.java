package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams in which every event has a number of its own, and groups that read them. */
abstract class NumberedEvents {
    /** Groups work fast and start no checkpoints by themselves. */
    static final Options QUICK = Options.of("group.refresh.interval", "100ms").with("group.checkpoint.interval", "0s");

    @RegisterExtension
    final Server server = new Server();

    String written(int segments, int count) {
        String stream = server.stream(segments);
        write(server.scope(), stream, 0, count);
        return stream;
    }

    void write(String scope, String stream, int from, int to) {
        try (EventWriter writer = server.client().openWriter(scope, stream)) {
            for (int id = from; id < to; id++) {
                writer.write("key " + id % 10, Integer.toString(id).getBytes());
            }
        }
    }

    String path(String stream) {
        return server.scope() + "/" + stream;
    }

    ReaderGroup group(Options options, String... streams) {
        String name = "group-" + UUID.randomUUID();
        assertTrue(server.client().createReaderGroup(server.scope(), name, QUICK.with(options.values()), streams));
        return server.closing(server.client().openReaderGroup(server.scope(), name));
    }

    static void add(List<Integer> to, Event event) {
        to.add(Integer.parseInt(event.text()));
    }

    /** Reads until so many events were seen, each given back before the next one is taken. */
    static void readUntil(EventReader reader, List<Integer> seen, int count) {
        while (seen.size() < count) {
            Slice slice = reader.next(Wait.LONG);
            assertNotNull(slice, "a slice");
            Event first = slice.iterator().next();
            add(seen, first);
            slice.releaseAt(first.next());
        }
    }

    /** What a group has for a new reader, to its end, sorted. */
    static List<Integer> rest(ReaderGroup group) {
        List<Integer> seen = new ArrayList<>();
        try (EventReader reader = group.openReader("drains")) {
            reader.events().forEach(event -> add(seen, event));
            assertTrue(reader.ended());
        }
        Collections.sort(seen);
        return seen;
    }

    static List<Integer> numbers(int from, int to) {
        List<Integer> out = new ArrayList<>();
        for (int id = from; id < to; id++) {
            out.add(id);
        }
        return out;
    }

    static List<Integer> sorted(List<Integer> first, List<Integer> second) {
        List<Integer> both = new ArrayList<>(first);
        both.addAll(second);
        Collections.sort(both);
        return both;
    }
}
