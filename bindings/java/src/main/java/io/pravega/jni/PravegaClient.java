package io.pravega.jni;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * The connections to one Pravega, shared by all that is opened from it, and the management of its scopes and streams.
 * Make one and keep it. Thread-safe.
 *
 * <p>Every method that asks a server may throw {@link PravegaException.Closed}, {@link PravegaException.TimedOut},
 * {@link PravegaException.Unreachable}, {@link PravegaException.Protocol}, {@link PravegaException.Unauthenticated},
 * {@link PravegaException.PermissionDenied}, {@link PravegaException.TLS} and {@link PravegaException.ServerError}, and
 * {@link PravegaException.InvalidArgument} for a bad name. These are not repeated below.
 */
public final class PravegaClient implements AutoCloseable {
    private final Options options;
    private final TokenThread tokens; // null when there is no provider
    private final Handle handle;

    private PravegaClient(Options options, TokenThread tokens, long client) {
        this.options = options;
        this.tokens = tokens;
        this.handle = new Handle(this, "the client", null, client, left -> end(left, tokens));
    }

    /**
     * Makes a client with the default options. It connects when it is first used.
     *
     * @param controller the address of the controller, for example {@code tcp://127.0.0.1:9090}
     * @return the client, to be closed
     * @throws PravegaException.InvalidArgument the address cannot be used
     */
    public static PravegaClient open(String controller) {
        return open(Options.of("controller.uri", controller));
    }

    /**
     * Makes a client. It connects when it is first used.
     *
     * @param options of any kind; above all {@code controller.uri}, which is else {@code tcp://localhost:9090}
     * @return the client, to be closed
     * @throws PravegaException.UnknownOption no option has this name
     * @throws PravegaException.InvalidArgument a value cannot be used
     * @throws PravegaException.TLS the CA file cannot be used
     */
    public static PravegaClient open(Options options) {
        Library.load();
        return new PravegaClient(options, null, Native.clientOpen(options.pairs(), 0));
    }

    /**
     * Makes a client that gets its bearer tokens from the application. It connects when it is first used.
     *
     * @param options of any kind, without another source of bearer tokens: {@code auth.token}, {@code auth.token.file}
     *        and {@code auth.token.env}
     * @param provider what gets the tokens
     * @return the client, to be closed; the provider may still run then, and its token is dropped
     * @throws PravegaException.UnknownOption no option has this name
     * @throws PravegaException.InvalidArgument a value cannot be used, or there is another source of tokens
     * @throws PravegaException.TLS the CA file cannot be used
     */
    public static PravegaClient open(Options options, TokenProvider provider) {
        Objects.requireNonNull(provider, "provider");
        Library.load();
        TokenThread tokens = new TokenThread(provider);
        long client = 0;
        try {
            client = Native.clientOpen(options.pairs(), tokens.tokens());
            tokens.start();
            return new PravegaClient(options, tokens, client);
        } catch (Throwable failure) {
            end(client, tokens);
            throw failure;
        }
    }

    /** No function of the library asks for a token when the client is closed. */
    private static void end(long client, TokenThread tokens) {
        try {
            if (client != 0) {
                Native.clientClose(client);
            }
        } finally {
            if (tokens != null) {
                tokens.end();
            }
        }
    }

    /**
     * The version of the native library.
     *
     * @return for example {@code 0.1.0}
     */
    public static String version() {
        Library.load();
        return Text.of(Native.version());
    }

    /**
     * Creates a scope.
     *
     * @param scope its name
     * @return false when it existed
     */
    public boolean createScope(String scope) {
        return kept(Native.scopeCreate(handle.get(), Text.name("scope", scope)));
    }

    /**
     * Deletes an empty scope.
     *
     * @param scope its name
     * @return false when there was none
     * @throws PravegaException.NotEmpty it still holds something; the message says what
     */
    public boolean deleteScope(String scope) {
        return kept(Native.scopeDelete(handle.get(), Text.name("scope", scope)));
    }

    /**
     * Deletes a scope with everything in it: reader groups, streams, which are sealed first, and key-value tables. It is
     * not one step: when it fails, what was deleted so far is gone, and calling it again goes on. Option
     * {@code request.timeout} limits each of its requests, not the whole.
     *
     * @param scope its name
     * @return false when there was none
     * @throws PravegaException.NotEmpty something came in meanwhile, or cannot be deleted
     */
    public boolean deleteScopeRecursive(String scope) {
        return kept(Native.scopeDeleteRecursive(handle.get(), Text.name("scope", scope)));
    }

    /**
     * Asks whether a scope exists.
     *
     * @param scope its name
     * @return true when it does
     */
    public boolean scopeExists(String scope) {
        return kept(Native.scopeExists(handle.get(), Text.name("scope", scope)));
    }

    /**
     * All scopes.
     *
     * @return their names
     */
    public List<String> scopes() {
        return Text.list(kept(Native.scopeList(handle.get())));
    }

    /**
     * Creates a stream with the {@code stream.*} options of the client.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @return false when it existed; its configuration stays
     * @throws PravegaException.NoSuchScope there is no such scope
     */
    public boolean createStream(String scope, String stream) {
        return createStream(scope, stream, Options.none());
    }

    /**
     * Creates a stream.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @param more {@code stream.*} options on top of the client's
     * @return false when it existed; its configuration stays
     * @throws PravegaException.NoSuchScope there is no such scope
     */
    public boolean createStream(String scope, String stream, Options more) {
        return kept(Native.streamCreate(handle.get(), scope(scope), stream(stream), options.with("stream", more).pairs()));
    }

    /**
     * Replaces the configuration of a stream: tags, scaling and retention. A fixed number of segments that is another
     * one scales the stream.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @param more {@code stream.*} options on top of the client's
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.StreamSealed it is sealed
     */
    public void updateStream(String scope, String stream, Options more) {
        Native.streamUpdate(handle.get(), scope(scope), stream(stream), options.with("stream", more).pairs());
        Reference.reachabilityFence(this);
    }

    /**
     * Seals a stream: nothing can be written to it any more, and readers come to its end. Sealing again succeeds.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @throws PravegaException.NoSuchStream there is no such stream
     */
    public void sealStream(String scope, String stream) {
        Native.streamSeal(handle.get(), scope(scope), stream(stream));
        Reference.reachabilityFence(this);
    }

    /**
     * Deletes a sealed stream with all its data.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @return false when there was none
     * @throws PravegaException.StreamNotSealed it is not sealed
     */
    public boolean deleteStream(String scope, String stream) {
        return kept(Native.streamDelete(handle.get(), scope(scope), stream(stream)));
    }

    /**
     * Asks whether a stream exists.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @return true when it does
     */
    public boolean streamExists(String scope, String stream) {
        return kept(Native.streamExists(handle.get(), scope(scope), stream(stream)));
    }

    /**
     * The streams of a scope.
     *
     * @param scope the scope's name
     * @return their names
     * @throws PravegaException.NoSuchScope there is no such scope
     */
    public List<String> streams(String scope) {
        return Text.list(kept(Native.streamList(handle.get(), scope(scope), null)));
    }

    /**
     * The streams of a scope that carry a tag.
     *
     * @param scope the scope's name
     * @param tag the tag
     * @return their names
     * @throws PravegaException.NoSuchScope there is no such scope
     */
    public List<String> streams(String scope, String tag) {
        return Text.list(kept(Native.streamList(handle.get(), scope(scope), Text.name("tag", tag))));
    }

    /**
     * Truncates a stream: what lies before the cut is deleted.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @param cut a cut of this stream
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.InvalidArgument it is no cut of this stream
     */
    public void truncateStream(String scope, String stream, StreamCut cut) {
        Native.streamTruncate(handle.get(), scope(scope), stream(stream), Text.name("cut", cut.asText()));
        Reference.reachabilityFence(this);
    }

    /**
     * What is known about a stream: head, tail, whether it is sealed, its configuration.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @return the answer, which does not change later
     * @throws PravegaException.NoSuchStream there is no such stream
     */
    public StreamInfo streamInfo(String scope, String stream) {
        return new StreamInfo(Text.list(kept(Native.streamInfo(handle.get(), scope(scope), stream(stream)))));
    }

    /**
     * The active segments of a stream. A sealed stream has none.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @return the segments
     * @throws PravegaException.NoSuchStream there is no such stream
     */
    public List<StreamSegment> segments(String scope, String stream) {
        long[] numbers = kept(Native.streamSegments(handle.get(), scope(scope), stream(stream)));
        List<StreamSegment> out = new ArrayList<>(numbers.length / 3);
        for (int i = 0; i < numbers.length; i += 3) {
            KeyRange keys = KeyRange.of(Double.longBitsToDouble(numbers[i + 1]), Double.longBitsToDouble(numbers[i + 2]));
            out.add(new StreamSegment(numbers[i], keys));
        }
        return List.copyOf(out);
    }

    /**
     * Scales a stream by hand: seals segments and puts others in their place, which cover the same keys. Returns when
     * it is done.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @param seal the ids of segments, as {@link #segments} gives them
     * @param into the ranges of the new segments
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.StreamSealed it is sealed
     * @throws PravegaException.InvalidArgument the ranges do not cover the same keys
     */
    public void scaleStream(String scope, String stream, Collection<Long> seal, List<KeyRange> into) {
        long[] ids = seal.stream().mapToLong(Long::longValue).toArray();
        double[] bounds = into.stream().flatMapToDouble(r -> java.util.stream.DoubleStream.of(r.low(), r.high())).toArray();
        Native.streamScale(handle.get(), scope(scope), stream(stream), ids, bounds);
        Reference.reachabilityFence(this);
    }

    /**
     * Opens a writer with the {@code writer.*} options of the client.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @return the writer, to be closed
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.StreamSealed it is sealed
     */
    public EventWriter openWriter(String scope, String stream) {
        return openWriter(scope, stream, Options.none());
    }

    /**
     * Opens a writer.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @param more {@code writer.*} options on top of the client's
     * @return the writer, to be closed
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.StreamSealed it is sealed
     */
    public EventWriter openWriter(String scope, String stream, Options more) {
        Options of = options.with("writer", more);
        long writer = Native.writerOpen(handle.get(), scope(scope), stream(stream), of.pairs());
        return new EventWriter(this, scope + "/" + stream, writer, !of.values().getOrDefault("writer.id", "").isEmpty());
    }

    /**
     * Opens a writer of transactions with the {@code txn.*} options of the client.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @return the writer, to be closed
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.StreamSealed it is sealed
     */
    public TransactionalWriter openTransactionalWriter(String scope, String stream) {
        return openTransactionalWriter(scope, stream, Options.none());
    }

    /**
     * Opens a writer of transactions.
     *
     * @param scope the scope's name
     * @param stream the stream's name
     * @param more {@code txn.*} options on top of the client's
     * @return the writer, to be closed
     * @throws PravegaException.NoSuchStream there is no such stream
     * @throws PravegaException.StreamSealed it is sealed
     */
    public TransactionalWriter openTransactionalWriter(String scope, String stream, Options more) {
        long writer = Native.txnWriterOpen(handle.get(), scope(scope), stream(stream), options.with("transactional writer", more).pairs());
        return new TransactionalWriter(this, scope + "/" + stream, writer);
    }

    /**
     * Creates a reader group with the {@code group.*} options of the client. A creation that was interrupted is
     * completed by the next one of the same configuration; until then the group cannot be opened, but deleted.
     *
     * @param scope the scope that it belongs to
     * @param name its name
     * @param streams what it reads, in any scopes: each {@code scope/stream} from its head, {@code scope/stream@tail}
     *        from where it ends now, or {@code scope/stream@CUT} from the text of a {@link StreamCut}; with another
     *        {@code @CUT} behind it ({@code scope/stream@head@CUT}, {@code scope/stream@CUT@CUT}) up to that cut
     * @return false when it existed with the same configuration
     * @throws PravegaException.ConfigMismatch it exists with another configuration; the message says what differs
     * @throws PravegaException.NoSuchStream there is no such stream
     */
    public boolean createReaderGroup(String scope, String name, String... streams) {
        return createReaderGroup(scope, name, Options.none(), streams);
    }

    /**
     * Creates a reader group.
     *
     * @param scope the scope that it belongs to
     * @param name its name
     * @param more {@code group.*} options on top of the client's
     * @param streams what it reads, as in {@link #createReaderGroup(String, String, String...)}
     * @return false when it existed with the same configuration
     * @throws PravegaException.ConfigMismatch it exists with another configuration; the message says what differs
     * @throws PravegaException.NoSuchStream there is no such stream
     */
    public boolean createReaderGroup(String scope, String name, Options more, String... streams) {
        byte[][] from = Text.names("stream", List.of(streams));
        return kept(Native.groupCreate(handle.get(), scope(scope), group(name), from, options.with("reader group", more).pairs()));
    }

    /**
     * Opens a reader group that exists, also one that another program created, in any language.
     *
     * @param scope the scope that it belongs to
     * @param name its name
     * @return the group, to be closed
     * @throws PravegaException.NoSuchReaderGroup there is no such group
     */
    public ReaderGroup openReaderGroup(String scope, String name) {
        return new ReaderGroup(this, options, scope + "/" + name, Native.groupOpen(handle.get(), scope(scope), group(name)));
    }

    /**
     * Deletes a reader group, also one whose creation was not finished. Its readers, if any, fail.
     *
     * @param scope the scope that it belongs to
     * @param name its name
     * @throws PravegaException.NoSuchReaderGroup there is no such group
     */
    public void deleteReaderGroup(String scope, String name) {
        Native.groupDelete(handle.get(), scope(scope), group(name));
        Reference.reachabilityFence(this);
    }

    /**
     * The reader groups of a scope, those too whose creation was not finished.
     *
     * @param scope the scope's name
     * @return their names
     * @throws PravegaException.NoSuchScope there is no such scope
     */
    public List<String> readerGroups(String scope) {
        return Text.list(kept(Native.groupList(handle.get(), scope(scope))));
    }

    /**
     * Reads one event by its pointer.
     *
     * @param pointer where the event is
     * @return its bytes
     * @throws PravegaException.SegmentTruncated it was truncated away
     * @throws PravegaException.NoSuchSegment it was truncated away with its whole segment, or its stream was deleted
     * @throws PravegaException.InvalidArgument no such event is at that place
     */
    public byte[] fetchEvent(EventPointer pointer) {
        return kept(Native.eventFetch(handle.get(), Text.name("event pointer", pointer.asText())));
    }

    /**
     * Closes the client and what was opened from it. Writers are not flushed: flush or close them before. Readers leave
     * their groups, and transactional writers abort or keep their transactions, for which it waits up to option {@code
     * connect.timeout}. Slices that are out stay readable.
     *
     * @throws PravegaException it is closed, but a reader may still be in its group, or a transaction be open until its
     *     lease ends
     */
    @Override
    public void close() {
        long client = handle.take();
        if (client != 0) {
            end(client, tokens);
        }
    }

    /** A result, before which this is not garbage. */
    private <T> T kept(T result) {
        Reference.reachabilityFence(this);
        return result;
    }

    private static byte[] scope(String name) {
        return Text.name("scope", name);
    }

    private static byte[] stream(String name) {
        return Text.name("stream", name);
    }

    private static byte[] group(String name) {
        return Text.name("reader group", name);
    }
}
