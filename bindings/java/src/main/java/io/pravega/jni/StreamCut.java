package io.pravega.jni;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A position in a whole stream: an offset in each of some segments, which cover the key space once. Its text and its
 * bytes are those of the official Java client, so that cuts may come from it and go to it. Immutable; cuts are equal
 * that say the same. No method asks a server.
 */
public final class StreamCut {
    /** The head of a stream where reading starts, and its end where reading ends. */
    public static final StreamCut UNBOUNDED = new StreamCut("UNBOUNDED", "", "", Map.of());

    private final String text;
    private final String scope;
    private final String stream;
    private final Map<Long, Long> offsets;

    private StreamCut(String text, String scope, String stream, Map<Long, Long> offsets) {
        this.text = text;
        this.scope = scope;
        this.stream = stream;
        this.offsets = offsets;
    }

    /**
     * The cut that a text says.
     *
     * @param text as {@link #asText} gives it, here or in the official client
     * @return the cut
     * @throws PravegaException.InvalidArgument the text is no cut
     */
    public static StreamCut from(String text) {
        Library.load();
        List<String> info = Text.list(Native.cutInfo(Text.name("cut", text)));
        Map<Long, Long> offsets = new TreeMap<>();
        for (int i = 4; i + 1 < info.size(); i += 2) { // behind the names of scope and stream
            offsets.put(Long.parseLong(info.get(i)), Long.parseLong(info.get(i + 1)));
        }
        return new StreamCut(text, info.get(1), info.get(3), offsets);
    }

    /**
     * The cut that is in bytes.
     *
     * @param bytes as {@link #toBytes} gives them, here or in the official client; from the buffer's position to its
     *        limit, neither of which changes
     * @return the cut
     * @throws PravegaException.InvalidArgument the bytes are no cut
     */
    public static StreamCut fromBytes(ByteBuffer bytes) {
        Library.load();
        return from(Text.of(Native.cutFromBytes(Text.bytes(bytes))[0]));
    }

    static List<StreamCut> list(List<String> texts) {
        return texts.stream().map(StreamCut::from).collect(Collectors.toUnmodifiableList());
    }

    static byte[][] texts(Collection<StreamCut> cuts) {
        return Text.names("cut", cuts.stream().map(StreamCut::asText).collect(Collectors.toList()));
    }

    /**
     * Its text, to be kept and handed to other programs.
     *
     * @return ASCII without spaces, {@code "UNBOUNDED"} for {@link #UNBOUNDED}
     */
    public String asText() {
        return text;
    }

    /**
     * Its bytes, to be kept and handed to other programs.
     *
     * @return a new buffer; empty for {@link #UNBOUNDED}
     */
    public ByteBuffer toBytes() {
        Library.load();
        return ByteBuffer.wrap(Native.cutToBytes(Text.name("cut", text)));
    }

    /**
     * The scope of its stream.
     *
     * @return a name; empty for {@link #UNBOUNDED}
     */
    public String scope() {
        return scope;
    }

    /**
     * Its stream.
     *
     * @return a name; empty for {@link #UNBOUNDED}
     */
    public String stream() {
        return stream;
    }

    /**
     * The offset of the next event in each of its segments.
     *
     * @return bytes by segment id, in the order of ids, unmodifiable; -1 is the segment's end
     */
    public Map<Long, Long> offsets() {
        return Collections.unmodifiableMap(offsets);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamCut && scope.equals(((StreamCut) other).scope)
                && stream.equals(((StreamCut) other).stream) && offsets.equals(((StreamCut) other).offsets);
    }

    @Override
    public int hashCode() {
        return Objects.hash(scope, stream, offsets);
    }

    /** The text, as {@link #asText}: {@code scope + "/" + stream + "@" + cut} is how a group reads from here. */
    @Override
    public String toString() {
        return text;
    }
}
