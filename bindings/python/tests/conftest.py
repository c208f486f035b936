"""What the tests stand on: a real server, scopes of their own, and no leaks.

Tests marked `server` need PRAVEGA_TEST_CONTROLLER, the URI of a controller; they
fail without it. `-m "not server"` runs the others.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

import pravega
from pravega import _library

PACKAGE = Path(__file__).resolve().parents[1]

#: Limit of waits that are expected to end at once, in seconds: for slow machines.
SOON = 60.0


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "server: needs a Pravega, named by PRAVEGA_TEST_CONTROLLER")


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Every native object that a test made has ended after it."""
    before = _library.library().debug_live()
    yield
    gc.collect()
    assert _library.library().debug_live() == before


@pytest.fixture
def controller() -> str:
    """The URI of the controller that the tests use."""
    uri = os.environ.get("PRAVEGA_TEST_CONTROLLER")
    if not uri:
        pytest.fail('PRAVEGA_TEST_CONTROLLER is not set: use run-tests.sh, or -m "not server"')
    return uri


@pytest.fixture
def client(controller: str) -> Iterator[pravega.Client]:
    with pravega.Client(controller) as opened:
        yield opened


@pytest.fixture
def scope(client: pravega.Client) -> str:
    """A scope of the test's own."""
    name = f"py-{uuid.uuid4().hex[:12]}"
    assert client.create_scope(name, timeout=SOON)
    return name


@pytest.fixture
def offline() -> Iterator[pravega.Client]:
    """A client of a controller that is not there."""
    with pravega.Client("tcp://127.0.0.1:1", connect_timeout="100ms") as opened:
        yield opened


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[float], None]]:
    """Presses Ctrl-C after a time."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds) and None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


class Faulty:
    """A Pravega in memory with the faults that `ask` asks for; see tests/harness/cmd/faulty.

    It has the stream scope/stream.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [PACKAGE.parents[1] / "build/tools/faulty"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.controller = self._line()

    def ask(self, line: str) -> str:
        """The answer to a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._line()

    def tell(self, *lines: str) -> None:
        """Obeys each of some lines."""
        for line in lines:
            assert self.ask(line) == "ok"

    @property
    def stored(self) -> list[str]:
        """The events that are stored."""
        return self.ask("stored").split()

    def await_stored(self, event: str) -> None:
        """Waits until an event is stored."""
        end = time.monotonic() + SOON
        while event not in self.stored:
            assert time.monotonic() < end
            time.sleep(0.001)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    """A Pravega in memory."""
    started = Faulty()
    yield started
    started.close()


Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def script() -> Script:
    """Runs Python code in a process of its own, with every warning on."""

    def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "always", "-c", code, *arguments],
            env={**os.environ, "PYTHONPATH": str(PACKAGE), **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
