"""Time windows on a real server: what is read lies in them."""

from __future__ import annotations

import asyncio
import time

import pytest

import pravega
from pravega import TimeWindow

from .conftest import SOON
from .groups import group_over

pytestmark = pytest.mark.server


def test_what_is_read_lies_in_the_time_window(client: pravega.Client, scope: str) -> None:
    """An event's time is its number. The first reader follows the writer until the servers
    have marked times twice; what a later one reads lies in its windows."""
    client.create_stream(scope, "s")
    now = first = 1000
    marks: list[int] = []
    tail = group_over(client, scope, f"{scope}/s").open_reader("tail")
    with tail, client.open_writer(scope, "s") as writer:
        assert tail.time_window(scope, "s", timeout=SOON) == TimeWindow(None, None)
        with pytest.raises(pravega.InvalidArgumentError, match="other"):
            tail.time_window(scope, "other")
        deadline = time.monotonic() + 4 * SOON
        while len(marks) < 2:
            assert time.monotonic() < deadline
            now += 1
            writer.write(str(now), key="k")
            writer.note_time(now)
            with next(tail.slices(timeout=SOON)) as part:
                assert [int(event) for event in part] == [now]
            lower, upper = tail.time_window(scope, "s")
            assert upper is None or lower is not None
            if lower is not None and lower not in marks:
                assert max([first, *marks]) < lower <= now
                marks.append(lower)
            time.sleep(0.02)
    with pytest.raises(pravega.ClosedError):
        tail.time_window(scope, "s")
    client.seal_stream(scope, "s")

    windows: list[TimeWindow] = []
    with group_over(client, scope, f"{scope}/s", name="later").open_reader("r") as reader:
        for number in range(first + 1, now + 1):
            with next(reader.slices(timeout=SOON)) as part:
                assert int(next(iter(part))) == number
                lower, upper = window = asyncio.run(reader.time_window_async(scope, "s", timeout=SOON))
                assert (lower or 0) <= number <= (upper or now)
                windows.append(window)
        assert reader.next(timeout=SOON) is None
    assert windows[0].lower is None
    assert any(window.upper is not None for window in windows)
    assert [window.lower or 0 for window in windows] == sorted(window.lower or 0 for window in windows)
    assert windows[-1].lower is not None
