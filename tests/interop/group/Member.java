import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.admin.ReaderGroupManager;
import io.pravega.client.stream.EventRead;
import io.pravega.client.stream.EventStreamReader;
import io.pravega.client.stream.EventStreamWriter;
import io.pravega.client.stream.EventWriterConfig;
import io.pravega.client.stream.ReaderConfig;
import io.pravega.client.stream.ReaderGroupConfig;
import io.pravega.client.stream.Transaction;
import io.pravega.client.stream.TransactionalEventStreamWriter;
import io.pravega.client.stream.impl.UTF8StringSerializer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/** The official Java client, doing what the test beside it asks for. */
public final class Member {
    private Member() {
    }

    /**
     * Arguments: controller, scope, stream, and then one of
     * "create GROUP", "write KEYS FIRST LAST" (the keys separated by commas), "read GROUP READER", "member GROUP READER",
     * which does the same as member.c,
     * or of a transaction "commit", "abort" or "leave", which prints its id, and "KEYS FIRST LAST", or
     * "finish KEYS FIRST LAST ID", which commits one that is open.
     */
    public static void main(String[] args) throws Exception {
        ClientConfig config = ClientConfig.builder().controllerURI(URI.create(args[0])).build();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        switch (args[3]) {
            case "create":
                try (ReaderGroupManager manager = ReaderGroupManager.withScope(args[1], config)) {
                    manager.createReaderGroup(args[4], ReaderGroupConfig.builder().stream(args[1] + "/" + args[2])
                            .groupRefreshTimeMillis(500).automaticCheckpointIntervalMillis(2000).build());
                }
                break;
            case "write":
                write(config, args);
                break;
            case "commit":
            case "abort":
            case "leave":
            case "finish":
                transaction(config, args, out);
                break;
            case "member":
                member(config, args, out);
                break;
            default:
                read(config, args, out);
        }
        System.exit(0); // the client leaves threads behind
    }

    private static void write(ClientConfig config, String[] args) throws Exception {
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(args[1], config);
             EventStreamWriter<String> writer = factory.createEventWriter(args[2], new UTF8StringSerializer(), EventWriterConfig.builder().build())) {
            for (String key : args[4].split(",")) {
                for (int n = Integer.parseInt(args[5]); n <= Integer.parseInt(args[6]); n++) {
                    writer.writeEvent(key, key + " " + n);
                }
            }
            writer.flush();
        }
    }

    private static void transaction(ClientConfig config, String[] args, PrintStream out) throws Exception {
        EventStreamClientFactory factory = EventStreamClientFactory.withScope(args[1], config);
        TransactionalEventStreamWriter<String> writer = factory.createTransactionalEventWriter(
                args[2], new UTF8StringSerializer(), EventWriterConfig.builder().transactionTimeoutTime(60000).build());
        Transaction<String> transaction = args[3].equals("finish") ? writer.getTxn(UUID.fromString(args[7])) : writer.beginTxn();
        for (String key : args[4].split(",")) {
            for (int n = Integer.parseInt(args[5]); n <= Integer.parseInt(args[6]); n++) {
                transaction.writeEvent(key, key + " " + n);
            }
        }
        transaction.flush();
        switch (args[3]) {
            case "leave":
                out.println(transaction.getTxnId());
                break;
            case "abort":
                transaction.abort();
                break;
            default:
                transaction.commit();
                while (transaction.checkStatus() != Transaction.Status.COMMITTED) {
                    Thread.sleep(10);
                }
        }
    }

    /** Prints what it reads, an event a line, until nothing is left to read. */
    private static void read(ClientConfig config, String[] args, PrintStream out) {
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(args[1], config);
             EventStreamReader<String> reader = factory.createReader(args[5], args[4], new UTF8StringSerializer(), ReaderConfig.builder().build())) {
            out.println("ready");
            while (true) {
                EventRead<String> read = reader.readNextEvent(500);
                if (read.getEvent() != null) {
                    out.println(read.getEvent());
                } else if (read.isReadCompleted()) {
                    return;
                }
            }
        }
    }

    private static void member(ClientConfig config, String[] args, PrintStream out) {
        AtomicBoolean leaving = new AtomicBoolean();
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    continue;
                }
            } catch (IOException e) {
                out.println(args[5] + " cannot read its input: " + e);
            }
            leaving.set(true);
        });
        watch.setDaemon(true);
        watch.start();
        try (EventStreamClientFactory factory = EventStreamClientFactory.withScope(args[1], config);
             EventStreamReader<String> reader = factory.createReader(args[5], args[4], new UTF8StringSerializer(), ReaderConfig.builder().build())) {
            out.println(args[5] + " ready");
            while (!leaving.get()) {
                EventRead<String> read = reader.readNextEvent(100);
                if (read.getEvent() != null) {
                    out.println(args[5] + " " + read.getEvent());
                } else if (read.isReadCompleted()) {
                    return;
                }
            }
        }
    }
}
