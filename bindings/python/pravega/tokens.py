"""Bearer tokens that end, from a function of the application."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from datetime import datetime

from . import _abi
from ._call import quick
from ._library import Library
from .options import Config

#: Returns a bearer token, alone or with the time when it ends: a datetime (a naive one is
#: local time), seconds since 1970 as of `time.time()`, or None when that is not known. Then
#: it is what the token says itself if it is a JSON web token with the claim "exp"; else the
#: token is used until a server refuses it.
#:
#: The client calls it when it first needs a token, when about half of a token's life is over,
#: and after a server has refused it: one call at a time, in a thread of Python's that is there
#: for it ("pravega-tokens"). A call that takes longer than option request.timeout counts as
#: failed. An exception, or a value that is no token, ends nothing; it is logged, see `log_to`.
#: A token that has not ended is used on, and the function is called again, with pauses, as long
#: as a call needs a token. A call of the client that gets none in time raises TimedOutError or
#: UnauthenticatedError, whose text holds the last failure. It must not use the client that it
#: gets tokens for, which would wait for it.
TokenProvider = Callable[[], str | tuple[str, datetime | float | None]]


class Tokens:
    """A token provider at work for a client.

    The library's threads only leave its requests in a queue, and a Python thread answers
    them: a provider that does not return keeps neither the client from closing nor the
    interpreter from exiting.
    """

    def __init__(self, loaded: Library, provider: TokenProvider) -> None:
        self._library = loaded
        self._provider = provider
        self._requests: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        requests = self._requests
        # The library calls it: it must not end before the client.
        self._function = _abi.TokenFunction(lambda _, request: requests.put(request))

    def provide(self, config: Config) -> None:
        """Makes it that of a configuration."""
        quick(self._library, self._library.config_set_token_provider, config, self._function, None)

    def start(self) -> None:
        """Begins to answer."""
        threading.Thread(target=self._run, name="pravega-tokens", daemon=True).start()

    def stop(self) -> None:
        """Answers no more, when the client is closed. Does not wait for the provider."""
        self._requests.put(None)

    def _run(self) -> None:
        while (request := self._requests.get()) is not None:
            self._answer(request)

    def _answer(self, request: int) -> None:
        """Answers a request; that may be too late, or no token, which the library knows."""
        try:
            token, milliseconds = _read(self._provider())
        except BaseException as failure:  # noqa: BLE001, whatever it is, the provider has failed
            reason = f"{type(failure).__name__}: {failure}".encode(errors="replace")
            self._library.token_fail(request, reason.replace(b"\0", b"?"), None)
        else:
            self._library.token_set(request, token, len(token), milliseconds, None)


def _read(returned: object) -> tuple[bytes, int]:
    """What a provider returned: the token, and when it ends in milliseconds since 1970, 0 if that is not known."""
    token, expiry = returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, None)
    if not isinstance(token, str):
        raise TypeError(f"a token is a str, not {type(token).__name__}")
    if isinstance(expiry, datetime):
        expiry = expiry.timestamp()
    if expiry is None:
        return token.encode(), 0
    if isinstance(expiry, bool) or not isinstance(expiry, (int, float)):
        raise TypeError(f"the time when a token ends is a datetime, a number or None, not {type(expiry).__name__}")
    milliseconds = int(expiry * 1000)
    return token.encode(), min(max(milliseconds, 1), 2**63 - 1)
