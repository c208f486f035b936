"""Readers: taking the events of a reader group."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from . import _abi
from ._call import waiting
from ._object import IMPATIENT, Object
from ._waiting import Deadline, milliseconds
from ._watch import Watch
from .errors import ClosedError, PravegaError, TimedOutError
from .slices import Slice

if TYPE_CHECKING:
    from .client import Client


class Reader(Object):
    """Reads the events of a reader group, together with the group's other readers.

    Three ways, from the simplest to the most exact:

    * `for event in reader` hands out events as bytes;
    * `for slice in reader.slices()` hands out slices, many events of a segment
      at a time, and gives them back by itself;
    * `next` hands out a slice, and the program gives it back.

    All end when everything was read and the streams are sealed. The first two
    keep track of what was consumed: an event counts as consumed when it was
    handed out. A loop that was left can be entered again and goes on behind the
    last event. When an exception leaves the reader's `with` block, the event
    that was handed out last counts as not consumed: it is delivered again, as is
    everything behind it.

    `async for` works in the same places. Use the first two ways, and `async
    for`, in one thread or task at a time; `next` and `next_async` may be called
    from any number of them.

    Closing the reader, or leaving a `with` block, takes it out of the group, and
    others go on where it stopped. A reader that crashed stays in the group until
    somebody calls `ReaderGroup.reader_offline`.

    Made by `ReaderGroup.open_reader`.
    """

    _kind = "reader"

    def __init__(self, client: Client, group: str, id: str, handle: ctypes.c_void_p) -> None:
        super().__init__(client._library, handle)
        self._client = client  # it must not end before
        #: The group's name and the reader's id in it.
        self.group = group
        self.id = id
        self._current: Slice | None = None  # handed out by iteration
        self._watch: Watch | None = None
        self._waiters: set[asyncio.Future[None]] = set()

    # -------------------------------------------------------------- slices

    def next(self, *, timeout: float | None = None) -> Slice | None:
        """The next slice; None when everything was read and the streams are sealed.

        The slice is the caller's to give back: `with reader.next() as slice`.
        Waits at most `timeout` seconds; None: until there is one; 0: not at all.

        Raises TimedOutError when there is nothing yet; ReaderNotInGroupError
        when somebody took the reader out of the group, GroupReinitializedError
        when the group was reset; ClosedError; UnreachableError and others when
        servers fail for longer than can be bridged.
        """
        deadline = Deadline(timeout)
        while True:
            answered, taken = self._take(deadline.piece())
            if answered:
                return taken
            if deadline.left() == 0.0:
                raise TimedOutError(f"{self!r}: no event yet")

    async def next_async(self, *, timeout: float | None = None) -> Slice | None:
        """As `next`, but an event loop goes on meanwhile.

        The loop watches a descriptor of the library; no thread is needed.
        """
        deadline = Deadline(timeout)
        loop = asyncio.get_running_loop()
        while True:
            answered, taken = self._take(0)
            if answered:
                return taken
            left = deadline.left()
            if left == 0.0:
                raise TimedOutError(f"{self!r}: no event yet")
            with self._watching():
                ready = loop.create_future()
                self._waiters.add(ready)
                try:
                    await asyncio.wait((ready,), timeout=left)
                finally:
                    self._waiters.discard(ready)

    def _take(self, wait_ms: int) -> tuple[bool, Slice | None]:
        """Waits in the library: (whether there is an answer, what `next` returns then)."""
        handle = ctypes.c_void_p()
        status: int = self._library.reader_next(self._handle, wait_ms, ctypes.byref(handle))
        if status == _abi.OK and handle.value is not None:
            return True, Slice(self._library, handle.value)
        if status == _abi.END:
            return True, None
        if status == TimedOutError.code:
            return False, None
        raise self._failure_of_reader(status)

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

    # ------------------------------------------------------------- the end

    def close(self, timeout: float | None = None) -> None:
        """Gives back what is out, leaves the group, and closes.

        Slices that the program took with `next` and did not give back count as
        unread. Waits for the group to know, at most `timeout` seconds; None:
        option request.timeout.

        When that fails, the reader is closed but still in the group, and
        `ReaderGroup.reader_offline` takes it out. Closing what is closed does
        nothing.
        """
        self._close(timeout, failed=False)

    def _close(self, timeout: float | None, *, failed: bool) -> None:
        milliseconds(timeout)  # a bad one must not cost the handle
        handle = self._retire()
        if handle is None:
            return
        try:
            with contextlib.suppress(ClosedError):  # the slice counts as unread; what follows says why
                self._settle(failed=failed)
            waiting(self._library, self._library.reader_close, handle, timeout=timeout)
        finally:
            if self._watch is not None:
                self._watch.close()

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
