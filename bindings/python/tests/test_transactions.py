"""Transactions: all of it or nothing, whoever ends it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

import pravega
from pravega import StreamConfig, TransactionStatus

from .conftest import SOON, Script

pytestmark = pytest.mark.server


@pytest.fixture
def writer(client: pravega.Client, scope: str) -> Iterator[pravega.TransactionalWriter]:
    client.create_stream(scope, "s", StreamConfig(segments=2))
    with client.open_transactional_writer(scope, "s", txn_window_bytes="64KiB") as opened:
        yield opened


def stored(client: pravega.Client, scope: str) -> list[bytes]:
    """Everything in the stream, which is sealed."""
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "all", [f"{scope}/s"])
    with client.open_reader_group(scope, "all") as group, group.open_reader("reader") as reader:
        return list(reader)


def test_a_block_commits_or_aborts(client: pravega.Client, scope: str, writer: pravega.TransactionalWriter) -> None:
    with writer.begin() as kept:
        assert kept.write(b"a", key="k") == 1
        assert kept.write("b", key="k") == 2
    assert kept.closed
    with pytest.raises(ZeroDivisionError), writer.begin() as dropped:
        dropped.write(b"never")
        raise ZeroDivisionError
    assert dropped.closed
    with pytest.raises(pravega.TransactionAbortedError):
        writer.attach(dropped.id)
    with pytest.raises(pravega.ClosedError):
        kept.write(b"never")
    with pytest.raises(pravega.TransactionCommittedError):
        writer.attach(kept.id)
    assert stored(client, scope) == [b"a", b"b"]


def test_many_events(client: pravega.Client, scope: str, writer: pravega.TransactionalWriter) -> None:
    count = 20_000  # more than the window
    with writer.begin() as txn:
        keys = (None if i % 5 == 0 else str(i % 5) for i in range(count))
        assert txn.write_many((str(i) for i in range(count)), keys) == count
        assert txn.write_many([b"%d" % count]) == 1
        assert txn.write_many([]) == 0
        with pytest.raises(pravega.InvalidArgumentError, match="fewer keys"):
            txn.write_many([b"x"], [])
        with pytest.raises(pravega.EventTooLargeError) as caught:
            txn.write_many([b"%d" % (count + 1), bytes((8 << 20) + 1)])
        assert caught.value.accepted == 1
        with pytest.raises(pravega.WindowFullError):
            while True:
                txn.write(b"", timeout=0)
                txn.write_many([bytes(50_000)] * 2, timeout=0)
    events = [event for event in stored(client, scope) if event and event[0] != 0]
    assert sorted(map(int, events)) == list(range(count + 2))
    for key in range(1, 5):
        mine = [int(event) for event in events if int(event) % 5 == key and int(event) < count]
        assert mine == sorted(mine)


def test_life_of_a_transaction(client: pravega.Client, scope: str, writer: pravega.TransactionalWriter) -> None:
    txn = writer.begin(timeout=SOON)
    assert txn.status() is TransactionStatus.OPEN
    txn.write(b"1", timeout=SOON)
    txn.flush(timeout=SOON)
    with client.open_transactional_writer(scope, "s") as other, other.attach(txn.id) as attached:
        assert attached.id == txn.id
        attached.write(b"2")
        attached.commit(timestamp=1000, timeout=SOON)
        attached.wait_readable(timeout=SOON)
    assert txn.status() is TransactionStatus.COMMITTED
    txn.commit()
    with pytest.raises(pravega.TransactionCommittedError):
        txn.abort()
    with pytest.raises(pravega.InvalidArgumentError, match="64 bits"):
        txn.commit(2**63)
    txn.close()
    txn.close()
    dropped = writer.begin()
    dropped.write(b"never")
    dropped.abort()
    with pytest.raises(pravega.TransactionAbortedError):
        dropped.write(b"never")
    with pytest.raises(pravega.TransactionAbortedError):
        dropped.commit()
    dropped.close()
    with pytest.raises(pravega.InvalidArgumentError):
        writer.attach("no id")
    with pytest.raises(pravega.NoSuchTransactionError):
        writer.attach("00000000-0000-0000-0000-000000000001")
    assert sorted(stored(client, scope)) == [b"1", b"2"]


def test_what_is_kept_for_another_process(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_transactional_writer(scope, "s", txn_close="keep") as writer:
        txn = writer.begin()
        txn.write(b"kept")
        txn.close()
    with client.open_transactional_writer(scope, "s") as writer, writer.attach(txn.id):
        pass
    with client.open_transactional_writer(scope, "s") as writer:
        left = writer.begin()
        left.write(b"never")
    with pytest.raises(pravega.PravegaError):
        left.write(b"never")
    left.close()
    with pytest.raises(pravega.ClosedError):
        writer.begin()
    assert stored(client, scope) == [b"kept"]


def test_batches_and_what_is_open(client: pravega.Client, scope: str, writer: pravega.TransactionalWriter) -> None:
    assert writer.transactions() == []
    with writer.begin() as txn, writer.begin() as other:
        assert writer.transactions() == sorted([txn.id, other.id])
        assert txn.acked == 0
        for i in range(100):
            assert txn.write_batch([b"%d" % i, b"", "x"], key=str(i)) == 3 * i + 3
        assert txn.write_batch(["y"]) == 301
        for bad in ([], [bytes(8 << 20), b"x"], [b"x"] * (1 << 20)):
            with pytest.raises((pravega.InvalidArgumentError, pravega.EventTooLargeError)):
                txn.write_batch(bad)
        with pytest.raises(pravega.WindowFullError):
            while True:
                other.write_batch([bytes(20_000)] * 2, timeout=0)
        other.write_batch([b"never"], timeout=SOON)  # waits for room
        other.abort(timeout=SOON)
        assert writer.transactions() == [txn.id]
        txn.flush()
        assert txn.acked == 301
        txn.commit_and_wait(timeout=SOON)
        assert txn.status() is TransactionStatus.COMMITTED
        assert txn.acked == 301
        with pytest.raises(pravega.TransactionAbortedError):
            other.commit_and_wait()
    with pytest.raises(pravega.ClosedError):
        _ = txn.acked
    events = stored(client, scope)
    assert len(events) == 301
    for i, event in enumerate(events):
        if event.isdigit():
            assert events[i + 1 : i + 3] == [b"", b"x"]


ATTACHED = """
import sys
import pravega

controller, scope, how, *ids = sys.argv[1:]
with pravega.Client(controller) as client, client.open_transactional_writer(scope, "s") as writer:
    for id in ids:
        txn = writer.attach(id)
        txn.write(how, key="k")
        txn.flush()
        txn.commit() if how == "commit" else txn.abort()
        txn.close()
"""


def test_another_process_ends_a_transaction(
    client: pravega.Client, controller: str, scope: str, script: Script
) -> None:
    client.create_stream(scope, "s")
    with client.open_transactional_writer(scope, "s", txn_close="keep") as writer:
        kept, dropped = writer.begin(), writer.begin()
        for txn in (kept, dropped):
            txn.write(b"here", key="k")
            txn.flush()
        for txn, how in ((kept, "commit"), (dropped, "abort")):
            done = script(ATTACHED, controller, scope, how, txn.id)
            assert done.returncode == 0, done.stderr
        kept.wait_readable(timeout=SOON)
        kept.commit()
        with pytest.raises(pravega.TransactionAbortedError):
            dropped.commit()
        kept.close()
        dropped.close()
    assert stored(client, scope) == [b"here", b"commit"]


def test_coroutines(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=2))
    count = 5_000

    async def one(writer: pravega.TransactionalWriter, part: int) -> str:
        async with await writer.begin_async(timeout=SOON) as txn:
            events = (f"{part * count + i}" for i in range(count))
            assert await txn.write_many_async(events, (str(part) for _ in range(count)), timeout=SOON) == count
            assert await txn.write_async(b"single") == count + 1
            assert await txn.write_batch_async([b"batch", b""], key="k") == count + 3
            await txn.flush_async(timeout=SOON)
            assert await txn.status_async() is TransactionStatus.OPEN
        assert txn.closed
        return txn.id

    async def work() -> None:
        async with client.open_transactional_writer(scope, "s", txn_window_bytes="64KiB") as writer:
            turns = 0

            async def tick() -> None:
                nonlocal turns
                while True:
                    turns += 1
                    await asyncio.sleep(0)

            ticker = asyncio.create_task(tick())
            ids = await asyncio.gather(*(one(writer, part) for part in range(10)))
            ticker.cancel()
            assert len(set(ids)) == 10
            assert turns > 10
            with pytest.raises(ZeroDivisionError):
                async with await writer.begin_async() as dropped:
                    await dropped.write_async(b"never")
                    raise ZeroDivisionError
            with pytest.raises(pravega.TransactionAbortedError):
                await writer.attach_async(dropped.id)

            txn = await writer.begin_async()
            same = await writer.attach_async(txn.id)
            with pytest.raises(pravega.WindowFullError):
                while True:
                    await txn.write_many_async([bytes(50_000)], timeout=0)
            with pytest.raises(pravega.TimedOutError):
                while True:  # faster than the servers, some time
                    await txn.write_async(bytes(60_000), timeout=0.0001)
            with pytest.raises(pravega.InvalidArgumentError) as caught:
                await txn.write_many_async([b"x", b"y"], ["k"])
            assert caught.value.accepted == 0
            await txn.abort_async(timeout=SOON)
            await txn.close_async()
            await same.close_async()

            last = await writer.begin_async()
            await last.commit_async(timestamp=1, timeout=SOON)
            await last.wait_readable_async(timeout=SOON)
            await last.commit_and_wait_async()
            await last.close_async()

            begin = asyncio.create_task(writer.begin_async())
            await asyncio.sleep(0)
            begin.cancel()
            with pytest.raises(asyncio.CancelledError):
                await begin
            for thread in threading.enumerate():
                if thread.name == "pravega-call":
                    await asyncio.to_thread(thread.join)
            assert writer.transactions() == []  # what was begun for nobody is aborted
        assert writer.closed

    asyncio.run(asyncio.wait_for(work(), SOON))
    events = stored(client, scope)
    assert sorted(int(event) for event in events if event.isdigit()) == list(range(10 * count))
    assert len(events) == 10 * (count + 3)
    for part in range(10):
        mine = [int(event) for event in events if event.isdigit() and int(event) // count == part]
        assert mine == sorted(mine)
