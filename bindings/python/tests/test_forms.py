"""Cuts, checkpoints, positions and event pointers, without a server.

What is expected was written by the official Java client.
"""

from __future__ import annotations

import pickle

import pytest

import pravega
from pravega import Checkpoint, EventPointer, GroupStream, Position, StreamCut

CUT = "H4sIAAAAAAAA/zOwSs/PSdEvtjLQMQRiAysTUx1DA1MAyiI5vhcAAAA="
CUT_BYTES = bytes.fromhex("000101000000000f0006676f6c642f730200202d012069")
SCALED = "H4sIAAAAAAAA/zOwSs/PSUnN0y+2MtYxsDLVMbfSNdQxNLC0NDU0NDMyNzc3AwA+/biZIwAAAA=="
CHECKPOINT_BYTES = bytes.fromhex(
    "00000100000000490003637031020008676f6c64656e2f74000101000000000e0008676f6c64656e2f74010020500008676f6c64656e2f73"
    "00010100000000110008676f6c64656e2f730200207d0120b9"
)
T = "H4sIAAAAAAAA/zOwSs/PSUnN0y+xMgBCCwMAhnVL2REAAAA="
S = "H4sIAAAAAAAA/zOwSs/PSUnN0y+2MtAxBGIDK0MjUx1DC1MA5JvUGhoAAAA="
POINTER = "golden/s/6.#epoch.2:368-16"
POINTER_BYTES = bytes.fromhex("00000100000000180013676f6c64656e2f732f362e2365706f63682e32417010")
POSITION = "gold/s/1.#epoch.0=150, gold/s/0.#epoch.0=75"
POSITION_BYTES = bytes.fromhex(
    "000002000000002b020011676f6c642f732f302e2365706f63682e30404b0011676f6c642f732f312e2365706f63682e3040960100000047"
    "020011676f6c642f732f302e2365706f63682e30bff0000000000000bff00000000000000011676f6c642f732f312e2365706f63682e30bf"
    "f0000000000000bff0000000000000"
)
WITH_AN_END = bytes.fromhex(
    "000002000000003b020013676f6c64656e2f732f322e2365706f63682e31fffffffffffffffe0013676f6c64656e2f742f302e2365706f63"
    "682e30c000000200000000010000004b020013676f6c64656e2f732f322e2365706f63682e3100000000000000003fd00000000000000013"
    "676f6c64656e2f742f302e2365706f63682e30bff0000000000000bff0000000000000"
)


def test_cuts() -> None:
    cut = StreamCut(CUT)
    assert (cut.scope, cut.stream, cut.offsets, cut.unbounded) == ("gold", "s", {0: 45, 1: 105}, False)
    assert (str(cut), bytes(cut)) == (CUT, CUT_BYTES)
    same = StreamCut.from_bytes(CUT_BYTES)
    assert same == cut
    assert len({same, cut, StreamCut(SCALED)}) == 2
    assert StreamCut(SCALED).offsets == {21474836483: -1, 30064771072: 1099511627776}
    unbounded = StreamCut("UNBOUNDED")
    assert (unbounded.unbounded, unbounded.scope, bytes(unbounded)) == (True, "", b"")
    assert StreamCut.from_bytes(b"") == unbounded
    for wrong in ("", "nonsense", CUT + "\0"):
        with pytest.raises(pravega.InvalidArgumentError):
            StreamCut(wrong)
    for size in range(1, len(CUT_BYTES)):
        with pytest.raises(pravega.InvalidArgumentError):
            StreamCut.from_bytes(CUT_BYTES[:size])


def test_checkpoints() -> None:
    checkpoint = Checkpoint.from_bytes(CHECKPOINT_BYTES)
    assert checkpoint == Checkpoint("cp1", (StreamCut(S), StreamCut(T)))
    assert checkpoint.cuts[0].offsets == {0: 125, 1: 185}
    assert Checkpoint.from_bytes(bytes(checkpoint)) == checkpoint
    assert len(bytes(checkpoint)) == len(CHECKPOINT_BYTES)
    assert [str(stream) for stream in checkpoint.streams] == [f"golden/{cut.stream}@{cut}" for cut in checkpoint.cuts]
    assert Checkpoint.from_bytes(bytes(Checkpoint("of nothing", ()))) == Checkpoint("of nothing", ())
    for wrong in ((StreamCut(S),) * 2, (StreamCut("UNBOUNDED"),)):
        with pytest.raises(pravega.InvalidArgumentError):
            bytes(Checkpoint("c", wrong))
    for size in range(len(CHECKPOINT_BYTES)):
        with pytest.raises(pravega.InvalidArgumentError):
            Checkpoint.from_bytes(CHECKPOINT_BYTES[:size])


def test_pointers() -> None:
    pointer = EventPointer(POINTER)
    assert (pointer.scope, pointer.stream, pointer.segment) == ("golden", "s", "golden/s/6.#epoch.2")
    assert (pointer.offset, pointer.size) == (368, 8)
    assert (str(pointer), bytes(pointer)) == (POINTER, POINTER_BYTES)
    assert EventPointer.from_bytes(POINTER_BYTES) == pointer
    for wrong in ("", "golden/s/6.#epoch.2", "golden/s/6.#epoch.2:-1-16"):
        with pytest.raises(pravega.InvalidArgumentError):
            EventPointer(wrong)
    for size in range(len(POINTER_BYTES)):
        with pytest.raises(pravega.InvalidArgumentError):
            EventPointer.from_bytes(POINTER_BYTES[:size])


def test_positions() -> None:
    position = Position(POSITION)
    assert position.offsets == {"gold/s/0.#epoch.0": 75, "gold/s/1.#epoch.0": 150}
    assert (str(position), bytes(position)) == (POSITION, POSITION_BYTES)
    same = Position.from_bytes(POSITION_BYTES)
    assert same == position
    with_an_end = Position.from_bytes(WITH_AN_END)
    assert with_an_end.offsets == {"golden/s/2.#epoch.1": -1, "golden/t/0.#epoch.0": 8589934592}
    assert with_an_end == Position(str(with_an_end)) == Position.from_bytes(bytes(with_an_end))
    assert len({same, position, with_an_end}) == 2
    nowhere = Position("")
    assert (nowhere.offsets, str(nowhere), Position.from_bytes(bytes(nowhere))) == ({}, "", nowhere)
    for wrong in ("nonsense", "a/b/0.#epoch.0=-2", "a/b/0.#epoch.0=1,", POSITION + "\0"):
        with pytest.raises(pravega.InvalidArgumentError):
            Position(wrong)
    for size in range(len(POSITION_BYTES)):
        with pytest.raises(pravega.InvalidArgumentError):
            Position.from_bytes(POSITION_BYTES[:size])


@pytest.mark.parametrize(
    ("stream", "spelled"),
    [
        (GroupStream("a", "b"), "a/b@head"),
        (GroupStream("a", "b", "tail"), "a/b@tail"),
        (GroupStream("gold", "s", StreamCut(CUT)), f"gold/s@{CUT}"),
        (GroupStream("gold", "s", "head", StreamCut(CUT)), f"gold/s@head@{CUT}"),
        (GroupStream("gold", "s", StreamCut(CUT), StreamCut(CUT)), f"gold/s@{CUT}@{CUT}"),
    ],
)
def test_streams_of_groups(stream: GroupStream, spelled: str) -> None:
    assert str(stream) == spelled
    assert GroupStream.parse(spelled) == stream
    assert GroupStream.parse("a/b") == GroupStream("a", "b")


@pytest.mark.parametrize("spelled", ["", "a", "a/", "/b", "a/b@nonsense", f"a/b@head@{CUT}@{CUT}", "a/b@head@tail"])
def test_what_is_no_stream_of_a_group(spelled: str) -> None:
    with pytest.raises(pravega.InvalidArgumentError):
        GroupStream.parse(spelled)


def test_pickles() -> None:
    kept = (
        StreamCut(CUT),
        Checkpoint("c", (StreamCut(S),)),
        EventPointer(POINTER),
        Position(POSITION),
        GroupStream("a", "b", StreamCut(S)),
    )
    assert pickle.loads(pickle.dumps(kept)) == kept
    assert [str(thing) for thing in pickle.loads(pickle.dumps(kept))] == [str(thing) for thing in kept]
