package io.pravega.jni;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Options by name, immutable. Those that are not set have their defaults; {@link #all()} lists every option with its
 * default and range. Names and values are checked where the options are used: an unknown name is
 * {@link PravegaException.UnknownOption}, a bad value {@link PravegaException.InvalidArgument}, and both messages name
 * the option.
 *
 * <p>A client is made with options of every kind. Writers, readers, streams and groups that are opened from it take
 * over those of their own kind; options given there come on top, and one of another kind
 * ({@link Option#belongsTo()}) is {@link PravegaException.InvalidArgument}.
 */
public final class Options {
    private static final Options NONE = new Options(Map.of());

    private final Map<String, String> values;

    private Options(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Every option at its default.
     *
     * @return options without a value set
     */
    public static Options none() {
        return NONE;
    }

    /**
     * Options from a map.
     *
     * @param values names and values, copied
     * @return the options
     */
    public static Options of(Map<String, String> values) {
        return NONE.with(values);
    }

    /**
     * One option; {@link #with(String, String)} adds more.
     *
     * @param name the option's name
     * @param value its value
     * @return the options
     */
    public static Options of(String name, String value) {
        return NONE.with(name, value);
    }

    /**
     * These options with one more, or with another value for one.
     *
     * @param name the option's name
     * @param value its value: durations are written {@code 250ms} or {@code 10s}, sizes {@code 16777216} or
     *        {@code 16MiB}, truth {@code true} or {@code false}
     * @return new options
     */
    public Options with(String name, String value) {
        return with(Map.of(name, value));
    }

    /**
     * These options with a duration more.
     *
     * @param name the option's name
     * @param value its value, of which whole milliseconds count
     * @return new options
     */
    public Options with(String name, Duration value) {
        return with(name, value.toMillis() + "ms");
    }

    /**
     * These options with a number or size more.
     *
     * @param name the option's name
     * @param value its value
     * @return new options
     */
    public Options with(String name, long value) {
        return with(name, Long.toString(value));
    }

    /**
     * These options with those of a map on top.
     *
     * @param more names and values, copied
     * @return new options
     */
    public Options with(Map<String, String> more) {
        Map<String, String> both = new LinkedHashMap<>(values);
        for (Map.Entry<String, String> option : more.entrySet()) {
            both.put(Objects.requireNonNull(option.getKey(), "name"), Objects.requireNonNull(option.getValue(), "value"));
        }
        return new Options(both);
    }

    /**
     * The values that were set.
     *
     * @return names and values, unmodifiable
     */
    public Map<String, String> values() {
        return Map.copyOf(values);
    }

    /**
     * Every option that there is.
     *
     * @return their descriptions
     */
    public static List<Option> all() {
        Library.load();
        List<String> columns = Text.list(Native.describe());
        List<Option> out = new ArrayList<>();
        for (int i = 0; i + 4 < columns.size(); i += 5) {
            out.add(new Option(columns.get(i), columns.get(i + 1), columns.get(i + 2), columns.get(i + 3), columns.get(i + 4)));
        }
        return List.copyOf(out);
    }

    /** These with more on top, which must be options of one kind of object. */
    Options with(String kind, Options more) {
        for (String name : more.values.keySet()) {
            String owner = Owners.BY_NAME.getOrDefault(name, kind); // C refuses what is unknown
            if (!owner.equals(kind)) {
                throw Kind.InvalidArgument.exception("option " + name + " belongs to a " + owner + ", and was given to a " + kind);
            }
        }
        return more.values.isEmpty() ? this : with(more.values);
    }

    /** The kinds of objects that the options belong to. */
    private static final class Owners {
        static final Map<String, String> BY_NAME = all().stream().collect(Collectors.toUnmodifiableMap(Option::name, Option::belongsTo));
    }

    byte[][] pairs() {
        return Text.pairs(values);
    }

    /** Values stay out: one may be a password. */
    @Override
    public String toString() {
        return "Options" + values.keySet();
    }
}
