"""Watching a reader group on a real server: what becomes of it is told."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Callable, Iterator

import pytest

import pravega
from pravega import GroupStatus

from .conftest import SOON
from .groups import fill, group_over, holds

pytestmark = pytest.mark.server


def becomes(statuses: Iterator[GroupStatus], *expected: object) -> None:
    """The group comes to have a status; no status is told twice."""
    last = None
    for status in statuses:
        assert status != last
        if status == expected:
            return
        last = status


def test_readers_a_scale_and_the_end_are_told(client: pravega.Client, scope: str) -> None:
    fill(client, scope, "s", range(50))
    group = group_over(client, scope, f"{scope}/s")
    statuses = group.watch(timeout=SOON)
    status = next(statuses)
    assert (status, status.segments, status.readers, status.end_of_data) == ((1, 0, False), 1, 0, False)
    assert next(group.watch(timeout=SOON)) == status
    short = group.watch(timeout=0.3)
    assert next(short) == status
    with pytest.raises(pravega.TimedOutError):
        next(short)

    first = group.open_reader("first")
    becomes(statuses, 1, 1, False)
    assert next(short) == (1, 1, False)
    with group.open_reader("second") as second:
        becomes(statuses, 1, 2, False)
        first.close()
        becomes(statuses, 1, 1, False)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            reading = pool.submit(lambda: [int(event) for event in second])
            (segment,) = client.segments(scope, "s")
            client.scale_stream(scope, "s", [segment.id], [(0, 0.5), (0.5, 1)])
            becomes(statuses, 2, 1, False)
            fill(client, scope, "s", range(50, 100))
            client.seal_stream(scope, "s")
            becomes(statuses, 0, 1, True)
            assert sorted(reading.result(SOON)) == list(range(100))
    becomes(statuses, 0, 0, True)

    client.delete_reader_group(scope, "g")
    for watch in (statuses, group.watch(timeout=SOON)):
        with pytest.raises(pravega.NoSuchReaderGroupError):
            next(watch)


def test_a_group_with_an_end(client: pravega.Client, scope: str) -> None:
    """It has read everything, though its stream goes on."""
    end = fill(client, scope, "s", range(100), segments=2)
    fill(client, scope, "s", range(100, 150))
    group = group_over(client, scope, pravega.GroupStream(scope, "s", end=end))
    statuses = group.watch(timeout=SOON)
    becomes(statuses, 2, 0, False)
    holds(group, range(100))
    becomes(statuses, 0, 0, True)
    group.reset_to(client.stream_info(scope, "s").head)
    becomes(statuses, 2, 0, False)


def test_closing_ends_the_wait(client: pravega.Client, controller: str, scope: str) -> None:
    client.create_stream(scope, "s")
    group_over(client, scope, f"{scope}/s").close()
    for closes_client in (False, True):
        other = pravega.Client(controller)
        group = other.open_reader_group(scope, "g")
        statuses = [group.watch() for _ in range(3)]
        assert [next(watch) for watch in statuses] == [(1, 0, False)] * 3
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waits = [pool.submit(next, watch) for watch in statuses]
            time.sleep(0.3)  # most of them wait then
            (other if closes_client else group).close()
            assert [type(wait.exception(SOON)) for wait in waits] == [pravega.ClosedError] * 3
        with pytest.raises(pravega.ClosedError):
            next(group.watch())
        other.close()
    with pytest.raises(pravega.InvalidArgumentError):
        group.watch(timeout=-1)


def test_ctrl_c_ends_the_wait(client: pravega.Client, scope: str, ctrl_c: Callable[[float], None]) -> None:
    client.create_stream(scope, "s")
    group = group_over(client, scope, f"{scope}/s")
    statuses = group.watch()
    assert next(statuses) == (1, 0, False)
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(0.3)
        next(statuses)
    assert time.monotonic() - begin < SOON / 2
    with group.open_reader("r"):
        becomes(statuses, 1, 1, False)


def test_in_event_loops(client: pravega.Client, scope: str) -> None:
    """A wait that is cancelled ends, and takes no status away."""
    client.create_stream(scope, "s")
    group = group_over(client, scope, f"{scope}/s")
    statuses = group.watch()

    def no_call_goes_on() -> None:
        for thread in threading.enumerate():
            if thread.name == "pravega-call":
                thread.join(SOON)
                assert not thread.is_alive()

    async def work() -> None:
        seen = []
        async for status in statuses:
            seen.append(status)
            if status.readers == 0:
                waiting = asyncio.create_task(anext(statuses))
                await asyncio.sleep(0.1)
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
                await asyncio.to_thread(no_call_goes_on)
                reader = await asyncio.to_thread(group.open_reader, "r")
            elif status.readers == 1 and status.segments == 1:
                await asyncio.to_thread(reader.close)
                await asyncio.to_thread(client.delete_reader_group, scope, "g")
                break
        assert seen[:2] == [(1, 0, False), (1, 1, False)]
        with pytest.raises(pravega.NoSuchReaderGroupError):
            while True:
                await anext(statuses)

    asyncio.run(asyncio.wait_for(work(), 4 * SOON))
    with pytest.raises(pravega.TimedOutError):
        asyncio.run(anext(group_over(client, scope, f"{scope}/s", name="h").watch(timeout=0)))
