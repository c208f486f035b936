package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The exceptions against the library's own table. */
class KindTest {
    @BeforeAll
    static void load() {
        Library.load();
    }

    @Test
    void everyKindOfTheLibraryHasItsClass() {
        Set<String> library = new TreeSet<>();
        for (int code : Native.statusCodes()) {
            library.add(code + " " + Text.of(Native.statusName(code)));
        }
        Set<String> java = new TreeSet<>();
        for (Kind kind : Kind.values()) {
            PravegaException e = kind.exception("");
            java.add(e.code() + " " + e.getClass().getSimpleName());
            assertEquals(kind.name(), e.getClass().getSimpleName());
        }
        assertEquals(library, java);
    }

    @Test
    void flagsAreThoseOfTheLibrary() {
        for (int code : Native.statusCodes()) {
            int flags = Native.statusFlags(code);
            PravegaException e = Kind.of(code, "testing");
            if (code == Kind.BadHandle.code) {
                assertEquals(PravegaException.Closed.class, e.getClass(), "handles are ours: a bad one was closed");
                continue;
            }
            assertEquals(code, e.code());
            assertEquals((flags & 1) != 0, e.retriable(), e.toString());
            assertEquals((flags & 2) != 0, e.isFinal(), e.toString());
            assertFalse(e.mayBeStored());
            assertEquals("testing: " + Text.of(Native.statusText(code)), e.getMessage());
        }
    }

    @Test
    void newerKindsArriveToo() {
        PravegaException e = Kind.failure(-1000, "später".getBytes(StandardCharsets.UTF_8), true, false, true);
        assertEquals(PravegaException.class, e.getClass());
        assertEquals("später", e.getMessage());
        assertEquals(-1000, e.code());
        assertEquals(true, e.retriable() && !e.isFinal() && e.mayBeStored());
    }
}
