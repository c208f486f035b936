package io.pravega.jni;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known about a stream at one moment. */
public final class StreamInfo {
    private final Map<String, String> values = new LinkedHashMap<>();

    StreamInfo(List<String> pairs) {
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            values.putIfAbsent(pairs.get(i), pairs.get(i + 1));
        }
    }

    /**
     * Whether nothing can be written to it any more.
     *
     * @return true when it is sealed
     */
    public boolean sealed() {
        return Boolean.parseBoolean(values.get("sealed"));
    }

    /**
     * Where its data begins.
     *
     * @return a stream cut
     */
    public StreamCut head() {
        return StreamCut.from(values.get("head"));
    }

    /**
     * Where its data ended when the question was answered.
     *
     * @return a stream cut
     */
    public StreamCut tail() {
        return StreamCut.from(values.get("tail"));
    }

    /**
     * The stream's own configuration.
     *
     * @return its {@code stream.*} options
     */
    public Options options() {
        Map<String, String> options = new LinkedHashMap<>(values);
        options.keySet().removeIf(name -> !name.startsWith("stream."));
        return Options.of(options);
    }

    @Override
    public String toString() {
        return "StreamInfo" + values;
    }
}
