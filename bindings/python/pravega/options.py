"""Options: what can be set by name, when a client, a writer or another object is made."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from . import _abi
from ._call import quick, strings, text
from ._library import Library, library
from .errors import InvalidArgumentError

#: What an option can be set to. Numbers, truth values and timedelta stand for
#: themselves; a sequence of strings for their list; a string is handed on as it
#: is: durations are written "250ms" or "10s", sizes "16777216" or "16MiB".
OptionValue = str | int | bool | timedelta | Sequence[str]


class Option(NamedTuple):
    """One option there is."""

    #: Its name, for example "writer.window.bytes". As a keyword argument it is
    #: spelled with underscores: writer_window_bytes.
    name: str
    #: Its value when it is not set.
    default: str
    #: The values that are accepted.
    range: str
    #: What it is for.
    doc: str
    #: The kind of object that it belongs to: "client", "writer", "transactional
    #: writer", "reader", "reader group" or "stream".
    belongs_to: str


def options() -> list[Option]:
    """Every option that the library knows, by name. Loads the library; never waits."""
    loaded = library()
    handle = ctypes.c_void_p()
    quick(loaded, loaded.config_describe, ctypes.byref(handle))
    cells = strings(loaded, handle)
    width = _abi.CONFIG_COLUMNS
    return [Option(*cells[i : i + width]) for i in range(0, len(cells), width)]


@functools.cache
def owners() -> dict[str, str]:
    """The kinds of objects that the options belong to, by the options' names."""
    return {option.name: option.belongs_to for option in options()}


class Config:
    """A native configuration, to be passed to native functions; ends with its last reference at the latest."""

    def __init__(self, loaded: Library, handle: ctypes.c_void_p) -> None:
        self._library = loaded
        self._as_parameter_: ctypes.c_void_p | None = handle

    @classmethod
    def defaults(cls, loaded: Library) -> Config:
        """Every option has its default."""
        handle = ctypes.c_void_p()
        quick(loaded, loaded.config_new, ctypes.byref(handle))
        return cls(loaded, handle)

    def of(self, kind: str, changes: Mapping[str, OptionValue]) -> Config:
        """As `with_options`, for options that must be those of one kind of object."""
        for name in map(_dotted, changes):
            owner = owners().get(name, kind)  # the library refuses what is unknown
            if owner != kind:
                raise InvalidArgumentError(f"option {name} belongs to a {owner}, and was given to a {kind}")
        return self.with_options(changes)

    def with_options(self, changes: Mapping[str, OptionValue]) -> Config:
        """A copy in which some options are set; this one when there are none."""
        if not changes:
            return self
        handle = ctypes.c_void_p()
        quick(self._library, self._library.config_dup, self, ctypes.byref(handle))
        copy = Config(self._library, handle)
        for name, value in changes.items():
            copy.set(name, value)
        return copy

    def set(self, name: str, value: OptionValue) -> None:
        """Sets one option; its name may be spelled with underscores."""
        dotted = _dotted(name)
        quick(
            self._library,
            self._library.config_set,
            self,
            text("option", dotted),
            text(f"option {dotted}", spell(value)),
        )

    def free(self) -> None:
        """Ends it."""
        handle, self._as_parameter_ = self._as_parameter_, None
        self._library.config_free(handle)

    def __del__(self) -> None:
        self.free()


def _dotted(name: str) -> str:
    return name.replace("_", ".")


def spell(value: OptionValue) -> str:
    """A value in the form that the library reads."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value // timedelta(microseconds=1)}us"
    return ",".join(value)
