package io.pravega.jni;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Finds and loads the native libraries, once, when something needs them first. */
final class Library {
    static final String PATH = "pravega.library.path";
    private static final String CORE = "libpravega.so.0";
    private static final String JNI = "libpravega_jni.so"; // finds CORE beside itself

    private static boolean loaded;

    private Library() {
    }

    /** Loads, or throws UnsatisfiedLinkError; a later call tries again. */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        String folder = System.getProperty(PATH);
        if (folder != null) {
            fromFolder(Path.of(folder));
        } else if (Library.class.getResource(resource(JNI)) != null) {
            fromJar();
        } else {
            fromSystem();
        }
        int status = Native.checkAbi();
        if (status != 0) {
            throw Kind.of(status, "loading the native library " + Text.of(Native.version()));
        }
        loaded = true;
    }

    private static void fromFolder(Path folder) {
        Path file = folder.resolve(JNI).toAbsolutePath();
        if (!Files.isReadable(file)) {
            throw new UnsatisfiedLinkError("the system property " + PATH + " is " + folder + ", where there is no " + JNI);
        }
        System.load(file.toString());
    }

    private static void fromJar() {
        try {
            Path folder = Files.createTempDirectory("pravega-jni-");
            Path core = folder.resolve(CORE);
            Path jni = folder.resolve(JNI);
            try {
                extract(CORE, core);
                extract(JNI, jni);
                System.load(jni.toString());
            } catch (UnsatisfiedLinkError e) {
                throw explained(e, folder + " may be mounted noexec: set java.io.tmpdir or " + PATH
                        + "; libraries for glibc do not load on musl");
            } finally { // Linux keeps what is loaded
                Files.deleteIfExists(core);
                Files.deleteIfExists(jni);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw explained(e, "cannot extract the native library to java.io.tmpdir; set " + PATH);
        }
    }

    private static void extract(String name, Path to) throws IOException {
        try (InputStream in = Library.class.getResourceAsStream(resource(name))) {
            if (in == null) {
                throw new IOException("the jar holds no " + resource(name));
            }
            Files.copy(in, to);
        }
    }

    private static void fromSystem() {
        try {
            System.loadLibrary("pravega_jni");
        } catch (UnsatisfiedLinkError e) {
            throw explained(e, "the jar holds no native library for " + platform() + "; set " + PATH);
        }
    }

    private static UnsatisfiedLinkError explained(Throwable cause, String advice) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(cause.getMessage() + " (" + advice + ")");
        error.initCause(cause);
        return error;
    }

    private static String resource(String name) {
        return "/natives/" + platform() + "/" + name;
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return os + "-" + (arch.equals("amd64") ? "x86_64" : arch);
    }
}
