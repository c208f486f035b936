"""Readers: taking the events of a reader group."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _abi
from ._call import quick, strings, text, waiting
from ._object import IMPATIENT, Object
from ._waiting import Deadline, awaited, milliseconds
from ._watch import Watch
from .errors import ClosedError, InvalidArgumentError, PanicError, PravegaError, TimedOutError
from .positions import Position
from .slices import Slice

if TYPE_CHECKING:
    from .client import Client


#: What is called with the name of a checkpoint; in event loops what it returns is awaited, if it can be.
OnCheckpoint = Callable[[str], object]


_LARGER_THAN_SLICES = 4 << 20  # mostly: they have 1 MiB, or an event that is larger


class TimeWindow(NamedTuple):
    """Between which event times a group is in a stream, in the unit of those who told them."""

    #: What is read from now on has at least this time; None near the head of the stream,
    #: and if nobody told times.
    lower: int | None
    #: What was read so far has at most this time; None near the tail, that is behind the
    #: servers' last mark in any segment.
    upper: int | None


class Reader(Object):
    """Reads the events of a reader group, together with the group's other readers.

    Three ways, from the simplest to the most exact:

    * `for event in reader` hands out events as bytes;
    * `for slice in reader.slices()` hands out slices, many events of a segment
      at a time, and gives them back by itself;
    * `next` hands out a slice, and the program gives it back.

    All end when everything was read, up to the ends that the group has or those of its
    streams, which are sealed. The first two keep track of what was consumed: an event
    counts as consumed when it was handed out. A loop that was left can be entered again
    and goes on behind the last event. When an exception leaves the reader's `with` block,
    the event that was handed out last counts as not consumed: it is delivered again, as
    is everything behind it.

    `async for` works in the same places. Use the first two ways, and `async
    for`, in one thread or task at a time; `next` and `next_async` may be called
    from any number of them.

    Checkpoints of the group, automatic ones (option group.checkpoint.interval) among
    them, are passed in the background, with what was given back, and the program does
    not notice. To be told, open the reader with `on_checkpoint`. It is called, in each of
    the three ways, with the checkpoint's name (that of an automatic one is random) between
    two slices, when none is out; once a checkpoint is under way, nothing is handed out
    before that. So it is the place to store what was made of the events up to there.
    When it returns, the reader has passed the checkpoint, and reading goes on. When it
    raises, the exception leaves the loop, or `next`; whoever reads on then has it called
    again with the same name. A reader that is closed is not waited for: it counts as
    having passed with what it had given back. In `async for` and `next_async` it may be a
    coroutine function. It must not read, or wait for checkpoints of the group. With it,
    also `next` is for one thread at a time. A program that takes long for an event takes
    only some out of each slice (`slices`), as a checkpoint waits for the next one.

    Closing the reader, or leaving a `with` block, takes it out of the group, and
    others go on where it stopped. A reader that crashed stays in the group until
    somebody calls `ReaderGroup.reader_offline`, or another reader has the option
    group.liveness.timeout and takes it out; if it is alive after all, reading raises
    ReaderNotInGroupError. What it did not give back is read again then, what it gave
    back since its last checkpoint may be. So a reader that cannot read or write the
    group's state yields nothing, as if nothing were there, once it has not read it, or
    not written to it, for 30 s, 10 s for each reader and one more, and its own
    group.liveness.timeout. It goes on when it has done both again and is still in the
    group.

    Made by `ReaderGroup.open_reader`.
    """

    _kind = "reader"

    def __init__(
        self, client: Client, group: str, id: str, handle: ctypes.c_void_p, on_checkpoint: OnCheckpoint | None
    ) -> None:
        super().__init__(client._library, handle)
        self._client = client  # it must not end before
        # The allocator has seen a larger piece of memory come and go then, and keeps that
        # of a slice for the next one. It would give it back to the system else, and
        # take it again page by page, which costs more than what goes there.
        bytes(_LARGER_THAN_SLICES)
        #: The group's name and the reader's id in it.
        self.group = group
        self.id = id
        self._on_checkpoint = on_checkpoint
        self._at: str | None = None  # the checkpoint that the program is not done with
        self._current: Slice | None = None  # handed out by iteration
        self._watch: Watch | None = None
        self._waiters: set[asyncio.Future[None]] = set()

    # -------------------------------------------------------------- slices

    def next(self, *, timeout: float | None = None) -> Slice | None:
        """The next slice; None when everything was read, as said above.

        The slice is the caller's to give back: `with reader.next() as slice`.
        Waits at most `timeout` seconds; None: until there is one; 0: not at all.

        Raises TimedOutError when there is nothing yet; ReaderNotInGroupError
        when somebody took the reader out of the group, GroupReinitializedError
        when the group was reset, after both of which the reader is to be closed and
        may be opened again; NoSuchReaderGroupError; NoSuchStreamError when a stream was
        deleted and another one made under its name, which the group reads after a
        `ReaderGroup.reset`; ClosedError; UnreachableError and
        others when servers fail for longer than can be bridged; and what
        `on_checkpoint` raises.
        """
        deadline = Deadline(timeout)
        while True:
            if self._at is not None:
                self._tell(self._at)
            answered, taken = self._take(deadline.piece())
            if answered:
                return taken
            if self._at is None and deadline.left() == 0.0:
                raise self._late()

    async def next_async(self, *, timeout: float | None = None) -> Slice | None:
        """As `next`, but an event loop goes on meanwhile.

        The loop watches a descriptor of the library; no thread is needed.
        """
        deadline = Deadline(timeout)
        loop = asyncio.get_running_loop()
        while True:
            if self._at is not None:
                await self._tell_async(self._at)
            answered, taken = self._take(0)
            if answered:
                return taken
            if self._at is not None:
                continue
            left = deadline.left()
            if left == 0.0:
                raise self._late()
            with self._watching():
                ready = loop.create_future()
                self._waiters.add(ready)
                try:
                    await asyncio.wait((ready,), timeout=left)
                finally:
                    self._waiters.discard(ready)

    def trouble(self) -> PravegaError | None:
        """What keeps the reader from events now; None when nothing is known to.

        It says which server, at which address, what it did and for how long. The
        reader goes on by itself when the trouble is over. That nothing is there to
        read, or that other readers have all segments, is no trouble; the
        TimedOutError of `next` says so. Never waits.

        Raises ClosedError.
        """
        found = self._obstacle(self._library.reader_trouble)
        return None if isinstance(found, TimedOutError) else found

    def waiting(self) -> str:
        """The `trouble` in words, or what `next` waits for; "" if a slice is there.

        Never waits. Raises ClosedError.
        """
        found = self._obstacle(self._library.reader_trouble)
        return "" if found is None else str(found)

    def _late(self) -> TimedOutError:
        """The exception of a wait that ended without a slice."""
        found = self._obstacle(self._library.reader_trouble)
        return TimedOutError(f"{self!r}: no event yet" + (f": {found}" if found else ""))

    def _take(self, wait_ms: int) -> tuple[bool, Slice | None]:
        """Waits in the library: (whether there is an answer, what `next` returns then).

        At a checkpoint there is none, and `_at` is set.
        """
        handle = ctypes.c_void_p()
        status: int = self._library.reader_next(self._handle, wait_ms, ctypes.byref(handle))
        if status == _abi.OK and handle.value is not None:
            return True, Slice(self._library, handle.value)
        if status == _abi.END:
            return True, None
        if status == TimedOutError.code:
            return False, None
        if status == _abi.CHECKPOINT:
            quick(self._library, self._library.reader_checkpoint, self._live(), ctypes.byref(handle))
            (self._at,) = strings(self._library, handle)
            return False, None
        raise self._failure_of_reader(status)

    def _tell(self, checkpoint: str) -> None:
        """Tells the program of a checkpoint, which the next `_take` passes."""
        if self._on_checkpoint is not None:
            told = self._on_checkpoint(checkpoint)
            if inspect.iscoroutine(told):
                told.close()
                raise InvalidArgumentError("on_checkpoint is a coroutine function: use `async for` or next_async")
        self._at = None

    async def _tell_async(self, checkpoint: str) -> None:
        """As `_tell`, in an event loop."""
        if self._on_checkpoint is not None:
            told = self._on_checkpoint(checkpoint)
            if inspect.isawaitable(told):
                await told
        self._at = None

    def _failure_of_reader(self, status: int) -> PravegaError:
        """The exception for a status of the hot path, with the reader's message if it has one."""
        if self._handle is not None:
            error = ctypes.c_void_p()
            if self._library.reader_error(self._handle, ctypes.byref(error)) == status:
                return self._failure(status, error.value)
            self._library.error_free(error)
        return self._failure(status)

    def _watching(self) -> Watch:
        """The running event loop wakes the waiters meanwhile, when there is something to read."""
        with self._closing:  # so that the descriptor is not closed before it is duplicated
            handle = self._live()
            if self._watch is None:
                descriptor = ctypes.c_int()
                status = self._library.reader_ready_fd(handle, ctypes.byref(descriptor))
                if status < 0:
                    raise self._failure(status)
                self._watch = Watch(descriptor.value, self._on_ready)
            return self._watch

    def _on_ready(self) -> None:
        loop = asyncio.get_running_loop()
        for ready in list(self._waiters):
            if ready.get_loop() is loop and not ready.done():
                ready.set_result(None)

    # ----------------------------------------------------------- iteration

    def slices(self, *, timeout: float | None = None) -> Slices:
        """The slices, for `for` and for `async for`.

        Each is given back when the next one is asked for, unless the loop gave
        it back itself: up to the last event that was handed out. What the loop
        did not take out of a slice is therefore delivered again. When the loop
        is left, the reader keeps its slice, up to `close` or the next one.

        A slice that does not come within `timeout` seconds raises TimedOutError;
        None: wait as long as it takes.
        """
        return Slices(self, timeout)

    def __iter__(self) -> Iterator[bytes]:
        """The events; see `slices` for what counts as consumed."""
        if self._current is not None and not self._current.released:
            yield from self._current
        for part in self.slices():
            yield from part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The events. Between events of one slice the event loop gets no turn."""
        if self._current is not None and not self._current.released:
            for event in self._current:
                yield event
        async for part in self.slices():
            for event in part:
                yield event

    def _settle(self, *, failed: bool = False) -> None:
        """Gives back the slice that iteration holds."""
        current, self._current = self._current, None
        if current is not None:
            current._settle(failed=failed)

    # --------------------------------------------------- where the reader is

    @property
    def position(self) -> Position:
        """Where the reader stands: behind what was given back, and the last event that iteration handed out.

        What was taken with `next` and is not given back counts as unread: see
        `Slice.position_at`. Never waits. Raises ClosedError.
        """
        current = self._current
        if current is not None and not current.released:
            return current.position_at()
        listed = ctypes.c_void_p()
        quick(self._library, self._library.reader_position, self._live(), ctypes.byref(listed))
        return Position(*strings(self._library, listed))

    def time_window(self, scope: str, stream: str, *, timeout: float | None = None) -> TimeWindow:
        """Between which event times, as `Writer.note_time` told them, the group is in one of its streams.

        By what this reader has given back and what the others told last, which is a few
        seconds old; so events of a slice that is out may be newer than `upper`. The
        servers mark the times every ten seconds or so, when all writers have moved on.

        Mostly does not wait: when the group has passed all marks that are known, and at
        most once a second, servers are asked, for at most `timeout` seconds; None: option
        request.timeout.

        Raises InvalidArgumentError when the group does not read such a stream, and what
        `next` raises for good.
        """
        lower, upper = ctypes.c_int64(), ctypes.c_int64()
        waiting(
            self._library,
            self._library.reader_time_window,
            self._live(),
            text("scope", scope),
            text("stream", stream),
            ctypes.byref(lower),
            ctypes.byref(upper),
            timeout=timeout,
        )
        return TimeWindow(
            None if lower.value == _abi.NO_LOWER_BOUND else lower.value,
            None if upper.value == _abi.NO_UPPER_BOUND else upper.value,
        )

    async def time_window_async(self, scope: str, stream: str, *, timeout: float | None = None) -> TimeWindow:
        """As `time_window`, but an event loop goes on meanwhile."""
        return await awaited(lambda: self.time_window(scope, stream, timeout=timeout))

    # ------------------------------------------------------------- the end

    def close(self, timeout: float | None = None, *, at: Position | str | None = None) -> None:
        """Gives back what is out, leaves the group, and closes.

        Slices that the program took with `next` and did not give back count as
        unread. Waits for the group to know, at most `timeout` seconds; None:
        option request.timeout.

        `at` is a position of this reader, for a program that is done with the events
        before it, whatever was given back: the next readers go on there. In segments that it
        lacks they go on from the reader's last checkpoint, or from where it acquired
        them. What was given back to its end is done with, if the group knows already.
        Raises InvalidArgumentError when it is no position, or ahead of what was handed
        out; the reader reads on then.

        When it fails otherwise, the reader is closed but still in the group, and
        `ReaderGroup.reader_offline` takes it out. Closing what is closed does
        nothing.
        """
        if at is None:
            self._close(timeout, failed=False)
        else:
            self._close_at(text("position", str(at)), timeout)

    def _close(self, timeout: float | None, *, failed: bool) -> None:
        milliseconds(timeout)  # a bad one must not cost the handle
        handle = self._retire()
        if handle is None:
            return
        try:
            self._leave(failed=failed)
            waiting(self._library, self._library.reader_close, handle, timeout=timeout)
        finally:
            if self._watch is not None:
                self._watch.close()

    def _close_at(self, position: bytes, timeout: float | None) -> None:
        milliseconds(timeout)
        handle = self._retire()
        if handle is None:
            return

        def close(*arguments: Any) -> int:
            status: int = self._library.reader_close_at(*arguments)
            if status in (InvalidArgumentError.code, PanicError.code):  # it lives on, even if nobody waits any more
                self._handle = handle
            return status

        try:
            waiting(self._library, close, handle, position, timeout=timeout)
        finally:
            if self.closed:
                self._leave(failed=True)
                if self._watch is not None:
                    self._watch.close()

    def _leave(self, *, failed: bool) -> None:
        """Gives back the slice that iteration holds, at the end."""
        with contextlib.suppress(ClosedError):  # the slice counts as unread; what follows says why
            self._settle(failed=failed)

    def _discard(self, handle: int) -> None:
        self._library.reader_close(handle, 0, None)
        if self._watch is not None:
            self._watch.close()

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if exception is None:
            self.close()
            return
        with contextlib.suppress(PravegaError):  # the exception that is on its way says more
            self._close(IMPATIENT, failed=True)

    async def __aenter__(self) -> Reader:
        self._live()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, exception, trace)

    def __repr__(self) -> str:
        return f"<pravega.Reader {self.id} of group {self.group}{' (closed)' if self.closed else ''}>"


class Slices:
    """The slices of a reader, for `for` and `async for`. Made by `Reader.slices`."""

    def __init__(self, reader: Reader, timeout: float | None) -> None:
        self._reader = reader
        self._timeout = timeout

    def __iter__(self) -> Slices:
        return self

    def __next__(self) -> Slice:
        reader = self._reader
        reader._settle()
        reader._current = reader.next(timeout=self._timeout)
        if reader._current is None:
            raise StopIteration
        return reader._current

    def __aiter__(self) -> Slices:
        return self

    async def __anext__(self) -> Slice:
        reader = self._reader
        reader._settle()
        reader._current = await reader.next_async(timeout=self._timeout)
        if reader._current is None:
            raise StopAsyncIteration
        return reader._current
