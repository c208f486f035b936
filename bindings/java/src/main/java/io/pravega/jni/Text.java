package io.pravega.jni;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Texts on their way to C and back: UTF-8, refused rather than changed. */
final class Text {
    private Text() {
    }

    /** A name or value, which C takes up to its end. */
    static byte[] name(String what, String value) {
        Objects.requireNonNull(value, what);
        if (value.indexOf('\0') >= 0) {
            throw Kind.InvalidArgument.exception("the " + what + " holds a NUL character");
        }
        return utf8(what, value);
    }

    /** A routing key, which C takes with its length; null for none. */
    static byte[] key(String key) {
        return key == null ? null : utf8("routing key", key);
    }

    /** A token, which C takes with its length. */
    static byte[] token(String token) {
        return utf8("token", token);
    }

    private static byte[] utf8(String what, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                return strict(what, value);
            }
        }
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /** String.getBytes would write a question mark for a lone surrogate: another key, another name. */
    private static byte[] strict(String what, String value) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            byte[] out = new byte[bytes.remaining()];
            bytes.get(out);
            return out;
        } catch (CharacterCodingException e) {
            throw Kind.InvalidArgument.exception("the " + what + " is no well-formed text: it holds half a surrogate pair");
        }
    }

    static byte[][] names(String what, Collection<String> values) {
        byte[][] out = new byte[values.size()][];
        int i = 0;
        for (String value : values) {
            out[i++] = name(what, value);
        }
        return out;
    }

    /** A copy of what is left in a buffer, which stays as it is. */
    static byte[] bytes(ByteBuffer from) {
        byte[] out = new byte[from.remaining()];
        from.duplicate().get(out);
        return out;
    }

    static String of(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static List<String> list(byte[][] texts) {
        List<String> out = new ArrayList<>(texts.length);
        for (byte[] text : texts) {
            out.add(of(text));
        }
        return List.copyOf(out);
    }

    /** Name, value, name, value, ... */
    static byte[][] pairs(Map<String, String> options) {
        byte[][] out = new byte[2 * options.size()][];
        int i = 0;
        for (Map.Entry<String, String> option : options.entrySet()) {
            out[i++] = name("option's name", option.getKey());
            out[i++] = name("value of option " + option.getKey(), option.getValue());
        }
        return out;
    }
}
