package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Checkpoints, cuts, resets and all else that a reader group can do as a whole. Every event has a number of its own. */
@Timeout(180)
class GroupTest extends NumberedEvents {
    /** Asks for a slice, and gives it back as unread. */
    private static void ask(EventReader reader) {
        Slice slice = reader.next(Duration.ofMillis(50));
        if (slice != null) {
            try {
                slice.close();
            } catch (PravegaException.Closed e) {
                // the reader is out of its group, which gave it back
            }
        }
    }

    private static void learns(EventReader reader, Class<? extends PravegaException> why) {
        PravegaException e = assertThrows(PravegaException.class, () -> {
            for (long end = System.nanoTime() + Wait.LONG.toNanos(); System.nanoTime() < end;) {
                ask(reader);
            }
        });
        assertEquals(why, e.getClass(), e.toString());
        assertTrue(e.isFinal());
        reader.close();
    }

    private static PravegaException failure(CompletableFuture<?> future) throws Exception {
        ExecutionException e = assertThrows(ExecutionException.class, () -> future.get(90, TimeUnit.SECONDS));
        return (PravegaException) e.getCause();
    }

    @Test
    void aCheckpointIsToldBetweenSlicesAndPassedAfterwards() throws Exception {
        int count = 2_000;
        String stream = written(2, count);
        server.client().sealStream(server.scope(), stream);
        ReaderGroup group = group(Options.none(), path(stream));
        List<String> told = new ArrayList<>();
        List<Integer> seen = new ArrayList<>();
        List<Integer> before = new ArrayList<>();
        boolean[] fails = {true};
        EventReader reader = server.closing(group.openReader("asks", Options.none(), checkpoint -> {
            told.add(checkpoint);
            if (fails[0]) {
                throw new IllegalStateException("the disk is full");
            }
            before.addAll(seen);
        }));
        readUntil(reader, seen, 501);
        Slice out = reader.next(Wait.LONG);
        CompletableFuture<Checkpoint> future = group.initiateCheckpoint("after breakfast, \u00e4");
        Slice more = reader.next(Duration.ofMillis(500));
        while (more != null) { // until the reader has heard of it
            more.releaseAt(more.startOffset());
            more = reader.next(Duration.ofMillis(500));
        }
        assertEquals(List.of(), told, "a slice is out");
        Event first = out.iterator().next();
        add(seen, first);
        out.releaseAt(first.next());
        assertThrows(IllegalStateException.class, () -> reader.next(Wait.LONG));
        assertEquals(List.of("after breakfast, \u00e4"), told);
        assertThrows(IllegalStateException.class, () -> reader.events().iterator().hasNext());
        assertEquals(2, told.size(), "it is called again");
        assertFalse(future.isDone(), "it was not passed");
        fails[0] = false;
        readUntil(reader, seen, 600);
        assertEquals(3, told.size());
        assertEquals(502, before.size());
        Checkpoint checkpoint = future.get(60, TimeUnit.SECONDS);
        assertEquals("after breakfast, \u00e4", checkpoint.name());
        assertEquals(1, checkpoint.cuts().size());
        assertEquals(stream, checkpoint.cuts().get(0).stream());
        assertEquals(PravegaException.AlreadyExists.class, failure(group.initiateCheckpoint(checkpoint.name())).getClass());

        assertEquals(numbers(0, count), sorted(before, rest(group(Options.none(), path(stream) + "@" + checkpoint.cuts().get(0)))));
        group.resetReaderGroup(Checkpoint.fromBytes(checkpoint.toBytes()));
        learns(reader, PravegaException.GroupReinitialized.class);
        assertEquals(numbers(0, count), sorted(before, rest(group)));
    }

    @Test
    void aLoopOverEventsIsToldWithoutEnding() throws Exception {
        int count = 3_000;
        String stream = written(2, count);
        ReaderGroup group = group(Options.none(), path(stream));
        List<Integer> seen = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        List<String> told = new ArrayList<>();
        EventReader asks = server.closing(group.openReader("asks", Options.none(), told::add));
        EventReader other = server.closing(group.openReader("other", Options.of("reader.checkpoints", "true")));
        Thread reading = new Thread(() -> other.events().forEach(event -> add(others, event)));
        reading.start();
        List<CompletableFuture<Checkpoint>> futures = new ArrayList<>();
        for (String name : List.of("one", "two", "three")) {
            futures.add(group.initiateCheckpoint(name));
        }
        Thread sealing = new Thread(() -> {
            futures.forEach(CompletableFuture::join);
            server.client().sealStream(server.scope(), stream);
        });
        sealing.start();
        asks.events().forEach(event -> add(seen, event));
        reading.join();
        sealing.join();
        assertEquals(List.of("one", "three", "two"), told.stream().sorted().collect(Collectors.toList()));
        assertEquals(numbers(0, count), sorted(seen, others));
    }

    @Test
    void optionsThatAreNoReaders() {
        String stream = server.stream(1);
        ReaderGroup group = group(Options.none(), path(stream));
        for (Option option : Options.all()) {
            Options one = Options.of(option.name(), option.defaultValue());
            if (option.belongsTo().equals("reader")) {
                group.openReader("r", one).close();
                continue;
            }
            Exception e = assertThrows(PravegaException.InvalidArgument.class, () -> group.openReader("r", one), option.name());
            assertTrue(e.getMessage().contains(option.name()), e.getMessage());
            if (!option.belongsTo().equals("reader group")) {
                assertThrows(PravegaException.InvalidArgument.class, () -> group.resetReaderGroup(one, path(stream)), option.name());
            }
        }
    }

    @Test
    void aCheckpointThatNobodyPasses() throws Exception {
        ReaderGroup group = group(Options.of("group.checkpoints.outstanding", "1"), path(server.stream(1)));
        List<String> told = new ArrayList<>();
        EventReader reader = server.closing(group.openReader("sleeps", Options.none(), told::add));
        PravegaException e = failure(group.initiateCheckpoint("one", Duration.ofSeconds(3)));
        assertEquals(PravegaException.TimedOut.class, e.getClass());
        assertTrue(e.getMessage().contains("sleeps"), e.getMessage());
        assertEquals(PravegaException.Conflict.class, failure(group.initiateCheckpoint("two")).getClass());
        assertEquals(PravegaException.TimedOut.class, failure(group.generateStreamCuts(Duration.ofSeconds(3))).getClass());
        CompletableFuture<Checkpoint> again = group.initiateCheckpoint("one", Wait.LONG);
        Thread.sleep(300);
        assertFalse(again.isDone());
        group.cancelOutstandingCheckpoints();
        assertEquals(PravegaException.Conflict.class, failure(again).getClass());
        group.cancelOutstandingCheckpoints(); // nothing is under way

        String name = group.toString().substring(group.toString().indexOf('/') + 1);
        ReaderGroup other = server.client().openReaderGroup(server.scope(), name);
        assertEquals(PravegaException.TimedOut.class, failure(other.initiateCheckpoint("three", Duration.ofSeconds(3))).getClass());
        CompletableFuture<Checkpoint> waiting = other.initiateCheckpoint("three");
        other.close();
        assertEquals(PravegaException.Closed.class, failure(waiting).getClass());
        assertNull(reader.next(Duration.ofMillis(500)));
        assertEquals(List.of("three"), told, "it stayed under way");
        assertEquals(PravegaException.Closed.class, failure(other.initiateCheckpoint("four")).getClass());

        reader.close();
        assertEquals(1, group.initiateCheckpoint("five").get(60, TimeUnit.SECONDS).cuts().size(), "nobody is waited for");
        for (String bad : List.of("", "a_SILENT_b")) {
            assertEquals(PravegaException.InvalidArgument.class, failure(group.initiateCheckpoint(bad)).getClass());
        }
        assertThrows(PravegaException.InvalidArgument.class, () -> group.initiateCheckpoint("a\0b"));
        assertThrows(PravegaException.InvalidArgument.class, () -> group.initiateCheckpoint("six", Duration.ofMillis(-1)));
        assertThrows(NullPointerException.class, () -> group.initiateCheckpoint(null));
        assertThrows(NullPointerException.class, () -> group.openReader("x", Options.none(), (Consumer<String>) null));
    }

    @Test
    void aReaderThatIsClosedAtACheckpointHasPassedIt() throws Exception {
        String stream = written(1, 100);
        ReaderGroup group = group(Options.none(), path(stream));
        List<Integer> seen = new ArrayList<>();
        EventReader reader = server.closing(group.openReader("leaves", Options.none(), checkpoint -> {
            throw new IllegalStateException("enough");
        }));
        readUntil(reader, seen, 30);
        CompletableFuture<Checkpoint> future = group.initiateCheckpoint("last");
        assertThrows(IllegalStateException.class, () -> {
            for (long end = System.nanoTime() + Wait.LONG.toNanos(); System.nanoTime() < end;) {
                ask(reader);
            }
        });
        assertFalse(future.isDone());
        reader.close();
        group.resetReaderGroup(future.get(60, TimeUnit.SECONDS));
        server.client().sealStream(server.scope(), stream);
        assertEquals(numbers(0, 100), sorted(seen, rest(group)));
    }

    @Test
    void cutsBesideTheApplication() throws Exception {
        int count = 1_000;
        String stream = written(2, count);
        server.client().sealStream(server.scope(), stream);
        ReaderGroup group = group(Options.none(), path(stream));
        EventReader reader = server.closing(group.openReader("reader"));
        List<Integer> seen = new ArrayList<>();
        readUntil(reader, seen, 333);
        Slice out = reader.next(Wait.LONG);
        List<StreamCut> cuts = group.generateStreamCuts(Wait.LONG).get(90, TimeUnit.SECONDS);
        assertEquals(1, cuts.size());
        out.release();
        group.resetReaderGroup(cuts);
        learns(reader, PravegaException.GroupReinitialized.class);
        assertEquals(numbers(0, count), sorted(seen, rest(group)), "what was out counts as unread");
    }

    @Test
    void boundedStreamsOfTwoScopes() {
        PravegaClient client = server.client();
        String other = server.scope() + "-second";
        client.createScope(other);
        client.createStream(other, "s");
        write(other, "s", 5_000, 5_010);
        client.sealStream(other, "s");
        String middle = written(2, 100);
        StreamCut first = client.streamInfo(server.scope(), middle).tail();
        write(server.scope(), middle, 100, 300);
        StreamCut second = client.streamInfo(server.scope(), middle).tail();
        write(server.scope(), middle, 300, 400);
        String begin = server.stream(1);
        write(server.scope(), begin, 1_000, 1_030);
        StreamCut until = client.streamInfo(server.scope(), begin).tail();
        write(server.scope(), begin, 1_030, 1_100);

        ReaderGroup group = group(Options.none(), path(middle) + "@" + first + "@" + second, path(begin) + "@head@" + until, other + "/s");
        List<Integer> all = sorted(numbers(100, 300), sorted(numbers(1_000, 1_030), numbers(5_000, 5_010)));
        assertEquals(all, rest(group));
        ReaderGroupInfo info = group.info();
        assertEquals(3, info.streams().size());
        assertEquals("100ms", info.options().values().get("group.refresh.interval"));
        assertEquals("none", info.options().values().get("group.retention"));
        assertFalse(info.options().values().containsKey("group.liveness.timeout"));
        assertEquals(all, rest(group(info.options(), info.streams().toArray(new String[0]))), "another one like it");

        assertThrows(PravegaException.InvalidArgument.class, () -> group.resetReaderGroup(QUICK));
        assertThrows(PravegaException.InvalidArgument.class, () -> group.resetReaderGroup(QUICK, path(begin) + "@" + first));
        group.resetReaderGroup(QUICK, path(middle) + "@head@" + second);
        assertEquals(numbers(0, 300), rest(group));
    }

    @Test
    void backToTheLastCheckpointAndUnreadBytes() throws Exception {
        String stream = written(1, 50);
        long all = 50 * 8 + 10 + 2 * 40;
        ReaderGroup group = group(Options.of("group.checkpoint.interval", "1s"), path(stream));
        assertEquals(all, group.unreadBytes());
        group.resetReaderGroup(); // to where it started
        List<Integer> seen = new ArrayList<>();
        List<String> told = new ArrayList<>();
        EventReader reader = server.closing(group.openReader("reader", Options.none(), told::add));
        readUntil(reader, seen, 20);
        int before = told.size();
        Wait.until("two more checkpoints", () -> {
            ask(reader);
            return told.size() >= before + 2;
        });
        Wait.until("the group knows how far the reader is", () -> {
            ask(reader);
            return group.unreadBytes() == all - 20 * 8 - 10 - 2 * 10;
        });
        group.resetReaderGroup();
        learns(reader, PravegaException.GroupReinitialized.class);
        server.client().sealStream(server.scope(), stream);
        assertEquals(numbers(20, 50), rest(group));
        assertThrows(PravegaException.InvalidArgument.class, group::resetReaderGroup, "it has read everything");
    }

    @Test
    void retention() {
        PravegaClient client = server.client();
        String stream = written(1, 100);
        StreamInfo info = client.streamInfo(server.scope(), stream);
        StreamCut stranger = client.streamInfo(server.scope(), server.stream(1)).tail();
        ReaderGroup group = group(Options.of("group.retention", "manual"), path(stream));
        assertEquals("manual", group.info().options().values().get("group.retention"));
        group.updateRetentionStreamCut(List.of(info.tail()));
        for (StreamCut bad : List.of(info.head(), stranger, StreamCut.UNBOUNDED)) {
            assertThrows(PravegaException.InvalidArgument.class, () -> group.updateRetentionStreamCut(List.of(bad)), bad.asText());
        }
        ReaderGroup other = group(Options.none(), path(stream));
        assertThrows(PravegaException.InvalidArgument.class, () -> other.updateRetentionStreamCut(List.of(info.tail())));
        ReaderGroup automatic = group(Options.of("group.retention", "checkpoint"), path(stream));
        assertEquals("checkpoint", automatic.info().options().values().get("group.retention"));
        assertThrows(PravegaException.InvalidArgument.class, () -> automatic.updateRetentionStreamCut(List.of(info.tail())));
    }

    @Test
    void eventsByTheirPointers() {
        PravegaClient client = server.client();
        String stream = written(2, 60);
        client.sealStream(server.scope(), stream);
        Map<String, EventPointer> pointers = new HashMap<>();
        server.reader(stream).events().forEach(event -> pointers.put(event.text(), event.pointer()));
        assertEquals(60, pointers.size());
        pointers.forEach((text, pointer) -> {
            assertEquals(text, new String(client.fetchEvent(pointer)));
            assertEquals(text, new String(client.fetchEvent(EventPointer.fromBytes(EventPointer.from(pointer.asText()).toBytes()))));
            assertEquals(server.scope(), pointer.scope());
            assertEquals(stream, pointer.stream());
        });
        EventPointer one = pointers.get("1");
        EventPointer beside = EventPointer.from(one.segment() + ":" + (one.offset() + 1) + "-9");
        assertThrows(PravegaException.InvalidArgument.class, () -> client.fetchEvent(beside));
        assertThrows(NullPointerException.class, () -> client.fetchEvent(null));

        String cut = server.stream(1);
        write(server.scope(), cut, 0, 1);
        EventPointer gone;
        try (Slice slice = server.reader(cut).next(Wait.LONG)) {
            gone = slice.iterator().next().pointer();
        }
        client.truncateStream(server.scope(), cut, client.streamInfo(server.scope(), cut).tail());
        assertThrows(PravegaException.SegmentTruncated.class, () -> client.fetchEvent(gone));
    }

    @Test
    void whatTruncationSkippedIsTold() {
        String stream = written(1, 100);
        StreamCut cut = server.client().streamInfo(server.scope(), stream).tail();
        write(server.scope(), stream, 100, 200);
        ReaderGroup group = group(Options.none(), path(stream));
        server.client().truncateStream(server.scope(), stream, cut);
        server.client().sealStream(server.scope(), stream);
        EventReader reader = server.closing(group.openReader("reader"));
        List<Integer> seen = new ArrayList<>();
        List<Long> skipped = new ArrayList<>();
        for (Slice slice = reader.next(Wait.LONG); slice != null; slice = reader.next(Wait.LONG)) {
            skipped.add(slice.skipped());
            slice.forEach(event -> add(seen, event));
            slice.release();
        }
        assertTrue(reader.ended());
        assertEquals(numbers(100, 200), seen);
        assertEquals(100 * 8 + 10 + 2 * 90, skipped.remove(0));
        assertEquals(0, skipped.stream().mapToLong(Long::longValue).sum());
    }

    @Test
    void aStreamThatIsGoneAndMadeAnewIsTold() {
        PravegaClient client = server.client();
        String stays = written(2, 100);
        String goes = server.stream(1);
        write(server.scope(), goes, 1_000, 1_050);
        ReaderGroup group = group(Options.none(), path(stays), path(goes));
        EventReader reader = server.closing(group.openReader("reader"));
        List<Integer> seen = new ArrayList<>();
        readUntil(reader, seen, 150);
        client.sealStream(server.scope(), goes);
        assertTrue(client.deleteStream(server.scope(), goes));
        client.createStream(server.scope(), goes); // another one, of the same name
        write(server.scope(), goes, 2_000, 2_050);
        write(server.scope(), stays, 100, 200);
        client.sealStream(server.scope(), stays);
        Exception e = assertThrows(PravegaException.NoSuchStream.class, () -> reader.events().forEach(event -> add(seen, event)));
        assertTrue(e.getMessage().contains("reset the group"), e.getMessage());
        List<Integer> before = sorted(numbers(0, 100), numbers(1_000, 1_050));
        assertTrue(seen.containsAll(before), seen.toString());
        assertTrue(sorted(before, numbers(100, 200)).containsAll(seen), seen.toString());
        assertEquals(seen.size(), seen.stream().distinct().count());
        reader.close();
        client.sealStream(server.scope(), goes);
        group.resetReaderGroup(QUICK, path(goes));
        assertEquals(numbers(2_000, 2_050), rest(group));
    }

    @Test
    void aReaderHasAsMuchMemoryAsItIsGiven() {
        int count = 20_000;
        String stream = written(1, count);
        server.client().sealStream(server.scope(), stream);
        int[] largest = new int[2];
        for (int i = 0; i < largest.length; i++) {
            ReaderGroup group = group(Options.none(), path(stream));
            Options options = i == 0 ? Options.none() : Options.of("reader.buffer.bytes", "64KiB");
            EventReader reader = server.closing(group.openReader("reader", options));
            List<Integer> seen = new ArrayList<>();
            for (Slice slice = reader.next(Wait.LONG); slice != null; slice = reader.next(Wait.LONG)) {
                largest[i] = Math.max(largest[i], slice.buffer().remaining());
                slice.forEach(event -> add(seen, event));
                slice.release();
            }
            assertEquals(numbers(0, count), sorted(seen, List.of()));
            PravegaException e = assertThrows(PravegaException.InvalidArgument.class,
                    () -> group.openReader("x", Options.of("reader.buffer.bytes", "1KiB")));
            assertTrue(e.getMessage().contains("reader.buffer.bytes"), e.getMessage());
        }
        assertTrue(largest[0] > 64 << 10 && largest[1] <= 64 << 10, largest[0] + " and " + largest[1] + " bytes");
    }

    @Test
    void aGroupThatIsGone() {
        String stream = server.stream(1);
        StreamCut tail = server.client().streamInfo(server.scope(), stream).tail();
        server.client().createReaderGroup(server.scope(), "gone", path(stream));
        ReaderGroup group = server.closing(server.client().openReaderGroup(server.scope(), "gone"));
        server.client().deleteReaderGroup(server.scope(), "gone");
        List<Executable> calls = List.of(group::info, group::unreadBytes, group::resetReaderGroup,
                group::cancelOutstandingCheckpoints, () -> group.resetReaderGroup(List.of(tail)));
        for (Executable call : calls) {
            assertThrows(PravegaException.NoSuchReaderGroup.class, call);
        }
        group.close();
        assertThrows(PravegaException.Closed.class, group::info);
        assertThrows(PravegaException.Closed.class, group::unreadBytes);
    }
}
