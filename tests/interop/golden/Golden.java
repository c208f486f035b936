package io.pravega.client.stream.impl;

import io.pravega.client.ClientConfig;
import io.pravega.client.EventStreamClientFactory;
import io.pravega.client.SynchronizerClientFactory;
import io.pravega.client.admin.ReaderGroupManager;
import io.pravega.client.admin.StreamManager;
import io.pravega.client.control.impl.ControllerImpl;
import io.pravega.client.control.impl.ControllerImplConfig;
import io.pravega.client.segment.impl.Segment;
import io.pravega.client.state.InitialUpdate;
import io.pravega.client.state.Revision;
import io.pravega.client.state.RevisionedStreamClient;
import io.pravega.client.state.StateSynchronizer;
import io.pravega.client.state.SynchronizerConfig;
import io.pravega.client.state.Update;
import io.pravega.client.stream.Checkpoint;
import io.pravega.client.stream.EventPointer;
import io.pravega.client.stream.EventRead;
import io.pravega.client.stream.EventStreamReader;
import io.pravega.client.stream.EventStreamWriter;
import io.pravega.client.stream.EventWriterConfig;
import io.pravega.client.stream.Position;
import io.pravega.client.stream.ReaderConfig;
import io.pravega.client.stream.ReaderGroup;
import io.pravega.client.stream.ReaderGroupConfig;
import io.pravega.client.stream.ReaderGroupConfig.StreamDataRetention;
import io.pravega.client.stream.ReinitializationRequiredException;
import io.pravega.client.stream.ScalingPolicy;
import io.pravega.client.stream.Stream;
import io.pravega.client.stream.StreamConfiguration;
import io.pravega.client.stream.StreamCut;
import io.pravega.common.util.ByteArraySegment;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;

/**
 * Lets the official Java client say what its reader groups look like in bytes, and what it makes of ours.
 * It is in the client's package because the state of a group is not public.
 */
public final class Golden {

    public static void main(String[] args) throws Exception {
        if (args.length == 4 && args[0].equals("write")) {
            int status = 1;
            try {
                new Golden(URI.create(args[1]), args[2]).write(Path.of(args[3]));
                status = 0;
            } catch (Exception e) {
                e.printStackTrace();
            } finally {
                System.exit(status); // the client leaves threads behind
            }
        } else if (args.length == 1 && args[0].equals("judge")) {
            judge();
        } else {
            System.err.println("usage: Golden write CONTROLLER SCOPE DIRECTORY | Golden judge < QUESTIONS > ANSWERS");
            System.exit(2);
        }
    }

    // ---- Bytes of ours, judged by Java ----

    /**
     * Answers each line of the input with one line:
     * "record HEX" applies a record to the state and tells the new one and what follows from it (see {@link Replay}),
     * "reset" forgets the state,
     * "cut TEXT", "cuthex HEX", "position HEX", "pointer HEX", "pointertext TEXT" and "checkpoint HEX" tell what Java
     * understood, in its own text and bytes. What Java refuses is answered with "error".
     */
    private static void judge() throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        PrintStream out = new PrintStream(System.out, false);
        Replay replay = new Replay();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split(" ", 2);
            String answer;
            try {
                switch (question[0]) {
                    case "reset":
                        replay = new Replay();
                        answer = "ok";
                        break;
                    case "record":
                        answer = replay.apply(bytes(question[1])) + "\t" + replay.answers();
                        break;
                    case "cut":
                        answer = describe(StreamCut.from(question[1]));
                        break;
                    case "cuthex":
                        answer = describe(StreamCut.fromBytes(bytes(question[1])));
                        break;
                    case "position":
                        Position position = Position.fromBytes(bytes(question[1]));
                        answer = position + "\t" + hex(position.toBytes());
                        break;
                    case "pointer":
                        EventPointer pointer = EventPointer.fromBytes(bytes(question[1]));
                        answer = pointer + "\t" + hex(pointer.toBytes());
                        break;
                    case "pointertext":
                        EventPointer parsed = EventPointerImpl.fromString(question[1]);
                        answer = parsed + "\t" + hex(parsed.toBytes());
                        break;
                    case "checkpoint":
                        Checkpoint checkpoint = Checkpoint.fromBytes(bytes(question[1]));
                        answer = checkpoint.getName() + "\t" + hex(checkpoint.toBytes());
                        break;
                    default:
                        throw new IllegalArgumentException("no such question");
                }
            } catch (Exception e) {
                answer = "error " + e;
            }
            out.println(answer.replace('\n', ' '));
        }
        out.flush();
    }

    private static String describe(StreamCut cut) {
        return cut + "\t" + hex(cut.toBytes()) + "\t" + cut.asText();
    }

    /** The state of a group, as records add up to it. */
    private static final class Replay {
        private static final ReaderGroupState.ReaderGroupInitSerializer INIT = new ReaderGroupState.ReaderGroupInitSerializer();
        private static final ReaderGroupState.ReaderGroupUpdateSerializer UPDATE = new ReaderGroupState.ReaderGroupUpdateSerializer();
        private static final Segment HOME = new Segment("golden", "_RGreplay", 0);

        private ReaderGroupState state;
        private int revision;

        /**
         * Applies a record.
         * @return the compacted state in hex, and for each reader: name=size,milliseconds to the next acquisition, to the next release.
         */
        String apply(ByteBuffer record) throws Exception {
            if (record.getInt() == 1) {
                byte[] rest = new byte[record.remaining()];
                record.get(rest);
                state = INIT.deserialize(new ByteArraySegment(rest)).create(HOME.getScopedStreamName(), next());
            } else {
                while (record.hasRemaining()) {
                    byte[] one = new byte[record.getInt()];
                    record.get(one);
                    Update<ReaderGroupState> update = UPDATE.deserialize(new ByteArraySegment(one));
                    state = update.applyTo(state, next());
                }
            }
            StringBuilder readers = new StringBuilder();
            for (Entry<String, Double> size : new TreeMap<>(state.getRelativeSizes()).entrySet()) {
                String reader = size.getKey();
                readers.append(readers.length() == 0 ? "" : " ").append(reader).append('=').append(size.getValue())
                       .append(',').append(ReaderGroupStateManager.calculateAcquireTime(reader, state).toMillis())
                       .append(',').append(ReaderGroupStateManager.calculateReleaseTime(reader, state).toMillis());
            }
            return hex(ByteBuffer.wrap(INIT.serialize(new ReaderGroupState.CompactReaderGroupState(state)).getCopy())) + "\t" + readers;
        }

        /**
         * Tells what members ask the state.
         * @return whether all is read, the number of segments, and the checkpoints that wait for readers in the order in
         * which one that leaves passes them, in hex as they are in records.
         */
        @SuppressWarnings("unchecked")
        String answers() throws Exception {
            java.lang.reflect.Field field = CheckpointState.class.getDeclaredField("uncheckpointedHosts");
            field.setAccessible(true);
            StringBuilder answers = new StringBuilder().append(state.isEndOfData()).append(' ').append(state.getNumberOfSegments());
            for (String checkpoint : ((Map<String, List<String>>) field.get(state.getCheckpointState())).keySet()) {
                ByteArrayOutputStream name = new ByteArrayOutputStream();
                new DataOutputStream(name).writeUTF(checkpoint);
                answers.append(' ').append(hex(ByteBuffer.wrap(name.toByteArray())));
            }
            return answers.toString();
        }

        private Revision next() {
            return Revision.fromString(HOME.getScopedName() + ":" + ++revision + ":0");
        }
    }

    // ---- Bytes of Java, for our tests ----

    private static final long PATIENCE_MILLIS = 60_000;

    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
    private final ClientConfig config;
    private final String scope;
    private final ControllerImpl controller;
    private final Map<String, EventStreamReader<String>> readers = new TreeMap<>();
    private final Set<String> finished = new HashSet<>();
    private EventRead<String> lastEvent;
    private int written;
    private int read;

    private Golden(URI controllerUri, String scope) {
        this.config = ClientConfig.builder().controllerURI(controllerUri).build();
        this.scope = scope;
        this.controller = new ControllerImpl(ControllerImplConfig.builder().clientConfig(config).build(), executor);
    }

    /** Takes a group through all that can happen to it, and writes down its log. */
    private void write(Path directory) throws Exception {
        Stream stream = Stream.of(scope, "s");
        Stream other = Stream.of(scope, "t");
        StreamManager streams = StreamManager.create(config);
        streams.createScope(scope);
        streams.createStream(scope, "s", StreamConfiguration.builder().scalingPolicy(ScalingPolicy.fixed(2)).build());
        streams.createStream(scope, "t", StreamConfiguration.builder().scalingPolicy(ScalingPolicy.fixed(1)).build());
        EventStreamClientFactory clients = EventStreamClientFactory.withScope(scope, config);
        EventStreamWriter<String> writer = clients.createEventWriter("s", new UTF8StringSerializer(), EventWriterConfig.builder().build());
        EventStreamWriter<String> otherWriter = clients.createEventWriter("t", new UTF8StringSerializer(), EventWriterConfig.builder().build());
        ReaderGroupManager groups = ReaderGroupManager.withScope(scope, config);
        groups.createReaderGroup("rich", ReaderGroupConfig.builder()
                .stream(stream).stream(other)
                .disableAutomaticCheckpoints().groupRefreshTimeMillis(200)
                .retentionType(StreamDataRetention.AUTOMATIC_RELEASE_AT_LAST_CHECKPOINT).build());
        ReaderGroup group = groups.getReaderGroup("rich");

        join(clients, "r1", "r2");
        put(writer, 20);
        put(otherWriter, 5);
        drive(() -> read == written);
        Checkpoint first = checkpoint(group, "cp1");
        join(clients, "r3");
        checkpoint(group, "a second checkpoint \u00e9 \ud83d\ude00 \u0000");
        drive(group.generateStreamCuts(executor)::isDone);

        scale(stream, List.of(0L, 1L), 0.0, 0.25, 0.5, 0.75, 1.0);
        put(writer, 20);
        read(group, "cp3");
        long epoch1 = 1L << 32;
        scale(stream, List.of(epoch1 | 2, epoch1 | 3, epoch1 | 4), 0.0, 0.75);
        put(writer, 20);
        read(group, "cp4");

        CompletableFuture<Checkpoint> givenUp = group.initiateCheckpoint("given up", executor);
        until(() -> state(group).hasOngoingCheckpoint());
        group.cancelOutstandingCheckpoints();
        givenUp.exceptionally(e -> null);
        group.readerOffline("r3", null);
        drive(() -> !readers.containsKey("r3"));
        compact(group);
        put(writer, 5);
        drive(() -> read == written);
        Checkpoint last = checkpoint(group, "cp5");
        readers.remove("r2").close();

        put(writer, 10);
        Map<Stream, StreamCut> cuts = last.asImpl().getPositions();
        group.resetReaderGroup(ReaderGroupConfig.builder()
                .stream(stream, first.asImpl().getPositions().get(stream), cuts.get(stream)).stream(other)
                .automaticCheckpointIntervalMillis(1000).groupRefreshTimeMillis(200).maxOutstandingCheckpointRequest(1).build());
        drive(() -> !readers.containsKey("r1"));
        streams.sealStream(scope, "t");
        join(clients, "r4", "r5");
        drive(() -> atEnd(state(group)));
        // A Java reader does not notice that it stands at an end cut; one that acquires a segment there does.
        readers.remove("r4").close();
        join(clients, "r6");
        readers.remove("r5").close();
        drive(() -> finished.contains("r6"));
        readers.remove("r6").close();

        dumpLog(directory.resolve("java-rich.tsv"));
        dumpForms(directory.resolve("java-rich-forms.txt"), first, last, streams.fetchStreamInfo(scope, "s").get().getTailStreamCut());
    }

    private void join(EventStreamClientFactory clients, String... names) {
        for (String name : names) {
            readers.put(name, clients.createReader(name, "rich", new UTF8StringSerializer(), ReaderConfig.builder().build()));
        }
    }

    private void put(EventStreamWriter<String> writer, int events) {
        for (int i = 0; i < events; i++) {
            writer.writeEvent(Integer.toString(written), "event " + written++);
        }
        writer.flush();
    }

    /** Reads what was written, across the ends of segments: they are completed only behind checkpoints. */
    private void read(ReaderGroup group, String name) throws Exception {
        for (int i = 0; read < written; i++) {
            checkpoint(group, name + "-" + i);
            long rest = System.currentTimeMillis() + 3000;
            drive(() -> read == written || System.currentTimeMillis() > rest);
        }
    }

    private Checkpoint checkpoint(ReaderGroup group, String name) throws Exception {
        CompletableFuture<Checkpoint> done = group.initiateCheckpoint(name, executor);
        drive(done::isDone);
        return done.get();
    }

    private void scale(Stream stream, List<Long> sealed, double... bounds) throws Exception {
        Map<Double, Double> ranges = new TreeMap<>();
        for (int i = 1; i < bounds.length; i++) {
            ranges.put(bounds[i - 1], bounds[i]);
        }
        if (!controller.scaleStream(stream, sealed, ranges, executor).getFuture().get()) {
            throw new IllegalStateException("the stream was not scaled");
        }
    }

    /** Lets the readers read, in turn, until something is so. */
    private void drive(BooleanSupplier reached) {
        long limit = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (!reached.getAsBoolean()) {
            if (System.currentTimeMillis() > limit) {
                throw new IllegalStateException("the group does not get there: read " + read + " of " + written);
            }
            for (String name : new ArrayList<>(readers.keySet())) {
                try {
                    EventRead<String> event = readers.get(name).readNextEvent(100);
                    if (event.getEvent() != null) {
                        lastEvent = event;
                        read++;
                    }
                    if (event.isReadCompleted()) {
                        finished.add(name);
                    }
                } catch (ReinitializationRequiredException e) {
                    readers.remove(name);
                }
            }
        }
    }

    private static void until(BooleanSupplier reached) throws InterruptedException {
        long limit = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (!reached.getAsBoolean()) {
            if (System.currentTimeMillis() > limit) {
                throw new IllegalStateException("the group does not get there");
            }
            Thread.sleep(20);
        }
    }

    @SuppressWarnings("unchecked")
    private static StateSynchronizer<ReaderGroupState> synchronizer(ReaderGroup group) {
        try {
            java.lang.reflect.Field field = ReaderGroupImpl.class.getDeclaredField("synchronizer");
            field.setAccessible(true);
            return (StateSynchronizer<ReaderGroupState>) field.get(group);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ReaderGroupState state(ReaderGroup group) {
        StateSynchronizer<ReaderGroupState> synchronizer = synchronizer(group);
        synchronizer.fetchUpdates();
        return synchronizer.getState();
    }

    /** Tells whether every segment was read, and checkpointed, to the end cut. */
    private static boolean atEnd(ReaderGroupState state) {
        return state.getPositions().values().stream().flatMap(positions -> positions.entrySet().stream())
                .allMatch(p -> p.getValue().equals(state.getEndSegments().get(p.getKey().getSegment())));
    }

    /** Members do this by chance, behind half a megabyte of records. */
    private static void compact(ReaderGroup group) {
        synchronizer(group).compact(ReaderGroupState.CompactReaderGroupState::new);
    }

    /** Writes a line for each record: offset, payload, and the state behind it with the readers' sizes and intervals. */
    private void dumpLog(Path file) throws Exception {
        SynchronizerClientFactory factory = SynchronizerClientFactory.withScope(scope, config);
        RevisionedStreamClient<ByteBuffer> client = factory.createRevisionedStreamClient("_RGrich", new ByteBufferSerializer(), SynchronizerConfig.builder().build());
        Iterator<Entry<Revision, ByteBuffer>> records = client.readFrom(client.fetchOldestRevision());
        List<String> lines = new ArrayList<>();
        Replay replay = new Replay();
        long offset = 0;
        while (records.hasNext()) {
            ByteBuffer record = records.next().getValue();
            String payload = hex(record);
            int length = record.remaining();
            lines.add(offset + "\t" + payload + "\t" + replay.apply(record.duplicate()));
            offset += 8 + length;
        }
        Files.write(file, lines);
    }

    private void dumpForms(Path file, Checkpoint first, Checkpoint last, StreamCut tail) throws Exception {
        List<String> lines = new ArrayList<>();
        for (Checkpoint checkpoint : Arrays.asList(first, last)) {
            lines.add("checkpoint hex " + hex(checkpoint.toBytes()));
            for (StreamCut cut : checkpoint.asImpl().getPositions().values()) {
                dumpCut(lines, cut);
            }
        }
        dumpCut(lines, tail);
        dumpCut(lines, new StreamCutImpl(Stream.of(scope, "s"), Map.of(new Segment(scope, "s", 5L << 32 | 3), -1L, new Segment(scope, "s", 7L << 32), 1L << 40)));
        lines.add("pointer text " + lastEvent.getEventPointer());
        lines.add("pointer hex " + hex(lastEvent.getEventPointer().toBytes()));
        Position completed = new PositionImpl(Map.of(
                new SegmentWithRange(new Segment(scope, "s", 1L << 32 | 2), 0.0, 0.25), -1L,
                new SegmentWithRange(new Segment(scope, "t", 0), null), 1L << 33));
        for (Position position : Arrays.asList(lastEvent.getPosition(), completed)) {
            lines.add("position text " + position);
            lines.add("position hex " + hex(position.toBytes()));
        }
        Files.write(file, lines);
    }

    private static void dumpCut(List<String> lines, StreamCut cut) {
        lines.add("cut text " + cut.asText());
        lines.add("cut hex " + hex(cut.toBytes()));
        lines.add("cut " + cut);
    }

    private static ByteBuffer bytes(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return ByteBuffer.wrap(bytes);
    }

    private static String hex(ByteBuffer bytes) {
        StringBuilder hex = new StringBuilder(2 * bytes.remaining());
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            hex.append(Character.forDigit(bytes.get(i) >> 4 & 15, 16)).append(Character.forDigit(bytes.get(i) & 15, 16));
        }
        return hex.toString();
    }
}
