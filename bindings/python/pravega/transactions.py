"""Transactions: events that readers see all at once, or never."""

from __future__ import annotations

import contextlib
import ctypes
import enum
from array import array
from collections.abc import Iterable
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING

from . import _abi
from ._call import text, waiting
from ._object import IMPATIENT, Object
from ._waiting import Deadline, first_piece, milliseconds
from .errors import InvalidArgumentError, PravegaError, TimedOutError, WindowFullError
from .writer import Event, _address, _bytes, _in_bytes, _key, _packed, _take

if TYPE_CHECKING:
    from .client import Client

_AT_ONCE = 4096


class TransactionStatus(enum.IntEnum):
    """How far a transaction has come; COMMITTING and ABORTING are decided."""

    #: It never was, or ended more than a day ago.
    UNKNOWN = _abi.TXN_UNKNOWN
    OPEN = _abi.TXN_OPEN
    COMMITTING = _abi.TXN_COMMITTING
    COMMITTED = _abi.TXN_COMMITTED
    ABORTING = _abi.TXN_ABORTING
    ABORTED = _abi.TXN_ABORTED


class TransactionalWriter(Object):
    """Begins transactions on one stream, any number at once.

    Every method may be called from any thread. Closing it aborts the transactions
    that are open, or with option txn_close="keep" flushes them and leaves them open
    for their leases. Made by `Client.open_transactional_writer`.
    """

    _kind = "transactional writer"

    def __init__(self, client: Client, scope: str, stream: str, handle: ctypes.c_void_p) -> None:
        super().__init__(client._library, handle)
        self._client = client  # it must not end before
        self.scope = scope
        self.stream = stream

    def begin(self, *, timeout: float | None = None) -> Transaction:
        """Begins a transaction. Raises InvalidArgumentError when the servers do not allow its lease."""
        handle = ctypes.c_void_p()
        waiting(
            self._library,
            self._library.txn_begin,
            self._live(),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.txn_close(handle, 0, None),
        )
        return self._client._adopt(Transaction(self, handle))

    def attach(self, id: str, *, timeout: float | None = None) -> Transaction:
        """Opens a transaction that this or another process began, by its id.

        The handles of one transaction do not know of each other's events: flush
        before another one commits. Raises InvalidArgumentError,
        TransactionCommittedError, TransactionAbortedError, NoSuchTransactionError.
        """
        handle = ctypes.c_void_p()
        waiting(
            self._library,
            self._library.txn_attach,
            self._live(),
            text("transaction id", id),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.txn_close(handle, 0, None),
        )
        return self._client._adopt(Transaction(self, handle))

    def close(self, timeout: float | None = None) -> None:
        """Closes it and what is open with it. Closing what is closed does nothing."""
        milliseconds(timeout)  # a bad one must not cost the handle
        handle = self._retire()
        if handle is not None:
            waiting(self._library, self._library.txn_writer_close, handle, timeout=timeout)

    def _discard(self, handle: int) -> None:
        self._library.txn_writer_close(handle, 0, None)


class Transaction(Object):
    """Collects events that readers see all at once, when it is committed, or never.

    Leaving a `with` block commits it, or aborts it when an exception leaves the
    block:

        with writer.begin() as txn:
            txn.write(b"paid", key="order 7")
            txn.write(b"shipped", key="order 7")

    Each event is stored exactly once in it, those of one routing key in order. It is
    kept alive in the background until it ends. When it turns out that it has ended,
    its lease being over or another process having ended it, its calls raise
    TransactionAbortedError, TransactionCommittedError or, more than a day later,
    NoSuchTransactionError.

    Every method may be called from any thread. Made by `TransactionalWriter.begin`
    and `attach`.
    """

    _kind = "transaction"

    def __init__(self, writer: TransactionalWriter, handle: ctypes.c_void_p) -> None:
        super().__init__(writer._library, handle)
        self._writer = writer  # it must not end before
        id = ctypes.create_string_buffer(_abi.TXN_ID_SIZE)
        self._library.txn_id(handle, id)
        #: The text by which any process can attach to it.
        self.id = id.value.decode()

    def write(self, event: Event, key: str | None = None, *, timeout: float | None = None) -> int:
        """Writes one event and returns its number in this handle, from 1.

        As `Writer.write`, but the window is option txn.window.bytes, and the event
        has at most 8 MiB.
        """
        data = _bytes(event)
        encoded = None if key is None else _key(key)
        deadline = Deadline(timeout)
        piece = first_piece(timeout)
        while True:
            error = ctypes.c_void_p()
            number: int = self._library.txn_write(
                self._live(),
                encoded,
                0 if encoded is None else len(encoded),
                data,
                len(data),
                piece,
                ctypes.byref(error),
            )
            if number > 0:
                return number
            failed = self._failure(number, error.value)
            piece = deadline.piece()
            if not isinstance(failed, TimedOutError) or piece == 0:
                raise failed

    def write_many(
        self,
        events: Iterable[Event],
        keys: Iterable[str | None] | None = None,
        *,
        timeout: float | None = None,
    ) -> int:
        """Writes events in their order and returns how many they were.

        As `Writer.write_many`: `keys` holds one routing key, or None, for each; both
        may be generators; when it raises, the exception's `accepted` says how many
        were accepted.
        """
        deadline = Deadline(timeout)
        stream = iter(events)
        names = None if keys is None else iter(keys)
        done = 0
        try:
            while batch := list(islice(stream, _AT_ONCE)):
                for some, some_keys in _in_bytes(batch, None if names is None else _take(names, len(batch))):
                    for more in self._write_some(some, some_keys, deadline, look=timeout == 0):
                        done += more
        except PravegaError as failed:
            failed.accepted = done
            raise
        if names is not None and next(names, self) is not self:
            surplus = InvalidArgumentError("there are more keys than events")
            surplus.accepted = done
            raise surplus
        return done

    def _write_some(
        self, events: Iterable[bytes], keys: Iterable[str | None] | None, deadline: Deadline, *, look: bool
    ) -> Iterable[int]:
        """Writes some; yields how many more were accepted."""
        events, keys = list(events), None if keys is None else list(keys)
        while events:
            data, lens = b"".join(events), array("I", map(len, events))
            key_data, key_lens = (None, None) if keys is None else _packed(keys)
            error, accepted = ctypes.c_void_p(), ctypes.c_size_t()
            status: int = self._library.txn_write_many(
                self._live(),
                None if key_data is None else _address(key_data),
                None if key_lens is None else key_lens.buffer_info()[0],
                _address(data),
                lens.buffer_info()[0],
                len(lens),
                ctypes.byref(accepted),
                0 if look else deadline.piece(),
                ctypes.byref(error),
            )
            yield accepted.value
            events = events[accepted.value :]
            keys = None if keys is None else keys[accepted.value :]
            if status < 0:
                failed = self._failure(status, error.value)
                if isinstance(failed, WindowFullError) and not look:
                    raise self._failure(TimedOutError.code)
                if not isinstance(failed, TimedOutError):
                    raise failed

    def flush(self, *, timeout: float | None = None) -> None:
        """Waits until every event that was accepted before is stored in the transaction.

        A commit by any process then commits them.
        """
        waiting(self._library, self._library.txn_flush, self._live(), timeout=timeout)

    def status(self, *, timeout: float | None = None) -> TransactionStatus:
        """Asks how far the transaction has come."""
        status = ctypes.c_int()
        waiting(self._library, self._library.txn_status, self._live(), ctypes.byref(status), timeout=timeout)
        return TransactionStatus(status.value)

    def commit(self, timestamp: int | None = None, *, timeout: float | None = None) -> None:
        """Waits until every event is stored in it and commits it.

        Returns when the commit is decided, a moment before readers see the events
        (`wait_readable` waits for that). With a timestamp it also tells the stream's
        event time, see `Writer.note_time`. Committing what is committed does nothing.

        TransactionAbortedError: nothing was committed. With any other exception it
        was not committed unless `may_be_stored` says so, is kept alive, and commit
        can be called again, which is safe.
        """
        if timestamp is not None and not -(2**63) <= timestamp < 2**63:
            raise InvalidArgumentError(f"the timestamp {timestamp} has more than 64 bits")
        at = None if timestamp is None else ctypes.byref(ctypes.c_int64(timestamp))
        waiting(self._library, self._library.txn_commit, self._live(), at, timeout=timeout)

    def wait_readable(self, *, timeout: float | None = None) -> None:
        """Waits until it is committed, by whomever, and readers can see its events."""
        waiting(self._library, self._library.txn_wait_readable, self._live(), timeout=timeout)

    def abort(self, *, timeout: float | None = None) -> None:
        """Drops it with all its events. Aborting what is aborted does nothing."""
        waiting(self._library, self._library.txn_abort, self._live(), timeout=timeout)

    def close(self, timeout: float | None = None) -> None:
        """Closes the handle; what has not ended is aborted, or kept, as option txn.close says."""
        milliseconds(timeout)  # a bad one must not cost the handle
        handle = self._retire()
        if handle is not None:
            waiting(self._library, self._library.txn_close, handle, timeout=timeout)

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if exception is None:
            try:
                self.commit()
            finally:
                with contextlib.suppress(PravegaError):  # how the commit ended says more
                    self.close(timeout=IMPATIENT)
            return
        with contextlib.suppress(PravegaError):  # the exception that is on its way says more
            self.abort(timeout=IMPATIENT)
        with contextlib.suppress(PravegaError):
            self.close(timeout=IMPATIENT)

    def _discard(self, handle: int) -> None:
        self._library.txn_close(handle, 0, None)

    def __repr__(self) -> str:
        return f"<pravega.Transaction {self.id}{' (closed)' if self.closed else ''}>"
