"""Transactions: events that readers see all at once, or never."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import enum
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from . import _abi
from ._call import quick, strings, text, waiting
from ._object import IMPATIENT, Object
from ._waiting import Deadline, awaited, first_piece, milliseconds
from .errors import EventTooLargeError, InvalidArgumentError, PravegaError, TimedOutError, WindowFullError
from .writer import Event, _address, _bytes, _in_bytes, _key, _packed, _take

if TYPE_CHECKING:
    from .client import Client

_Self = TypeVar("_Self", bound="_Awaitable")

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


class _Awaitable(Object):
    """An object that coroutines can use: `async with`, and methods named ..._async."""

    async def close_async(self, timeout: float | None = None) -> None:
        """As `close`, but an event loop goes on meanwhile."""
        await awaited(lambda: self.close(timeout))

    async def __aenter__(self: _Self) -> _Self:
        self._live()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await awaited(lambda: self.__exit__(kind, exception, trace))


class TransactionalWriter(_Awaitable):
    """Begins transactions on one stream, any number at once.

    Every method may be called from any thread. Closing it aborts the transactions
    that are open, or with option txn_close="keep" flushes them and leaves them open
    for their leases. Made by `Client.open_transactional_writer`.

    In coroutines use `async with` and the methods that are named ..._async: the event
    loop goes on while they wait, in a thread of their own. When a task is cancelled,
    what it waited for goes on without it; a transaction that is begun or attached to
    so is closed.
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

    def transactions(self) -> list[str]:
        """The ids of those that were begun or attached to here and have not ended.

        As far as is known without asking; one for each handle. Never waits.
        """
        handle = ctypes.c_void_p()
        quick(self._library, self._library.txn_list, self._live(), ctypes.byref(handle))
        return strings(self._library, handle)

    async def begin_async(self, *, timeout: float | None = None) -> Transaction:
        """As `begin`, but an event loop goes on meanwhile."""
        return await awaited(lambda: self.begin(timeout=timeout), _unwanted)

    async def attach_async(self, id: str, *, timeout: float | None = None) -> Transaction:
        """As `attach`, but an event loop goes on meanwhile."""
        return await awaited(lambda: self.attach(id, timeout=timeout), _unwanted)

    def close(self, timeout: float | None = None) -> None:
        """Closes it and what is open with it. Closing what is closed does nothing."""
        milliseconds(timeout)  # a bad one must not cost the handle
        handle = self._retire()
        if handle is not None:
            waiting(self._library, self._library.txn_writer_close, handle, timeout=timeout)

    def _discard(self, handle: int) -> None:
        self._library.txn_writer_close(handle, 0, None)


def _unwanted(transaction: Transaction) -> None:
    """Closes a transaction of which nobody knows."""
    with contextlib.suppress(PravegaError):
        transaction.close(timeout=IMPATIENT)


class Transaction(_Awaitable):
    """Collects events that readers see all at once, when it is committed, or never.

    Leaving a `with` block commits it, unless it was aborted in the block, or aborts it
    when an exception leaves the block:

        with writer.begin() as txn:
            txn.write(b"paid", key="order 7")
            txn.write(b"shipped", key="order 7")

    Each event is stored exactly once in it, those of one routing key in order. It is
    kept alive in the background until it ends. When it turns out that it has ended,
    its lease being over or another process having ended it, its calls raise
    TransactionAbortedError, TransactionCommittedError or, more than a day later,
    NoSuchTransactionError.

    Every method may be called from any thread. In coroutines use `async with` and the
    methods that are named ..._async, as with `TransactionalWriter`; also a commit goes
    on when its task is cancelled.

    Made by `TransactionalWriter.begin` and `attach`.
    """

    _kind = "transaction"

    def __init__(self, writer: TransactionalWriter, handle: ctypes.c_void_p) -> None:
        super().__init__(writer._library, handle)
        self._writer = writer  # it must not end before
        self._aborted = False  # by this handle
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
        return self._write(self._library.txn_write, key, data, len(data), timeout=timeout)

    def write_batch(self, events: Iterable[Event], key: str | None = None, *, timeout: float | None = None) -> int:
        """Writes events as one and returns the number of the last one.

        All of them are stored in the transaction, one directly behind another, or none
        is. As `Writer.write_batch` otherwise.
        """
        plain = [_bytes(event) for event in events]
        if sum(map(len, plain)) > _abi.MAX_EVENT:  # before it is copied
            raise self._failure(EventTooLargeError.code)
        lens = array("I", map(len, plain))
        data = b"".join(plain)
        at = lens.buffer_info()[0]
        return self._write(self._library.txn_write_batch, key, data, at, len(lens), timeout=timeout)

    def _write(self, function: Callable[..., int], key: str | None, *what: bytes | int, timeout: float | None) -> int:
        """Calls one of the functions that return the number of an event."""
        encoded = None if key is None else _key(key)
        deadline = Deadline(timeout)
        piece = first_piece(timeout)
        while True:
            error = ctypes.c_void_p()
            number = function(
                self._live(),
                encoded,
                0 if encoded is None else len(encoded),
                *what,
                piece,
                ctypes.byref(error),
            )
            if number > 0:
                return number
            failed = self._failure(number, error.value)
            piece = deadline.piece()
            if not isinstance(failed, TimedOutError) or piece == 0:
                raise failed

    async def write_async(self, event: Event, key: str | None = None, *, timeout: float | None = None) -> int:
        """As `write`, but an event loop goes on while there is no room."""
        return await self._when_there_is_room(lambda: self.write(event, key, timeout=0), timeout)

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
        room = _Room(self, timeout)
        done = 0
        with _counting(lambda: done):
            for more in self._written(events, keys, room.piece):
                done += more
                if more == 0:
                    room.check()
        return done

    async def write_many_async(
        self,
        events: Iterable[Event],
        keys: Iterable[str | None] | None = None,
        *,
        timeout: float | None = None,
    ) -> int:
        """As `write_many`, but an event loop goes on while there is no room."""
        room = _Room(self, timeout)
        done = 0
        with _counting(lambda: done):
            for more in self._written(events, keys, lambda: 0):
                done += more
                await (asyncio.sleep(0) if more else room.sleep())
        return done

    def _written(
        self, events: Iterable[Event], keys: Iterable[str | None] | None, piece: Callable[[], int]
    ) -> Iterator[int]:
        """Writes events in their order; yields how many more were accepted, 0 when there was no room.

        `piece` tells how long to wait for room each time, in milliseconds.
        """
        stream = iter(events)
        names = None if keys is None else iter(keys)
        while batch := list(islice(stream, _AT_ONCE)):
            for some, some_keys in _in_bytes(batch, None if names is None else _take(names, len(batch))):
                yield from self._write_some(some, some_keys, piece)
        if names is not None and next(names, self) is not self:
            raise InvalidArgumentError("there are more keys than events")

    def _write_some(
        self, events: Sequence[bytes], keys: Sequence[str | None] | None, piece: Callable[[], int]
    ) -> Iterator[int]:
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
                piece(),
                ctypes.byref(error),
            )
            if accepted.value:
                yield accepted.value
            events = events[accepted.value :]
            keys = None if keys is None else keys[accepted.value :]
            if status < 0:
                failed = self._failure(status, error.value)
                if not isinstance(failed, (WindowFullError, TimedOutError)):
                    raise failed
                yield 0

    async def write_batch_async(
        self, events: Iterable[Event], key: str | None = None, *, timeout: float | None = None
    ) -> int:
        """As `write_batch`, but an event loop goes on while there is no room."""
        plain = list(events)
        return await self._when_there_is_room(lambda: self.write_batch(plain, key, timeout=0), timeout)

    async def _when_there_is_room(self, write: Callable[[], int], timeout: float | None) -> int:
        room = _Room(self, timeout)
        while True:
            with contextlib.suppress(WindowFullError):
                return write()
            await room.sleep()

    @property
    def acked(self) -> int:
        """The number up to which every event of this handle is stored in the transaction; 0 for none.

        Also when it has ended. Never waits.
        """
        acked = ctypes.c_int64()
        status = self._library.txn_acked(self._live(), ctypes.byref(acked))
        if status < 0:
            raise self._failure(status)
        return acked.value

    def flush(self, *, timeout: float | None = None) -> None:
        """Waits until every event that was accepted before is stored in the transaction.

        A commit by any process then commits them.
        """
        waiting(self._library, self._library.txn_flush, self._live(), timeout=timeout)

    async def flush_async(self, *, timeout: float | None = None) -> None:
        """As `flush`, but an event loop goes on meanwhile."""
        await awaited(lambda: self.flush(timeout=timeout))

    def status(self, *, timeout: float | None = None) -> TransactionStatus:
        """Asks how far the transaction has come."""
        status = ctypes.c_int()
        waiting(self._library, self._library.txn_status, self._live(), ctypes.byref(status), timeout=timeout)
        return TransactionStatus(status.value)

    async def status_async(self, *, timeout: float | None = None) -> TransactionStatus:
        """As `status`, but an event loop goes on meanwhile."""
        return await awaited(lambda: self.status(timeout=timeout))

    def commit(self, timestamp: int | None = None, *, timeout: float | None = None) -> None:
        """Waits until every event is stored in it and commits it.

        Returns when the commit is decided, a moment before readers see the events
        (`wait_readable` waits for that). With a timestamp it also tells the stream's
        event time, see `Writer.note_time`. Committing what is committed does nothing.

        TransactionAbortedError: nothing was committed. With any other exception it
        was not committed unless `may_be_stored` says so, is kept alive, and commit
        can be called again, which is safe. An abort or a close in another thread ends a
        commit that waits for events to be stored with TransactionAbortedError; only the
        result of that call says whether the transaction is aborted, since another handle
        may commit it before.
        """
        if timestamp is not None and not -(2**63) <= timestamp < 2**63:
            raise InvalidArgumentError(f"the timestamp {timestamp} has more than 64 bits")
        at = None if timestamp is None else ctypes.byref(ctypes.c_int64(timestamp))
        waiting(self._library, self._library.txn_commit, self._live(), at, timeout=timeout)

    async def commit_async(self, timestamp: int | None = None, *, timeout: float | None = None) -> None:
        """As `commit`, but an event loop goes on meanwhile."""
        await awaited(lambda: self.commit(timestamp, timeout=timeout))

    def commit_and_wait(self, *, timeout: float | None = None) -> None:
        """`commit` and `wait_readable`, with one time limit.

        If only the wait failed, the transaction is committed, as `may_be_stored` says.
        """
        waiting(self._library, self._library.txn_commit_and_wait, self._live(), timeout=timeout)

    async def commit_and_wait_async(self, *, timeout: float | None = None) -> None:
        """As `commit_and_wait`, but an event loop goes on meanwhile."""
        await awaited(lambda: self.commit_and_wait(timeout=timeout))

    def wait_readable(self, *, timeout: float | None = None) -> None:
        """Waits until it is committed, by whomever, and readers can see its events."""
        waiting(self._library, self._library.txn_wait_readable, self._live(), timeout=timeout)

    async def wait_readable_async(self, *, timeout: float | None = None) -> None:
        """As `wait_readable`, but an event loop goes on meanwhile."""
        await awaited(lambda: self.wait_readable(timeout=timeout))

    def abort(self, *, timeout: float | None = None) -> None:
        """Drops it with all its events. Aborting what is aborted does nothing.

        A commit of another thread that still waits for events to be stored is ended;
        one that has asked the controller is waited for, and the transaction is
        aborted unless it succeeds. None: option request.timeout, 60 s.
        """
        waiting(self._library, self._library.txn_abort, self._live(), timeout=timeout)
        self._aborted = True

    async def abort_async(self, *, timeout: float | None = None) -> None:
        """As `abort`, but an event loop goes on meanwhile."""
        await awaited(lambda: self.abort(timeout=timeout))

    def close(self, timeout: float | None = None) -> None:
        """Closes the handle; what has not ended is aborted, or kept, as option txn.close says."""
        milliseconds(timeout)  # a bad one must not cost the handle
        handle = self._retire()
        if handle is not None:
            waiting(self._library, self._library.txn_close, handle, timeout=timeout)

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if exception is None and not self._aborted:
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


class _Room:
    """The wait for room in a transaction's window, with a time limit."""

    def __init__(self, transaction: Transaction, timeout: float | None) -> None:
        self._transaction = transaction
        self._looks = timeout == 0
        self._deadline = Deadline(timeout)
        self._pause = 0.001
        #: How long to wait next, in milliseconds.
        self.piece = self._deadline.piece

    def check(self) -> float | None:
        """What is left of the time, in seconds; raises when it is over."""
        left = self._deadline.left()
        if left == 0.0:
            raise self._transaction._failure(WindowFullError.code if self._looks else TimedOutError.code)
        return left

    async def sleep(self) -> None:
        """Waits a little; raises when the time is over."""
        left = self.check()
        await asyncio.sleep(self._pause if left is None else min(left, self._pause))
        self._pause = min(2 * self._pause, 0.02)


@contextlib.contextmanager
def _counting(accepted: Callable[[], int]) -> Iterator[None]:
    """Tells with a failure how many events were accepted before."""
    try:
        yield
    except PravegaError as failed:
        failed.accepted = accepted()
        raise
