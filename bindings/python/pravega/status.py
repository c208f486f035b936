"""Watching a reader group: how much there is to read for it, and for how many."""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING, NamedTuple

from . import _abi
from ._call import waiting
from ._waiting import Deadline, awaited
from .errors import BadHandleError, TimedOutError

if TYPE_CHECKING:
    from .group import ReaderGroup


class GroupStatus(NamedTuple):
    """How much there is to read for a reader group at a time, and for how many."""

    #: Segments that are being read or free to be read: more readers than that would have
    #: nothing to do. It changes when streams are scaled.
    segments: int
    #: Readers that are in the group, in whatever process and language.
    readers: int
    #: Everything was read that the group will ever have: its readers come to the end. False
    #: again after a reset.
    end_of_data: bool


class GroupStatuses:
    """What becomes of a reader group, for `for` and `async for`. Made by `ReaderGroup.watch`."""

    def __init__(self, group: ReaderGroup, timeout: float | None) -> None:
        self._group = group
        self._timeout = timeout
        self._told: GroupStatus | None = None

    def __iter__(self) -> GroupStatuses:
        return self

    def __next__(self) -> GroupStatus:
        self._told = self._another(threading.Event())
        return self._told

    def __aiter__(self) -> GroupStatuses:
        return self

    async def __anext__(self) -> GroupStatus:
        given_up = threading.Event()
        try:
            self._told = await awaited(lambda: self._another(given_up))
        finally:
            given_up.set()
        return self._told

    def _another(self, given_up: threading.Event) -> GroupStatus:
        """Waits for a status that was not told yet."""
        group, deadline = self._group, Deadline(self._timeout)
        wait, status = group._library.reader_group_wait_change, _abi.GroupStatus(*self._told or _NONE)
        while True:
            piece = deadline.piece() / 1000
            try:
                waiting(group._library, wait, group._live(), ctypes.byref(status), ctypes.sizeof(status), timeout=piece)
            except TimedOutError:
                if deadline.left() == 0.0 or given_up.is_set():
                    raise
            except BadHandleError:
                group._live()  # was it closed just now?
                raise
            else:
                return GroupStatus(status.segments, status.readers, bool(status.end_of_data))


#: Any status is another one than this.
_NONE = GroupStatus(-1, 0, False)
