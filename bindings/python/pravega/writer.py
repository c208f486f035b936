"""Writing events, and knowing which of them are stored."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import ctypes
import threading
from array import array
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING

from . import _abi
from ._acks import Acks
from ._call import waiting
from ._object import Object
from ._waiting import PIECE, Deadline, first_piece, milliseconds
from ._watch import Watch
from .errors import (
    BadHandleError,
    ClosedError,
    EventTooLargeError,
    ForkedError,
    InvalidArgumentError,
    PravegaError,
    TimedOutError,
    WindowFullError,
)

if TYPE_CHECKING:
    from .client import Client

#: An event: bytes, or a string, which is written in UTF-8.
Event = bytes | bytearray | memoryview | str

#: Most events, and about how many bytes, of write_many cross to the library at once.
_BATCH_EVENTS = 4096
_BATCH_BYTES = 4 << 20

#: How long the thread of the futures lives on without any, in seconds.
_LINGER = 1.0


class Writer(Object):
    """Writes events to one stream.

    A writer numbers the events that it accepts 1, 2, 3, ... "Acked n" means that
    every event up to n is stored, exactly once, on whatever segment. Events of
    one routing key stay in order. An event that is refused takes no number.

    Writing returns before the event is acked. Between the two it is in the
    writer's window, which is bounded (option writer.window.bytes, 16 MiB); when
    the window is full, writing waits. Broken connections and servers that come
    back are dealt with inside; a failure that cannot be (the stream was sealed
    or deleted) ends the writer: every call reports it from then on, and `acked`
    is final.

    A writer with an id (option writer_id) can be continued after its process has
    died: open one with the same id and write again, from event `durable` + 1 on,
    the same events with the same keys and batches as before, as far as any had
    been written. They get the same numbers, and what is stored already is not
    stored again. At most one writer of an id is alive: opening the next one ends
    those before, wherever they run, with FencedError.

    Every method may be called from any thread. Leaving a `with` block closes the
    writer, and so waits until everything is acked; when an exception leaves the
    block, at most 5 s.

    Made by `Client.open_writer`.
    """

    _kind = "writer"

    def __init__(self, client: Client, scope: str, stream: str, handle: ctypes.c_void_p) -> None:
        super().__init__(client._library, handle)
        self._client = client  # it must not end before
        self.scope = scope
        self.stream = stream
        self._write = self._library.writer_write
        durable = ctypes.c_int64()
        self._library.writer_durable(handle, ctypes.byref(durable))
        self._durable = durable.value
        self._acks = Acks()
        self._watch: Watch | None = None
        self._news: set[asyncio.Future[None]] = set()
        self._watcher: threading.Thread | None = None
        self._wanted = threading.Condition()

    # ------------------------------------------------------------- writing

    def write(self, event: Event, key: str | None = None, *, timeout: float | None = None) -> int:
        """Writes one event and returns its number, before it is acked.

        `key` is the routing key: events of one key stay in order. The empty key
        is a key like any other; None is no key, and any segment may take it.
        The event may be empty, and has at most as many bytes as option
        writer.large.event.bytes says (64 MiB). Above 8 MiB (8388608 bytes) it
        takes longer, and holds up what follows it on its segment; readers get it
        as one event.

        Waits while the window is full, at most `timeout` seconds; None: until
        there is room or the writer ends; 0: not at all.

        WindowFullError (no room, and timeout is 0), InvalidArgumentError (the
        key cannot be written in UTF-8), ClosedError, or what ended the writer,
        for example StreamSealedError. The event was not accepted then.
        """
        if type(event) is not bytes:
            event = _bytes(event)
        encoded = None if key is None else _key(key)
        number: int = self._write(
            self._handle,
            encoded,
            0 if encoded is None else len(encoded),
            event,
            len(event),
            PIECE if timeout is None else first_piece(timeout),
        )
        if number > 0:
            return number
        return self._write_on(number, event, encoded, Deadline(timeout))

    def _write_on(self, status: int, event: bytes, key: bytes | None, deadline: Deadline) -> int:
        """Goes on after the first piece of a wait ended without room."""
        while status == TimedOutError.code and (piece := deadline.piece()) > 0:
            status = self._write(self._handle, key, 0 if key is None else len(key), event, len(event), piece)
        if status > 0:
            return status
        raise self._failure_of_writer(status)

    def write_many(
        self,
        events: Iterable[Event],
        keys: Iterable[str | None] | None = None,
        *,
        timeout: float | None = None,
    ) -> int:
        """Writes events in their order and returns the number of the last one, 0 for none.

        Far cheaper for each event than `write`: they cross to the library in
        batches. `keys` holds one routing key, or None, for each event; without
        it no event has a key. Both may be generators. Events above 8 MiB are
        refused: they go by `write`.

        Waits and raises as `write` does, `timeout` counts for the whole call.
        It is not atomic: when it raises, the first ones may have been accepted;
        the exception's `accepted` says how many, `last` the number of the last
        of them.
        """
        deadline = Deadline(timeout)
        look = timeout == 0
        stream = iter(events)
        key_stream = None if keys is None else iter(keys)
        accepted, last = 0, 0
        try:
            while batch := list(islice(stream, _BATCH_EVENTS)):
                batch_keys = None if key_stream is None else _take(key_stream, len(batch))
                for some, some_keys in _in_bytes(batch, batch_keys):
                    for count, number in self._write_batch(some, some_keys, deadline, look):
                        accepted, last = accepted + count, number
        except PravegaError as failed:
            failed.accepted, failed.last = accepted, last
            raise
        if key_stream is not None and next(key_stream, _NOTHING) is not _NOTHING:
            raise _counted(InvalidArgumentError("there are more keys than events"), accepted, last)
        return last

    def _write_batch(
        self, events: Sequence[bytes], keys: Sequence[str | None] | None, deadline: Deadline, look: bool
    ) -> Iterable[tuple[int, int]]:
        """Writes a batch; yields (how many more were accepted, the last one's number)."""
        data = b"".join(events)
        try:
            lens = array("I", map(len, events))
        except OverflowError:
            raise self._failure(EventTooLargeError.code) from None
        key_data, key_lens = (None, None) if keys is None else _packed(keys)
        data_at = _address(data)
        key_at = None if key_data is None else _address(key_data)
        last = ctypes.c_int64()
        done = 0
        while done < len(lens):
            piece = 0 if look else deadline.piece()
            count: int = self._library.writer_write_many(
                self._handle,
                key_at,
                None if key_lens is None else key_lens.buffer_info()[0] + 4 * done,
                data_at,
                lens.buffer_info()[0] + 4 * done,
                len(lens) - done,
                piece,
                ctypes.byref(last),
            )
            if count > 0:
                yield count, last.value
                data_at += sum(lens[done : done + count])
                if key_at is not None and key_lens is not None:
                    key_at += sum(n for n in key_lens[done : done + count] if n != _abi.NO_KEY)
                done += count
            elif count == WindowFullError.code and not look:
                raise self._failure_of_writer(TimedOutError.code)
            elif count != TimedOutError.code:
                raise self._failure_of_writer(count)

    def write_batch(self, events: Iterable[Event], key: str | None = None, *, timeout: float | None = None) -> int:
        """Writes events as one and returns the number of the last one, before they are acked.

        All of them are stored, one directly behind another, or none is; their
        numbers are consecutive, and an ack covers all or none. `key` is the
        routing key of all; without it they go to one segment, which may be any.
        They have at most 8 MiB together, with 8 bytes more for each but one.

        Waits and raises as `write` does; none was accepted then. No events are
        an InvalidArgumentError. For many events that need not be stored as one,
        `write_many` takes any number.
        """
        offer = self._batch(events, key)
        deadline = Deadline(timeout)
        status = offer(PIECE if timeout is None else first_piece(timeout))
        while status == TimedOutError.code and (piece := deadline.piece()) > 0:
            status = offer(piece)
        if status > 0:
            return status
        raise self._failure_of_writer(status)

    def _batch(self, events: Iterable[Event], key: str | None) -> Callable[[int], int]:
        """A batch, ready to be offered to the library with a limit of milliseconds."""
        plain = [event if type(event) is bytes else _bytes(event) for event in events]
        if not plain:
            raise InvalidArgumentError("the batch has no events")
        data = b"".join(plain)
        if len(data) > _abi.MAX_EVENT:  # before a length overflows
            raise self._failure(EventTooLargeError.code)
        lens = array("I", map(len, plain))
        encoded = None if key is None else _key(key)

        def offer(wait_ms: int) -> int:
            number: int = self._library.writer_write_batch(
                self._handle,
                encoded,
                0 if encoded is None else len(encoded),
                data,
                lens.buffer_info()[0],
                len(lens),
                wait_ms,
            )
            return number

        return offer

    async def write_async(self, event: Event, key: str | None = None, *, timeout: float | None = None) -> int:
        """As `write`, but an event loop goes on while there is no room.

        To write much from a coroutine, `await asyncio.to_thread(writer.write_many,
        events)` costs far less for each event.
        """
        return await self._when_there_is_room(lambda: self.write(event, key, timeout=0), timeout)

    async def write_batch_async(
        self, events: Iterable[Event], key: str | None = None, *, timeout: float | None = None
    ) -> int:
        """As `write_batch`, but an event loop goes on while there is no room."""
        offer = self._batch(events, key)

        def write() -> int:
            number = offer(0)
            if number > 0:
                return number
            raise self._failure_of_writer(number)

        return await self._when_there_is_room(write, timeout)

    async def _when_there_is_room(self, write: Callable[[], int], timeout: float | None) -> int:
        """Calls a function that does not wait, again after acks as long as there is no room."""
        deadline = Deadline(timeout)
        while True:
            try:
                return write()
            except WindowFullError:
                left = deadline.left()
                if left == 0.0:
                    if timeout == 0:
                        raise
                    raise self._failure_of_writer(TimedOutError.code) from None
            with self._watching():
                news = asyncio.get_running_loop().create_future()
                self._news.add(news)
                try:  # another thread that looks may take the news away: look again by ourselves
                    await asyncio.wait((news,), timeout=PIECE / 1000 if left is None else min(left, PIECE / 1000))
                finally:
                    self._news.discard(news)

    # ---------------------------------------------------------------- acks

    @property
    def acked(self) -> int:
        """The number up to which every event is stored; 0 for none. Never waits.

        Also after the writer was closed or failed: then it is final.
        """
        self._look(0, 0)
        return self._acks.acked

    @property
    def durable(self) -> int:
        """The number through which all was known to be stored when the writer was opened.

        Its first event is the next one. 0 without option writer_id and for the
        first writer of an id. At least what was acked when an earlier one's
        `flush` or `close` succeeded, else up to a second behind its acks.
        """
        return self._durable

    @property
    def pending(self) -> int:
        """How many events were accepted and not acked yet. Never waits."""
        pending: int = self._library.writer_pending(self._live())
        if pending < 0:
            raise self._failure(pending)
        return pending

    def wait(self, number: int, *, timeout: float | None = None) -> int:
        """Waits until the event of this number, and so all before it, is acked.

        Returns the number acked by then, which may be higher. Waits at most
        `timeout` seconds; None: until the ack or the writer's end; 0: only looks.

        Raises InvalidArgumentError for a number that no event has; TimedOutError, with
        `may_be_stored` true, as the writer goes on and stores the event later if it
        has not by now; or, when it cannot be acked any more, what ended the writer.
        """
        number = _number(number)
        deadline = Deadline(timeout)
        while True:
            # One ack at a time while futures wait: no wait of ours takes news from them.
            goal = min(number, self._acks.acked + 1) if self._acks.awaited else number
            status = self._look(goal, deadline.piece())
            if number <= self._acks.acked:
                return self._acks.acked
            if self._acks.final is not None:
                raise self._acks.final
            if status == BadHandleError.code:  # it is being closed, and what is acked until then counts
                return self._wait_for_end(number, deadline)
            self._given_out(number, status)
            if status == TimedOutError.code and deadline.left() == 0.0:
                raise _doubtful(self._late(f"{self._awaiting(number)}: not acked yet"))

    def _given_out(self, number: int, status: int) -> None:
        """Raises InvalidArgumentError when a look for a number's ack said that no event has it."""
        if status == InvalidArgumentError.code:
            raise InvalidArgumentError(f"{self._awaiting(number)}: no event of this writer has this number")

    def _wait_for_end(self, number: int, deadline: Deadline) -> int:
        future = self._acks.future(number)
        try:
            future.result(deadline.left())
        except concurrent.futures.TimeoutError:
            if future.done():  # it is the writer's
                raise
            raise _doubtful(
                TimedOutError(f"{self._awaiting(number)}: not acked yet, and the writer is closing")
            ) from None
        return self._acks.acked

    def _awaiting(self, number: int) -> str:
        return f"wait for event {number} of {self.scope}/{self.stream}"

    def ack(self, number: int) -> Future[int]:
        """A future of the ack of an event; its result is the event's number.

        Costs nothing for events nobody asks about. The future is resolved, and
        its callbacks run, in a thread of this writer that is started when it is
        needed. It fails with what ended the writer when the event cannot be
        acked any more. Never waits. In coroutines, `wait_async` needs no thread.

        Raises InvalidArgumentError for a number that no event has.
        """
        number = _number(number)
        self._given_out(number, self._look(number, 0))
        future = self._acks.future(number)
        if not future.done():
            with self._wanted:
                if self._watcher is None:
                    self._watcher = threading.Thread(target=self._resolve, name="pravega-acks", daemon=True)
                    self._watcher.start()
                self._wanted.notify()
        return future

    def _resolve(self) -> None:
        """The thread of the futures: looks at every ack while there are futures."""
        while True:
            with self._wanted:
                if not self._wanted.wait_for(lambda: self._acks.awaited, _LINGER):
                    self._watcher = None
                    return
            if self._look(self._acks.acked + 1, _abi.FOREVER) not in (_abi.OK, TimedOutError.code):
                with self._wanted:
                    self._watcher = None
                return  # the writer failed, and its futures with it, or is closing, which resolves them

    async def wait_async(self, number: int, *, timeout: float | None = None) -> int:
        """As `wait`, but an event loop goes on meanwhile.

        The loop watches a descriptor of the library; no thread is needed. Any
        number of tasks may wait for acks of one writer.
        """
        number = _number(number)
        deadline = Deadline(timeout)
        self._given_out(number, self._look(number, 0))
        future = self._acks.future(number)
        if not future.done():
            try:
                with self._watching():
                    await asyncio.wait_for(asyncio.wrap_future(future), deadline.left())
            except asyncio.TimeoutError:
                raise _doubtful(self._late(f"{self._awaiting(number)}: not acked yet")) from None
            finally:
                future.cancel()
        future.result()
        return self._acks.acked

    def _watching(self) -> contextlib.AbstractContextManager[None]:
        """Acks are looked at by the running event loop meanwhile."""
        with self._closing:  # so that the descriptor is not closed before it is duplicated
            if self._handle is None:
                return contextlib.nullcontext()
            if self._watch is None:
                descriptor = ctypes.c_int()
                status = self._library.writer_ack_fd(self._handle, ctypes.byref(descriptor))
                if status < 0:
                    raise self._failure(status)
                self._watch = Watch(descriptor.value, self._on_ack)
            return self._watch

    def _on_ack(self) -> None:
        loop = asyncio.get_running_loop()
        if self._look(0, 0) == BadHandleError.code and self._watch is not None:
            self._watch.mute()  # it stays readable, and close tells the futures
        for news in list(self._news):
            if news.get_loop() is loop and not news.done():
                news.set_result(None)

    def _look(self, number: int, wait_ms: int) -> int:
        """Waits in the library for an ack, and tells all who wait here what is acked."""
        acked = ctypes.c_int64()
        status: int = self._library.writer_wait(self._handle, number, wait_ms, ctypes.byref(acked))
        if status == ForkedError.code:  # no lock may be taken: the thread that held it is not here
            raise self._failure(status)
        if status == ClosedError.code and self._handle is None:  # close knows more, and tells it
            status = BadHandleError.code
        ended = status < 0 and status not in (TimedOutError.code, BadHandleError.code, InvalidArgumentError.code)
        final = self._failure_of_writer(status) if ended and self._acks.final is None else None
        self._acks.settle(acked.value, final)
        return status

    def trouble(self) -> PravegaError | None:
        """What keeps the writer's events from being acked now; None when nothing is known to.

        It says which server, at which address, what it did and for how long. The
        writer goes on by itself when the trouble is over. Never waits.

        Raises ClosedError.
        """
        found = self._obstacle(self._library.writer_trouble)
        return None if isinstance(found, TimedOutError) else found

    def waiting(self) -> str:
        """The `trouble` in words, or what acks wait for; "" if everything is acked.

        Never waits. Raises ClosedError.
        """
        found = self._obstacle(self._library.writer_trouble)
        return "" if found is None else str(found)

    # ------------------------------------------------------------- the end

    def flush(self, *, timeout: float | None = None) -> None:
        """Waits until everything that was accepted before is acked.

        With option writer_id also until the next writer of the id will know.

        At most `timeout` seconds; None: until it is, or the writer ends. Raises
        TimedOutError, with `may_be_stored` true as by `wait`, ClosedError, or what ended
        the writer.
        """
        waiting(self._library, self._library.writer_flush, self._live(), timeout=timeout)

    def note_time(self, timestamp: int, *, timeout: float | None = None) -> None:
        """Tells the servers the event time of everything that was written before the call.

        The time is that up to a timestamp, in the application's own unit, which
        must not go back. Readers of the stream can know by it how far its event
        time has come; the writer counts there until it is closed. Waits until the
        events are acked and the servers answered, at most `timeout` seconds.
        With option writer_time_mark_interval the wall clock is noted by itself.

        InvalidArgumentError: the timestamp is before the last one, or that option
        is set; else as `flush`.
        """
        if not -(2**63) <= timestamp < 2**63:
            raise InvalidArgumentError(f"the timestamp {timestamp} has more than 64 bits")
        waiting(self._library, self._library.writer_note_time, self._live(), timestamp, timeout=timeout)

    def close(self, timeout: float | None = None) -> None:
        """Stops accepting events, waits until all are acked, and closes.

        At most `timeout` seconds; None: as long as it takes, which is limited
        by option max.outage only. Closing what is closed does nothing.

        Raises TimedOutError when events were not acked in time, or what had
        ended the writer: `may_be_stored` says if any event above `acked` may be
        stored. The writer is closed in any case.
        """
        milliseconds(timeout)  # a bad one must not cost the handle
        handle = self._retire()
        if handle is None:
            return
        acked = ctypes.c_int64()
        try:
            waiting(self._library, self._library.writer_close, handle, ctypes.byref(acked), timeout=timeout)
        except PravegaError as failed:
            self._end(acked.value, failed)
            raise
        except BaseException:  # it goes on, and nobody hears how it ends
            self._end(acked.value, _doubtful(self._failure(BadHandleError.code)))
            raise
        self._end(acked.value)

    def _discard(self, handle: int) -> None:
        acked, error = ctypes.c_int64(), ctypes.c_void_p()
        status: int = self._library.writer_close(handle, ctypes.byref(acked), 0, ctypes.byref(error))
        self._end(acked.value, None if status >= 0 else self._failure(status, error.value))

    def _end(self, acked: int, failed: PravegaError | None = None) -> None:
        """Tells all who wait here what is acked, and what kept the rest from it."""
        final = failed
        if final is None or isinstance(final, TimedOutError):
            final = self._failure(BadHandleError.code)
            final.may_be_stored = failed is not None and failed.may_be_stored
        self._acks.settle(acked, final)
        if self._watch is not None:
            self._watch.close()

    async def __aenter__(self) -> Writer:
        self._live()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, exception, trace)

    def _failure_of_writer(self, status: int) -> PravegaError:
        """The exception for a status of the hot path, with the writer's message if it has one."""
        if status == TimedOutError.code:
            return self._late(f"write to {self.scope}/{self.stream}: no room in the window")
        if self._handle is not None:
            error = ctypes.c_void_p()
            if self._library.writer_error(self._handle, ctypes.byref(error)) == status:
                return self._failure(status, error.value)
            self._library.error_free(error)
        return self._failure(status)

    def _late(self, what: str) -> TimedOutError:
        """The exception of a wait that ended without acks, or without room for more events."""
        try:
            found = self._obstacle(self._library.writer_trouble)
        except ClosedError:  # meanwhile
            found = None
        return TimedOutError(what + (f": {found}" if found else ""))

    def __repr__(self) -> str:
        return f"<pravega.Writer {self.scope}/{self.stream}{' (closed)' if self.closed else ''}>"


_NOTHING = object()


def _bytes(event: Event) -> bytes:
    if isinstance(event, str):
        try:
            return event.encode()
        except UnicodeEncodeError as cause:
            raise InvalidArgumentError(f"the event is not valid Unicode: {cause.reason}") from cause
    return event if isinstance(event, bytes) else memoryview(event).tobytes()


def _key(key: str) -> bytes:
    try:
        return str.encode(key)
    except UnicodeEncodeError as cause:
        raise InvalidArgumentError(f"the routing key {key!r} is not valid Unicode: {cause.reason}") from cause


def _number(number: int) -> int:
    if not 0 <= number < 2**63 - 1:
        raise InvalidArgumentError(f"{number} is no event's number")
    return number


def _take(keys: Iterable[str | None], count: int) -> list[str | None]:
    taken = list(islice(keys, count))
    if len(taken) < count:
        raise InvalidArgumentError("there are fewer keys than events")
    return taken


def _in_bytes(
    events: Sequence[Event], keys: Sequence[str | None] | None
) -> Iterable[tuple[Sequence[bytes], Sequence[str | None] | None]]:
    """Events as bytes, in parts that are not much larger than _BATCH_BYTES."""
    plain = [event if type(event) is bytes else _bytes(event) for event in events]
    if len(plain) == 1 or sum(map(len, plain)) <= _BATCH_BYTES:
        yield plain, keys
        return
    half = len(plain) // 2
    yield from _in_bytes(plain[:half], None if keys is None else keys[:half])
    yield from _in_bytes(plain[half:], None if keys is None else keys[half:])


def _packed(keys: Sequence[str | None]) -> tuple[bytes, array[int]]:
    """Keys back to back, and their lengths."""
    try:
        encoded = [b"" if key is None else key.encode() for key in keys]
    except UnicodeEncodeError:
        encoded = [b"" if key is None else _key(key) for key in keys]  # says which
    lens = array("I", map(len, encoded))
    if None in keys:
        for i, key in enumerate(keys):
            if key is None:
                lens[i] = _abi.NO_KEY
    return b"".join(encoded), lens


def _address(data: bytes) -> int:
    """Where bytes lie; they must live as long as this is used."""
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0


def _doubtful(failed: PravegaError) -> PravegaError:
    failed.may_be_stored = True
    return failed


def _counted(failed: PravegaError, accepted: int, last: int) -> PravegaError:
    failed.accepted, failed.last = accepted, last
    return failed
