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
        self._inside: dict[asyncio.AbstractEventLoop, int] = {}
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        with self._lock:
            tasks = self._inside.get(loop, 0)
            self._inside[loop] = tasks + 1
            if tasks == 0 and not self._closed:
                loop.add_reader(self._descriptor, self._on_readable)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        with self._lock:
            self._inside[loop] -= 1
            if self._inside[loop] == 0:
                del self._inside[loop]
                loop.remove_reader(self._descriptor)
                self._end()

    def mute(self) -> None:
        """Called back: the running loop looks no more until its tasks have left."""
        asyncio.get_running_loop().remove_reader(self._descriptor)

    def close(self) -> None:
        """No more calls for new tasks. The last task that leaves ends the duplicate."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._end()

    def _end(self) -> None:
        if self._closed and not self._inside:
            os.close(self._descriptor)
