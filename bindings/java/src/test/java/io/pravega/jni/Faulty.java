package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A Pravega in memory with faults on demand; see tests/harness/cmd/faulty. */
final class Faulty implements AutoCloseable {
    static final String SCOPE = "scope";
    static final String STREAM = "stream"; // that there is

    private final Process process;
    private final PrintWriter to;
    private final BufferedReader from;
    private final String controller;

    Faulty() throws IOException {
        Path program = Path.of(System.getProperty("project.examples"), "../../build/tools/faulty");
        process = new ProcessBuilder(program.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        to = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        controller = from.readLine();
    }

    String controller() {
        return controller;
    }

    PravegaClient client() {
        return PravegaClient.open(controller);
    }

    String ask(String line) throws IOException {
        to.println(line);
        return from.readLine();
    }

    void tell(String... lines) throws IOException {
        for (String line : lines) {
            assertEquals("ok", ask(line));
        }
    }

    /** The events that are stored. */
    List<String> stored() throws IOException {
        String events = ask("stored");
        return events.isEmpty() ? List.of() : List.of(events.split(" "));
    }

    /** Waits until an event is stored. */
    void awaitStored(String event) throws IOException, InterruptedException {
        for (long end = System.nanoTime() + Wait.LONG.toNanos(); !stored().contains(event); Thread.sleep(1)) {
            assertTrue(System.nanoTime() < end, event + " is not stored");
        }
    }

    @Override
    public void close() {
        to.close();
        assertEquals(0, process.onExit().join().exitValue());
    }
}
