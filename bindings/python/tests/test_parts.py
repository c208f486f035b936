"""The parts that need no library: time limits, acks, packing."""

from __future__ import annotations

import itertools
import random
import re
import struct
import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest

import pravega
from pravega import _abi, _call, writer
from pravega._acks import Acks
from pravega._waiting import PIECE, Deadline, first_piece, milliseconds

from .conftest import SOON


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [(None, -1), (0, 0), (0.0001, 1), (1, 1000), (1.5, 1500), (1e9, 2**31 - 1), (float("inf"), 2**31 - 1)],
)
def test_milliseconds(timeout: float | None, expected: int) -> None:
    assert milliseconds(timeout) == expected


@pytest.mark.parametrize("timeout", [-1, -0.001, float("nan"), float("-inf")])
def test_a_time_limit_that_cannot_be(timeout: float) -> None:
    with pytest.raises(pravega.InvalidArgumentError):
        milliseconds(timeout)


def test_waits_are_cut_into_pieces() -> None:
    assert [first_piece(t) for t in (None, 0, 0.05, 60)] == [PIECE, 0, 50, PIECE]
    assert Deadline(None).piece() == PIECE
    assert Deadline(None).left() is None
    assert Deadline(0).piece() == 0
    assert Deadline(0).left() == 0
    left = Deadline(60).left()
    assert left is not None
    assert 59 < left <= 60


def test_acks_resolve_what_they_cover() -> None:
    acks = Acks()
    futures = {n: acks.future(n) for n in random.sample(range(1, 101), 100)}
    for upto in (0, 3, 3, 50, 49, 99):
        acks.settle(upto)
        assert [n for n, f in futures.items() if f.done() != (n <= max(upto, acks.acked))] == []
    assert acks.acked == 99
    assert acks.awaited
    assert futures[3].result(0) == 3
    assert acks.future(99).result(0) == 99  # known already


def test_the_end_resolves_all() -> None:
    acks = Acks()
    early, late, cancelled = acks.future(1), acks.future(3), acks.future(4)
    assert cancelled.cancel()
    acks.settle(2, pravega.StreamSealedError("x"))
    acks.settle(1, pravega.ClosedError("y"))
    assert early.result(0) == 1
    assert isinstance(late.exception(0), pravega.StreamSealedError)
    assert isinstance(acks.future(3).exception(0), pravega.StreamSealedError)
    assert acks.future(2).result(0) == 2
    assert acks.acked == 2


def test_acks_from_many_threads() -> None:
    acks = Acks()
    futures: list[Future[int]] = []
    numbers = itertools.count(1)

    def ask() -> None:
        for _ in range(500):
            futures.append(acks.future(next(numbers)))

    def tell() -> None:
        for upto in range(0, 2001, 7):
            acks.settle(upto)

    threads = [threading.Thread(target=work) for work in (ask, tell, ask, tell, ask, ask)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    acks.settle(2000)
    assert sorted(future.result(SOON) for future in futures) == list(range(1, 2001))


def test_keys_are_packed_with_their_lengths() -> None:
    data, lens = writer._packed(["a", None, "", "ключ"])
    assert data == b"a" + "ключ".encode()
    assert list(lens) == [1, _abi.NO_KEY, 0, 8]
    data, lens = writer._packed(["bb", ""])
    assert (data, list(lens)) == (b"bb", [2, 0])
    with pytest.raises(pravega.InvalidArgumentError, match="routing key"):
        writer._packed(["fine", "\ud800"])


def test_batches_are_cut_by_their_bytes() -> None:
    events: list[pravega.Event] = [bytes(size) for size in (3 << 20, 1, 5 << 20, 0, 2 << 20, 2 << 20)]
    keys = [str(i) for i in range(len(events))]
    parts = list(writer._in_bytes(events, keys))
    assert [e for part, _ in parts for e in part] == events
    assert [k for _, part in parts for k in part or ()] == keys
    assert all(len(part) == 1 or sum(map(len, part)) <= 4 << 20 for part, _ in parts)


@pytest.mark.parametrize(
    ("event", "stored"),
    [
        (b"x", b"x"),
        (bytearray(b"x"), b"x"),
        (memoryview(b"abcd")[::2], b"ac"),
        (memoryview(struct.pack("2I", 1, 2)).cast("I"), struct.pack("2I", 1, 2)),
        ("é", "é".encode()),
        ("", b""),
    ],
)
def test_what_an_event_may_be(event: pravega.Event, stored: bytes) -> None:
    assert writer._bytes(event) == stored


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: milliseconds("soon"), "timeout 'soon': seconds, 0 or more, or None for no limit"),  # type: ignore[arg-type]
        (lambda: _call.text("stream", None), "stream: a str, not NoneType"),  # type: ignore[arg-type]
        (lambda: _call.text("stream", b"s"), "stream: a str, not bytes"),  # type: ignore[arg-type]
    ],
)
def test_an_argument_of_another_type_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize("event", [5, None, [1], object()])
def test_what_an_event_may_not_be(event: object) -> None:
    with pytest.raises(TypeError):
        writer._bytes(event)  # type: ignore[arg-type]
