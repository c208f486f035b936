"""What the library has to say, for Python's `logging`."""

from __future__ import annotations

import atexit
import logging
import queue
import threading

from . import _abi
from ._call import failure
from ._library import library

#: Messages that wait for the logging thread at most; more are dropped and counted.
_ROOM = 10_000

_PYTHON_LEVELS = {
    _abi.LOG_ERROR: logging.ERROR,
    _abi.LOG_WARN: logging.WARNING,
    _abi.LOG_INFO: logging.INFO,
    _abi.LOG_DEBUG: logging.DEBUG,
}


def log_to(logger: logging.Logger | None, level: int = logging.INFO) -> None:
    """Sends the log of the library, for all clients, to a logger; None: off, as it is at first.

    `level` is that of `logging`; messages below it are not made at all. Once a segment
    store, or all controllers, have been away for a second, there is a WARNING with the
    address and the cause, further ones at growing intervals, and an INFO when the outage
    has ended. Single attempts are DEBUG.

    The library hands its messages to Python from threads of its own, which is
    why they are off until asked for. There they are only put into a queue of
    10,000; a Python thread passes them to the logger, so that its handlers may
    take their time and may use this package.

    Loads the library. Raises ImportError as `Client` does.
    """
    with _changing:
        global _running
        if _running is not None:
            _running.stop()
            _running = None
        if logger is not None:
            _running = _Log(logger, level)


class _Log:
    """A native log function, the queue that it fills, and the thread that empties it."""

    def __init__(self, logger: logging.Logger, level: int) -> None:
        self._logger = logger
        self._messages: queue.Queue[tuple[int, str] | None] = queue.Queue(_ROOM)
        self._dropped = 0
        self._thread = threading.Thread(target=self._pass_on, name="pravega-log", daemon=True)
        self._thread.start()
        self._function = _abi.LogFunction(self._put)  # the library calls it: it must not end before
        _set(self._function, _native(level))

    def _put(self, _: object, level: int, message: bytes) -> None:
        """Runs on threads of the library."""
        try:
            self._messages.put_nowait((level, message.decode(errors="replace")))
        except queue.Full:
            self._dropped += 1

    def _pass_on(self) -> None:
        while (item := self._messages.get()) is not None:
            level, message = item
            self._logger.log(_PYTHON_LEVELS.get(level, logging.ERROR), "%s", message)
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                self._logger.warning("%d messages of the library were dropped: they came too fast", dropped)

    def stop(self) -> None:
        """No more messages; those that were made are passed on."""
        _set(_abi.LogFunction(), _abi.LOG_OFF)
        self._messages.put(None)
        self._thread.join()


def _native(level: int) -> int:
    for native, python in _PYTHON_LEVELS.items():
        if level >= python:
            return native
    return _abi.LOG_DEBUG


def _set(function: object, level: int) -> None:
    loaded = library()
    status: int = loaded.log_set(function, None, level)
    if status < 0:
        raise failure(loaded, status)


_changing = threading.Lock()
_running: _Log | None = None


@atexit.register
def _stop() -> None:
    with _changing:
        global _running
        if _running is not None:
            _running.stop()
            _running = None
