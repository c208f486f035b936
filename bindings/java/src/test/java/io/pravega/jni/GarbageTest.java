package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What nobody closes is closed when it is garbage. */
@Timeout(120)
class GarbageTest {
    @RegisterExtension
    final Server server = new Server();

    private void awaitLive(long wanted) throws InterruptedException {
        Wait.until(wanted + " native objects are left", () -> {
            System.gc();
            return Native.live() == wanted;
        });
    }

    @Test
    void forgottenObjects() throws InterruptedException {
        String stream = server.stream(1);
        long before = Native.live();
        forget(stream);
        awaitLive(before);
        server.client().sealStream(server.scope(), stream);
        int count = 0;
        for (Event event : server.reader(stream).events()) {
            assertEquals("event " + count++, event.text());
        }
        assertEquals(100, count, "the forgotten writer's events are stored");
    }

    private void forget(String stream) {
        PravegaClient client = PravegaClient.open(Server.controller());
        EventWriter writer = client.openWriter(server.scope(), stream);
        for (int i = 0; i < 100; i++) {
            writer.write("key", ("event " + i).getBytes());
        }
        client.createReaderGroup(server.scope(), "forgetting", server.scope() + "/" + stream);
        EventReader reader = client.openReaderGroup(server.scope(), "forgetting").openReader("reader");
        assertNotNull(reader.next(Wait.LONG));
    }

    @Test
    void aForgottenReaderLeavesItsGroup() throws InterruptedException {
        ReaderGroup group = server.group(server.stream(1));
        long before = Native.live();
        group.openReader("forgotten");
        awaitLive(before);
        assertEquals(java.util.List.of(), group.readers());
    }

    @Test
    void futuresOfAForgottenWriter() throws Exception {
        try (Faulty faulty = new Faulty(); PravegaClient client = faulty.client()) {
            futureOfAForgottenWriter(faulty, client);
        }
    }

    private void futureOfAForgottenWriter(Faulty faulty, PravegaClient client) throws Exception {
        long before = Native.live();
        faulty.tell("appends ignore");
        CompletableFuture<Void> never = futureOf(client);
        awaitLive(before);
        Throwable failed = Assertions.assertThrows(ExecutionException.class, () -> never.get(30, TimeUnit.SECONDS)).getCause();
        assertEquals(PravegaException.Closed.class, failed.getClass());
        Wait.until("the futures' thread is gone", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("pravega-acks")));
    }

    private CompletableFuture<Void> futureOf(PravegaClient client) throws Exception {
        EventWriter writer = client.openWriter(Faulty.SCOPE, Faulty.STREAM);
        return writer.whenAcked(writer.write(new byte[1]));
    }

    @Test
    void manyOpenedAndClosed() {
        String stream = server.stream(1);
        long before = Native.live();
        for (int i = 0; i < 50; i++) {
            try (EventWriter writer = server.client().openWriter(server.scope(), stream)) {
                writer.whenAcked(writer.write(new byte[1])).join();
            }
        }
        assertEquals(before, Native.live());
        assertTrue(Native.live() > 0);
    }
}
