import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.admin.ReaderGroupManager;
import io.pravega.client.admin.StreamManager;
import io.pravega.client.stream.Checkpoint;
import io.pravega.client.stream.EventPointer;
import io.pravega.client.stream.EventRead;
import io.pravega.client.stream.EventStreamReader;
import io.pravega.client.stream.ReaderConfig;
import io.pravega.client.stream.ReaderGroup;
import io.pravega.client.stream.ReaderGroupConfig;
import io.pravega.client.stream.ReinitializationRequiredException;
import io.pravega.client.stream.Stream;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The official Java client in one reader group, doing what it is told line by line, each answered by a line that
 * starts with "done". What its reader reads comes in between: "event ...", "checkpoint NAME", "out" when it was
 * thrown out of the group.
 */
public final class Partner {
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
    private volatile boolean reading;
    private volatile long pause; // milliseconds that the application takes for an event
    private Thread thread;

    private Partner() {
    }

    /** Arguments: controller, scope, stream, group. */
    public static void main(String[] args) throws Exception {
        new Partner().run(ClientConfig.builder().controllerURI(URI.create(args[0])).build(), args[1], args[2], args[3]);
        System.exit(0); // the client leaves threads behind
    }

    private void run(ClientConfig config, String scope, String stream, String name) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (ReaderGroupManager manager = ReaderGroupManager.withScope(scope, config);
             EventStreamClientFactory factory = EventStreamClientFactory.withScope(scope, config);
             StreamManager streams = StreamManager.create(config);
             ReaderGroup group = manager.getReaderGroup(name)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                String answer = "";
                switch (words[0]) {
                    case "read":
                        start(factory, name, words[1]);
                        break;
                    case "slow":
                        pause = Long.parseLong(words[1]);
                        break;
                    case "stop":
                        stop();
                        break;
                    case "checkpoint": {
                        Checkpoint made = group.initiateCheckpoint(words[1], executor).get(60, TimeUnit.SECONDS);
                        answer = base64(made.toBytes()) + " " + made.asImpl().getPositions().get(Stream.of(scope, stream)).asText();
                        break;
                    }
                    case "cut":
                        answer = group.generateStreamCuts(executor).get(60, TimeUnit.SECONDS).get(Stream.of(scope, stream)).asText();
                        break;
                    case "reset":
                        group.resetReaderGroup(ReaderGroupConfig.builder().stream(Stream.of(scope, stream))
                                .groupRefreshTimeMillis(200).disableAutomaticCheckpoints()
                                .startFromCheckpoint(Checkpoint.fromBytes(ByteBuffer.wrap(Base64.getDecoder().decode(words[1])))).build());
                        break;
                    case "readers":
                        answer = String.join(",", new java.util.TreeSet<>(group.getOnlineReaders()));
                        break;
                    case "fetch":
                        answer = streams.fetchEvent(EventPointer.fromBytes(ByteBuffer.wrap(Base64.getDecoder().decode(words[1]))),
                                new UTF8StringSerializer()).get(60, TimeUnit.SECONDS);
                        break;
                    default:
                        throw new IllegalArgumentException(line);
                }
                out.println("done " + answer);
            }
            stop();
        }
    }

    private static String base64(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return Base64.getEncoder().encodeToString(array);
    }

    private void start(EventStreamClientFactory factory, String group, String id) throws Exception {
        stop();
        EventStreamReader<String> reader = factory.createReader(id, group, new UTF8StringSerializer(), ReaderConfig.builder().build());
        reading = true;
        thread = new Thread(() -> {
            try {
                while (reading) {
                    EventRead<String> read = reader.readNextEvent(100);
                    if (read.isCheckpoint()) {
                        out.println("checkpoint " + read.getCheckpointName());
                    } else if (read.getEvent() != null) {
                        out.println("event " + base64(read.getEventPointer().toBytes()) + " " + read.getEvent());
                        Thread.sleep(pause);
                    }
                }
                reader.close();
            } catch (ReinitializationRequiredException e) {
                out.println("out");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
    }

    private void stop() throws Exception {
        reading = false;
        if (thread != null) {
            thread.join();
        }
    }
}
