"""The client: one Pravega, its scopes and streams, and what is opened from it."""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

from . import _abi
from ._call import contents, quick, strings, text, waiting
from ._library import library
from ._object import Object
from ._waiting import Deadline, awaited, milliseconds
from .cuts import GroupStream, StreamCut
from .errors import PravegaError
from .group import ReaderGroup, stream_texts
from .options import Config, OptionValue
from .pointers import EventPointer
from .reader import Reader
from .streams import Segment, StreamConfig, StreamInfo
from .tokens import TokenProvider, Tokens
from .transactions import Transaction, TransactionalWriter
from .writer import Writer

_Opened = TypeVar("_Opened", bound=Object)

#: What a client closes before itself, in this order.
_CHILDREN: tuple[type[Object], ...] = (Writer, Transaction, TransactionalWriter, Reader, ReaderGroup)


class Client(Object):
    """The connections to one Pravega, shared by all that is opened from it.

        with pravega.Client("tcp://127.0.0.1:9090") as client:
            client.create_scope("examples")

    `controller_uri` names the controllers: tcp://host:port or tls://host:port,
    several as a list or separated by commas; pravega:// and pravegas:// ask the
    named ones for the list of all. Other options are keyword arguments, spelled
    with underscores (request_timeout="10s"), or with dots in a mapping
    (**{"request.timeout": "10s"}); `pravega.options()` lists them all. The
    options of writers, readers, groups and streams that are given here are the
    defaults of what is opened from this client; these take options of their own
    kind only, and raise InvalidArgumentError for others.

    `token_provider` is a function that gets bearer tokens, as `TokenProvider` says; then
    auth_token, auth_token_file and auth_token_env must not be given.

    Making the first client loads the native library, which cannot live on in a
    child made by fork: make clients after forking. Servers are connected to on
    first use.

    Every method may be called from any thread. Methods that ask servers wait at
    most `timeout` seconds; None: option request.timeout, 60 s. In the main
    thread Ctrl-C ends the wait. In coroutines call them by `asyncio.to_thread`.
    Besides what is said below they raise TimedOutError, UnreachableError,
    ProtocolError, UnauthenticatedError, PermissionDeniedError, TLSError,
    ConflictError, ServerError, ClosedError, and InvalidArgumentError for a name
    or value that cannot be.

    Raises InvalidArgumentError and UnknownOptionError, which name the option,
    ImportError when there is no library, and ForkedError in a child of a process
    that had loaded it.
    """

    _kind = "client"

    @overload
    def __init__(self, controller_uri: str | Sequence[str], **options: OptionValue) -> None: ...

    @overload
    def __init__(
        self, controller_uri: str | Sequence[str], *, token_provider: TokenProvider | None, **options: OptionValue
    ) -> None: ...

    def __init__(self, controller_uri: str | Sequence[str], *, token_provider: Any = None, **options: Any) -> None:
        loaded = library()
        self._config = Config.defaults(loaded).with_options({"controller.uri": controller_uri, **options})
        self._tokens = Tokens(loaded, token_provider) if token_provider is not None else None
        if self._tokens is not None:
            self._tokens.provide(self._config)
        self._children: weakref.WeakSet[Object] = weakref.WeakSet()
        self._adopting = threading.Lock()
        handle = ctypes.c_void_p()
        quick(loaded, loaded.client_open, self._config, ctypes.byref(handle))
        super().__init__(loaded, handle)
        if self._tokens is not None:
            self._tokens.start()

    # -------------------------------------------------------------- scopes

    def create_scope(self, scope: str, *, timeout: float | None = None) -> bool:
        """Creates a scope. False when it existed."""
        return self._flag("scope_create", text("scope", scope), timeout=timeout)

    def delete_scope(self, scope: str, *, timeout: float | None = None) -> bool:
        """Deletes an empty scope. False when there was none.

        Raises NotEmptyError, which says what is in it; see `delete_scope_recursive`.
        """
        return self._flag("scope_delete", text("scope", scope), timeout=timeout)

    def delete_scope_recursive(self, scope: str, *, timeout: float | None = None) -> bool:
        """Deletes a scope with everything in it: reader groups, streams, which are
        sealed first, and key-value tables. False when there was none.

        It is not one step: when it fails or is interrupted, what was deleted so far is
        gone, and calling it again goes on. Without `timeout`, option request.timeout
        limits each of its requests, not the whole. Raises NotEmptyError when something
        came in meanwhile, or cannot be deleted.
        """
        return self._flag("scope_delete_recursive", text("scope", scope), timeout=timeout)

    def scope_exists(self, scope: str, *, timeout: float | None = None) -> bool:
        """Whether a scope exists."""
        return self._flag("scope_exists", text("scope", scope), timeout=timeout)

    def scopes(self, *, timeout: float | None = None) -> Iterator[str]:
        """The names of all scopes; all of them are asked for before the first is there."""
        return iter(self._list("scope_list", timeout=timeout))

    # ------------------------------------------------------------- streams

    def create_stream(
        self, scope: str, stream: str, config: StreamConfig | None = None, *, timeout: float | None = None
    ) -> bool:
        """Creates a stream. False when it existed: its own configuration stays.

        Without `config` the client's stream.* options count. Raises
        NoSuchScopeError.
        """
        return self._flag("stream_create", *_names(scope, stream), self._stream_config(config), timeout=timeout)

    def update_stream(
        self, scope: str, stream: str, config: StreamConfig | None = None, *, timeout: float | None = None
    ) -> None:
        """Replaces the configuration of a stream.

        A fixed number of segments that is another one scales the stream. Raises
        NoSuchScopeError, NoSuchStreamError, StreamSealedError.
        """
        self._ask("stream_update", *_names(scope, stream), self._stream_config(config), timeout=timeout)

    def seal_stream(self, scope: str, stream: str, *, timeout: float | None = None) -> None:
        """Seals a stream: nothing can be written to it any more, and readers come
        to its end. Sealing a sealed stream succeeds.

        Raises NoSuchScopeError, NoSuchStreamError.
        """
        self._ask("stream_seal", *_names(scope, stream), timeout=timeout)

    def delete_stream(self, scope: str, stream: str, *, timeout: float | None = None) -> bool:
        """Deletes a sealed stream with all its data. False when there was none.

        Raises StreamNotSealedError.
        """
        return self._flag("stream_delete", *_names(scope, stream), timeout=timeout)

    def stream_exists(self, scope: str, stream: str, *, timeout: float | None = None) -> bool:
        """Whether a stream exists."""
        return self._flag("stream_exists", *_names(scope, stream), timeout=timeout)

    def streams(self, scope: str, *, tag: str | None = None, timeout: float | None = None) -> Iterator[str]:
        """The names of the streams of a scope, with `tag` only of those that carry it.

        All of them are asked for before the first is there. Raises NoSuchScopeError.
        """
        return iter(
            self._list("stream_list", text("scope", scope), None if tag is None else text("tag", tag), timeout=timeout)
        )

    def truncate_stream(self, scope: str, stream: str, cut: StreamCut | str, *, timeout: float | None = None) -> None:
        """Deletes what lies before a stream cut, which may be given as its text.

        Raises NoSuchScopeError, NoSuchStreamError, InvalidArgumentError when the
        text is no cut of this stream.
        """
        self._ask("stream_truncate", *_names(scope, stream), text("cut", str(cut)), timeout=timeout)

    def stream_info(self, scope: str, stream: str, *, timeout: float | None = None) -> StreamInfo:
        """The configuration of a stream, its head and tail, and whether it is sealed.

        Raises NoSuchScopeError, NoSuchStreamError.
        """
        cells = self._list("stream_info", *_names(scope, stream), timeout=timeout)
        pairs = dict(zip(cells[0::2], cells[1::2], strict=True))
        return StreamInfo(
            StreamConfig.of(pairs), StreamCut(pairs["head"]), StreamCut(pairs["tail"]), pairs["sealed"] == "true"
        )

    def segments(self, scope: str, stream: str, *, timeout: float | None = None) -> list[Segment]:
        """The segments of a stream that can be written to; none when it is sealed.

        Raises NoSuchScopeError, NoSuchStreamError.
        """
        deadline = Deadline(timeout)
        room, count = 64, ctypes.c_size_t()
        while True:
            found = (_abi.Segment * room)()
            self._ask(
                "stream_segments", *_names(scope, stream), found, room, ctypes.byref(count), timeout=deadline.left()
            )
            if count.value <= room:
                return [Segment(s.id, s.keys.low, s.keys.high) for s in found[: count.value]]
            room = count.value

    def scale_stream(
        self,
        scope: str,
        stream: str,
        seal: Iterable[int],
        into: Iterable[tuple[float, float]],
        *,
        timeout: float | None = None,
    ) -> None:
        """Seals segments and puts others in their place; returns when that is done.

        `seal` holds the ids of segments, `into` the key ranges (low, high) of
        the new ones, which cover the same part of the key space.

        Raises NoSuchScopeError, NoSuchStreamError, StreamSealedError,
        InvalidArgumentError when the ranges do not match the segments.
        """
        ids = list(seal)
        ranges = [_abi.KeyRange(low, high) for low, high in into]
        self._ask(
            "stream_scale",
            *_names(scope, stream),
            (ctypes.c_int64 * len(ids))(*ids),
            len(ids),
            (_abi.KeyRange * len(ranges))(*ranges),
            len(ranges),
            timeout=timeout,
        )

    # --------------------------------------------------- writers and groups

    def open_writer(self, scope: str, stream: str, *, timeout: float | None = None, **options: OptionValue) -> Writer:
        """Opens a writer on a stream.

        `options` are the writer.* options in which it differs from the client,
        for example writer_window_bytes="64MiB". Waits until the stream's segments
        are known. Raises NoSuchScopeError, NoSuchStreamError, StreamSealedError.
        """
        handle = ctypes.c_void_p()
        self._ask(
            "writer_open",
            *_names(scope, stream),
            self._with("writer", options),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.writer_close(handle, None, 0, None),
        )
        return self._adopt(Writer(self, scope, stream, handle))

    def open_transactional_writer(
        self, scope: str, stream: str, *, timeout: float | None = None, **options: OptionValue
    ) -> TransactionalWriter:
        """Opens a writer of transactions on a stream.

        `options` are the txn.* options in which it differs from the client, for
        example txn_lease="30s". Raises NoSuchScopeError, NoSuchStreamError,
        StreamSealedError.
        """
        handle = ctypes.c_void_p()
        self._ask(
            "txn_writer_open",
            *_names(scope, stream),
            self._with("transactional writer", options),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.txn_writer_close(handle, 0, None),
        )
        return self._adopt(TransactionalWriter(self, scope, stream, handle))

    def create_reader_group(
        self,
        scope: str,
        name: str,
        streams: Iterable[GroupStream | str],
        *,
        timeout: float | None = None,
        **options: OptionValue,
    ) -> bool:
        """Creates a reader group over streams. False when it existed with the same configuration.

        Each stream is a GroupStream or its text: "scope/stream" (read from its
        head), "scope/stream@tail" (from where it ends now) or "scope/stream@CUT"
        (from a cut in its text form); with "@CUT" behind that it is read up to there.
        They may be of several scopes. `options` are the group.* options in which the
        group differs from the client.

        A creation that was interrupted is completed by the next one of the same
        configuration; until then the group cannot be opened, but deleted.

        Raises ConfigMismatchError, which says what differs, when it exists with another
        configuration; NoSuchScopeError, NoSuchStreamError.
        """
        return self._flag(
            "reader_group_create",
            text("scope", scope),
            text("reader group", name),
            *stream_texts(streams),
            self._with("reader group", options),
            timeout=timeout,
        )

    def open_reader_group(self, scope: str, name: str, *, timeout: float | None = None) -> ReaderGroup:
        """Opens a reader group that exists. Raises NoSuchScopeError, NoSuchReaderGroupError."""
        handle = ctypes.c_void_p()
        self._ask(
            "reader_group_open",
            text("scope", scope),
            text("reader group", name),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.reader_group_close(handle, None),
        )
        return self._adopt(ReaderGroup(self, scope, name, handle))

    def delete_reader_group(self, scope: str, name: str, *, timeout: float | None = None) -> None:
        """Deletes a reader group, also one whose creation was not finished. Its readers, if any, fail.

        Raises NoSuchScopeError, NoSuchReaderGroupError.
        """
        self._ask("reader_group_delete", text("scope", scope), text("reader group", name), timeout=timeout)

    def reader_groups(self, scope: str, *, timeout: float | None = None) -> Iterator[str]:
        """The names of the reader groups of a scope, those too whose creation was not finished.

        All of them are asked for before the first is there. Raises NoSuchScopeError.
        """
        return iter(self._list("reader_group_list", text("scope", scope), timeout=timeout))

    # -------------------------------------------------------- single events

    def fetch_event(self, pointer: EventPointer | str, *, timeout: float | None = None) -> bytes:
        """Reads one event by its pointer, which may be given as its text.

        Raises SegmentTruncatedError or NoSuchSegmentError when it was truncated away
        or its stream deleted; InvalidArgumentError when the text is no pointer, or no
        event is at that place.
        """
        handle = ctypes.c_void_p()
        self._ask(
            "event_fetch",
            text("event pointer", str(pointer)),
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.bytes_free(handle),
        )
        return contents(self._library, handle)

    async def fetch_event_async(self, pointer: EventPointer | str, *, timeout: float | None = None) -> bytes:
        """As `fetch_event`, but an event loop goes on meanwhile."""
        return await awaited(lambda: self.fetch_event(pointer, timeout=timeout))

    # ------------------------------------------------------------- the end

    def close(self, timeout: float | None = None) -> None:
        """Closes what was opened from the client and is still open, then the client.

        Writers are flushed and readers leave their groups first, in at most
        `timeout` seconds together; None: as `Writer.close` and `Reader.close`.
        Raises the first failure of these; all is closed then, too. Closing what
        is closed does nothing.
        """
        milliseconds(timeout)  # a bad one must not cost the handle
        deadline = Deadline(timeout)
        failed: PravegaError | None = None
        with self._adopting:
            children = list(self._children)
        for kind in _CHILDREN:
            for child in children:
                if isinstance(child, kind):
                    try:
                        child.close(deadline.left())
                    except PravegaError as failure:
                        failed = failed or failure
        handle = self._retire()
        if handle is not None:
            self._config.free()
            try:
                quick(self._library, self._library.client_close, handle)
            except PravegaError as failure:
                failed = failed or failure
            finally:
                self._stop_tokens()
        if failed is not None:
            raise failed

    def _discard(self, handle: int) -> None:
        self._library.client_close(handle, None)
        self._stop_tokens()

    def _stop_tokens(self) -> None:
        if self._tokens is not None:
            self._tokens.stop()

    # --------------------------------------------------------------- calls

    def _ask(
        self,
        function: str,
        *arguments: Any,
        timeout: float | None,
        undo: Callable[[], object] | None = None,
    ) -> None:
        """A call of the library that asks servers."""
        waiting(self._library, getattr(self._library, function), self._live(), *arguments, timeout=timeout, undo=undo)

    def _flag(self, function: str, *arguments: Any, timeout: float | None) -> bool:
        """One that answers yes or no."""
        answer = ctypes.c_int()
        self._ask(function, *arguments, ctypes.byref(answer), timeout=timeout)
        return bool(answer.value)

    def _list(self, function: str, *arguments: Any, timeout: float | None) -> list[str]:
        """One that answers with a list of strings."""
        handle = ctypes.c_void_p()
        self._ask(
            function,
            *arguments,
            ctypes.byref(handle),
            timeout=timeout,
            undo=lambda: self._library.list_free(handle),
        )
        return strings(self._library, handle)

    def _with(self, kind: str, options: Mapping[str, OptionValue]) -> Config:
        """The client's configuration with some options of a kind of object changed."""
        self._live()  # closing frees the configuration
        return self._config.of(kind, options)

    def _stream_config(self, config: StreamConfig | None) -> Config:
        return self._with("stream", {} if config is None else config.options())

    def _adopt(self, opened: _Opened) -> _Opened:
        """Remembers what `close` closes."""
        with self._adopting:
            self._children.add(opened)
        return opened


def _names(scope: str, stream: str) -> tuple[bytes, bytes]:
    return text("scope", scope), text("stream", stream)
