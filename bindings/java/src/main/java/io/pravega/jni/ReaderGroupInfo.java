package io.pravega.jni;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known about a reader group at one moment: what {@link PravegaClient#createReaderGroup} and
 * {@link ReaderGroup#resetReaderGroup(Options, String...)} take.
 */
public final class ReaderGroupInfo {
    private final List<String> streams = new ArrayList<>();
    private final Map<String, String> options = new LinkedHashMap<>();

    ReaderGroupInfo(List<String> pairs) {
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            if (pairs.get(i).equals("stream")) {
                streams.add(pairs.get(i + 1));
            } else {
                options.put(pairs.get(i), pairs.get(i + 1));
            }
        }
    }

    /**
     * What it reads, each stream with where the group started, or was reset to, and with its end if it has one.
     *
     * @return texts as {@link PravegaClient#createReaderGroup} takes them
     */
    public List<String> streams() {
        return List.copyOf(streams);
    }

    /**
     * The group's own configuration.
     *
     * @return its {@code group.*} options, but for {@code group.liveness.timeout}, which is each reader's own
     */
    public Options options() {
        return Options.of(options);
    }

    @Override
    public String toString() {
        return "ReaderGroupInfo" + streams + options;
    }
}
