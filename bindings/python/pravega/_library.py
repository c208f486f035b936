"""Finds the shared library and loads it, once, when it is needed first.

Importing the package does not load it. A process may therefore import pravega,
fork, and use Pravega in its children; after the library was loaded, a forked
child can only be told that it was forked (`ForkedError`).
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
from pathlib import Path
from typing import Any

from . import _abi
from .errors import ABIMismatchError

NAME = "libpravega.so.0"

#: At exit of the interpreter, writers and readers that are still open get this
#: long, in milliseconds, for their acks and for leaving their groups.
EXIT_MILLISECONDS = 10_000


#: Never wait, never log and never enter the Go runtime: called without letting
#: go of the interpreter lock, which costs more than they do.
QUICK = ("pravega_slice_info", "pravega_slice_index", "pravega_slice_pointer")


class Library:
    """The functions of the header as attributes, without the prefix `pravega_`."""

    def __init__(self, path: str) -> None:
        self.path = path
        functions: Any = ctypes.CDLL(path)
        quick: Any = ctypes.PyDLL(path)
        for name, (result, arguments) in _abi.PROTOTYPES.items():
            function = getattr(quick if name in QUICK else functions, name)
            function.restype = result
            function.argtypes = arguments
            setattr(self, name.removeprefix("pravega_"), function)
        status: int = self.check_abi_of(_abi.ABI, _abi.HEADER_VERSION)
        if status != _abi.OK:
            raise ABIMismatchError(f"{path}, version {self.version_text()}: {self.text(status)}")

    def __getattr__(self, name: str) -> Any:  # the functions, for type checkers
        raise AttributeError(name)

    def version_text(self) -> str:
        """The library's version, for example "0.1.0"."""
        version: bytes = self.version_string()
        return version.decode()

    def text(self, status: int) -> str:
        """One line saying what a status means and what can be done."""
        text: bytes = self.status_text(status)
        return text.decode()


def candidates() -> list[str]:
    """Where the library is looked for, in this order; the last one asks the system."""
    override = os.environ.get("PRAVEGA_LIBRARY")
    if override:
        return [override]
    here = Path(__file__).resolve().parent
    places = [here / NAME]  # a wheel
    if len(here.parents) > 2:
        places.append(here.parents[2] / "build" / "lib" / NAME)  # a checkout
    return [str(place) for place in places if place.is_file()] + [NAME]


_loading = threading.Lock()
_loaded: Library | None = None


def library() -> Library:
    """The library, loaded if it was not yet.

    Raises ImportError when it cannot be found or loaded, ABIMismatchError when
    its version does not fit this package.
    """
    global _loaded
    if _loaded is None:
        with _loading:
            if _loaded is None:
                _loaded = _load()
    return _loaded


def _load() -> Library:
    path = candidates()[0]
    try:
        found = Library(path)
    except (OSError, AttributeError) as cause:  # not there or no library; an older one
        raise ImportError(
            f"cannot load {path}: {cause}; set PRAVEGA_LIBRARY to the path of {NAME}, or install a wheel that holds it"
        ) from cause
    atexit.register(_leave, found, os.getpid())
    return found


def _leave(loaded: Library, process: int) -> None:
    if os.getpid() == process:
        loaded.shutdown(EXIT_MILLISECONDS)
