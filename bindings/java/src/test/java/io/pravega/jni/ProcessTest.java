package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example in virtual machines of its own, which find the native library in different ways. */
class ProcessTest {
    private static final String CLASSES = System.getProperty("project.classes");
    private static final Path EXAMPLE = Path.of(System.getProperty("project.examples"), "WriteRead.java");

    @TempDir
    Path temp;

    private int exit;
    private String output;

    private void java(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temp));
        command.addAll(List.of(options));
        command.addAll(List.of(EXAMPLE.toString(), Server.controller(), "java-" + UUID.randomUUID()));
        File log = temp.resolve("output").toFile();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "ended");
        } finally {
            process.destroyForcibly();
        }
        exit = process.exitValue();
        output = Files.readString(log.toPath(), StandardCharsets.UTF_8);
    }

    private void worked() {
        assertEquals(0, exit, output);
        assertTrue(output.endsWith("hello\nJava\n"), output);
    }

    @Test
    void theLibraryInTheJar() throws Exception {
        java("-cp", CLASSES);
        worked();
        assertEquals(List.of("output"), names(temp), "what was extracted is gone");
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith("hsperfdata"))
                    .collect(java.util.stream.Collectors.toList());
        }
    }

    /** The machine's own checks of JNI have nothing to say but the message about signals that is documented. */
    @Test
    void onTheModulePathWithJniChecked() throws Exception {
        java("-Xcheck:jni", "-Dpravega.library.path=" + System.getProperty(Library.PATH), "--module-path", CLASSES,
                "--add-modules", "io.pravega.jni");
        worked();
        assertFalse(output.contains("in native method"), output);
        assertFalse(output.contains("JNI local refs"), output);
    }

    @Test
    void aFolderWithoutTheLibrary() throws Exception {
        java("-Dpravega.library.path=" + temp, "-cp", CLASSES);
        assertNotEquals(0, exit);
        assertTrue(output.contains("UnsatisfiedLinkError") && output.contains(Library.PATH), output);
    }

    @Test
    void javaLibraryPath() throws Exception {
        Path bare = Files.createDirectory(temp.resolve("classes"));
        try (var classes = Files.walk(Path.of(CLASSES))) {
            for (Path file : (Iterable<Path>) classes.filter(path -> path.toString().endsWith(".class"))::iterator) {
                Path to = bare.resolve(Path.of(CLASSES).relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        java("-cp", bare.toString());
        assertNotEquals(0, exit);
        assertTrue(output.contains("no native library for linux-"), output);
        java("-Djava.library.path=" + System.getProperty(Library.PATH), "-cp", bare.toString());
        worked();
    }
}
