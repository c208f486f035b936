"""What everything that is opened and closed has in common."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from ._call import failure
from ._library import Library
from .errors import BadHandleError, ClosedError, PravegaError

_Self = TypeVar("_Self", bound="Object")

#: When an exception leaves a `with` block, closing waits at most this long, in
#: seconds, for acks or servers: somebody waits to see the exception.
IMPATIENT = 5.0


class Object:
    """A native object that is open until `close`, and a context manager that closes it."""

    _kind = "object"
    _must_be_closed = True  # forgetting it costs more than a little memory

    def __init__(self, loaded: Library, handle: ctypes.c_void_p) -> None:
        self._library = loaded
        self._handle: int | None = handle.value
        self._process = os.getpid()
        self._closing = threading.Lock()

    @property
    def closed(self) -> bool:
        """Whether it was closed. Never waits."""
        return self._handle is None

    def close(self, timeout: float | None = None) -> None:
        """Closes it. Closing what is closed does nothing."""
        raise NotImplementedError

    def _retire(self) -> int | None:
        """Takes the handle away, for closing; None when somebody did before.

        Also in a forked child, where there is nothing to close: it is the parent's.
        """
        if os.getpid() != self._process:
            self._handle = None
            return None
        with self._closing:
            handle, self._handle = self._handle, None
            return handle

    def _discard(self, handle: int) -> None:
        """Closes a handle without waiting for anything."""
        raise NotImplementedError

    def _failure(self, status: int, error: int | None = None) -> PravegaError:
        """The exception for a status of a call on this object."""
        made = failure(self._library, status, error)
        if isinstance(made, BadHandleError) and self.closed:  # this object knows better than the library
            return ClosedError(f"this {self._kind} was closed")
        return made

    def _live(self) -> int:
        """The handle, for calls off the hot path."""
        handle = self._handle
        if handle is None:
            raise ClosedError(f"this {self._kind} was closed")
        return handle

    def _obstacle(self, ask: Callable[..., int]) -> PravegaError | None:
        """What a function of the library says that stands in the way of this object now.

        A TimedOutError says what it waits for although nothing is in the way.
        """
        error = ctypes.c_void_p()
        status = ask(self._live(), ctypes.byref(error))
        return self._failure(status, error.value) if status < 0 else None

    def __enter__(self: _Self) -> _Self:
        self._live()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if exception is None:
            self.close()
            return
        with contextlib.suppress(PravegaError):  # the exception that is on its way says more
            self.close(timeout=IMPATIENT)

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)  # missing when __init__ failed
        if handle is None or sys.is_finalizing() or os.getpid() != self._process:
            return
        open_still = repr(self)
        self._handle = None
        self._discard(handle)
        if self._must_be_closed:
            warnings.warn(f"unclosed {open_still}", ResourceWarning, source=self, stacklevel=2)

    def __repr__(self) -> str:
        return f"<pravega.{type(self).__name__}{' (closed)' if self.closed else ''}>"
