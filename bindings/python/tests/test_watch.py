"""Watching descriptors from event loops."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Iterator

import pytest

from pravega._watch import Watch

from .conftest import SOON


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def duplicates(pipe: tuple[int, int]) -> int:
    """How many descriptors read from the pipe."""
    count = 0
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # that of the list itself
            same = os.path.sameopenfile(pipe[0], int(name))
            count += same and fcntl.fcntl(int(name), fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    return count


def test_it_calls_only_while_a_task_is_inside(pipe: tuple[int, int]) -> None:
    calls = 0

    def on_readable() -> None:
        nonlocal calls
        calls += 1
        os.read(pipe[0], 1)
        called.set()

    async def work() -> None:
        os.write(pipe[1], b"x")
        await asyncio.sleep(0.01)
        assert calls == 0
        with watch, watch:
            await asyncio.wait_for(called.wait(), SOON)
            called.clear()
        os.write(pipe[1], b"x")
        await asyncio.sleep(0.01)
        assert calls == 1
        with watch:
            await asyncio.wait_for(called.wait(), SOON)

    called = asyncio.Event()
    watch = Watch(pipe[0], on_readable)
    asyncio.run(work())
    watch.close()
    watch.close()
    assert calls == 2
    assert duplicates(pipe) == 1


def test_closing_leaves_the_descriptor_to_the_tasks_inside(pipe: tuple[int, int]) -> None:
    async def work() -> None:
        with watch:
            watch.close()
            assert duplicates(pipe) == 2
            os.write(pipe[1], b"x")
            await asyncio.wait_for(called.wait(), SOON)
            watch.mute()
            called.clear()
            await asyncio.sleep(0.01)
            assert not called.is_set()

    called = asyncio.Event()
    watch = Watch(pipe[0], lambda: called.set())
    asyncio.run(work())
    assert duplicates(pipe) == 1


def test_who_enters_after_the_end_is_called_at_once(pipe: tuple[int, int]) -> None:
    async def work() -> None:
        with watch:
            await asyncio.wait_for(called.wait(), SOON)

    called = asyncio.Event()
    watch = Watch(pipe[0], lambda: called.set())
    watch.close()
    asyncio.run(work())
