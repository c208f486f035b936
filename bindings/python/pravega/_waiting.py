"""Time limits, and native calls that wait, in a form that Ctrl-C can end.

Python runs its signal handlers in the main thread, between two steps of Python
code: a native call that waits would keep Ctrl-C waiting as long. So waits that
can be resumed are cut into pieces, and calls that cannot be (a request to a
server) run in a thread of their own while the main thread waits in Python.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from ._abi import FOREVER
from .errors import InvalidArgumentError

_Result = TypeVar("_Result")

#: The longest native wait in the main thread, in milliseconds.
PIECE = 200

_LONGEST = 2**31 - 1


def milliseconds(timeout: float | None) -> int:
    """A time limit in seconds, None for none, as the library takes it."""
    if timeout is None:
        return FOREVER
    try:
        fits = timeout >= 0  # not so for a negative number, or for NaN
    except TypeError:
        raise TypeError(f"timeout {timeout!r}: seconds, 0 or more, or None for no limit") from None
    if not fits:
        raise InvalidArgumentError(f"timeout {timeout!r}: seconds, 0 or more, or None for no limit")
    if timeout * 1000 >= _LONGEST:
        return _LONGEST
    return math.ceil(timeout * 1000)


def first_piece(timeout: float | None) -> int:
    """The first piece of a wait, in milliseconds."""
    return PIECE if timeout is None else min(milliseconds(timeout), PIECE)


class Deadline:
    """The end of a wait that is done in pieces."""

    def __init__(self, timeout: float | None) -> None:
        limit = milliseconds(timeout)
        self._end = None if limit == FOREVER else time.monotonic() + limit / 1000

    def left(self) -> float | None:
        """Seconds that are left, None when there is no limit."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def piece(self) -> int:
        """The next piece in milliseconds; 0 when the time is over."""
        return first_piece(self.left())


def interruptible(call: Callable[[], _Result], undo: Callable[[_Result], None]) -> _Result:
    """Makes a native call that may take long, so that Ctrl-C ends the wait for it.

    The call itself goes on then, and `undo` gets what it returns in the end.
    """
    if threading.current_thread() is not threading.main_thread():
        return call()
    try:
        outcome = _started(call)
    except RuntimeError:  # the interpreter is exiting: no more threads
        return call()
    try:
        return outcome.result()
    except BaseException:
        _unheard(outcome, undo)
        raise


async def awaited(call: Callable[[], _Result], undo: Callable[[_Result], object] = lambda _: None) -> _Result:
    """Makes a call that may take long, while the event loop goes on.

    When the task is cancelled, the call goes on, and `undo` gets what it returns in
    the end, in another thread.
    """
    outcome = _started(call)
    try:
        return await asyncio.wrap_future(outcome)
    except BaseException:
        _unheard(outcome, undo)
        raise


def _started(call: Callable[[], _Result]) -> Future[_Result]:
    """The outcome of a call in a thread of its own."""
    outcome: Future[_Result] = Future()
    outcome.set_running_or_notify_cancel()  # it cannot be cancelled

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as failure:  # noqa: BLE001, it is raised again where the result is asked for
            outcome.set_exception(failure)

    threading.Thread(target=run, name="pravega-call", daemon=True).start()
    return outcome


def _unheard(outcome: Future[_Result], undo: Callable[[_Result], object]) -> None:
    """Waiting for a call was ended by something else than its failure."""
    if not outcome.done() or outcome.exception() is None:
        outcome.add_done_callback(lambda late: None if late.exception() else undo(late.result()))
