"""Watching a descriptor of the library from asyncio's event loops."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable


class Watch:
    """Calls a function in event loops while a descriptor is readable.

    A loop watches as long as one of its tasks is inside `with watch:`, so that
    an idle object keeps no loop awake. The descriptor that is watched is a
    duplicate: the library may close its own while a loop still has this one.
    """

    def __init__(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        self._descriptor = os.dup(descriptor)
        self._on_readable = on_readable
        self._tasks: dict[asyncio.AbstractEventLoop, int] = {}  # inside, by loop
        self._watching: set[asyncio.AbstractEventLoop] = set()
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        with self._lock:
            self._tasks[loop] = self._tasks.get(loop, 0) + 1
            if self._closed:
                loop.call_soon(self._on_readable)  # it will see that all is over
            elif loop not in self._watching:
                loop.add_reader(self._descriptor, self._on_readable)
                self._watching.add(loop)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        with self._lock:
            self._tasks[loop] -= 1
            if self._tasks[loop] == 0:
                del self._tasks[loop]
                self._stop(loop)
                self._end()

    def mute(self) -> None:
        """The running loop watches no more, until another task enters."""
        with self._lock:
            self._stop(asyncio.get_running_loop())

    def close(self) -> None:
        """The object is closed. The last task that leaves ends the duplicate."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._end()

    def _stop(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop in self._watching:
            self._watching.remove(loop)
            loop.remove_reader(self._descriptor)

    def _end(self) -> None:
        if self._closed and not self._tasks and self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
