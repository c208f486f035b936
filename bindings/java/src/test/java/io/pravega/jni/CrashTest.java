package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Readers in processes of their own, which are killed or stand still. */
@Timeout(240)
class CrashTest {
    private static final int COUNT = 2_000;

    @RegisterExtension
    final Server server = new Server();

    @TempDir
    Path temp;

    private Process process;

    @AfterEach
    void end() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private String write(String stream, int from, int to) {
        try (EventWriter writer = server.client().openWriter(server.scope(), stream)) {
            for (int id = from; id < to; id++) {
                writer.write("key " + id % 10, Integer.toString(id).getBytes());
            }
        }
        return stream;
    }

    private ReaderGroup group(String stream) {
        server.client().createReaderGroup(server.scope(), "group", GroupTest.QUICK, server.scope() + "/" + stream);
        return server.closing(server.client().openReaderGroup(server.scope(), "group"));
    }

    private void start() throws Exception {
        Path tests = Path.of(Crashing.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dpravega.library.path=" + System.getProperty(Library.PATH), "-cp",
                System.getProperty("project.classes") + ":" + tests, Crashing.class.getName(), Server.controller(),
                server.scope(), "group", "crashes").redirectErrorStream(true).redirectOutput(output()).start();
    }

    private java.io.File output() {
        return temp.resolve("output").toFile();
    }

    /** The lines that the process has printed to their ends. */
    private List<String> lines() {
        try {
            String text = Files.readString(output().toPath(), StandardCharsets.UTF_8);
            return List.of(text.substring(0, text.lastIndexOf('\n') + 1).split("\n"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatWasKeptAtACheckpointAndWhatIsReadFromThereIsEverythingOnce() throws Exception {
        String stream = write(server.stream(2), 0, COUNT / 2);
        ReaderGroup group = group(stream);
        start();
        Wait.until("it reads", () -> lines().size() > 10);
        Checkpoint checkpoint = group.initiateCheckpoint("kept").get(60, TimeUnit.SECONDS);
        write(stream, COUNT / 2, COUNT);
        Wait.until("it read on", () -> lines().size() > lines().indexOf("checkpoint kept") + 1 + COUNT / 4);
        process.destroyForcibly().waitFor();

        List<String> lines = lines();
        int[] seen = new int[COUNT];
        lines.subList(0, lines.indexOf("checkpoint kept")).forEach(id -> seen[Integer.parseInt(id)]++);
        server.client().sealStream(server.scope(), stream);
        group.resetReaderGroup(checkpoint);
        assertEquals(List.of(), group.readers());
        server.closing(group.openReader("resumes")).events().forEach(event -> seen[Integer.parseInt(event.text())]++);
        for (int id = 0; id < COUNT; id++) {
            assertEquals(1, seen[id], "event " + id);
        }
    }

    /** It has passed no checkpoint, so that everything it had comes again. */
    @Test
    void aReaderThatStandsStillIsTakenOutAndToldSo() throws Exception {
        String stream = write(server.stream(2), 0, COUNT);
        ReaderGroup group = group(stream);
        start();
        Wait.until("it has read everything", () -> lines().size() == COUNT);
        new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
        server.client().sealStream(server.scope(), stream);

        assertThrows(PravegaException.InvalidArgument.class, () -> group.openReader("x", Options.of("group.liveness.timeout", "never")));
        EventReader heir = server.closing(group.openReader("heir", Options.of("group.liveness.timeout", "30s")));
        int[] seen = new int[COUNT];
        heir.events().forEach(event -> seen[Integer.parseInt(event.text())]++);
        for (int id = 0; id < COUNT; id++) {
            assertEquals(1, seen[id], "event " + id);
        }
        assertTrue(heir.ended());
        assertEquals(List.of("heir"), group.readers());
        new ProcessBuilder("kill", "-CONT", Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
        assertEquals("ReaderNotInGroup", lines().get(lines().size() - 1));
    }
}
