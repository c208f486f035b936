package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where readers stand, and groups that go on there. */
@Timeout(180)
class PositionTest extends NumberedEvents {
    private static final int COUNT = 300;

    private ReaderGroup ofSealed(int segments) {
        String stream = written(segments, COUNT);
        server.client().sealStream(server.scope(), stream);
        return group(Options.none(), path(stream));
    }

    /** Takes so many events; the last one's slice stays out. */
    private static Event take(EventReader reader, List<Integer> seen, int count) {
        for (;;) {
            Slice slice = reader.next(Wait.LONG);
            assertNotNull(slice, "a slice");
            for (Event event : slice) {
                add(seen, event);
                if (seen.size() == count) {
                    return event;
                }
            }
            slice.release();
        }
    }

    @Test
    void aReaderThatDiedIsFollowedWhereItsApplicationWas() {
        ReaderGroup group = ofSealed(3);
        List<Integer> seen = new ArrayList<>();
        EventReader lost = server.closing(group.openReader("lost"));
        Event last = take(lost, seen, 200);
        String kept = last.position().asText();
        group.readerOffline("lost", Position.from(kept));
        assertEquals(numbers(0, COUNT), sorted(seen, rest(group)));
        lost.close();
        assertThrows(PravegaException.Closed.class, last.slice()::close);
        group.readerOffline("stranger", Position.from("")); // it was never there
        assertThrows(NullPointerException.class, () -> group.readerOffline("lost", null));
        assertThrows(PravegaException.InvalidArgument.class, () -> group.readerOffline("a\0b", Position.from(kept)));
    }

    @Test
    void aReaderIsClosedWhereItsApplicationIs() {
        ReaderGroup group = ofSealed(2);
        List<Integer> seen = new ArrayList<>();
        EventReader reader = server.closing(group.openReader("reader"));
        for (Event event : reader.events()) {
            add(seen, event);
            if (seen.size() == 100) {
                Position at = event.position();
                String ahead = event.slice().segment() + "=" + (1L << 40);
                assertThrows(PravegaException.InvalidArgument.class, () -> reader.closeAt(Position.from(ahead)));
                assertThrows(PravegaException.InvalidArgument.class, () -> reader.closeAt(at, Duration.ofMillis(-1)));
                assertThrows(NullPointerException.class, () -> reader.closeAt(null));
                assertEquals(at, event.position(), "it is open still");
                reader.closeAt(at);
                break;
            }
        }
        PravegaException e = assertThrows(PravegaException.Closed.class, () -> reader.closeAt(Position.from("")));
        assertTrue(e.isFinal());
        assertThrows(PravegaException.Closed.class, reader::position);
        assertThrows(PravegaException.Closed.class, () -> reader.next(Duration.ZERO));
        reader.close();
        assertEquals(numbers(0, COUNT), sorted(seen, rest(group)));
    }

    @Test
    void positionsFollowWhatIsGivenBack() throws Exception {
        ReaderGroup group = ofSealed(1);
        EventReader reader = server.closing(group.openReader("reader"));
        Slice slice = reader.next(Wait.LONG);
        String segment = slice.segment();
        Event first = slice.iterator().next();
        assertEquals(Position.from(segment + "=0"), reader.position());
        assertEquals(reader.position(), slice.position(slice.startOffset()));
        assertEquals(Position.from(segment + "=" + first.next()), first.position());
        assertThrows(PravegaException.InvalidArgument.class, () -> slice.position(first.next() - 1));
        slice.releaseAt(first.next());
        assertEquals(first.next(), reader.position().offsets().get(segment));
        assertThrows(PravegaException.Closed.class, () -> slice.position(first.next()));
        assertThrows(PravegaException.Closed.class, first::position);
        assertEquals(COUNT - 1, count(reader));
        assertTrue(reader.ended());
        assertTrue(reader.position().offsets().values().stream().allMatch(offset -> offset == -1), reader.position().asText());
        EventReader idle = server.closing(group.openReader("idle"));
        assertEquals("", idle.position().asText());
        assertFalse(idle.position().equals(first));
    }

    private static int count(EventReader reader) {
        int count = 0;
        for (Event event : reader.events()) {
            count += event.length() > 0 ? 1 : 0;
        }
        return count;
    }
}
