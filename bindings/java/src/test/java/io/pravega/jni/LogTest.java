package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class LogTest {
    private static final class Lines implements System.Logger {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String text, Throwable thrown) {
            lines.add(level + " " + text);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(level + " " + format);
        }
    }

    @Test
    void toALoggerAndOffAgain() throws InterruptedException {
        Lines first = new Lines();
        PravegaLog.to(first, Level.DEBUG);
        unreachable();
        Wait.until("something is logged", () -> !first.lines.isEmpty());
        Lines second = new Lines();
        PravegaLog.to(second, Level.DEBUG);
        unreachable();
        Wait.until("something is logged", () -> !second.lines.isEmpty());
        PravegaLog.to(second, Level.OFF);
        Wait.until("no thread is left", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("pravega-log")));
    }

    private static void unreachable() {
        Options options = Options.of("controller.uri", "tcp://127.0.0.1:1").with("request.timeout", "1s");
        try (PravegaClient client = PravegaClient.open(options)) {
            assertThrows(PravegaException.class, () -> client.createScope("scope"));
        }
    }
}
