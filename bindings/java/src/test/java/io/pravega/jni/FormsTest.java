package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Texts and bytes of cuts, checkpoints, event pointers and positions, as the official Java client 0.13.0 wrote them. */
class FormsTest {
    private static final String S = "H4sIAAAAAAAA/zOwSs/PSUnN0y+2MtAxBGIDK0MjUx1DC1MA5JvUGhoAAAA=";
    private static final String T = "H4sIAAAAAAAA/zOwSs/PSUnN0y+xMgBCCwMAhnVL2REAAAA=";
    private static final String CHECKPOINT = "00000100000000490003637031020008676f6c64656e2f74000101000000000e0008676f6c64656e2f74"
            + "010020500008676f6c64656e2f7300010100000000110008676f6c64656e2f730200207d0120b9";
    private static final String POINTER = "golden/s/6.#epoch.2:368-16";
    private static final String POINTER_BYTES = "00000100000000180013676f6c64656e2f732f362e2365706f63682e32417010";

    private static ByteBuffer bytes(String hex) {
        ByteBuffer out = ByteBuffer.allocate(hex.length() / 2);
        for (int i = 0; i < hex.length(); i += 2) {
            out.put((byte) Integer.parseInt(hex.substring(i, i + 2), 16));
        }
        return out.flip();
    }

    /** What is in a buffer whose position is not 0, and which may not be written to. */
    private static ByteBuffer inside(ByteBuffer bytes) {
        ByteBuffer out = ByteBuffer.allocateDirect(bytes.remaining() + 6);
        out.position(3);
        out.put(bytes.duplicate());
        out.flip().position(3);
        return out.asReadOnlyBuffer();
    }

    @Test
    void cuts() {
        StreamCut cut = StreamCut.from(S);
        assertEquals("golden", cut.scope());
        assertEquals("s", cut.stream());
        assertEquals(Map.of(0L, 125L, 1L, 185L), cut.offsets());
        assertEquals(S, cut.asText());
        assertEquals(S, cut.toString());
        StreamCut ends = StreamCut.from("H4sIAAAAAAAA/zOwSs/PSUnN0y+2MtYxsDLVMbfSNdQxNLC0NDU0NDMyNzc3AwA+/biZIwAAAA==");
        assertEquals(Map.of(21474836483L, -1L, 30064771072L, 1099511627776L), ends.offsets());
        for (StreamCut one : List.of(cut, ends, StreamCut.from(T), StreamCut.UNBOUNDED)) {
            ByteBuffer in = inside(one.toBytes());
            assertEquals(one, StreamCut.fromBytes(in));
            assertEquals(3, in.position());
            assertEquals(one, StreamCut.from(one.asText()));
            assertEquals(one.hashCode(), StreamCut.from(one.asText()).hashCode());
        }
        assertNotEquals(cut, ends);
        assertNotEquals(cut, StreamCut.UNBOUNDED);
        assertEquals(0, StreamCut.UNBOUNDED.toBytes().remaining());
        assertEquals("", StreamCut.UNBOUNDED.stream());
        assertThrows(UnsupportedOperationException.class, () -> cut.offsets().put(1L, 1L));
        for (String wrong : List.of("", "nonsense", "a\0b", S.substring(1))) {
            assertThrows(PravegaException.InvalidArgument.class, () -> StreamCut.from(wrong), wrong);
        }
        assertThrows(NullPointerException.class, () -> StreamCut.from(null));
        ByteBuffer part = cut.toBytes();
        part.limit(part.limit() - 1);
        assertThrows(PravegaException.InvalidArgument.class, () -> StreamCut.fromBytes(part));
    }

    @Test
    void checkpoints() {
        Checkpoint checkpoint = Checkpoint.fromBytes(inside(bytes(CHECKPOINT)));
        assertEquals("cp1", checkpoint.name());
        assertEquals(List.of(StreamCut.from(S), StreamCut.from(T)), checkpoint.cuts());
        assertEquals(checkpoint, Checkpoint.of("cp1", List.of(StreamCut.from(T), StreamCut.from(S))));
        assertEquals(checkpoint, Checkpoint.fromBytes(checkpoint.toBytes()));
        assertNotEquals(checkpoint, Checkpoint.of("cp2", checkpoint.cuts()));
        Checkpoint nothing = Checkpoint.of("of nothing, \u00e4", List.of());
        assertEquals(nothing, Checkpoint.fromBytes(nothing.toBytes()));
        for (StreamCut wrong : List.of(StreamCut.UNBOUNDED, StreamCut.from(S))) {
            Checkpoint bad = Checkpoint.of("bad", List.of(StreamCut.from(S), wrong));
            assertThrows(PravegaException.InvalidArgument.class, bad::toBytes);
        }
        assertThrows(PravegaException.InvalidArgument.class, () -> Checkpoint.of("a\0b", List.of()).toBytes());
        assertThrows(PravegaException.InvalidArgument.class, () -> Checkpoint.fromBytes(bytes("000001000000000600036" + "1c0800" + "0")));
        assertThrows(PravegaException.InvalidArgument.class, () -> Checkpoint.fromBytes(ByteBuffer.allocate(0)));
        assertThrows(PravegaException.InvalidArgument.class, () -> Checkpoint.fromBytes(bytes(CHECKPOINT).limit(20)));
    }

    @Test
    void pointers() {
        EventPointer pointer = EventPointer.from(POINTER);
        assertEquals("golden", pointer.scope());
        assertEquals("s", pointer.stream());
        assertEquals("golden/s/6.#epoch.2", pointer.segment());
        assertEquals(368, pointer.offset());
        assertEquals(8, pointer.length());
        assertEquals(POINTER, pointer.asText());
        assertEquals(POINTER, pointer.toString());
        assertEquals(bytes(POINTER_BYTES), pointer.toBytes());
        assertEquals(pointer, EventPointer.fromBytes(inside(bytes(POINTER_BYTES))));
        assertEquals(pointer.hashCode(), EventPointer.from(POINTER).hashCode());
        assertNotEquals(pointer, EventPointer.from("golden/s/6.#epoch.2:368-17"));
        for (String wrong : List.of("", "golden/s/6.#epoch.2", "golden/s/6.#epoch.2:-1-16")) {
            assertThrows(PravegaException.InvalidArgument.class, () -> EventPointer.from(wrong), wrong);
        }
        assertThrows(PravegaException.InvalidArgument.class, () -> EventPointer.fromBytes(bytes(POINTER_BYTES).limit(9)));
    }

    @Test
    void positions() {
        String text = "golden/s/0.#epoch.0=125, golden/s/6.#epoch.2=-1, golden/t/0.#epoch.0=0";
        Position position = Position.from(text);
        assertEquals(Map.of("golden/s/0.#epoch.0", 125L, "golden/s/6.#epoch.2", -1L, "golden/t/0.#epoch.0", 0L), position.offsets());
        assertEquals(text, position.asText());
        assertEquals(text, position.toString());
        assertThrows(UnsupportedOperationException.class, () -> position.offsets().put("x", 1L));
        Position nothing = Position.from("");
        assertEquals(Map.of(), nothing.offsets());
        for (Position one : List.of(position, nothing)) {
            ByteBuffer in = inside(one.toBytes());
            assertEquals(one, Position.fromBytes(in));
            assertEquals(3, in.position());
            assertEquals(one.hashCode(), Position.fromBytes(one.toBytes()).hashCode());
        }
        assertNotEquals(position, nothing);
        for (String wrong : List.of("nonsense", "golden/s/0.#epoch.0", "golden/s/0.#epoch.0=x", "a\0b")) {
            assertThrows(PravegaException.InvalidArgument.class, () -> Position.from(wrong), wrong);
        }
        assertThrows(NullPointerException.class, () -> Position.from(null));
        ByteBuffer part = position.toBytes();
        part.limit(part.limit() - 1);
        assertThrows(PravegaException.InvalidArgument.class, () -> Position.fromBytes(part));
    }
}
