import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.stream.EventRead;
import io.pravega.client.stream.EventStreamReader;
import io.pravega.client.stream.ReaderConfig;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * The official Java client as a judge: java ReadBack.java CONTROLLER. For each line "SCOPE GROUP" that it is given it
 * prints all events that the reader group finds until its streams end, one a line, and then a line with a dot.
 */
public final class ReadBack {
    private ReadBack() {
    }

    public static void main(String[] args) throws Exception {
        ClientConfig config = ClientConfig.builder().controllerURI(URI.create(args[0])).build();
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            read(config, words[0], words[1], out);
            out.println(".");
            out.flush();
        }
        System.exit(0); // the client leaves threads behind
    }

    private static void read(ClientConfig config, String scope, String group, PrintStream out) {
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(scope, config);
             EventStreamReader<String> reader = factory.createReader("reader", group, new UTF8StringSerializer(), ReaderConfig.builder().build())) {
            while (true) {
                EventRead<String> read = reader.readNextEvent(1000);
                if (read.getEvent() != null) {
                    out.println(read.getEvent());
                } else if (read.isReadCompleted()) {
                    return;
                }
            }
        }
    }
}
