"""Reader groups: who reads which segments of some streams."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ._call import Undo, quick, strings, text, texts, waiting
from ._object import Object
from ._waiting import awaited, milliseconds
from .cuts import Checkpoint, Cuts, GroupStream, StreamCut, cuts_of
from .options import OptionValue
from .positions import Position
from .reader import OnCheckpoint, Reader
from .status import GroupStatuses

if TYPE_CHECKING:
    from .client import Client


class ReaderGroupInfo(NamedTuple):
    """What `ReaderGroup.info` found out about a group; another one like it is made by

    client.create_reader_group(scope, name, info.streams, **info.options)
    """

    #: What is read; each stream from the cut where the group started or was reset to.
    streams: tuple[GroupStream, ...]
    #: The group.* options that are the group's own, by name with dots; the values are strings.
    options: dict[str, Any]


class ReaderGroup(Object):
    """Shares the segments of its streams among its readers, in any language.

    Each event goes to one of them. Official Java readers may be members, too.
    The group lives in Pravega; this is a handle to it, which may as well be
    dropped as closed. The group stays as it is then, and the readers that were
    opened with it.

    Every method may be called from any thread. What asks servers waits at most
    `timeout` seconds; None: option request.timeout, 60 s. In coroutines call the methods
    that have no form named ..._async by `asyncio.to_thread`. They raise
    NoSuchReaderGroupError when the group was deleted. Made by `Client.open_reader_group`.
    """

    _kind = "reader group"
    _must_be_closed = False

    def __init__(self, client: Client, scope: str, name: str, handle: ctypes.c_void_p) -> None:
        super().__init__(client._library, handle)
        self._client = client
        self.scope = scope
        self.name = name

    def open_reader(
        self,
        id: str,
        *,
        on_checkpoint: OnCheckpoint | None = None,
        timeout: float | None = None,
        **options: OptionValue,
    ) -> Reader:
        """Adds a reader to the group.

        `id` is its name in the group, unique there, with the characters of a
        stream's name. With `on_checkpoint` the program is told of the group's
        checkpoints: see `Reader`. It turns option reader.checkpoints on; with that
        alone, the reader passes a checkpoint when what is before was given back and the
        program asks for more, as official Java readers do.

        `options` are the reader.* options in which it differs from its client, for
        example reader_buffer_bytes="16MiB" for what is read ahead and the slices that are
        out (all segments share it, each may take 16 KiB in any case), and
        group_liveness_timeout: when another reader of the group shows no sign of life for
        so long, this one takes it out, as `reader_offline` does. Default "0s" is never;
        less than 30 s, or than 10 s for each reader and one more, counts as that. Readers
        of this library give signs in the background, official Java ones only when their
        application asks for an event, so it must be longer than that ever takes.

        Waits until the group knows the reader, at most `timeout` seconds; None:
        option request.timeout. Raises AlreadyExistsError when the group has a
        reader of this id, also one that crashed; NoSuchReaderGroupError.
        """
        if on_checkpoint is not None:
            options = {**options, "reader.checkpoints": True}
        handle = ctypes.c_void_p()
        self._ask(
            "reader_open",
            text("reader id", id),
            self._client._with("reader", options),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.reader_close(handle, 0, None),
        )
        return self._client._adopt(Reader(self._client, f"{self.scope}/{self.name}", id, handle, on_checkpoint))

    def readers(self, *, timeout: float | None = None) -> list[str]:
        """The ids of the readers that are online in the group, on any machine."""
        return self._list("readers", timeout=timeout)

    def reader_offline(self, id: str, *, at: Position | str | None = None, timeout: float | None = None) -> None:
        """Takes a reader that crashed out of the group.

        Others go on from its last checkpoint, or from where it acquired its segments:
        nothing is lost, what it was handed since is delivered again. If it lives after
        all, it fails with ReaderNotInGroupError. A reader that is not in the group is
        taken as gone already.

        `at` is where it was done, when the program kept that with what it made of the
        events before: others go on there, and nothing is delivered again. It must be a
        position of this reader since it was opened last, as what a wrong one skips is
        not read. Segments that it lacks are handed over as without.
        """
        if at is None:
            self._ask("reader_group_reader_offline", text("reader id", id), timeout=timeout)
        else:
            position = text("position", str(at))
            self._ask("reader_group_reader_offline_at", text("reader id", id), position, timeout=timeout)

    def info(self, *, timeout: float | None = None) -> ReaderGroupInfo:
        """What the group reads, and its options."""
        cells = self._list("info", timeout=timeout)
        pairs = list(zip(cells[0::2], cells[1::2], strict=True))
        return ReaderGroupInfo(
            tuple(GroupStream.parse(value) for name, value in pairs if name == "stream"),
            {name: value for name, value in pairs if name != "stream"},
        )

    def unread_bytes(self, *, timeout: float | None = None) -> int:
        """How many bytes of what is in the streams now the group has left to read.

        With the 8 bytes before each event, up to the ends that the group has. Readers
        tell how far they are every few seconds (one more than there are readers), so
        it is as old.
        """
        count = ctypes.c_int64()
        self._ask("reader_group_unread_bytes", ctypes.byref(count), timeout=timeout)
        return count.value

    def watch(self, *, timeout: float | None = None) -> GroupStatuses:
        """What becomes of the group, for `for` and `async for`: its status now, and again whenever it has changed.

        It goes on until the loop is left, also after `end_of_data`. From the first status on the
        library looks every group.refresh.interval until this handle is closed; changes in
        between show as one. While servers are away, there is no change.

        A status that does not come within `timeout` seconds raises TimedOutError; None:
        wait as long as it takes. Ctrl-C and closing this handle end the wait. Raises
        NoSuchReaderGroupError when the group is deleted. Any number of loops may watch.
        """
        milliseconds(timeout)
        return GroupStatuses(self, timeout)

    # --------------------------------------------------------- checkpoints

    def checkpoint(self, name: str, *, timeout: float | None = None) -> Checkpoint:
        """Has every reader of the group pass a checkpoint, and waits until all have.

        `name` is any text but "", and without "_SILENT_". Readers look for checkpoints
        every group.refresh.interval; those that have `on_checkpoint`, and official Java
        ones, pass it when their program asks for the next events, so call this in
        another thread or process. A group without readers passes it at once.

        Waits at most `timeout` seconds; None: option request.timeout. A call that
        ended early leaves the checkpoint under way: call again on the same handle with its
        name to wait on, or `cancel_checkpoints` to give it up. Closing this handle ends the wait.

        Raises TimedOutError, which names the readers that are waited for; ConflictError
        when group.checkpoints.outstanding are under way, or this one was given up or the
        group reset; AlreadyExistsError when the name is that of a past one.
        """
        return Checkpoint(name, self._cuts("checkpoint", text("checkpoint", name), timeout=timeout))

    async def checkpoint_async(self, name: str, *, timeout: float | None = None) -> Checkpoint:
        """As `checkpoint`, but an event loop, in which the readers may be, goes on meanwhile."""
        return await awaited(lambda: self.checkpoint(name, timeout=timeout))

    def cancel_checkpoints(self, *, timeout: float | None = None) -> None:
        """Gives up all checkpoints that are under way, whoever initiated them; not what `stream_cuts` waits for."""
        self._ask("reader_group_cancel_checkpoints", timeout=timeout)

    def stream_cuts(self, *, timeout: float | None = None) -> tuple[StreamCut, ...]:
        """Asks every reader of the group where it stands; one cut for each stream, sorted by stream.

        Programs are not told: readers of this library answer in the background with
        what was given back, official Java ones with what they handed out. Each reader
        passes its checkpoints in turn, so one that its program has not passed yet is
        waited for. Otherwise as `checkpoint`. A stream that was read to its end has no
        cut.
        """
        return self._cuts("cuts", timeout=timeout)

    async def stream_cuts_async(self, *, timeout: float | None = None) -> tuple[StreamCut, ...]:
        """As `stream_cuts`, but an event loop goes on meanwhile."""
        return await awaited(lambda: self.stream_cuts(timeout=timeout))

    # -------------------------------------------------------------- resets

    def reset(
        self, streams: Iterable[GroupStream | str], *, timeout: float | None = None, **options: OptionValue
    ) -> None:
        """Lets the group start anew, as if it were created: see `Client.create_reader_group`.

        Every reader that is in the group is out of it: reading raises
        GroupReinitializedError, and it is to be closed and may be opened again.
        Checkpoints are forgotten. Resets at the same time come one after the other.
        Raises NoSuchStreamError.
        """
        config = self._client._with("reader group", options)
        self._ask("reader_group_reset", *stream_texts(streams), config, timeout=timeout)

    def reset_to(self, position: Cuts, *, timeout: float | None = None) -> None:
        """As `reset`, with the configuration that the group has, but to start elsewhere.

        `position` is a Checkpoint, or cuts, one for a stream: those of `stream_cuts` or of
        the program's own records. A stream without a cut is not read any more.
        """
        self._ask("reader_group_reset_to", *texts("cut", cuts_of(position)), timeout=timeout)

    def reset_to_last_checkpoint(self, *, timeout: float | None = None) -> None:
        """As `reset_to`, to the last checkpoint that all readers have passed, automatic ones among them.

        If there was none since it was created or reset, it starts where it did then.
        Raises InvalidArgumentError when the group has read everything.
        """
        self._ask("reader_group_reset_to_last_checkpoint", timeout=timeout)

    # ----------------------------------------------------------- retention

    def update_retention_cut(self, position: Cuts, *, timeout: float | None = None) -> None:
        """Tells that the group does not need what lies before a Checkpoint, or cuts, any more.

        The streams' retention policies may truncate that. For a group whose option
        group.retention is "manual". Raises InvalidArgumentError when it is another, or
        when the servers do not take a cut, for example because it lies before the
        previous one; ConflictError when the group was reset meanwhile.
        """
        self._ask("reader_group_update_retention_cut", *texts("cut", cuts_of(position)), timeout=timeout)

    # ------------------------------------------------------------- the end

    def close(self, timeout: float | None = None) -> None:
        """Closes the handle; asks no server. Closing what is closed does nothing."""
        handle = self._retire()
        if handle is not None:
            quick(self._library, self._library.reader_group_close, handle)

    def _ask(self, function: str, *arguments: Any, timeout: float | None, undo: Undo | None = None) -> None:
        """A call of the library that asks servers."""
        waiting(self._library, getattr(self._library, function), self._live(), *arguments, timeout=timeout, undo=undo)

    def _list(self, function: str, *arguments: Any, timeout: float | None) -> list[str]:
        """One that answers with a list of strings."""
        handle = ctypes.c_void_p()
        self._ask(
            f"reader_group_{function}",
            *arguments,
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.list_free(handle),
        )
        return strings(self._library, handle)

    def _cuts(self, function: str, *arguments: Any, timeout: float | None) -> tuple[StreamCut, ...]:
        return tuple(map(StreamCut, self._list(function, *arguments, timeout=timeout)))

    def _discard(self, handle: int) -> None:
        self._library.reader_group_close(handle, None)

    def __repr__(self) -> str:
        return f"<pravega.ReaderGroup {self.scope}/{self.name}{' (closed)' if self.closed else ''}>"


def stream_texts(streams: Iterable[GroupStream | str]) -> tuple[Any, int]:
    """The streams of a group as the library takes them."""
    return texts("stream", (streams,) if isinstance(streams, (str, GroupStream)) else streams)
