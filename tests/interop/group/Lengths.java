import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.admin.ReaderGroupManager;
import io.pravega.client.stream.EventRead;
import io.pravega.client.stream.EventStreamReader;
import io.pravega.client.stream.ReaderConfig;
import io.pravega.client.stream.ReaderGroupConfig;
import io.pravega.client.stream.impl.ByteArraySerializer;
import java.net.URI;
import java.util.zip.CRC32;

/** The official Java client reads events of any size and prints the length and the CRC-32 of each. */
public final class Lengths {
    private Lengths() {
    }

    /** Arguments: controller, scope, stream, how many events there are. */
    public static void main(String[] args) throws Exception {
        ClientConfig config = ClientConfig.builder().controllerURI(URI.create(args[0])).build();
        try (ReaderGroupManager manager = ReaderGroupManager.withScope(args[1], config)) {
            manager.createReaderGroup("lengths", ReaderGroupConfig.builder().stream(args[1] + "/" + args[2]).build());
        }
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(args[1], config);
             EventStreamReader<byte[]> reader = factory.createReader("java", "lengths", new ByteArraySerializer(), ReaderConfig.builder().build())) {
            for (int left = Integer.parseInt(args[3]); left > 0;) {
                EventRead<byte[]> read = reader.readNextEvent(1000);
                if (read.getEvent() != null) {
                    CRC32 sum = new CRC32();
                    sum.update(read.getEvent());
                    System.out.println(read.getEvent().length + " " + sum.getValue());
                    left--;
                }
            }
        }
        System.exit(0); // the client leaves threads behind
    }
}
