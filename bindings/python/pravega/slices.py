"""Slices: what a reader hands out at a time."""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from operator import add, length_hint
from types import TracebackType

from . import _abi
from ._call import failure
from ._library import Library
from .errors import ClosedError, InvalidArgumentError
from .pointers import EventPointer


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
        "_bounds",
        "_ends",
        "_events",
        "_handle",
        "_left",
        "_library",
        "_process",
        "_starts",
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

        count: int = library.slice_index(handle, None, None, 0)
        pairs = array("I", bytes(8 * count))
        library.slice_index(handle, None, pairs.buffer_info()[0], count)
        # Iterators of C code all the way, so an event costs little more than its
        # bytes; the one over starts also knows how many events it handed out.
        self._starts = pairs[0::2].tolist()
        self._ends = list(map(add, self._starts, pairs[1::2]))
        self._left = iter(self._starts)
        self._bounds = map(slice, self._left, iter(self._ends))
        self._events = map(self.data.__getitem__, self._bounds)

    def __len__(self) -> int:
        """How many events the slice holds, handed out or not."""
        return len(self._starts)

    def __iter__(self) -> Iterator[bytes]:
        """The events that were not handed out yet. Never waits."""
        return self._events

    def views(self) -> Iterator[memoryview]:
        """As iterating, but without a copy: read-only views of `data`, which they keep alive."""
        return map(memoryview(self.data).__getitem__, self._bounds)

    def with_offsets(self) -> Iterator[tuple[int, bytes]]:
        """As iterating, with the offset of each event in the segment: `release_at`
        with it has the event delivered again."""
        base = self.start_offset - 8  # an event begins with its header
        for bounds in self._bounds:
            yield base + bounds.start, self.data[bounds]

    @property
    def position(self) -> int:
        """The offset behind the last event that was handed out."""
        handed = self._handed
        return self.start_offset + self._ends[handed - 1] if handed else self.start_offset

    @property
    def _in_hand(self) -> int:
        """The offset of the last event that was handed out."""
        handed = self._handed
        return self.start_offset + self._starts[handed - 1] - 8 if handed else self.start_offset

    @property
    def _handed(self) -> int:
        return len(self._starts) - length_hint(self._left)

    def pointer(self, offset: int | None = None) -> EventPointer:
        """The pointer to the event at an offset, as `with_offsets` tells it, for `Client.fetch_event`.

        None: to the last event that was handed out. Never waits.

        Raises InvalidArgumentError when no event begins there, or none was handed
        out; ClosedError when the slice was given back.
        """
        if self._handle is None:
            raise ClosedError("this slice was given back before")
        at = self._handed - 1 if offset is None else bisect_left(self._starts, offset - self.start_offset + 8)
        if at < 0 or at == len(self._starts) or offset not in (None, self.start_offset + self._starts[at] - 8):
            raise InvalidArgumentError(f"{self!r}: no event at offset {offset}, or none was handed out")
        offset, size = self.start_offset + self._starts[at] - 8, self._ends[at] - self._starts[at]
        spelled = ctypes.create_string_buffer(_abi.POINTER_SIZE)
        status: int = self._library.slice_pointer(self._handle, offset, size, spelled)
        if status < 0:
            raise failure(self._library, status)
        return EventPointer(spelled.value.decode())

    @property
    def released(self) -> bool:
        """Whether it was given back."""
        return self._handle is None

    def release(self) -> None:
        """Gives the slice back: all of its events were consumed. Never waits.

        Raises ClosedError when it was given back before, or when the reader was
        closed or taken out of its group meanwhile, which gave it back as unread.
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
        if not self.start_offset <= offset <= self.end_offset:
            offset = _NOWHERE
        status: int = self._library.slice_release(handle, offset)
        if status < 0:
            raise failure(self._library, status)

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
