import io.pravega.jni.*;

/** Writes to a stream and reads it: java -cp pravega-jni-0.1.0.jar WriteRead.java tcp://127.0.0.1:9090 my-scope */
class WriteRead {
    public static void main(String[] args) {
        String scope = args[1];
        try (PravegaClient client = PravegaClient.open(args[0])) {
            client.createScope(scope);
            client.createStream(scope, "greetings");
            try (EventWriter writer = client.openWriter(scope, "greetings")) {
                writer.write("a routing key", "hello".getBytes());
                writer.whenAcked(writer.write("a routing key", "Java".getBytes())).join(); // it and all before it are stored
            }
            client.sealStream(scope, "greetings"); // so that reading comes to an end
            client.createReaderGroup(scope, "readers", scope + "/greetings");
            try (ReaderGroup group = client.openReaderGroup(scope, "readers"); EventReader reader = group.openReader("reader-1")) {
                reader.events().forEach(event -> System.out.println(event.text()));
            }
        }
    }
}
