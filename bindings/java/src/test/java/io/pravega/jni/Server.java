package io.pravega.jni;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A client of a real Pravega and a scope of its own for each test; afterwards no native object of it may be left. */
final class Server implements BeforeEachCallback, AfterEachCallback {
    private static final String CONTROLLER = "PRAVEGA_TEST_CONTROLLER";

    private PravegaClient client;
    private String scope;
    private long before;
    private final List<AutoCloseable> open = new ArrayList<>();

    static String controller() {
        String uri = System.getenv(CONTROLLER);
        if (uri == null) {
            throw new AssertionError(CONTROLLER + " is not set: run this by build/tools/with-pravega");
        }
        return uri;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Library.load();
        before = Native.live();
        client = PravegaClient.open(controller());
        scope = "java-" + UUID.randomUUID();
        client.createScope(scope);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        open.clear();
        client.close();
        Wait.until("no native object is left", () -> Native.live() == before);
    }

    PravegaClient client() {
        return client;
    }

    String scope() {
        return scope;
    }

    /** Closed after the test, if the test has not done that. */
    <T extends AutoCloseable> T closing(T object) {
        open.add(object);
        return object;
    }

    String stream(int segments) {
        String stream = "stream-" + UUID.randomUUID();
        client.createStream(scope, stream, Options.of("stream.segments", Integer.toString(segments)));
        return stream;
    }

    EventWriter writer(String stream) {
        return closing(client.openWriter(scope, stream));
    }

    ReaderGroup group(String stream) {
        String name = "group-" + UUID.randomUUID();
        client.createReaderGroup(scope, name, scope + "/" + stream);
        return closing(client.openReaderGroup(scope, name));
    }

    EventReader reader(String stream) {
        return closing(group(stream).openReader("reader-1"));
    }
}
