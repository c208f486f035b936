"""The exceptions of this package, one class for each kind of failure.

Written by generate_errors.py from the library's own table; do not edit.
"""

from __future__ import annotations

from ._error import PravegaError


class ABIMismatchError(PravegaError):
    """The program was compiled against a header that this library does not serve; rebuild it."""

    code = -1
    name = "ABIMismatch"


class BadHandleError(PravegaError):
    """The handle is NULL, stale or already closed."""

    code = -2
    name = "BadHandle"


class WrongKindError(PravegaError):
    """The handle belongs to another kind of object."""

    code = -3
    name = "WrongKind"


class ClosedError(PravegaError):
    """The object was closed."""

    code = -4
    name = "Closed"
    is_final = True


class BusyError(PravegaError):
    """Another call is using the object, or children of it are open."""

    code = -5
    name = "Busy"
    is_retriable = True


class InvalidArgumentError(PravegaError, ValueError):
    """An argument is outside its documented range."""

    code = -6
    name = "InvalidArgument"


class UnknownOptionError(PravegaError, ValueError):
    """No option has this name."""

    code = -7
    name = "UnknownOption"


class WindowFullError(PravegaError):
    """The writer's window of unacknowledged bytes is full; wait for acks or allow a time limit."""

    code = -8
    name = "WindowFull"
    is_retriable = True


class TimedOutError(PravegaError, TimeoutError):
    """The caller's time limit ended first."""

    code = -9
    name = "TimedOut"
    is_retriable = True


class CancelledError(PravegaError):
    """The caller's context was cancelled."""

    code = -10
    name = "Cancelled"
    is_retriable = True


class ForkedError(PravegaError):
    """The process is a fork of one that had loaded the library and cannot use it; exec, or fork before loading."""

    code = -11
    name = "Forked"
    is_final = True


class FromCallbackError(PravegaError):
    """This call may not be made from a callback of the library."""

    code = -12
    name = "FromCallback"


class EventTooLargeError(PravegaError, ValueError):
    """The event exceeds writer.large.event.bytes, or 8 MiB (8388608 bytes) in a batch or with others in one call."""

    code = -13
    name = "EventTooLarge"


class NoMemoryError(PravegaError, MemoryError):
    """Memory for the object could not be had."""

    code = -14
    name = "NoMemory"
    is_retriable = True


class PanicError(PravegaError):
    """An internal error was caught at the library's boundary; the object is unusable, please report it."""

    code = -15
    name = "Panic"
    is_final = True


class UnreachableError(PravegaError, ConnectionError):
    """The server cannot be reached or does not answer; check its address and that it runs."""

    code = -20
    name = "Unreachable"
    is_retriable = True


class ProtocolError(PravegaError):
    """The peer does not speak Pravega's protocol in a version that this client knows."""

    code = -21
    name = "Protocol"
    is_retriable = True


class UnauthenticatedError(PravegaError):
    """The credentials are missing, wrong or expired."""

    code = -22
    name = "Unauthenticated"


class PermissionDeniedError(PravegaError, PermissionError):
    """The credentials do not allow this operation."""

    code = -23
    name = "PermissionDenied"


class TLSError(PravegaError):
    """The TLS handshake failed; check the CA file and the host name."""

    code = -24
    name = "TLS"


class NoSuchScopeError(PravegaError):
    """The scope does not exist."""

    code = -30
    name = "NoSuchScope"


class NoSuchStreamError(PravegaError):
    """The stream does not exist."""

    code = -31
    name = "NoSuchStream"


class NoSuchSegmentError(PravegaError):
    """The segment does not exist or was truncated away."""

    code = -32
    name = "NoSuchSegment"


class NoSuchReaderGroupError(PravegaError):
    """The reader group does not exist."""

    code = -33
    name = "NoSuchReaderGroup"


class AlreadyExistsError(PravegaError):
    """An object of this name exists already."""

    code = -34
    name = "AlreadyExists"


class NotEmptyError(PravegaError):
    """The scope still holds streams or reader groups."""

    code = -35
    name = "NotEmpty"


class StreamSealedError(PravegaError):
    """The stream is sealed: nothing more can be written to it."""

    code = -36
    name = "StreamSealed"
    is_final = True


class StreamNotSealedError(PravegaError):
    """The stream must be sealed first."""

    code = -37
    name = "StreamNotSealed"


class SegmentSealedError(PravegaError):
    """The segment is sealed."""

    code = -38
    name = "SegmentSealed"


class SegmentTruncatedError(PravegaError):
    """The offset lies before the segment's first byte: the data was truncated."""

    code = -39
    name = "SegmentTruncated"


class ConflictError(PravegaError):
    """Another change was under way or came first; read the state and try again."""

    code = -40
    name = "Conflict"
    is_retriable = True


class ConfigMismatchError(PravegaError):
    """An object of this name exists with another configuration."""

    code = -41
    name = "ConfigMismatch"


class ReaderNotInGroupError(PravegaError):
    """The reader was removed from its group; create a new one."""

    code = -42
    name = "ReaderNotInGroup"
    is_final = True


class GroupReinitializedError(PravegaError):
    """The reader group was reset; create a new reader."""

    code = -43
    name = "GroupReinitialized"
    is_final = True


class WrongHostError(PravegaError):
    """The segment has moved to another segment store."""

    code = -44
    name = "WrongHost"
    is_retriable = True


class ServerError(PravegaError):
    """The server reported a failure."""

    code = -45
    name = "ServerError"
    is_retriable = True


class OutageTooLongError(PravegaError):
    """The servers were away for longer than max.outage."""

    code = -46
    name = "OutageTooLong"
    is_final = True


class FencedError(PravegaError):
    """A newer writer with the same writer.id has taken over; this one is finished."""

    code = -47
    name = "Fenced"
    is_final = True


class TransactionAbortedError(PravegaError):
    """The transaction was aborted, by somebody or because its lease ended: nothing of it is stored."""

    code = -48
    name = "TransactionAborted"
    is_final = True


class TransactionCommittedError(PravegaError):
    """The transaction was committed; nothing can be added to it and it cannot be aborted."""

    code = -49
    name = "TransactionCommitted"
    is_final = True


class NoSuchTransactionError(PravegaError):
    """The servers do not know the transaction; one that ended is known for a day."""

    code = -50
    name = "NoSuchTransaction"
    is_final = True


#: The class of each code.
BY_CODE: dict[int, type[PravegaError]] = {
    -1: ABIMismatchError,
    -2: BadHandleError,
    -3: WrongKindError,
    -4: ClosedError,
    -5: BusyError,
    -6: InvalidArgumentError,
    -7: UnknownOptionError,
    -8: WindowFullError,
    -9: TimedOutError,
    -10: CancelledError,
    -11: ForkedError,
    -12: FromCallbackError,
    -13: EventTooLargeError,
    -14: NoMemoryError,
    -15: PanicError,
    -20: UnreachableError,
    -21: ProtocolError,
    -22: UnauthenticatedError,
    -23: PermissionDeniedError,
    -24: TLSError,
    -30: NoSuchScopeError,
    -31: NoSuchStreamError,
    -32: NoSuchSegmentError,
    -33: NoSuchReaderGroupError,
    -34: AlreadyExistsError,
    -35: NotEmptyError,
    -36: StreamSealedError,
    -37: StreamNotSealedError,
    -38: SegmentSealedError,
    -39: SegmentTruncatedError,
    -40: ConflictError,
    -41: ConfigMismatchError,
    -42: ReaderNotInGroupError,
    -43: GroupReinitializedError,
    -44: WrongHostError,
    -45: ServerError,
    -46: OutageTooLongError,
    -47: FencedError,
    -48: TransactionAbortedError,
    -49: TransactionCommittedError,
    -50: NoSuchTransactionError,
}

__all__ = [
    "ABIMismatchError",
    "AlreadyExistsError",
    "BadHandleError",
    "BusyError",
    "CancelledError",
    "ClosedError",
    "ConfigMismatchError",
    "ConflictError",
    "EventTooLargeError",
    "FencedError",
    "ForkedError",
    "FromCallbackError",
    "GroupReinitializedError",
    "InvalidArgumentError",
    "NoMemoryError",
    "NoSuchReaderGroupError",
    "NoSuchScopeError",
    "NoSuchSegmentError",
    "NoSuchStreamError",
    "NoSuchTransactionError",
    "NotEmptyError",
    "OutageTooLongError",
    "PanicError",
    "PermissionDeniedError",
    "PravegaError",
    "ProtocolError",
    "ReaderNotInGroupError",
    "SegmentSealedError",
    "SegmentTruncatedError",
    "ServerError",
    "StreamNotSealedError",
    "StreamSealedError",
    "TLSError",
    "TimedOutError",
    "TransactionAbortedError",
    "TransactionCommittedError",
    "UnauthenticatedError",
    "UnknownOptionError",
    "UnreachableError",
    "WindowFullError",
    "WrongHostError",
    "WrongKindError",
]
