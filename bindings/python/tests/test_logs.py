"""The library's log in `logging`."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator

import pytest

import pravega

from .conftest import SOON, Script


class Collect(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: queue.Queue[tuple[logging.LogRecord, threading.Thread]] = queue.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.put((record, threading.current_thread()))


@pytest.fixture
def collected() -> Iterator[Collect]:
    handler = Collect()
    logger = logging.getLogger("test.pravega")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    yield handler
    pravega.log_to(None)
    logger.removeHandler(handler)


def provoke() -> None:
    with (
        pravega.Client("tcp://127.0.0.1:1", connect_timeout="50ms") as client,
        pytest.raises((pravega.UnreachableError, pravega.TimedOutError)),
    ):
        client.create_scope("s", timeout=0.3)


def test_messages_reach_the_logger_on_a_python_thread(collected: Collect) -> None:
    pravega.log_to(logging.getLogger("test.pravega"), logging.DEBUG)
    provoke()
    record, thread = collected.records.get(timeout=SOON)
    assert record.getMessage()
    assert record.name == "test.pravega"
    assert record.levelno in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
    assert thread.name == "pravega-log"


def test_off_is_off(collected: Collect) -> None:
    pravega.log_to(logging.getLogger("test.pravega"), logging.DEBUG)
    pravega.log_to(None)
    provoke()
    assert collected.records.empty()


def test_nothing_is_printed_and_the_end_is_orderly(script: Script) -> None:
    done = script(
        """
import logging, pravega
client = pravega.Client("tcp://127.0.0.1:1", connect_timeout="50ms")
pravega.log_to(logging.getLogger("x"), logging.DEBUG)
logging.getLogger("x").addHandler(logging.NullHandler())
logging.getLogger("x").propagate = False
try:
    client.create_scope("s", timeout=0.3)
except pravega.PravegaError:
    pass
"""
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
