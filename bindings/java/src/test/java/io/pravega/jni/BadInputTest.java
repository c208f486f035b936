package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes that need no Pravega to be found. */
class BadInputTest {
    private static final Options NOBODY = Options.of("controller.uri", "tcp://127.0.0.1:1").with("request.timeout", "2s");

    private long before;

    @BeforeEach
    void count() {
        Library.load();
        before = Native.live();
    }

    @AfterEach
    void nothingIsLeft() throws InterruptedException {
        Wait.until("no native object is left", () -> Native.live() == before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://127.0.0.1:9090", "tcp://", "tcp://127.0.0.1:notaport", "tcp://127.0.0.1:70000", "tcp://a\0b:1", "tcp://a\ud800b:1"})
    void anAddressThatIsNone(String uri) {
        Exception e = assertThrows(PravegaException.InvalidArgument.class, () -> PravegaClient.open(uri));
        assertTrue(e.getMessage().contains("controller.uri"), e.getMessage());
    }

    @Test
    void aControllerThatIsNotThere() {
        try (PravegaClient client = PravegaClient.open(NOBODY)) {
            PravegaException e = assertTimeout(Duration.ofSeconds(20),
                    () -> assertThrows(PravegaException.class, () -> client.createScope("scope")));
            assertTrue(e instanceof PravegaException.Unreachable || e instanceof PravegaException.TimedOut, e.toString());
            assertTrue(e.retriable(), e.toString());
        }
    }

    @Test
    void aServerThatAnswersGarbage() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerGarbage(server));
            answering.setDaemon(true);
            answering.start();
            Options options = NOBODY.with("controller.uri", "tcp://127.0.0.1:" + server.getLocalPort());
            try (PravegaClient client = PravegaClient.open(options)) {
                PravegaException e = assertTimeout(Duration.ofSeconds(20),
                        () -> assertThrows(PravegaException.class, () -> client.createScope("scope")));
                assertTrue(e instanceof PravegaException.Unreachable || e instanceof PravegaException.TimedOut
                        || e instanceof PravegaException.Protocol, e.toString());
            }
        }
    }

    private static void answerGarbage(ServerSocket server) {
        byte[] garbage = new byte[4096];
        java.util.Arrays.fill(garbage, (byte) 0xff);
        while (!server.isClosed()) {
            try (Socket socket = server.accept(); OutputStream out = socket.getOutputStream()) {
                out.write(garbage);
            } catch (IOException e) {
                // the peer is gone, as it should be
            }
        }
    }

    @Test
    void names() {
        try (PravegaClient client = PravegaClient.open(NOBODY)) {
            for (String bad : List.of("", "a/b", "a b", "ä", "a\0b", "half \ud83d pair", "x".repeat(256))) {
                assertThrows(PravegaException.InvalidArgument.class, () -> client.createScope(bad), bad);
                assertThrows(PravegaException.InvalidArgument.class, () -> client.createStream("scope", bad), bad);
                assertThrows(PravegaException.InvalidArgument.class, () -> client.openWriter("scope", bad), bad);
                assertThrows(PravegaException.InvalidArgument.class, () -> client.createReaderGroup("scope", bad, "scope/stream"), bad);
            }
            assertThrows(PravegaException.InvalidArgument.class, () -> client.createReaderGroup("scope", "group", "no-slash"));
            assertThrows(PravegaException.InvalidArgument.class, () -> client.createReaderGroup("scope", "group"));
            assertThrows(NullPointerException.class, () -> client.createScope(null));
            assertThrows(NullPointerException.class, () -> client.streams("scope", null));
        }
    }

    @Test
    void closedTwiceAndUsedAfter() {
        PravegaClient client = PravegaClient.open(NOBODY);
        client.close();
        client.close();
        PravegaException e = assertThrows(PravegaException.Closed.class, () -> client.createScope("scope"));
        assertTrue(e.isFinal() && !e.retriable());
    }

    @Test
    void closedWhileAnotherThreadWaits() throws Exception {
        PravegaClient client = PravegaClient.open(NOBODY.with("request.timeout", "60s"));
        PravegaException[] seen = new PravegaException[1];
        Thread waiting = new Thread(() -> seen[0] = assertThrows(PravegaException.class, () -> client.createScope("scope")));
        waiting.start();
        Wait.untilInside(waiting, "scopeCreate");
        client.close();
        waiting.join(20_000);
        assertEquals(PravegaException.Closed.class, seen[0].getClass(), seen[0].toString());
    }

    @Test
    void anEventThatIsTooLargeForABatch() {
        EventBatch batch = new EventBatch().add(new byte[EventWriter.MAX_EVENT]);
        assertThrows(PravegaException.EventTooLarge.class, () -> batch.add(new byte[EventWriter.MAX_EVENT + 1]));
        assertThrows(PravegaException.InvalidArgument.class, () -> batch.add("half \ud83d pair", new byte[1]));
        assertEquals(1, batch.size());
        assertEquals(EventWriter.MAX_EVENT, batch.bytes());
    }
}
