package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ManageTest {
    @RegisterExtension
    final Server server = new Server();

    @Test
    void scopes() {
        PravegaClient client = server.client();
        String scope = server.scope() + "-more";
        assertFalse(client.scopeExists(scope));
        assertTrue(client.createScope(scope));
        assertFalse(client.createScope(scope));
        assertTrue(client.scopeExists(scope));
        assertTrue(client.scopes().containsAll(List.of(scope, server.scope())));
        client.createStream(scope, "stream");
        assertThrows(PravegaException.NotEmpty.class, () -> client.deleteScope(scope));
        client.sealStream(scope, "stream");
        assertTrue(client.deleteStream(scope, "stream"));
        assertTrue(client.deleteScope(scope));
        assertFalse(client.deleteScope(scope));
        assertThrows(PravegaException.NoSuchScope.class, () -> client.createStream(scope, "stream"));
    }

    @Test
    void aScopeWithAllThatIsInIt() {
        PravegaClient client = server.client();
        String scope = server.scope() + "-full";
        client.createScope(scope);
        client.createStream(scope, "s", Options.of("stream.tags", "kept"));
        client.createReaderGroup(scope, "g", Options.of("group.retention", "checkpoint"), scope + "/s");
        Exception e = assertThrows(PravegaException.NotEmpty.class, () -> client.deleteScope(scope));
        assertTrue(e.getMessage().contains("it holds reader group g, stream s"), e.getMessage());
        assertEquals(List.of("s"), client.streams(scope, "kept"));
        assertTrue(client.createReaderGroup(scope, "h", scope + "/s"));
        assertEquals(java.util.Set.of("g", "h"), java.util.Set.copyOf(client.readerGroups(scope)));
        assertTrue(client.deleteScopeRecursive(scope));
        assertFalse(client.deleteScopeRecursive(scope));
        assertFalse(client.scopeExists(scope));
        assertThrows(PravegaException.NoSuchScope.class, () -> client.readerGroups(scope));
    }

    @Test
    void anUpdateScalesAStreamOfFixedSegments() {
        PravegaClient client = server.client();
        String stream = server.stream(1);
        for (int segments : new int[] {3, 2}) {
            client.updateStream(server.scope(), stream, Options.of("stream.segments", Integer.toString(segments)));
            assertEquals(segments, client.segments(server.scope(), stream).size());
        }
    }

    @Test
    void aGroupThatDiffers() {
        PravegaClient client = server.client();
        String scope = server.scope();
        String stream = scope + "/" + server.stream(1);
        client.createReaderGroup(scope, "differs", stream);
        Exception e = assertThrows(PravegaException.ConfigMismatch.class,
                () -> client.createReaderGroup(scope, "differs", Options.of("group.checkpoints.outstanding", "4"), stream));
        assertTrue(e.getMessage().contains("group.checkpoints.outstanding is 3, not 4"), e.getMessage());
        assertThrows(PravegaException.NoSuchStream.class, () -> client.createReaderGroup(scope, "lost", stream, scope + "/lost"));
        assertEquals(List.of("differs"), client.readerGroups(scope));
    }

    @Test
    void streams() {
        PravegaClient client = server.client();
        String scope = server.scope();
        Options options = Options.of("stream.segments", "2").with("stream.tags", "red,green");
        assertFalse(client.streamExists(scope, "a"));
        assertTrue(client.createStream(scope, "a", options));
        assertFalse(client.createStream(scope, "a"));
        assertTrue(client.createStream(scope, "b"));
        assertTrue(client.streamExists(scope, "a"));
        assertEquals(List.of("a"), client.streams(scope, "red"));
        assertEquals(List.of(), client.streams(scope, "blue"));
        assertTrue(client.streams(scope).containsAll(List.of("a", "b")));
        StreamInfo info = client.streamInfo(scope, "a");
        assertFalse(info.sealed());
        assertEquals("2", info.options().values().get("stream.segments"));
        assertEquals("red,green", sorted(info.options().values().get("stream.tags")));
        client.updateStream(scope, "a", Options.of("stream.segments", "2").with("stream.tags", "blue"));
        assertEquals("blue", client.streamInfo(scope, "a").options().values().get("stream.tags"));
        assertThrows(PravegaException.StreamNotSealed.class, () -> client.deleteStream(scope, "a"));
        client.sealStream(scope, "a");
        client.sealStream(scope, "a");
        assertTrue(client.streamInfo(scope, "a").sealed());
        assertEquals(List.of(), client.segments(scope, "a"));
        assertThrows(PravegaException.StreamSealed.class, () -> client.openWriter(scope, "a"));
        assertTrue(client.deleteStream(scope, "a"));
        assertFalse(client.deleteStream(scope, "a"));
    }

    private static String sorted(String tags) {
        String[] each = tags.split(",");
        java.util.Arrays.sort(each, java.util.Comparator.reverseOrder());
        return String.join(",", each);
    }

    @Test
    void whatDoesNotExist() {
        PravegaClient client = server.client();
        String scope = server.scope();
        assertThrows(PravegaException.NoSuchStream.class, () -> client.sealStream(scope, "none"));
        assertThrows(PravegaException.NoSuchStream.class, () -> client.streamInfo(scope, "none"));
        assertThrows(PravegaException.NoSuchStream.class, () -> client.openWriter(scope, "none"));
        assertThrows(PravegaException.NoSuchScope.class, () -> client.streams(scope + "-none"));
        assertThrows(PravegaException.NoSuchReaderGroup.class, () -> client.openReaderGroup(scope, "none"));
        PravegaException e = assertThrows(PravegaException.class, () -> client.createReaderGroup(scope, "group", scope + "/none"));
        assertTrue(e instanceof PravegaException.NoSuchStream || e instanceof PravegaException.NoSuchScope, e.toString());
    }

    @Test
    void truncate() {
        PravegaClient client = server.client();
        String stream = server.stream(1);
        EventWriter writer = server.writer(stream);
        writer.write("before".getBytes());
        writer.flush();
        StreamCut cut = client.streamInfo(server.scope(), stream).tail();
        writer.write("behind".getBytes());
        writer.close();
        client.truncateStream(server.scope(), stream, cut);
        assertEquals(cut, client.streamInfo(server.scope(), stream).head());
        assertThrows(PravegaException.InvalidArgument.class, () -> StreamCut.from("no cut"));
        try (Slice slice = server.reader(stream).next(Wait.LONG)) {
            assertEquals("behind", slice.iterator().next().text());
        }
    }

    @Test
    void scale() {
        PravegaClient client = server.client();
        String stream = server.stream(1);
        List<StreamSegment> before = client.segments(server.scope(), stream);
        assertEquals(1, before.size());
        assertEquals(KeyRange.of(0, 1), before.get(0).keys());
        List<KeyRange> halves = List.of(KeyRange.of(0, 0.5), KeyRange.of(0.5, 1));
        client.scaleStream(server.scope(), stream, List.of(before.get(0).id()), halves);
        List<StreamSegment> after = client.segments(server.scope(), stream);
        assertEquals(2, after.size());
        assertTrue(after.stream().map(StreamSegment::keys).allMatch(halves::contains), after.toString());
        assertThrows(PravegaException.class, () -> client.scaleStream(server.scope(), stream,
                List.of(after.get(0).id()), List.of(KeyRange.of(0, 0.1))));
        assertEquals(2, client.segments(server.scope(), stream).size(), "nothing was sealed");
    }

    @Test
    void readerGroups() {
        PravegaClient client = server.client();
        String stream = server.scope() + "/" + server.stream(1);
        Options slow = Options.of("group.refresh.interval", "5s");
        assertTrue(client.createReaderGroup(server.scope(), "group", slow, stream));
        assertFalse(client.createReaderGroup(server.scope(), "group", slow, stream));
        String other = server.scope() + "/" + server.stream(1);
        assertThrows(PravegaException.ConfigMismatch.class,
                () -> client.createReaderGroup(server.scope(), "group", slow, stream, other));
        client.deleteReaderGroup(server.scope(), "group");
        assertThrows(PravegaException.NoSuchReaderGroup.class, () -> client.deleteReaderGroup(server.scope(), "group"));
    }

    @Test
    void versionAndLimits() {
        assertTrue(PravegaClient.version().matches("\\d+\\.\\d+\\.\\d+.*"), PravegaClient.version());
        EventReader reader = server.reader(server.stream(1));
        assertThrows(PravegaException.InvalidArgument.class, () -> reader.next(Duration.ofMillis(-1)));
        assertThrows(NullPointerException.class, () -> reader.next(null));
    }
}
