"""Servers that are not there, or are something else; closed clients; Ctrl-C."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import pravega
from pravega._waiting import interruptible

from .conftest import SOON

CALLS: list[Callable[[pravega.Client], Any]] = [
    lambda c: c.create_scope("s", timeout=0.3),
    lambda c: c.delete_scope("s", timeout=0.3),
    lambda c: c.scope_exists("s", timeout=0.3),
    lambda c: c.scopes(timeout=0.3),
    lambda c: c.create_stream("s", "t", timeout=0.3),
    lambda c: c.update_stream("s", "t", timeout=0.3),
    lambda c: c.seal_stream("s", "t", timeout=0.3),
    lambda c: c.delete_stream("s", "t", timeout=0.3),
    lambda c: c.stream_exists("s", "t", timeout=0.3),
    lambda c: c.streams("s", timeout=0.3),
    lambda c: c.streams("s", tag="x", timeout=0.3),
    lambda c: c.stream_info("s", "t", timeout=0.3),
    lambda c: c.segments("s", "t", timeout=0.3),
    lambda c: c.scale_stream("s", "t", [0], [(0, 0.5), (0.5, 1)], timeout=0.3),
    lambda c: c.open_writer("s", "t", timeout=0.3),
    lambda c: c.create_reader_group("s", "g", ["s/t"], timeout=0.3),
    lambda c: c.open_reader_group("s", "g", timeout=0.3),
    lambda c: c.delete_reader_group("s", "g", timeout=0.3),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_controller_that_is_not_there(offline: pravega.Client, call: Callable[[pravega.Client], Any]) -> None:
    with pytest.raises((pravega.UnreachableError, pravega.TimedOutError)) as caught:
        call(offline)
    assert caught.value.is_retriable


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_client(call: Callable[[pravega.Client], Any]) -> None:
    client = pravega.Client("tcp://127.0.0.1:1")
    client.close()
    client.close()  # twice is once
    assert client.closed
    with pytest.raises(pravega.ClosedError):
        call(client)
    with pytest.raises(pravega.ClosedError), client:
        pass


def test_closing_wakes_who_waits() -> None:
    client = pravega.Client("tcp://127.0.0.1:1")
    threading.Timer(0.3, client.close).start()
    with pytest.raises((pravega.ClosedError, pravega.CancelledError)):
        client.create_scope("s", timeout=SOON)


def test_no_time_at_all(offline: pravega.Client) -> None:
    with pytest.raises(pravega.TimedOutError):
        offline.create_scope("s", timeout=0)


def test_ctrl_c_ends_the_wait_for_a_server(offline: pravega.Client, ctrl_c: Callable[[float], None]) -> None:
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(0.3)
        offline.create_scope("s", timeout=SOON)
    assert time.monotonic() - begin < SOON / 2


def test_what_comes_too_late_is_undone(ctrl_c: Callable[[float], None]) -> None:
    go, undone = threading.Event(), threading.Event()
    results = []

    def undo(result: int) -> None:
        results.append(result)
        undone.set()

    def call() -> int:
        ctrl_c(0.1)
        go.wait(SOON)
        return 7

    with pytest.raises(KeyboardInterrupt):
        interruptible(call, undo)
    go.set()
    assert undone.wait(SOON)
    assert results == [7]


def test_an_exception_of_the_call_comes_through() -> None:
    def call() -> None:
        raise LookupError("x")

    with pytest.raises(LookupError):
        interruptible(call, lambda _: None)


GREETINGS = {
    "garbage": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "an absurd length": struct.pack(">II", 1, 0x7FFFFFFF),
    "half a frame": b"\x00\x00\x12\x04\x00\x00\x00",
    "nothing": b"",
}


@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_server_that_is_something_else(greeting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(GREETINGS[greeting])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            uri = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            with (
                pravega.Client(uri, connect_timeout="200ms") as client,
                pytest.raises((pravega.UnreachableError, pravega.ProtocolError, pravega.TimedOutError)),
            ):
                client.create_scope("s", timeout=1)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_other_threads_run_while_a_call_waits(offline: pravega.Client) -> None:
    turns = 0
    done = threading.Event()

    def spin() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            time.sleep(0.001)

    spinner = threading.Thread(target=spin)
    spinner.start()
    with pytest.raises((pravega.UnreachableError, pravega.TimedOutError)):
        offline.create_scope("s", timeout=0.5)
    done.set()
    spinner.join()
    assert turns > 10
