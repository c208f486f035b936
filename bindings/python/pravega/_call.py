"""Calls of the library off the hot path: statuses become exceptions, lists become Python's."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ._library import Library, library
from ._waiting import interruptible, milliseconds
from .errors import BY_CODE, InvalidArgumentError, PravegaError

#: What to do with what a call made when nobody waits for it any more.
Undo = Callable[[], object]


def text(what: str, value: str) -> bytes:
    """A string as the library takes it; `what` names it in errors."""
    if not isinstance(value, str):
        raise TypeError(f"{what}: a str, not {type(value).__name__}")
    try:
        encoded = value.encode()
    except UnicodeEncodeError as cause:
        raise InvalidArgumentError(f"{what} {value!r} is not valid Unicode: {cause.reason}") from cause
    if b"\0" in encoded:
        raise InvalidArgumentError(f"{what} {value!r} holds a NUL character")
    return encoded


def texts(what: str, values: Iterable[object]) -> tuple[Any, int]:
    """Strings, or what `str` makes one of, as the library takes them, and how many; `what` names one in errors."""
    encoded = [text(what, str(value)) for value in values]
    return (ctypes.c_char_p * len(encoded))(*encoded), len(encoded)


def failure(library: Library, status: int, error: int | None = None) -> PravegaError:
    """The exception for a status, and for the native error, if there is one, which it frees."""
    message = library.text(status)
    may_be_stored = False
    if error:
        native: bytes = library.error_message(error)
        message = native.decode(errors="replace")
        may_be_stored = bool(library.error_may_be_stored(error))
        library.error_free(error)
    kind = BY_CODE.get(status)
    if kind is None:  # a newer library knows more kinds of failure
        name: bytes = library.status_name(status)
        made = PravegaError(f"{name.decode()} ({status}): {message}")
        made.code = status
    else:
        made = kind(message)
    made.may_be_stored = may_be_stored
    return made


def quick(library: Library, function: Callable[..., int], *arguments: Any) -> int:
    """Calls a function that takes a pointer to an error last and never waits long."""
    error = ctypes.c_void_p()
    status = function(*arguments, ctypes.byref(error))
    if status < 0:
        raise failure(library, status, error.value)
    return status


def waiting(
    library: Library, function: Callable[..., int], *arguments: Any, timeout: float | None, undo: Undo | None = None
) -> int:
    """Calls a function that takes a time limit and a pointer to an error last.

    Ctrl-C ends the wait. The call goes on then, and `undo` is called if it
    succeeds after all.
    """
    error = ctypes.c_void_p()
    limit = milliseconds(timeout)

    def late(status: int) -> None:
        if status < 0:
            library.error_free(error)
        elif undo is not None:
            undo()

    status = interruptible(lambda: function(*arguments, limit, ctypes.byref(error)), late)
    if status < 0:
        raise failure(library, status, error.value)
    return status


def strings(library: Library, handle: ctypes.c_void_p) -> list[str]:
    """The strings of a list, which ends."""
    try:
        return [item.decode() for item in _items(library, handle)]
    finally:
        library.list_free(handle)


def contents(library: Library, handle: ctypes.c_void_p) -> bytes:
    """The bytes of a value of bytes, which ends."""
    try:
        size = ctypes.c_size_t()
        return ctypes.string_at(library.bytes_data(handle, ctypes.byref(size)), size.value)
    finally:
        library.bytes_free(handle)


def quick_strings(function: str, *arguments: Any) -> list[str]:
    """The strings that a function makes which belongs to no object and never waits."""
    loaded, handle = library(), ctypes.c_void_p()
    quick(loaded, getattr(loaded, function), *arguments, ctypes.byref(handle))
    return strings(loaded, handle)


def quick_bytes(function: str, *arguments: Any) -> bytes:
    """The bytes that such a function makes."""
    loaded, handle = library(), ctypes.c_void_p()
    quick(loaded, getattr(loaded, function), *arguments, ctypes.byref(handle))
    return contents(loaded, handle)


def _items(library: Library, handle: ctypes.c_void_p) -> Iterator[bytes]:
    for i in range(library.list_size(handle)):
        yield library.list_get(handle, i)
