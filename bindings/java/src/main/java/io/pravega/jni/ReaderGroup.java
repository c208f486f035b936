package io.pravega.jni;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A reader group shares the segments of its streams among its readers, on any machine and in any language, official
 * Java readers included: each event goes to one of them. Thread-safe. Methods that ask servers wait at most as long as
 * the client's option {@code request.timeout} says, if they have no limit of their own.
 */
public final class ReaderGroup implements AutoCloseable {
    private final Options options;
    private final String name;
    private final PravegaClient client;
    private final Handle handle;

    ReaderGroup(PravegaClient client, Options options, String name, long group) {
        this.client = client;
        this.options = options;
        this.name = name;
        this.handle = new Handle(this, "reader group " + name, client, group, Native::groupClose);
    }

    /**
     * Adds a reader to the group, with the {@code reader.*} options of the client. Blocks until the group knows it.
     *
     * @param id its name, of which the group has no other
     * @return the reader, to be closed
     * @throws PravegaException.AlreadyExists the group has a reader of this name
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public EventReader openReader(String id) {
        return openReader(id, Options.none());
    }

    /**
     * Adds a reader to the group. Blocks until the group knows it.
     *
     * @param id its name, of which the group has no other
     * @param more {@code reader.*} options on top of the client's, for example {@code reader.buffer.bytes} for what is
     *        read ahead and the slices that are out (all segments share it, each may take 16 KiB in any case), and
     *        {@code group.liveness.timeout}: when another reader of the group shows no sign of life for so long, this
     *        one takes it out, as {@link #readerOffline} does. The default {@code 0s} is never; less than 30 s, or than
     *        10 s for each reader and one more, counts as that. Readers of this library give signs in the background,
     *        official Java ones only when their application asks for an event, so it must be longer than that ever
     *        takes
     * @return the reader, to be closed
     * @throws PravegaException.AlreadyExists the group has a reader of this name
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public EventReader openReader(String id, Options more) {
        return open(id, more, null);
    }

    /**
     * Adds a reader to the group that is told of the group's checkpoints, as {@link EventReader} says. Blocks until the
     * group knows it.
     *
     * @param id its name, of which the group has no other
     * @param more options as in {@link #openReader(String, Options)}; {@code reader.checkpoints} is turned on
     * @param onCheckpoint is called with the name of each checkpoint
     * @return the reader, to be closed
     * @throws PravegaException.AlreadyExists the group has a reader of this name
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public EventReader openReader(String id, Options more, Consumer<String> onCheckpoint) {
        return open(id, more.with("reader.checkpoints", "true"), Objects.requireNonNull(onCheckpoint, "onCheckpoint"));
    }

    private EventReader open(String id, Options more, Consumer<String> onCheckpoint) {
        long reader = Native.readerOpen(handle.get(), Text.name("reader", id), options.with("reader", more).pairs());
        Reference.reachabilityFence(this);
        return new EventReader(client, "reader " + id + " of group " + name, reader, onCheckpoint);
    }

    /**
     * The readers that are online, on any machine.
     *
     * @return their names
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public List<String> readers() {
        byte[][] ids = Native.groupReaders(handle.get());
        Reference.reachabilityFence(this);
        return Text.list(ids);
    }

    /**
     * Takes a dead reader out of the group: others go on from its last checkpoint, or from where it acquired its
     * segments. Nothing is lost; what it was handed since is delivered again. If it lives, it fails with
     * {@link PravegaException.ReaderNotInGroup}. One that is not in the group is taken as gone already.
     *
     * @param id the reader's name
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public void readerOffline(String id) {
        Native.groupReaderOffline(handle.get(), Text.name("reader", id), null);
        Reference.reachabilityFence(this);
    }

    /**
     * Takes a reader out of the group whose position is known, as the application kept it with what it made of the
     * events before: others go on from there, so nothing is delivered again. Segments that the position lacks are handed
     * over as by {@link #readerOffline(String)}; what it says of segments that the reader does not have is ignored.
     *
     * @param id the reader's name
     * @param last a position of this reader, since it was opened last: what a wrong one skips is not read
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public void readerOffline(String id, Position last) {
        Native.groupReaderOffline(handle.get(), Text.name("reader", id), Text.name("position", last.asText()));
        Reference.reachabilityFence(this);
    }

    /**
     * What the group reads, and its options.
     *
     * @return the answer, which does not change later
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public ReaderGroupInfo info() {
        byte[][] pairs = Native.groupInfo(handle.get());
        Reference.reachabilityFence(this);
        return new ReaderGroupInfo(Text.list(pairs));
    }

    /**
     * As {@link #initiateCheckpoint(String, Duration)}, for as long as the client's option {@code request.timeout}.
     *
     * @param name its name, any text but {@code ""}, and without {@code "_SILENT_"}
     * @return the checkpoint to come
     */
    public CompletableFuture<Checkpoint> initiateCheckpoint(String name) {
        return initiateCheckpoint(name, -1);
    }

    /**
     * Has every reader of the group pass a checkpoint. Readers look for checkpoints every
     * {@code group.refresh.interval}; those that were opened to be told, and official Java ones, pass it when their
     * application asks for the next events. A group without readers passes it at once.
     *
     * <p>A thread of its own waits until all have passed it and completes the future, also what depends on it without
     * an executor of its own. The future fails with {@link PravegaException.TimedOut}, whose message names the readers
     * that are waited for; {@link PravegaException.Conflict} when {@code group.checkpoints.outstanding} are under way,
     * or this one was given up or the group reset; {@link PravegaException.AlreadyExists} when the name is that of a
     * past one; {@link PravegaException.NoSuchReaderGroup}; {@link PravegaException.Closed} when this object was. When
     * it failed by time, the checkpoint stays under way, and also when the future is cancelled: call again with its
     * name to wait on, or {@link #cancelOutstandingCheckpoints} to give it up.
     *
     * @param name its name, any text but {@code ""}, and without {@code "_SILENT_"}
     * @param limit how long to wait for it
     * @return the checkpoint to come
     */
    public CompletableFuture<Checkpoint> initiateCheckpoint(String name, Duration limit) {
        return initiateCheckpoint(name, Deadline.in(limit).millis());
    }

    private CompletableFuture<Checkpoint> initiateCheckpoint(String checkpoint, int millis) {
        byte[] as = Text.name("checkpoint", checkpoint);
        return later(() -> Checkpoint.of(checkpoint, cuts(Native.groupCheckpoint(handle.get(), as, millis))));
    }

    /**
     * Gives up all checkpoints of the group that are under way, whoever initiated them; not what
     * {@link #generateStreamCuts()} waits for.
     *
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public void cancelOutstandingCheckpoints() {
        Native.groupCancelCheckpoints(handle.get());
        Reference.reachabilityFence(this);
    }

    /**
     * As {@link #generateStreamCuts(Duration)}, for as long as the client's option {@code request.timeout}.
     *
     * @return the cuts to come, one for each stream, sorted by stream
     */
    public CompletableFuture<List<StreamCut>> generateStreamCuts() {
        return generateStreamCuts(-1);
    }

    /**
     * Asks every reader of the group where it stands. Applications are not told: readers of this library answer in the
     * background with what was given back, official Java ones with what they handed out. Each reader passes its
     * checkpoints in turn, so one that its application has not passed yet is waited for. The future is completed, and
     * fails, as that of {@link #initiateCheckpoint(String, Duration)}.
     *
     * @param limit how long to wait for the answers
     * @return the cuts to come, one for each stream, sorted by stream; a stream that had been read to its end has none
     */
    public CompletableFuture<List<StreamCut>> generateStreamCuts(Duration limit) {
        return generateStreamCuts(Deadline.in(limit).millis());
    }

    private CompletableFuture<List<StreamCut>> generateStreamCuts(int millis) {
        return later(() -> cuts(Native.groupCuts(handle.get(), millis)));
    }

    private static List<StreamCut> cuts(byte[][] texts) {
        return StreamCut.list(Text.list(texts));
    }

    /** Waits in a thread of its own. */
    private <T> CompletableFuture<T> later(Supplier<T> answer) {
        return CompletableFuture.supplyAsync(() -> {
            T value = answer.get();
            Reference.reachabilityFence(this);
            return value;
        }, task -> {
            Thread thread = new Thread(task, "pravega-checkpoint");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /**
     * Lets the group start anew, as if it were created. Every reader that is in the group is out of it: it fails with
     * {@link PravegaException.GroupReinitialized}, is to be closed and may be opened again. Checkpoints are forgotten.
     * Resets at the same time come one after the other.
     *
     * @param more {@code group.*} options on top of the client's; for those that the group has: {@link #info}
     * @param streams what it reads, as in {@link PravegaClient#createReaderGroup(String, String, String...)}
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public void resetReaderGroup(Options more, String... streams) {
        Native.groupReset(handle.get(), Text.names("stream", List.of(streams)), options.with("reader group", more).pairs());
        Reference.reachabilityFence(this);
    }

    /**
     * Resets the group to a checkpoint, with the configuration that it has. A stream of which the checkpoint has no cut
     * is not read any more: it had been read to its end.
     *
     * @param checkpoint where to start
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     * @see #resetReaderGroup(Options, String...)
     */
    public void resetReaderGroup(Checkpoint checkpoint) {
        resetReaderGroup(checkpoint.cuts());
    }

    /**
     * Resets the group to cuts, with the configuration that it has: those of {@link #generateStreamCuts()}, or of the
     * application's own records. A stream without a cut is not read any more.
     *
     * @param cuts where to start, one for each stream
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     * @see #resetReaderGroup(Options, String...)
     */
    public void resetReaderGroup(Collection<StreamCut> cuts) {
        Native.groupResetTo(handle.get(), StreamCut.texts(cuts));
        Reference.reachabilityFence(this);
    }

    /**
     * Resets the group to the last checkpoint that all readers have passed, automatic ones (option
     * {@code group.checkpoint.interval}) among them. If there was none since it was created or reset, it starts where
     * it did then.
     *
     * @throws PravegaException.InvalidArgument the group has read everything
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     * @see #resetReaderGroup(Options, String...)
     */
    public void resetReaderGroup() {
        Native.groupResetToLastCheckpoint(handle.get());
        Reference.reachabilityFence(this);
    }

    /**
     * Tells the servers that the group does not need what lies before these cuts any more: the streams' retention
     * policies may truncate it. For a group whose option {@code group.retention} is {@code manual}.
     *
     * @param cuts one for each stream
     * @throws PravegaException.InvalidArgument the group's retention is another, or the controller does not take a cut,
     *         for example because it lies before the previous one
     * @throws PravegaException.Conflict the group was reset meanwhile
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public void updateRetentionStreamCut(Collection<StreamCut> cuts) {
        Native.groupUpdateRetentionCut(handle.get(), StreamCut.texts(cuts));
        Reference.reachabilityFence(this);
    }

    /**
     * How much of what is in the streams now the group has left to read, up to the ends that it has. Readers tell how
     * far they are every few seconds (one more than there are readers), so it is as old.
     *
     * @return bytes, the 8 before each event included
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public long unreadBytes() {
        long bytes = Native.groupUnreadBytes(handle.get());
        Reference.reachabilityFence(this);
        return bytes;
    }

    /**
     * As {@link #watch(Consumer, Consumer)}, for who need not know when it ends by itself: a failure but
     * {@link PravegaException.Closed} goes to the uncaught exception handler of its thread.
     *
     * @param onChange is called with the group's status
     * @return what ends it, to be closed
     * @throws PravegaException.Closed this object was closed
     */
    public GroupWatch watch(Consumer<GroupStatus> onChange) {
        return watch(onChange, failure -> {
            if (!(failure instanceof PravegaException.Closed)) {
                throw failure;
            }
        });
    }

    /**
     * Tells how the group changes: how many segments it has to read, how many readers, and when everything was read.
     * What the official client has segment and end-of-data notifications for.
     *
     * <p>A daemon thread of its own calls {@code onChange} with the group's status now, and again whenever that has
     * changed. The library looks every {@code group.refresh.interval}; changes in between show as one. While servers are
     * away, nothing is told. A call may block, and close the watch. An exception that it throws ends the watch and goes
     * to the uncaught exception handler of the thread.
     *
     * @param onChange is called with the group's status
     * @param onError is called at most once, and last: with {@link PravegaException.NoSuchReaderGroup} when the group was
     *        deleted, {@link PravegaException.Closed} when this object or its client was closed, or with why the group
     *        could not be looked at; not when the watch was closed
     * @return what ends it, to be closed; when it is forgotten, it goes on
     * @throws PravegaException.Closed this object was closed
     */
    public GroupWatch watch(Consumer<GroupStatus> onChange, Consumer<PravegaException> onError) {
        Objects.requireNonNull(onChange, "onChange");
        Objects.requireNonNull(onError, "onError");
        handle.get();
        return new GroupWatch(this, onChange, onError);
    }

    /** Whether the status has changed in time, to what is in the array then. */
    boolean waitChange(long[] status, int millis) {
        boolean changed = Native.groupWaitChange(handle.get(), status, millis);
        Reference.reachabilityFence(this);
        return changed;
    }

    /** Closes this object. The group itself and its readers, also those that were opened from here, stay. */
    @Override
    public void close() {
        long group = handle.take();
        if (group != 0) {
            Native.groupClose(group);
        }
    }

    @Override
    public String toString() {
        return handle.toString();
    }
}
