package io.pravega.jni;

import java.lang.ref.Reference;
import java.util.List;

/**
 * A reader group shares the segments of its streams among its readers, on any machine and in any language, official
 * Java readers included: each event goes to one of them. Thread-safe.
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
     * @param more {@code reader.*} options on top of the client's
     * @return the reader, to be closed
     * @throws PravegaException.AlreadyExists the group has a reader of this name
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public EventReader openReader(String id, Options more) {
        long reader = Native.readerOpen(handle.get(), Text.name("reader", id), options.with(more).pairs());
        Reference.reachabilityFence(this);
        return new EventReader(client, "reader " + id + " of group " + name, reader);
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
     * Takes a dead reader out of the group: others go on from where it last gave back. If it lives, it fails with
     * {@link PravegaException.ReaderNotInGroup}. One that is not in the group is taken as gone already.
     *
     * @param id the reader's name
     * @throws PravegaException.NoSuchReaderGroup the group was deleted
     */
    public void readerOffline(String id) {
        Native.groupReaderOffline(handle.get(), Text.name("reader", id));
        Reference.reachabilityFence(this);
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
