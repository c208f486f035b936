package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final Options BASE = Options.of("controller.uri", "tcp://127.0.0.1:1");

    @Test
    void allAreListedAndTheirDefaultsAreAccepted() {
        List<Option> all = Options.all();
        assertTrue(all.stream().map(Option::name).collect(Collectors.toSet()).contains("writer.window.bytes"), all.toString());
        Options options = BASE;
        for (Option option : all) {
            assertFalse(option.description().isEmpty(), option.name());
            if (!option.defaultValue().isEmpty()) {
                options = options.with(option.name(), option.defaultValue());
            }
        }
        PravegaClient.open(options.with(BASE.values())).close();
    }

    @Test
    void eachIsAcceptedWhereItBelongsAndNowhereElse() {
        try (PravegaClient client = PravegaClient.open(BASE.with("request.timeout", Duration.ofMillis(10)))) {
            Map<String, Consumer<Options>> openings = Map.of(
                    "stream", o -> client.createStream("scope", "s", o),
                    "writer", o -> client.openWriter("scope", "s", o),
                    "transactional writer", o -> client.openTransactionalWriter("scope", "s", o),
                    "reader group", o -> client.createReaderGroup("scope", "g", o, "scope/s"));
            for (Option option : Options.all()) {
                Options one = Options.of(option.name(), option.defaultValue());
                openings.forEach((kind, open) -> {
                    Exception e = assertThrows(PravegaException.class, () -> open.accept(one), option.name() + " of a " + kind);
                    boolean refused = e instanceof PravegaException.InvalidArgument
                            && e.getMessage().contains("option " + option.name() + " belongs to a " + option.belongsTo());
                    assertEquals(!kind.equals(option.belongsTo()), refused, option + " of a " + kind + ": " + e);
                });
            }
        }
    }

    @Test
    void anUnknownNameIsNamed() {
        Exception e = assertThrows(PravegaException.UnknownOption.class, () -> PravegaClient.open(BASE.with("no.such.option", "1")));
        assertTrue(e.getMessage().contains("no.such.option"), e.getMessage());
    }

    @Test
    void aBadValueIsNamed() {
        Exception e = assertThrows(PravegaException.InvalidArgument.class,
                () -> PravegaClient.open(BASE.with("request.timeout", "soon")));
        assertTrue(e.getMessage().contains("request.timeout"), e.getMessage());
    }

    @Test
    void theyDoNotChange() {
        Options more = BASE.with("stream.segments", 4).with("request.timeout", Duration.ofSeconds(2));
        assertEquals(Map.of("controller.uri", "tcp://127.0.0.1:1"), BASE.values());
        assertEquals(Map.of("controller.uri", "tcp://127.0.0.1:1", "stream.segments", "4", "request.timeout", "2000ms"), more.values());
        assertThrows(UnsupportedOperationException.class, () -> more.values().put("a", "b"));
    }

    @Test
    void secretsAreNotPrinted() {
        assertFalse(Options.of("auth.password", "secret").toString().contains("secret"));
    }

    @Test
    void nullIsRefusedAtOnce() {
        assertThrows(NullPointerException.class, () -> BASE.with("tls.ca.file", (String) null));
    }
}
