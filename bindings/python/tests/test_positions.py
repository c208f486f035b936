"""Positions of readers on a real server: others go on there, and every event is counted."""

from __future__ import annotations

import collections
import contextlib

import pytest

import pravega
from pravega import Position

from .conftest import SOON
from .groups import fill, group_over, holds

pytestmark = pytest.mark.server

COUNT = 300


@pytest.fixture
def group(client: pravega.Client, scope: str) -> pravega.ReaderGroup:
    """One over a sealed stream of three segments with the numbers below COUNT."""
    fill(client, scope, "s", range(COUNT), segments=3)
    client.seal_stream(scope, "s")
    return group_over(client, scope, f"{scope}/s")


def test_a_reader_that_kept_its_position_repeats_nothing(group: pravega.ReaderGroup) -> None:
    """It dies after it has kept it, and before it has given back what it is done with."""
    lost = group.open_reader("lost")
    seen: list[int] = []
    while True:
        part = lost.next(timeout=SOON)
        assert part is not None
        seen += (int(event) for _, event in zip(range(200 - len(seen)), part, strict=False))
        kept = str(part.position_at())
        assert part.position_at(part.position) == Position(kept)
        if len(seen) == 200:
            break
        part.release_at(part.position)
        assert lost.position == Position(kept)
    group.reader_offline("lost", at=Position(kept))
    holds(group, set(range(COUNT)) - set(seen))
    with contextlib.suppress(pravega.ClosedError):  # it may have heard of it
        part.release()
    lost.close()


def test_a_position_within_a_slice(group: pravega.ReaderGroup) -> None:
    with group.open_reader("r") as reader:
        part = reader.next(timeout=SOON)
        assert part is not None
        before = reader.position
        assert part.position_at() == part.position_at(part.start_offset) == before
        assert before.offsets[part.segment] == part.start_offset
        next(iter(part))
        assert part.position_at().offsets == {**before.offsets, part.segment: part.position}
        assert reader.position == before  # it is not given back
        for wrong in (part.start_offset + 1, part.end_offset + 1, -1, -(2**62)):
            with pytest.raises(pravega.InvalidArgumentError):
                part.position_at(wrong)
        handed = part.position_at()
        part.release_at(part.position)
        assert reader.position == handed
        with pytest.raises(pravega.ClosedError):
            part.position_at()
        other = reader.next(timeout=SOON)
        assert other is not None
    with pytest.raises(pravega.ClosedError):
        other.position_at(other.start_offset)
    with pytest.raises(pravega.ClosedError):
        _ = reader.position
    with pytest.raises(pravega.ClosedError):
        other.release()


def test_iteration_moves_the_position(group: pravega.ReaderGroup) -> None:
    """An event that was handed out is consumed, so a reader that is lost between two repeats none."""
    lost = group.open_reader("lost")
    seen = []
    for event in lost:
        seen.append(int(event))
        if len(seen) == 123:
            break
    group.reader_offline("lost", at=str(lost.position))
    holds(group, set(range(COUNT)) - set(seen))
    lost.close()


def test_a_reader_is_closed_at_a_position(group: pravega.ReaderGroup) -> None:
    """What was given back behind it is delivered again, to the next reader."""
    reader = group.open_reader("r")
    events = iter(reader)
    first = [int(next(events)) for _ in range(70)]
    at = reader.position
    for _ in range(3):
        next(events)
    ahead = ", ".join(f"{segment}={2**40}" for segment in at.offsets)
    for wrong in (ahead, "nonsense", "a\0b"):
        with pytest.raises(pravega.InvalidArgumentError):
            reader.close(at=wrong)
        assert not reader.closed
    assert int(next(events)) not in first  # it reads on
    with pytest.raises(pravega.InvalidArgumentError):
        reader.close(timeout=-1, at=at)
    reader.close(at=at, timeout=SOON)
    assert reader.closed
    reader.close(at=ahead)
    assert group.readers() == []
    holds(group, set(range(COUNT)) - set(first))


def test_closing_behind_what_was_given_back(client: pravega.Client, scope: str) -> None:
    """The stream goes on, so its segment is not at its end."""
    fill(client, scope, "s", range(COUNT))
    group = group_over(client, scope, f"{scope}/s")
    with group.open_reader("r") as reader:
        seen: list[int] = []
        while len(seen) < COUNT:
            part = reader.next(timeout=SOON)
            assert part is not None
            with part:
                for offset, event in part.with_offsets():
                    if int(event) == 100:
                        at = part.position_at(offset)
                    seen.append(int(event))
        reader.close(at=at)
    assert collections.Counter(seen) == collections.Counter(range(COUNT))
    client.seal_stream(scope, "s")
    holds(group, range(100, COUNT))
