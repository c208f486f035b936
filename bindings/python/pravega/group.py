"""Reader groups: who reads which segments of some streams."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from ._call import quick, strings, text, waiting
from ._object import Object
from .options import OptionValue
from .reader import Reader

if TYPE_CHECKING:
    from .client import Client


class ReaderGroup(Object):
    """Shares the segments of its streams among its readers, in any language.

    Each event goes to one of them. Official Java readers may be members, too.
    The group lives in Pravega; this is a handle to it, which may as well be
    dropped as closed. The group stays as it is then, and the readers that were
    opened with it.

    Every method may be called from any thread. Made by `Client.open_reader_group`.
    """

    _kind = "reader group"
    _must_be_closed = False

    def __init__(self, client: Client, scope: str, name: str, handle: ctypes.c_void_p) -> None:
        super().__init__(client._library, handle)
        self._client = client
        self.scope = scope
        self.name = name

    def open_reader(self, id: str, *, timeout: float | None = None, **options: OptionValue) -> Reader:
        """Adds a reader to the group.

        `id` is its name in the group, unique there, with the characters of a
        stream's name. `options` are the reader.* options in which it differs
        from its client, for example reader_buffer_bytes="16MiB".

        Waits until the group knows the reader, at most `timeout` seconds; None:
        option request.timeout. Raises AlreadyExistsError when the group has a
        reader of this id, also one that crashed; NoSuchReaderGroupError.
        """
        library, handle = self._library, ctypes.c_void_p()
        waiting(
            library,
            library.reader_open,
            self._live(),
            text("reader id", id),
            self._client._with(options),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: library.reader_close(handle, 0, None),
        )
        return self._client._adopt(Reader(self._client, f"{self.scope}/{self.name}", id, handle))

    def readers(self, *, timeout: float | None = None) -> list[str]:
        """The ids of the readers that are online in the group, on any machine.

        Waits for servers, at most `timeout` seconds; None: option request.timeout.
        """
        handle = ctypes.c_void_p()
        waiting(
            self._library,
            self._library.reader_group_readers,
            self._live(),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.list_free(handle),
        )
        return strings(self._library, handle)

    def reader_offline(self, id: str, *, timeout: float | None = None) -> None:
        """Takes a reader that crashed out of the group.

        Others go on from where it last gave back. If it lives after all, it
        fails with ReaderNotInGroupError. A reader that is not in the group is
        taken as gone already. Waits as `readers` does.
        """
        waiting(
            self._library,
            self._library.reader_group_reader_offline,
            self._live(),
            text("reader id", id),
            timeout=timeout,
        )

    def close(self, timeout: float | None = None) -> None:
        """Closes the handle; asks no server. Closing what is closed does nothing."""
        handle = self._retire()
        if handle is not None:
            quick(self._library, self._library.reader_group_close, handle)

    def _discard(self, handle: int) -> None:
        self._library.reader_group_close(handle, None)

    def __repr__(self) -> str:
        return f"<pravega.ReaderGroup {self.scope}/{self.name}{' (closed)' if self.closed else ''}>"
