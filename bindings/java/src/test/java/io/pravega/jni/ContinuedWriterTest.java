package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Writers with an id: what one has written, the next one does not write again. */
class ContinuedWriterTest {
    @RegisterExtension
    final Server server = new Server();

    private EventWriter open(String stream) {
        return server.closing(server.client().openWriter(server.scope(), stream, Options.of("writer.id", "the-script")));
    }

    /** Writes the events up to a number, the same whoever does it: every tenth with the next one, every third without key. */
    private static void write(EventWriter writer, long last) {
        for (long n = writer.acked() + writer.pending() + 1; n <= last; n++) {
            byte[] event = Long.toString(n).getBytes();
            if (n % 10 == 0) {
                assertEquals(n + 1, writer.writeBatch("k", List.of(event, Long.toString(n + 1).getBytes())));
                n++;
            } else {
                assertEquals(n, writer.write(n % 3 == 0 ? null : "k" + n % 5, event));
            }
        }
    }

    @Test
    void eachEventOnce() throws Exception {
        String stream = server.stream(2);
        int count = 5_005;
        EventWriter first = open(stream);
        assertEquals(0, first.durable());
        write(first, 1_001);
        first.flush();
        write(first, 1_555);
        EventWriter second = open(stream);
        assertTrue(second.durable() >= 1_001 && second.durable() <= 1_555, "durable is " + second.durable());
        assertEquals(second.durable(), second.acked());
        assertEquals(0, second.pending());
        PravegaException.Fenced fenced = assertThrows(PravegaException.Fenced.class, () -> {
            for (;;) {
                first.write("never stored".getBytes());
                first.flush(Wait.LONG);
            }
        });
        assertTrue(fenced.isFinal());
        assertThrows(PravegaException.Fenced.class, () -> first.write(new byte[1]));
        assertThrows(PravegaException.Fenced.class, first::close);
        write(second, count);
        second.whenAcked(count).get(60, java.util.concurrent.TimeUnit.SECONDS);
        second.close();
        try (EventWriter third = open(stream)) {
            assertEquals(count, third.durable());
            assertTrue(third.awaitAck(count, Duration.ZERO));
            third.flush();
        }
        server.client().sealStream(server.scope(), stream);
        int[] seen = new int[count + 1];
        for (Event event : server.reader(stream).events()) {
            seen[Integer.parseInt(event.text())]++;
        }
        seen[0] = 1;
        assertTrue(Arrays.stream(seen).allMatch(n -> n == 1), "each number once");
    }

    @Test
    void withoutAnId() {
        EventWriter writer = server.writer(server.stream(1));
        writer.write(new byte[1]);
        writer.flush();
        assertEquals(0, writer.durable());
    }
}
