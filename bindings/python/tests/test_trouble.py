"""What stands in the way is said: a store that advertises an address where nobody listens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

import pravega
from pravega import PravegaError

from .conftest import Faulty

WHERE = "connect to segment store at its advertised address 127.0.0.1:1"
SHORT = 0.3


def away(faulty: Faulty) -> None:
    faulty.tell("advertise 127.0.0.1:1", "cut")


def until(ask: Callable[[], PravegaError | None], *parts: str) -> PravegaError:
    """What is said once it holds all parts."""
    deadline = time.monotonic() + 30
    while True:
        said = ask()
        if said is not None and all(part in str(said) for part in parts):
            return said
        assert time.monotonic() < deadline, f"not said is {parts}, but {said}"
        time.sleep(0.02)


def raised(call: Callable[[], object]) -> Callable[[], PravegaError]:
    """Makes a call that must run out of time, and returns its exception."""

    def ask() -> PravegaError:
        with pytest.raises(pravega.TimedOutError) as caught:
            call()
        return caught.value

    return ask


def test_writers_say_what_keeps_their_events_from_being_stored(faulty: Faulty) -> None:
    with pravega.Client(faulty.controller) as client:
        writer = client.open_writer("scope", "stream", writer_window_bytes="64KiB")
        assert writer.trouble() is None
        assert writer.waiting() == ""
        away(faulty)
        number = writer.write(b"event")
        assert type(until(writer.trouble, WHERE, "connection refused, for ")) is pravega.UnreachableError
        assert WHERE in writer.waiting()
        late = until(raised(lambda: writer.wait(number, timeout=SHORT)), WHERE, "connection refused")
        assert late.may_be_stored
        until(raised(lambda: writer.flush(timeout=SHORT)), WHERE, "connection refused, for ")
        with pytest.raises(pravega.WindowFullError):
            while True:
                writer.write(bytes(1000), timeout=0)
        until(raised(lambda: writer.write(bytes(1000), timeout=SHORT)), "no room in the window", WHERE)
        until(raised(lambda: writer.write_many([bytes(1000)] * 9, timeout=SHORT)), "no room in the window", WHERE)
        faulty.tell("advertise")
        writer.flush(timeout=60)
        assert writer.trouble() is None
        away(faulty)
        writer.write(b"event")
        until(writer.trouble, WHERE)
        until(raised(lambda: writer.close(timeout=SHORT)), WHERE, "connection refused")
        with pytest.raises(pravega.ClosedError):
            writer.trouble()


def test_transactions_say_what_keeps_them_from_being_committed(faulty: Faulty) -> None:
    with (
        pravega.Client(faulty.controller) as client,
        client.open_transactional_writer("scope", "stream", txn_lease="30s") as writer,
    ):
        txn = writer.begin()
        away(faulty)
        txn.write(b"event")
        until(raised(lambda: txn.commit(timeout=SHORT)), WHERE, "connection refused, for ")
        faulty.tell("advertise")
        txn.commit(timeout=60)


def test_readers_say_what_keeps_them_from_events(faulty: Faulty) -> None:
    with pravega.Client(faulty.controller) as client:
        assert client.create_reader_group("scope", "group", ["scope/stream"])
        group = client.open_reader_group("scope", "group")
        with group.open_reader("first") as reader, group.open_reader("second") as hungry:
            until(raised(lambda: reader.next(timeout=SHORT)), "nothing is there to read in 1 segment")
            until(raised(lambda: hungry.next(timeout=SHORT)), "other readers (first) have the group's 1 segment")
            assert "nothing is there to read in 1 segment" in reader.waiting()
            assert "other readers (first) have the group's 1 segment" in hungry.waiting()
            assert reader.trouble() is None
            assert hungry.trouble() is None
            away(faulty)
            assert type(until(reader.trouble, WHERE, "connection refused, for ")) is pravega.UnreachableError
            until(raised(lambda: reader.next(timeout=SHORT)), WHERE, "connection refused, for ")
            until(
                raised(lambda: client.create_reader_group("scope", "another", ["scope/stream"], timeout=SHORT)), WHERE
            )
            faulty.tell("advertise")
            deadline = time.monotonic() + 30
            while reader.trouble() is not None:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        with pytest.raises(pravega.ClosedError):
            reader.trouble()


def test_waits_of_event_loops_say_it_too(faulty: Faulty) -> None:
    with pravega.Client(faulty.controller) as client:
        assert client.create_reader_group("scope", "group", ["scope/stream"])
        group = client.open_reader_group("scope", "group")
        with group.open_reader("first") as reader:
            until(raised(lambda: reader.next(timeout=SHORT)), "nothing is there to read in 1 segment")
            away(faulty)  # it reads over a connection that ends
            until(reader.trouble, WHERE)
            with pytest.raises(pravega.TimedOutError, match=WHERE):
                asyncio.run(reader.next_async(timeout=SHORT))
            faulty.tell("advertise")
