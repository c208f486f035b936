import io.pravega.jni.*;

/** Writes three events to a stream and reads them back: java -cp pravega-jni.jar WriteRead.java tcp://127.0.0.1:9090 */
class WriteRead {
    public static void main(String[] args) {
        try (PravegaClient client = PravegaClient.open(args[0])) {
            client.createScope("examples");
            client.createStream("examples", "java");
            try (EventWriter writer = client.openWriter("examples", "java")) {
                writer.write("sensor-1", "hello".getBytes());
                writer.write("sensor-1", "from".getBytes());
                writer.whenAcked(writer.write("sensor-1", "Java".getBytes())).join(); // stored, and all before it
            }
            client.sealStream("examples", "java");
            client.createReaderGroup("examples", "java-readers", "examples/java");
            try (ReaderGroup group = client.openReaderGroup("examples", "java-readers");
                    EventReader reader = group.openReader("reader-1")) {
                reader.events().forEach(event -> System.out.println(event.text()));
            }
        }
    }
}
