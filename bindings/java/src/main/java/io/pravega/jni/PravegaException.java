package io.pravega.jni;

/**
 * A failure of the library: unchecked, one nested class for each kind, named as in the library's table. The message
 * says what was done to what, what failed and what can be done; of a wait whose time is over, also which server stood in
 * its way, at which address, or what the wait was for. Programs look at the class or at {@link #code()}.
 *
 * <p>A kind that is newer than these classes arrives as a plain {@code PravegaException}.
 */
@SuppressWarnings("serial")
public class PravegaException extends RuntimeException {
    private final int code;
    private final boolean retriable;
    private final boolean isFinal;
    private final boolean mayBeStored;

    PravegaException(Kind.Failure failure) {
        super(failure.message);
        this.code = failure.code;
        this.retriable = failure.retriable;
        this.isFinal = failure.isFinal;
        this.mayBeStored = failure.mayBeStored;
    }

    /**
     * The number of the kind, the same in every language.
     *
     * @return a {@code PRAVEGA_E_} value of the C header, negative
     */
    public int code() {
        return code;
    }

    /**
     * Whether the same call may succeed later without any other change.
     *
     * @return true when trying again makes sense
     */
    public boolean retriable() {
        return retriable;
    }

    /**
     * Whether the object that reported it will never work again.
     *
     * @return true when it is only good to be closed
     */
    public boolean isFinal() {
        return isFinal;
    }

    /**
     * Whether what was asked for may have taken effect all the same, or may take effect later: for example when a
     * connection was lost after a request was sent, or when a wait for events was given up and the writer goes on. Of a
     * writer's final error: whether events above {@link EventWriter#acked} may be stored.
     *
     * @return false when nothing of it was stored or recorded
     */
    public boolean mayBeStored() {
        return mayBeStored;
    }

    /** The native library does not fit these classes: use the jar and the library of one release. */
    public static final class ABIMismatch extends PravegaException {
        ABIMismatch(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The native object does not exist. The classes of this package report {@link Closed} instead. */
    public static final class BadHandle extends PravegaException {
        BadHandle(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The native object is of another kind. The classes of this package never cause it. */
    public static final class WrongKind extends PravegaException {
        WrongKind(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The object, or the client that it came from, was closed. */
    public static final class Closed extends PravegaException {
        Closed(Kind.Failure failure) {
            super(failure);
        }
    }

    /** Another call is using the object. */
    public static final class Busy extends PravegaException {
        Busy(Kind.Failure failure) {
            super(failure);
        }
    }

    /** An argument is outside its documented range; the message names it. */
    public static final class InvalidArgument extends PravegaException {
        InvalidArgument(Kind.Failure failure) {
            super(failure);
        }
    }

    /** No option has this name; the message lists near ones. */
    public static final class UnknownOption extends PravegaException {
        UnknownOption(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The writer's window of unacked bytes is full, and the call was not to wait. */
    public static final class WindowFull extends PravegaException {
        WindowFull(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The time limit ended first. */
    public static final class TimedOut extends PravegaException {
        TimedOut(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The thread was interrupted while it waited. */
    public static final class Cancelled extends PravegaException {
        Cancelled(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The process is a fork of the one that loaded the library, and can never use it. */
    public static final class Forked extends PravegaException {
        Forked(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The call is not allowed from a callback of the library. The classes of this package never cause it. */
    public static final class FromCallback extends PravegaException {
        FromCallback(Kind.Failure failure) {
            super(failure);
        }
    }

    /**
     * The event is larger than option {@code writer.large.event.bytes} says; or a batch of events, or one of them, is
     * larger than {@link EventWriter#MAX_EVENT}.
     */
    public static final class EventTooLarge extends PravegaException {
        EventTooLarge(Kind.Failure failure) {
            super(failure);
        }
    }

    /** Native memory, or a descriptor, could not be had. */
    public static final class NoMemory extends PravegaException {
        NoMemory(Kind.Failure failure) {
            super(failure);
        }
    }

    /** An internal error was caught; the object is only good to be closed. Please report it. */
    public static final class Panic extends PravegaException {
        Panic(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The server cannot be reached, or does not answer. */
    public static final class Unreachable extends PravegaException {
        Unreachable(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The peer does not speak Pravega's protocol in a version that is known here. */
    public static final class Protocol extends PravegaException {
        Protocol(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The credentials are missing, wrong or expired. */
    public static final class Unauthenticated extends PravegaException {
        Unauthenticated(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The credentials do not allow this. */
    public static final class PermissionDenied extends PravegaException {
        PermissionDenied(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The TLS handshake failed, or the CA file cannot be used. */
    public static final class TLS extends PravegaException {
        TLS(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The scope does not exist. */
    public static final class NoSuchScope extends PravegaException {
        NoSuchScope(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The stream does not exist. */
    public static final class NoSuchStream extends PravegaException {
        NoSuchStream(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The segment does not exist, or was truncated away. */
    public static final class NoSuchSegment extends PravegaException {
        NoSuchSegment(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The reader group does not exist. */
    public static final class NoSuchReaderGroup extends PravegaException {
        NoSuchReaderGroup(Kind.Failure failure) {
            super(failure);
        }
    }

    /** An object of this name exists already. */
    public static final class AlreadyExists extends PravegaException {
        AlreadyExists(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The scope still holds streams or reader groups. */
    public static final class NotEmpty extends PravegaException {
        NotEmpty(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The stream is sealed: nothing more can be written to it. */
    public static final class StreamSealed extends PravegaException {
        StreamSealed(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The stream must be sealed first. */
    public static final class StreamNotSealed extends PravegaException {
        StreamNotSealed(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The segment is sealed. */
    public static final class SegmentSealed extends PravegaException {
        SegmentSealed(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The data at this place was truncated. */
    public static final class SegmentTruncated extends PravegaException {
        SegmentTruncated(Kind.Failure failure) {
            super(failure);
        }
    }

    /** Another change was under way, or came first. */
    public static final class Conflict extends PravegaException {
        Conflict(Kind.Failure failure) {
            super(failure);
        }
    }

    /** An object of this name exists with another configuration. */
    public static final class ConfigMismatch extends PravegaException {
        ConfigMismatch(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The reader was taken out of its group: open a new one. */
    public static final class ReaderNotInGroup extends PravegaException {
        ReaderNotInGroup(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The reader group was reset: open a new reader. */
    public static final class GroupReinitialized extends PravegaException {
        GroupReinitialized(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The segment has moved to another segment store. */
    public static final class WrongHost extends PravegaException {
        WrongHost(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The server reported a failure. */
    public static final class ServerError extends PravegaException {
        ServerError(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The servers were away for longer than the option {@code max.outage}. */
    public static final class OutageTooLong extends PravegaException {
        OutageTooLong(Kind.Failure failure) {
            super(failure);
        }
    }

    /** A newer writer with the same option {@code writer.id} has taken over. */
    public static final class Fenced extends PravegaException {
        Fenced(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The transaction was aborted, by somebody or because its lease ended: nothing of it is stored. */
    public static final class TransactionAborted extends PravegaException {
        TransactionAborted(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The transaction was committed; nothing can be added to it and it cannot be aborted. */
    public static final class TransactionCommitted extends PravegaException {
        TransactionCommitted(Kind.Failure failure) {
            super(failure);
        }
    }

    /** The servers do not know the transaction; one that ended is known for a day. */
    public static final class NoSuchTransaction extends PravegaException {
        NoSuchTransaction(Kind.Failure failure) {
            super(failure);
        }
    }
}
