package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Between which event times a group reads. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TimeWindowTest extends NumberedEvents {
    private static final int FIRST = 1_000;

    /** Reads the event that is next, gives it back, and tells the window that it was read in. */
    private TimeWindow read(EventReader reader, String stream, int time) {
        Slice slice = reader.next(Wait.LONG);
        assertNotNull(slice, "a slice");
        Event event = slice.iterator().next();
        assertEquals(time, Integer.parseInt(event.text()));
        TimeWindow window = reader.timeWindow(server.scope(), stream);
        slice.releaseAt(event.next());
        return window;
    }

    @Test
    void whatIsReadLiesInTheWindow() throws Exception {
        String stream = server.stream(1);
        EventReader tail = server.closing(group(Options.none(), path(stream)).openReader("tail"));
        Wait.until("the reader knows its streams", () -> !tail.position().offsets().isEmpty());
        assertEquals(new TimeWindow(Long.MIN_VALUE, Long.MAX_VALUE), tail.timeWindow(server.scope(), stream));
        assertThrows(PravegaException.InvalidArgument.class, () -> tail.timeWindow(server.scope(), "other"));
        assertThrows(NullPointerException.class, () -> tail.timeWindow(server.scope(), null));
        int now = FIRST;
        try (EventWriter writer = server.client().openWriter(server.scope(), stream)) {
            Long lower = null;
            while (lower == null) { // until the servers have made a mark
                now++;
                writer.write("key", Integer.toString(now).getBytes());
                writer.noteTime(now);
                read(tail, stream, now);
                lower = tail.timeWindow(server.scope(), stream).lowerTimeBound();
                Thread.sleep(20);
            }
            assertTrue(FIRST < lower && lower <= now, lower + " at " + now);
            now++;
            writer.write("key", Integer.toString(now).getBytes());
        }
        tail.close();
        assertThrows(PravegaException.Closed.class, () -> tail.timeWindow(server.scope(), stream));

        EventReader later = server.closing(group(Options.none(), path(stream)).openReader("later"));
        boolean upper = false;
        Long last = null;
        for (int time = FIRST + 1; time <= now; time++) {
            TimeWindow window = read(later, stream, time);
            Long lowest = window.lowerTimeBound();
            assertTrue(lowest == null ? last == null : lowest <= time && (last == null || last <= lowest), time + " in " + window);
            assertTrue(window.upperTimeBound() == null || time <= window.upperTimeBound(), time + " in " + window);
            upper |= window.upperTimeBound() != null;
            last = lowest;
        }
        assertNotNull(last);
        assertTrue(upper, "there was an upper bound");
        later.close();
    }

    @Test
    void windowsAreEqualThatSayTheSame() {
        TimeWindow window = new TimeWindow(5, Long.MAX_VALUE);
        assertEquals(5L, window.lowerTimeBound());
        assertNull(window.upperTimeBound());
        assertNull(new TimeWindow(Long.MIN_VALUE, 7).lowerTimeBound());
        assertEquals(window, new TimeWindow(5, Long.MAX_VALUE));
        assertEquals(window.hashCode(), new TimeWindow(5, Long.MAX_VALUE).hashCode());
        assertNotEquals(window, new TimeWindow(5, 7));
        assertEquals("TimeWindow[5, null]", window.toString());
    }
}
