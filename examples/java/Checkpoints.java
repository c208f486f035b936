import io.pravega.jni.*;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Adds up the numbers of a stream, dies in the middle, and goes on from a checkpoint, so that each number counts once:
 * java -cp pravega-jni-0.1.0.jar Checkpoints.java tcp://127.0.0.1:9090 my-scope
 */
class Checkpoints {
    static long sum; // what the program makes of the events
    static long kept; // its value at the checkpoint; a real program writes it to a disk or a database

    public static void main(String[] args) {
        String scope = args[1];
        try (PravegaClient client = PravegaClient.open(args[0])) {
            client.createScope(scope);
            client.createStream(scope, "numbers", Options.of("stream.segments", "2"));
            Options onlyOurs = Options.of("group.refresh.interval", "200ms").with("group.checkpoint.interval", "0s");
            client.createReaderGroup(scope, "adders", onlyOurs, scope + "/numbers");
            try (ReaderGroup group = client.openReaderGroup(scope, "adders")) {
                write(client, scope, 1, 500);
                EventReader first = group.openReader("adder", Options.none(), checkpoint -> kept = sum);
                CompletableFuture<Checkpoint> coming = group.initiateCheckpoint("noon");
                while (!coming.isDone()) {
                    add(first); // the checkpoint is told and passed while it asks for events
                }
                Checkpoint noon = coming.join(); // noon.toBytes() is kept beside the sum
                write(client, scope, 501, 1000);
                add(first);
                sum = 0; // as if it died here, and forgot everything

                sum = kept;
                group.resetReaderGroup(noon); // all readers are out of the group now
                closed(first);
                client.sealStream(scope, "numbers"); // so that reading comes to an end
                try (EventReader second = group.openReader("adder", Options.none(), checkpoint -> kept = sum)) {
                    second.events().forEach(event -> sum += Integer.parseInt(event.text()));
                }
            }
        }
        System.out.println("the sum is " + sum);
    }

    static void add(EventReader reader) {
        reader.events(Duration.ofMillis(500)).forEach(event -> sum += Integer.parseInt(event.text()));
    }

    static void closed(EventReader reader) {
        try {
            reader.close();
        } catch (PravegaException.GroupReinitialized e) {
            // it knows
        }
    }

    static void write(PravegaClient client, String scope, int from, int to) {
        try (EventWriter writer = client.openWriter(scope, "numbers")) {
            for (int n = from; n <= to; n++) {
                writer.write("key " + n % 10, Integer.toString(n).getBytes());
            }
        }
    }
}
