package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Token providers, well behaved and not. */
@Timeout(240)
class TokenTest {
    private Faulty faulty;
    private long before;

    @BeforeEach
    void start() throws Exception {
        Library.load();
        before = Native.live();
        faulty = new Faulty();
    }

    @AfterEach
    void end() throws Exception {
        faulty.close();
        Wait.until("no native object is left", () -> Native.live() == before);
        Wait.until("no thread is left", () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("pravega-tokens")));
    }

    private PravegaClient client(String requestTimeout, TokenProvider provider) {
        return PravegaClient.open(Options.of(Map.of("controller.uri", faulty.controller(), "request.timeout", requestTimeout)), provider);
    }

    @Test
    void refusedTokensAreReplaced() throws Exception {
        faulty.tell("admit token-1");
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<String> thread = new AtomicReference<>();
        TokenProvider provider = () -> {
            thread.set(Thread.currentThread().getName());
            return Token.of("token-" + asked.incrementAndGet());
        };
        try (PravegaClient client = client("60s", provider)) {
            assertTrue(client.scopeExists(Faulty.SCOPE));
            assertTrue(client.scopeExists(Faulty.SCOPE));
            assertEquals(1, asked.get());
            assertEquals("pravega-tokens", thread.get());
            try (EventWriter writer = client.openWriter(Faulty.SCOPE, Faulty.STREAM)) {
                for (int i = 2; i < 7; i++) {
                    faulty.tell("admit token-" + i, "cut");
                    writer.write(("event-" + i).getBytes(StandardCharsets.UTF_8));
                    writer.flush();
                    assertTrue(client.scopeExists(Faulty.SCOPE));
                }
            }
            assertEquals(6, asked.get());
        }
        assertEquals(List.of("event-2", "event-3", "event-4", "event-5", "event-6"), faulty.stored());
    }

    @Test
    void tokensAreRenewedBeforeTheyEnd() throws Exception {
        faulty.tell("admit token");
        AtomicInteger asked = new AtomicInteger();
        try (PravegaClient client = client("60s", () -> {
            asked.incrementAndGet();
            return Token.of("token", Instant.now().plusSeconds(2));
        })) {
            while (asked.get() < 3) {
                assertTrue(client.scopeExists(Faulty.SCOPE));
            }
        }
    }

    @Test
    void whatAProviderThrowsOrReturnsIsBorneAndTold() throws Exception {
        faulty.tell("admit token");
        Map<String, TokenProvider> failures = new HashMap<>();
        failures.put("the office is?closed", () -> {
            throw new IOException("the office is\0closed");
        });
        failures.put("StackOverflowError", () -> {
            throw new StackOverflowError();
        });
        failures.put("the token is null", () -> null);
        failures.put("empty", () -> Token.of(""));
        failures.put("byte 6 of the token is 0xa", () -> Token.of("secret\n"));
        failures.put("byte 3 of the token is 0x0", () -> Token.of("sec\0ret"));
        failures.put("byte 1 of the token is 0xc3", () -> Token.of("s\u00e9cret"));
        failures.put("half a surrogate", () -> Token.of("secret\ud800"));
        failures.put("the token has 1200000 bytes", () -> Token.of("secret".repeat(200_000)));
        for (Map.Entry<String, TokenProvider> failure : failures.entrySet()) {
            AtomicInteger asked = new AtomicInteger();
            try (PravegaClient client = client("60s", () -> asked.incrementAndGet() == 1 ? failure.getValue().token() : Token.of("token"))) {
                assertTrue(client.scopeExists(Faulty.SCOPE));
                assertEquals(2, asked.get());
            }
            try (PravegaClient client = client("500ms", failure.getValue())) {
                String told = assertThrows(PravegaException.Unauthenticated.class, () -> client.scopeExists(Faulty.SCOPE)).getMessage();
                assertTrue(told.contains(failure.getKey()), told);
                assertFalse(told.contains("secret"), told);
            }
        }
    }

    @Test
    void aProviderThatDoesNotReturn() throws Exception {
        faulty.tell("admit token");
        LinkedBlockingQueue<Token> answers = new LinkedBlockingQueue<>();
        PravegaClient client = client("200ms", answers::take);
        for (int i = 0; i < 3; i++) {
            String told = assertThrows(PravegaException.class, () -> client.scopeExists(Faulty.SCOPE)).getMessage();
            assertTrue(told.contains("the token provider"), told);
        }
        answers.add(Token.of("too late"));
        answers.add(Token.of("token"));
        Wait.until("it works", () -> {
            try {
                return client.scopeExists(Faulty.SCOPE);
            } catch (PravegaException e) {
                return false;
            }
        });
        faulty.tell("admit another");
        assertThrows(PravegaException.class, () -> client.scopeExists(Faulty.SCOPE));
        client.close(); // which does not wait for it
        answers.add(Token.of("another"));
    }

    @Test
    void aProviderThatClosesItsClient() throws Exception {
        AtomicReference<PravegaClient> client = new AtomicReference<>();
        CountDownLatch closed = new CountDownLatch(1);
        client.set(client("60s", () -> {
            client.get().close();
            closed.countDown();
            return Token.of("token");
        }));
        assertThrows(PravegaException.Closed.class, () -> client.get().scopeExists(Faulty.SCOPE));
        closed.await();
    }

    @Test
    void aProviderGoesWithAForgottenClient() throws Exception {
        WeakReference<Object> provider = forgotten();
        Wait.until("the provider is garbage", () -> {
            System.gc();
            return provider.get() == null;
        });
    }

    private WeakReference<Object> forgotten() {
        Object held = new Object();
        PravegaClient client = client("60s", () -> Token.of("token" + (held == null ? "" : "")));
        assertTrue(client.scopeExists(Faulty.SCOPE));
        return new WeakReference<>(held);
    }

    @Test
    void oneSourceOfTokens() {
        Options options = Options.of("controller.uri", faulty.controller());
        TokenProvider provider = () -> Token.of("token");
        for (String name : List.of("auth.token", "auth.token.file", "auth.token.env")) {
            String told = assertThrows(PravegaException.InvalidArgument.class, () -> PravegaClient.open(options.with(name, "x"), provider)).getMessage();
            assertTrue(told.contains(name + " and the token provider"), told);
        }
        assertThrows(NullPointerException.class, () -> PravegaClient.open(options, null));
    }

    @Test
    void tokens() {
        Instant then = Instant.parse("2030-01-02T03:04:05.678Z");
        assertEquals(1893553445678L, Token.of("secret", then).expiryMillis());
        assertEquals(Long.MAX_VALUE, Token.of("secret", Instant.MAX).expiryMillis());
        assertEquals(1, Token.of("secret", Instant.MIN).expiryMillis());
        assertEquals(1, Token.of("secret", Instant.EPOCH).expiryMillis());
        assertEquals(0, Token.of("secret").expiryMillis());
        assertEquals(Optional.of(then), Token.of("secret", then).expiry());
        assertEquals("secret", Token.of("secret").value());
        for (Token token : List.of(Token.of("secret", then), Token.of("secret"))) {
            assertFalse(token.toString().contains("secret"));
        }
        assertThrows(NullPointerException.class, () -> Token.of(null));
        assertThrows(NullPointerException.class, () -> Token.of("secret", null));
    }

    /** Tokens live for seconds on a real server with TLS, while events are written and read. */
    @Test
    void tokensThatEndOnARealServer() throws Exception {
        Path program = Path.of(System.getProperty("project.examples"), "../../build/tools/pravega");
        Process server = new ProcessBuilder(program.toString(), "-kind", "secure", "-port", "0").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader said = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            Options options = Options.of("controller.uri", behind("Pravega is ready at ", said))
                    .with("tls.ca.file", behind("Certificate of the authority: ", said));
            Duration life = Duration.ofSeconds(3);
            AtomicInteger asked = new AtomicInteger();
            TokenProvider provider = () -> {
                int n = asked.incrementAndGet();
                if (n % 4 == 0) {
                    throw new IOException("not now");
                }
                Instant end = Instant.now().plus(life);
                String token = "until-" + end.toEpochMilli();
                return n % 4 == 1 ? Token.of(token) : Token.of(token, end);
            };
            try (PravegaClient client = PravegaClient.open(options, provider)) {
                client.createScope("scope");
                client.createStream("scope", "stream", Options.of("stream.segments", "2"));
                client.createReaderGroup("scope", "group", "scope/stream");
                Map<Integer, Integer> seen = new HashMap<>();
                int written = 0;
                try (ReaderGroup group = client.openReaderGroup("scope", "group"); EventReader reader = group.openReader("reader")) {
                    Instant begun = Instant.now();
                    while (Instant.now().isBefore(begun.plus(life.multipliedBy(4))) || asked.get() < 8) {
                        try (EventWriter writer = client.openWriter("scope", "stream")) {
                            for (int i = 0; i < 500; i++) {
                                writer.write("key-" + ++written % 7, Integer.toString(written).getBytes(StandardCharsets.UTF_8));
                            }
                            writer.flush();
                        }
                        while (seen.size() < written) {
                            try (Slice slice = reader.next(Wait.LONG)) {
                                for (Event event : slice) {
                                    seen.merge(Integer.parseInt(new String(event.toByteArray(), StandardCharsets.UTF_8)), 1, Integer::sum);
                                }
                            }
                        }
                        Thread.sleep(200);
                    }
                }
                for (int i = 1; i <= written; i++) {
                    assertEquals(1, seen.get(i), "event " + i);
                }
                assertEquals(written, seen.size());
            }
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    /** What stands behind a text in the line that begins with it. */
    private static String behind(String text, BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(text)) {
                return line.substring(text.length());
            }
        }
        throw new AssertionError("the server did not say: " + text);
    }
}
