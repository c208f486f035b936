package io.pravega.jni;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Where a reader group stood when all its readers had passed one point: what {@link ReaderGroup#initiateCheckpoint}
 * gives and {@link ReaderGroup#resetReaderGroup(Checkpoint)} goes back to. Its bytes are those of the official Java
 * client. Immutable; checkpoints are equal that say the same. No method asks a server.
 */
public final class Checkpoint {
    private final String name;
    private final List<StreamCut> cuts;

    private Checkpoint(String name, Collection<StreamCut> cuts) {
        this.name = Objects.requireNonNull(name, "name");
        this.cuts = cuts.stream().sorted(Comparator.comparing(StreamCut::scope).thenComparing(StreamCut::stream))
                .collect(Collectors.toUnmodifiableList());
    }

    /**
     * A checkpoint put together from its parts.
     *
     * @param name its name
     * @param cuts one for each stream
     * @return the checkpoint
     */
    public static Checkpoint of(String name, Collection<StreamCut> cuts) {
        return new Checkpoint(name, cuts);
    }

    /**
     * The checkpoint that is in bytes.
     *
     * @param bytes as {@link #toBytes} gives them, here or in the official client; from the buffer's position to its
     *        limit, neither of which changes
     * @return the checkpoint
     * @throws PravegaException.InvalidArgument the bytes are no checkpoint, or there is a NUL in its name
     */
    public static Checkpoint fromBytes(ByteBuffer bytes) {
        Library.load();
        List<String> texts = Text.list(Native.checkpointFromBytes(Text.bytes(bytes)));
        return new Checkpoint(texts.get(0), StreamCut.list(texts.subList(1, texts.size())));
    }

    /**
     * Its bytes, to be kept and handed to other programs.
     *
     * @return a new buffer
     * @throws PravegaException.InvalidArgument a cut is unbounded, or two are of one stream
     */
    public ByteBuffer toBytes() {
        Library.load();
        return ByteBuffer.wrap(Native.checkpointToBytes(Text.name("checkpoint", name), StreamCut.texts(cuts)));
    }

    /**
     * What its initiator called it.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Where the group stood.
     *
     * @return one cut for each stream, sorted by stream; a stream that had been read to its end has none
     */
    public List<StreamCut> cuts() {
        return cuts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Checkpoint && name.equals(((Checkpoint) other).name) && cuts.equals(((Checkpoint) other).cuts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, cuts);
    }

    @Override
    public String toString() {
        return "Checkpoint " + name + " " + cuts;
    }
}
