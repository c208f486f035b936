"""Event loops: acks and slices are awaited by descriptors, without threads."""

from __future__ import annotations

import asyncio
import threading

import pytest

import pravega
from pravega import StreamConfig

from .conftest import SOON

pytestmark = pytest.mark.server


def test_many_tasks_wait_for_acks(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=2))

    async def work() -> None:
        async with client.open_writer(scope, "s") as writer:
            before = threading.active_count()

            async def write(i: int) -> int:
                number = await writer.write_async(f"{i}", key=str(i))
                assert await writer.wait_async(number, timeout=SOON) >= number
                return number

            numbers = await asyncio.gather(*(write(i) for i in range(500)))
            assert sorted(numbers) == list(range(1, 501))
            assert threading.active_count() == before
            assert await writer.wait_async(1) == 500
        assert writer.closed

    asyncio.run(work())


def test_a_full_window_lets_the_loop_go_on(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")

    async def work() -> None:
        turns = 0

        async def tick() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        ticker = asyncio.create_task(tick())
        async with client.open_writer(scope, "s", writer_window_bytes="64KiB") as writer:
            for i in range(500):
                assert await writer.write_async(bytes(8000)) == i + 1
            for i in range(100):
                assert await writer.write_batch_async([bytes(8000), b"b"], key="k") == 500 + 2 * (i + 1)
            with pytest.raises((pravega.WindowFullError, pravega.TimedOutError)):
                while True:
                    await writer.write_async(bytes(8000), timeout=0)
            with pytest.raises(pravega.WindowFullError):
                while True:
                    await writer.write_batch_async([bytes(8000)], timeout=0)
            with pytest.raises(pravega.InvalidArgumentError):
                await writer.write_batch_async([])
        ticker.cancel()
        assert turns > 10

    asyncio.run(work())


def test_time_limits_and_cancellation(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])

    async def work(writer: pravega.Writer, reader: pravega.Reader) -> None:
        for timeout in (0, 0.05):
            with pytest.raises(pravega.TimedOutError):
                await reader.next_async(timeout=timeout)
        wait = asyncio.create_task(reader.next_async())
        await asyncio.sleep(0.05)
        wait.cancel()
        with pytest.raises(asyncio.CancelledError):
            await wait
        writer.write(b"one")
        part = await reader.next_async(timeout=SOON)
        assert part is not None
        with part:
            assert list(part) == [b"one"]

    with (
        client.open_writer(scope, "s") as writer,
        client.open_reader_group(scope, "g") as group,
        group.open_reader("r") as reader,
    ):
        asyncio.run(work(writer, reader))
        asyncio.run(asyncio.sleep(0))  # another loop finds no leftovers


def test_closing_wakes_tasks(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])

    async def work() -> None:
        writer = client.open_writer(scope, "s")
        reader = client.open_reader_group(scope, "g").open_reader("r")
        part = asyncio.create_task(reader.next_async())
        await asyncio.sleep(0.05)
        await asyncio.to_thread(writer.close)
        await asyncio.to_thread(reader.close)
        with pytest.raises(pravega.ClosedError):
            await asyncio.wait_for(part, SOON)

    asyncio.run(work())


def test_async_for_reads_all_and_can_be_left(client: pravega.Client, scope: str) -> None:
    count = 10_000
    client.create_stream(scope, "s", StreamConfig(segments=3))
    client.create_reader_group(scope, "g", [f"{scope}/s"])

    async def work() -> list[int]:
        seen: list[int] = []
        async with client.open_writer(scope, "s") as writer:
            await asyncio.to_thread(writer.write_many, [str(i) for i in range(count)])
        await asyncio.to_thread(client.seal_stream, scope, "s")
        group = await asyncio.to_thread(client.open_reader_group, scope, "g")
        async with await asyncio.to_thread(group.open_reader, "r") as reader:
            async for event in reader:
                seen.append(int(event))
                if len(seen) == 100:
                    break
            async for event in reader:
                seen.append(int(event))
                if len(seen) == 200:
                    break
            async for part in reader.slices():
                seen += map(int, part)
            assert await reader.next_async() is None
        assert group.readers() == []
        group.close()
        return seen

    assert sorted(asyncio.run(work())) == list(range(count))


def test_loops_in_several_threads(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")

    async def work(writer: pravega.Writer) -> None:
        for _ in range(100):
            number = writer.write(b"x")
            assert await writer.wait_async(number, timeout=SOON) >= number

    with client.open_writer(scope, "s") as writer:
        threads = [threading.Thread(target=lambda: asyncio.run(work(writer))) for _ in range(3)]
        for thread in threads:
            thread.start()
        number = writer.write(b"x")
        assert writer.ack(number).result(SOON) == number
        for thread in threads:
            thread.join()
        assert writer.acked == 301
