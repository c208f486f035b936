"""Slices: what a reader hands out at a time."""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, compress, repeat
from operator import add, length_hint
from struct import Struct
from types import TracebackType
from typing import TypeVar

from . import _abi
from ._call import failure, quick, strings
from ._library import Library
from .errors import ClosedError, InvalidArgumentError
from .pointers import EventPointer
from .positions import Position


class Slice:
    """Whole events of one segment, in order, that are this reader's until they are given back.

    Iterating over a slice hands out its events as bytes, `views` as memoryviews;
    nothing crosses to the library for an event. A slice is iterated once: a
    second loop goes on behind the last event that was handed out, wherever that
    was (`position`).

    Giving back says how far events were consumed; what lies behind is delivered
    again, to this reader or another of the group:

    * `release()`: all of it;
    * `release_at(offset)`: up to an offset;
    * leaving a `with` block: up to the last event that was handed out, included,
      or, when an exception leaves the block, not included;
    * in `for slice in reader.slices()`: by the reader, in the same way.

    A slice that is dropped without being given back counts as unread. Its
    segment is not read on and not handed to other readers while a slice of it is
    out. The bytes are Python's own: they stay valid afterwards.

    Iterate in one thread at a time.
    """

    __slots__ = (
        "_events",
        "_handed_out",
        "_handle",
        "_library",
        "_pairs",
        "_process",
        "_views",
        "data",
        "end_offset",
        "scope",
        "segment",
        "skipped",
        "start_offset",
        "stream",
    )

    #: The events with their headers, as they are stored: for each, 4 bytes 0,
    #: 4 bytes of length, big-endian, and the event.
    data: bytes
    #: Where the slice comes from; `segment` is the segment's qualified name.
    scope: str
    stream: str
    segment: str
    #: The offset of the first event in the segment.
    start_offset: int
    #: The offset behind the last event: start_offset + len(data).
    end_offset: int
    #: How many bytes before it truncation had deleted before they were read.
    skipped: int

    def __init__(self, library: Library, handle: int) -> None:
        self._library = library
        self._handle: int | None = handle
        self._process = os.getpid()
        info = _abi.SliceInfo()
        status: int = library.slice_info(handle, ctypes.byref(info), ctypes.sizeof(info))
        if status < 0:
            raise failure(library, status)
        self.data = ctypes.string_at(info.data, info.len)
        self.scope = info.scope.decode()
        self.stream = info.stream.decode()
        self.segment = info.segment.decode()
        self.start_offset = info.start_offset
        self.end_offset = info.end_offset
        self.skipped = info.skipped
        self._pairs = _index(library, handle, self.data)
        # What hands out events is made of C code all the way, at the first use, so an
        # event costs little more than its bytes.
        self._handed_out = _HandedOut()
        self._events: Iterator[bytes] | None = None
        self._views: Iterator[memoryview] | None = None

    def __len__(self) -> int:
        """How many events the slice holds, handed out or not."""
        return len(self._pairs) // 2

    def __iter__(self) -> Iterator[bytes]:
        """The events that were not handed out yet. Never waits."""
        if self._events is None:
            if self._views is None:
                self._events = chain.from_iterable(_parts(self.data, self._pairs, self._handed_out))
            else:
                self._events = map(bytes, self._views)
        return self._events

    def views(self) -> Iterator[memoryview]:
        """As iterating, but without a copy: read-only views of `data`, which they keep alive."""
        if self._views is None:
            if self._events is None:
                starts, sizes = self._pairs[0::2], self._pairs[1::2]
                bounds = map(slice, starts, map(add, starts, sizes))
                self._views = compress(
                    map(memoryview(self.data).__getitem__, bounds),
                    self._handed_out.step(repeat(True, len(self)), len(self)),
                )
            else:  # they are copied already
                self._views = map(memoryview, self._events)
        return self._views

    def with_offsets(self) -> Iterator[tuple[int, bytes]]:
        """As iterating, with the offset of each event in the segment: `release_at`
        with it has the event delivered again."""
        offsets = [self.start_offset - 8 + start for start in self._pairs[0::2]]  # an event begins with its header
        handed_out = self._handed_out
        for event in self:
            yield offsets[handed_out.count - 1], event

    @property
    def position(self) -> int:
        """The offset behind the last event that was handed out."""
        handed = self._handed
        return self.start_offset + sum(self._pairs[2 * handed - 2 : 2 * handed]) if handed else self.start_offset

    @property
    def _in_hand(self) -> int:
        """The offset of the last event that was handed out."""
        handed = self._handed
        return self._offset(handed - 1) if handed else self.start_offset

    @property
    def _handed(self) -> int:
        """How many events were handed out."""
        return self._handed_out.count

    def _offset(self, number: int) -> int:
        """Where an event's header begins."""
        return self.start_offset + self._pairs[2 * number] - 8

    def pointer(self, offset: int | None = None) -> EventPointer:
        """The pointer to the event at an offset, as `with_offsets` tells it, for `Client.fetch_event`.

        None: to the last event that was handed out. Never waits.

        Raises InvalidArgumentError when no event begins there, or none was handed
        out; ClosedError when the slice was given back.
        """
        if self._handle is None:
            raise ClosedError("this slice was given back before")
        number = self._handed - 1 if offset is None else bisect_left(range(len(self)), offset, key=self._offset)
        if not 0 <= number < len(self) or offset not in (None, self._offset(number)):
            raise InvalidArgumentError(f"{self!r}: no event at offset {offset}, or none was handed out")
        spelled = ctypes.create_string_buffer(_abi.POINTER_SIZE)
        status: int = self._library.slice_pointer(
            self._handle, self._offset(number), self._pairs[2 * number + 1], spelled
        )
        if status < 0:
            raise failure(self._library, status)
        return EventPointer(spelled.value.decode())

    def position_at(self, offset: int | None = None) -> Position:
        """Where the reader stands once the slice is given back up to an offset, which is as for `release_at`.

        None: behind the last event that was handed out. A program keeps it with what it
        made of the events before. Never waits.

        Raises InvalidArgumentError when no event begins there; ClosedError when the
        slice was given back, or the reader closed.
        """
        if self._handle is None:
            raise ClosedError("this slice was given back before")
        listed = ctypes.c_void_p()
        offset = self._own(self.position if offset is None else offset)
        quick(self._library, self._library.slice_position, self._handle, offset, ctypes.byref(listed))
        return Position(*strings(self._library, listed))

    @property
    def released(self) -> bool:
        """Whether it was given back."""
        return self._handle is None

    def release(self) -> None:
        """Gives the slice back: all of its events were consumed. Never waits.

        When it succeeds, that is noted, also when the reader or its client is being
        closed at the same time. Raises ClosedError when it is not noted: it was given
        back before, the close of the reader or its client began before, or the reader
        had found out that it is not in its group any more. Its events are delivered
        again then; after `Reader.close(at=...)`, those behind that position.
        """
        self.release_at(self.end_offset)

    def release_at(self, offset: int) -> None:
        """Gives the slice back, consumed up to an offset of the segment. Never waits.

        `offset` is that of the first event that was not consumed, as
        `with_offsets` tells it, or `position`, or `end_offset`.

        Raises InvalidArgumentError when no event begins there (all of the slice
        is delivered again then), and ClosedError as `release` does.
        """
        handle, self._handle = self._handle, None
        if handle is None:
            raise ClosedError("this slice was given back before")
        status: int = self._library.slice_release(handle, self._own(offset))
        if status < 0:
            raise failure(self._library, status)

    def _own(self, offset: int) -> int:
        """An offset of the slice, as the library takes it; one at which no event begins for any other."""
        return offset if self.start_offset <= offset <= self.end_offset else _NOWHERE

    def _settle(self, *, failed: bool = False) -> None:
        """Gives it back at the last event that was handed out, if it was not given back."""
        if self._handle is not None:
            self.release_at(self._in_hand if failed else self.position)

    def __enter__(self) -> Slice:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._settle(failed=exception is not None)
        except ClosedError:
            if exception is None:
                raise

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)  # missing when __init__ failed
        if handle is None or sys.is_finalizing() or os.getpid() != self._process:
            return
        self._handle = None
        self._library.slice_release(handle, self.start_offset)
        warnings.warn(f"{self!r} was not given back", ResourceWarning, source=self, stacklevel=2)

    def __repr__(self) -> str:
        return f"<pravega.Slice of {self.segment}, {self.start_offset} to {self.end_offset}, {len(self)} events>"


#: An offset at which no event begins.
_NOWHERE = -2


def _index(library: Library, handle: int, data: bytes) -> array[int]:
    """For each event of a slice where it begins in data, and its size.

    Events are found by going from one to the next. To go there once, their number is
    guessed: often all have the size of the first.
    """
    behind = ctypes.c_size_t()
    guess = len(data) // (8 + int.from_bytes(data[4:8], "big"))
    pairs = _pairs(guess)
    found: int = library.slice_index(handle, ctypes.byref(behind), pairs.buffer_info()[0], guess)
    del pairs[2 * found :]
    more: int = library.slice_index(handle, ctypes.byref(behind), None, 0)
    if more > 0:
        rest = _pairs(more)
        library.slice_index(handle, ctypes.byref(behind), rest.buffer_info()[0], more)
        pairs += rest
    return pairs


def _pairs(count: int) -> array[int]:
    return array("I", (0,)) * (2 * count)


class _HandedOut:
    """How many events were handed out: counted by an iterator that is stepped anyway, so it costs an event nothing.

    It knows nothing of its slice, which therefore ends as soon as it is dropped.
    """

    __slots__ = ("_steps",)

    def __init__(self) -> None:
        self._steps: tuple[int, Iterator[object]] = 0, iter(())

    def step(self, steps: Iterator[_Step], upto: int) -> Iterator[_Step]:
        """From now on what is left of `steps`, which it returns, are events that were not handed out, of so many."""
        self._steps = upto, steps
        return steps

    @property
    def count(self) -> int:
        upto, steps = self._steps
        return upto - length_hint(steps)


_Step = TypeVar("_Step")


def _parts(data: bytes, pairs: array[int], handed_out: _HandedOut) -> Iterator[Iterator[bytes]]:
    """The events of a slice, some at a time: all at once would be more than fits the
    processor's cache, and memory that comes from the system and goes back each time."""
    sizes = pairs[1::2]
    for first in range(0, len(sizes), _PART):
        events = _layout(sizes[first : first + _PART].tobytes()).unpack_from(data, pairs[2 * first] - 8)
        yield handed_out.step(iter(events), first + len(events))


_PART = 512


@lru_cache(maxsize=4)
def _layout(sizes: bytes) -> Struct:
    """How events of some sizes lie in a slice. Often all events of a stream have the same size."""
    return Struct("".join(map(_FIELDS.__getitem__, array("I", sizes))))


class _Fields(dict[int, str]):
    """How an event of a size lies behind its header, in the language of struct."""

    def __missing__(self, size: int) -> str:
        field = f"8x{size}s"
        if size < 4096:  # so there are not many to remember
            self[size] = field
        return field


_FIELDS = _Fields()
