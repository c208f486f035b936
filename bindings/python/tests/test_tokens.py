"""Bearer tokens from a function, well behaved or not."""

from __future__ import annotations

import contextlib
import gc
import itertools
import queue
import signal
import subprocess
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest

import pravega
from pravega.tokens import _read

from .conftest import PACKAGE, SOON, Faulty, Script


def numbered() -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: f"token-{next(count)}"


def test_refused_tokens_are_replaced(faulty: Faulty) -> None:
    faulty.tell("admit token-1")
    asked: list[str] = []
    provider = numbered()

    def provide() -> tuple[str, None]:
        asked.append(threading.current_thread().name)
        return provider(), None

    with pravega.Client(faulty.controller, token_provider=provide) as client:
        assert client.scope_exists("scope", timeout=SOON)
        assert client.scope_exists("scope", timeout=SOON)
        assert asked == ["pravega-tokens"]
        with client.open_writer("scope", "stream") as writer:
            for n in range(2, 7):
                faulty.tell(f"admit token-{n}", "cut")
                writer.write(f"event-{n}".encode())
                writer.flush(timeout=SOON)
                assert client.scope_exists("scope", timeout=SOON)
        assert len(asked) == 6
    assert faulty.stored == [f"event-{n}" for n in range(2, 7)]


def test_tokens_are_renewed_before_they_end(faulty: Faulty) -> None:
    faulty.tell("admit token")
    asked: list[float] = []

    def provide() -> tuple[str, float]:
        asked.append(time.time())
        return "token", time.time() + 2

    with pravega.Client(faulty.controller, token_provider=provide) as client:
        while len(asked) < 3:
            assert client.scope_exists("scope", timeout=SOON)


@pytest.mark.parametrize(
    ("returned", "part"),
    [
        (None, "TypeError: a token is a str, not NoneType"),
        (b"token", "not bytes"),
        (("token", "soon"), "not str"),
        (("token", True), "not bool"),
        (("token", float("nan")), "ValueError"),
        (("token", float("inf")), "OverflowError"),
        (("token", None, 1), "not tuple"),
        ("", "empty"),
        ("secret\n", "byte 6 of the token is 0xa"),
        ("sec\0ret", "byte 3 of the token is 0x0"),
        ("s\N{LATIN SMALL LETTER E WITH ACUTE}cret", "byte 1 of the token is 0xc3"),
        ("secret\ud800", "UnicodeEncodeError"),
        ("secret" * 200_000, "the token has 1200000 bytes"),
    ],
)
def test_what_is_no_token_is_borne_and_told(faulty: Faulty, returned: Any, part: str) -> None:
    faulty.tell("admit token")
    answers = itertools.chain([returned], itertools.repeat("token"))
    with pravega.Client(faulty.controller, token_provider=lambda: next(answers)) as client:
        assert client.scope_exists("scope", timeout=SOON)
    with pravega.Client(faulty.controller, token_provider=lambda: returned) as client:
        with pytest.raises(pravega.TimedOutError) as caught:
            client.scope_exists("scope", timeout=0.5)
        assert part in str(caught.value)
        assert "secret" not in str(caught.value)


class Stop(BaseException):
    pass


@pytest.mark.parametrize("failure", [OSError("the office is\0closed"), SystemExit(3), Stop(), KeyboardInterrupt()])
def test_what_a_provider_raises_is_borne_and_told(faulty: Faulty, failure: BaseException) -> None:
    def provide() -> str:
        raise failure

    with (
        pravega.Client(faulty.controller, token_provider=provide, request_timeout="500ms") as client,
        pytest.raises(pravega.UnauthenticatedError, match=type(failure).__name__),
    ):
        client.scope_exists("scope")


def test_times_when_tokens_end() -> None:
    then = datetime(2030, 1, 2, 3, 4, 5, 678000, tzinfo=timezone(timedelta(hours=5)))
    for expiry, milliseconds in [
        (None, 0),
        (then, 1893535445678),
        (then.astimezone().replace(tzinfo=None), 1893535445678),
        (1893535445.678, 1893535445678),
        (1893535445, 1893535445000),
        (0, 1),
        (-5.0, 1),
        (1e300, 2**63 - 1),
    ]:
        assert _read(("token", expiry)) == (b"token", milliseconds)
    assert _read("token") == (b"token", 0)


def test_a_provider_that_does_not_return(faulty: Faulty) -> None:
    go: queue.SimpleQueue[str] = queue.SimpleQueue()
    faulty.tell("admit token")
    client = pravega.Client(faulty.controller, token_provider=go.get)
    for _ in range(3):
        with pytest.raises(pravega.TimedOutError, match="the token provider"):
            client.scope_exists("scope", timeout=0.1)
    go.put("token")
    assert client.scope_exists("scope", timeout=SOON)
    faulty.tell("admit other")
    with pytest.raises(pravega.TimedOutError):
        client.scope_exists("scope", timeout=0.1)
    client.close()  # which does not wait for it
    go.put("other")


def test_a_provider_that_closes_its_client(faulty: Faulty) -> None:
    closed = threading.Event()

    def provide() -> str:
        client.close()
        closed.set()
        return "token"

    client = pravega.Client(faulty.controller, token_provider=provide)
    with pytest.raises(pravega.ClosedError):
        client.scope_exists("scope", timeout=SOON)
    assert closed.wait(SOON)


def test_a_provider_goes_with_its_client(faulty: Faulty) -> None:
    class Provider:
        def __call__(self) -> str:
            return "token"

    for close in (lambda client: client.close(), lambda _: None):
        provider: Provider | None = Provider()
        seen = weakref.ref(provider)
        client: pravega.Client | None = pravega.Client(faulty.controller, token_provider=provider)
        assert client is not None
        assert client.scope_exists("scope", timeout=SOON)
        provider = None
        close(client)
        forgotten = not client.closed
        with pytest.warns(ResourceWarning) if forgotten else contextlib.nullcontext():
            client = None
            gc.collect()
        while seen() is not None:
            gc.collect()
            time.sleep(0.001)


def test_one_source_of_tokens(faulty: Faulty) -> None:
    with pytest.raises(pravega.InvalidArgumentError, match=r"auth\.token and the token provider"):
        pravega.Client(faulty.controller, token_provider=lambda: "token", auth_token="token")
    with pytest.raises(pravega.InvalidArgumentError, match="basic"):
        pravega.Client(faulty.controller, token_provider=lambda: "token", auth_method="basic")


def test_the_interpreter_exits_while_a_provider_runs(faulty: Faulty, script: Script) -> None:
    begun = time.monotonic()
    done = script(
        """
import sys, time, pravega
client = pravega.Client(sys.argv[1], token_provider=lambda: time.sleep(1e6))
try:
    client.scope_exists("scope", timeout=0.2)
except pravega.TimedOutError:
    print("timed out")
""",
        faulty.controller,
    )
    assert done.stdout == "timed out\n"
    assert done.returncode == 0
    assert time.monotonic() - begun < SOON


class Secure(NamedTuple):
    """A real server that asks who is calling."""

    uri: str
    ca_file: str


@pytest.fixture
def secure() -> Iterator[Secure]:
    program = PACKAGE.parents[1] / "build/tools/pravega"
    with subprocess.Popen([program, "-kind", "secure", "-port", "0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield Secure(
            _behind("Pravega is ready at ", server.stdout), _behind("Certificate of the authority: ", server.stdout)
        )
        server.send_signal(signal.SIGTERM)
        server.communicate()


def _behind(text: str, lines: Iterable[str]) -> str:
    """What stands behind a text in the line that begins with it."""
    return next(line.removeprefix(text).strip() for line in lines if line.startswith(text))


@pytest.mark.server
def test_tokens_that_live_for_seconds_on_a_real_server(secure: Secure) -> None:
    life, asked = 3.0, itertools.count(1)
    newest = 0

    def provide() -> str | tuple[str, float]:
        nonlocal newest
        newest = next(asked)
        if newest % 4 == 0:
            raise OSError("not now")
        end = time.time() + life
        token = f"until-{int(end * 1000)}"
        return token if newest % 4 == 1 else (token, end)

    with pravega.Client(secure.uri, tls_ca_file=secure.ca_file, token_provider=provide) as client:
        client.create_scope("scope", timeout=SOON)
        client.create_stream("scope", "stream", pravega.StreamConfig(segments=2), timeout=SOON)
        client.create_reader_group("scope", "group", ["scope/stream"], timeout=SOON)
        seen: dict[int, int] = {}
        written = 0
        begun = time.monotonic()
        with (
            client.open_transactional_writer("scope", "stream", timeout=SOON) as transactions,
            client.open_reader_group("scope", "group", timeout=SOON) as group,
            group.open_reader("reader", timeout=SOON) as reader,
        ):
            while time.monotonic() - begun < 4 * life or newest < 8:
                with client.open_writer("scope", "stream", timeout=SOON) as writer:
                    for _ in range(500):
                        written += 1
                        writer.write(str(written).encode(), key=str(written % 7))
                with transactions.begin(timeout=SOON) as transaction:
                    for _ in range(10):
                        written += 1
                        transaction.write(str(written).encode(), key="k")
                    transaction.commit(timeout=SOON)
                while len(seen) < written:
                    events = reader.next(timeout=SOON)
                    assert events is not None
                    for event in events:
                        seen[int(event)] = seen.get(int(event), 0) + 1
                    events.release()
                time.sleep(0.2)
        assert seen == dict.fromkeys(range(1, written + 1), 1)
