package io.pravega.jni;

/** An option that exists: what {@link Options#all()} lists. */
public final class Option {
    private final String name;
    private final String defaultValue;
    private final String range;
    private final String description;
    private final String belongsTo;

    Option(String name, String defaultValue, String range, String description, String belongsTo) {
        this.name = name;
        this.defaultValue = defaultValue;
        this.range = range;
        this.description = description;
        this.belongsTo = belongsTo;
    }

    /**
     * Its name, for {@link Options#with(String, String)}.
     *
     * @return for example {@code writer.window.bytes}
     */
    public String name() {
        return name;
    }

    /**
     * The value that is used when the option is not set.
     *
     * @return the value as a text, empty when there is none
     */
    public String defaultValue() {
        return defaultValue;
    }

    /**
     * The values that are allowed.
     *
     * @return for people
     */
    public String range() {
        return range;
    }

    /**
     * What it is for.
     *
     * @return for people
     */
    public String description() {
        return description;
    }

    /**
     * The kind of object that it belongs to. A client takes options of every kind, every other object only its own.
     *
     * @return {@code client}, {@code writer}, {@code transactional writer}, {@code reader}, {@code reader group} or
     *         {@code stream}
     */
    public String belongsTo() {
        return belongsTo;
    }

    @Override
    public String toString() {
        return name + " (default: " + defaultValue + "; " + range + "): " + description;
    }
}
