package io.pravega.jni;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The kinds of failure: the library's table, which a test compares with this. */
enum Kind {
    ABIMismatch(-1, false, false, PravegaException.ABIMismatch::new),
    BadHandle(-2, false, false, PravegaException.BadHandle::new),
    WrongKind(-3, false, false, PravegaException.WrongKind::new),
    Closed(-4, false, true, PravegaException.Closed::new),
    Busy(-5, true, false, PravegaException.Busy::new),
    InvalidArgument(-6, false, false, PravegaException.InvalidArgument::new),
    UnknownOption(-7, false, false, PravegaException.UnknownOption::new),
    WindowFull(-8, true, false, PravegaException.WindowFull::new),
    TimedOut(-9, true, false, PravegaException.TimedOut::new),
    Cancelled(-10, true, false, PravegaException.Cancelled::new),
    Forked(-11, false, true, PravegaException.Forked::new),
    FromCallback(-12, false, false, PravegaException.FromCallback::new),
    EventTooLarge(-13, false, false, PravegaException.EventTooLarge::new),
    NoMemory(-14, true, false, PravegaException.NoMemory::new),
    Panic(-15, false, true, PravegaException.Panic::new),
    Unreachable(-20, true, false, PravegaException.Unreachable::new),
    Protocol(-21, true, false, PravegaException.Protocol::new),
    Unauthenticated(-22, false, false, PravegaException.Unauthenticated::new),
    PermissionDenied(-23, false, false, PravegaException.PermissionDenied::new),
    TLS(-24, false, false, PravegaException.TLS::new),
    NoSuchScope(-30, false, false, PravegaException.NoSuchScope::new),
    NoSuchStream(-31, false, false, PravegaException.NoSuchStream::new),
    NoSuchSegment(-32, false, false, PravegaException.NoSuchSegment::new),
    NoSuchReaderGroup(-33, false, false, PravegaException.NoSuchReaderGroup::new),
    AlreadyExists(-34, false, false, PravegaException.AlreadyExists::new),
    NotEmpty(-35, false, false, PravegaException.NotEmpty::new),
    StreamSealed(-36, false, true, PravegaException.StreamSealed::new),
    StreamNotSealed(-37, false, false, PravegaException.StreamNotSealed::new),
    SegmentSealed(-38, false, false, PravegaException.SegmentSealed::new),
    SegmentTruncated(-39, false, false, PravegaException.SegmentTruncated::new),
    Conflict(-40, true, false, PravegaException.Conflict::new),
    ConfigMismatch(-41, false, false, PravegaException.ConfigMismatch::new),
    ReaderNotInGroup(-42, false, true, PravegaException.ReaderNotInGroup::new),
    GroupReinitialized(-43, false, true, PravegaException.GroupReinitialized::new),
    WrongHost(-44, true, false, PravegaException.WrongHost::new),
    ServerError(-45, true, false, PravegaException.ServerError::new),
    OutageTooLong(-46, false, true, PravegaException.OutageTooLong::new),
    Fenced(-47, false, true, PravegaException.Fenced::new),
    TransactionAborted(-48, false, true, PravegaException.TransactionAborted::new),
    TransactionCommitted(-49, false, true, PravegaException.TransactionCommitted::new),
    NoSuchTransaction(-50, false, true, PravegaException.NoSuchTransaction::new);

    /** What an exception is made of. */
    static final class Failure {
        final int code;
        final String message;
        final boolean retriable;
        final boolean isFinal;
        final boolean mayBeStored;

        Failure(int code, String message, boolean retriable, boolean isFinal, boolean mayBeStored) {
            this.code = code;
            this.message = message;
            this.retriable = retriable;
            this.isFinal = isFinal;
            this.mayBeStored = mayBeStored;
        }
    }

    private static final Map<Integer, Kind> BY_CODE = new HashMap<>();

    static {
        for (Kind kind : values()) {
            BY_CODE.put(kind.code, kind);
        }
    }

    final int code;
    final boolean retriable;
    final boolean isFinal;
    private final Function<Failure, PravegaException> maker;

    Kind(int code, boolean retriable, boolean isFinal, Function<Failure, PravegaException> maker) {
        this.code = code;
        this.retriable = retriable;
        this.isFinal = isFinal;
        this.maker = maker;
    }

    /** A failure that was found in Java. */
    PravegaException exception(String message) {
        return exception(message, false);
    }

    /** The same, after which what was asked for may take effect all the same. */
    PravegaException exception(String message, boolean mayBeStored) {
        return maker.apply(new Failure(code, message, retriable, isFinal, mayBeStored));
    }

    /** A status that came back from C without a message. */
    static PravegaException of(int status, String doing) {
        Kind kind = BY_CODE.get(status);
        boolean known = kind != null;
        String message = doing + ": " + Text.of(Native.statusText(status));
        return failure(status, message, known && kind.retriable, known && kind.isFinal, false);
    }

    /** Called by C. */
    static PravegaException failure(int code, byte[] message, boolean retriable, boolean isFinal, boolean mayBeStored) {
        return failure(code, Text.of(message), retriable, isFinal, mayBeStored);
    }

    private static PravegaException failure(int code, String message, boolean retriable, boolean isFinal, boolean mayBeStored) {
        Failure failure = new Failure(code, message, retriable, isFinal, mayBeStored);
        if (code == BadHandle.code) { // these classes own their handles: it was closed between look and call
            return Closed.exception(failure.message);
        }
        Kind kind = BY_CODE.get(code);
        return kind == null ? new PravegaException(failure) : kind.maker.apply(failure);
    }
}
