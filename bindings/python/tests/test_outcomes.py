"""What calls say of their outcome is what the servers have, when these do not answer."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import random
import time
from collections.abc import Callable, Iterator

import pytest

import pravega

from .conftest import SOON, Faulty

#: What happens to an append that is not acked: it is not stored, or it is.
APPENDS = ["ignore", "noreply"]


@pytest.fixture
def client(faulty: Faulty) -> Iterator[pravega.Client]:
    with pravega.Client(faulty.controller) as opened:
        yield opened


def closed(writer: pravega.Writer) -> None:
    """Closes a writer whose events may not be acked."""
    with contextlib.suppress(pravega.PravegaError):
        writer.close(timeout=0)


def test_numbers_that_no_event_has(faulty: Faulty, client: pravega.Client) -> None:
    faulty.tell("appends ignore")
    writer = client.open_writer("scope", "stream")
    assert writer.wait(0) == 0
    last = writer.write_many([b"x"] * 100)
    for number in (-1, last + 1, 10**9, 2**63 - 1, 2**63):
        for call in (writer.wait, writer.ack, lambda number: asyncio.run(writer.wait_async(number))):
            with pytest.raises(pravega.InvalidArgumentError):
                call(number)
    faulty.tell("serve", "cut")
    assert writer.wait(last, timeout=SOON) == last
    writer.close()


@pytest.mark.parametrize("append", APPENDS)
@pytest.mark.parametrize(
    "wait",
    [
        lambda w, n: w.wait(n, timeout=0.1),
        lambda w, n: w.wait(n, timeout=0),
        lambda w, n: asyncio.run(w.wait_async(n, timeout=0.1)),
        lambda w, _: w.flush(timeout=0.1),
    ],
)
def test_a_wait_that_times_out_may_be_stored(
    faulty: Faulty, client: pravega.Client, append: str, wait: Callable[[pravega.Writer, int], object]
) -> None:
    faulty.tell(f"appends {append}")
    with client.open_writer("scope", "stream") as writer:
        number = writer.write(b"event")
        with pytest.raises(TimeoutError) as caught:
            wait(writer, number)
        assert isinstance(caught.value, pravega.TimedOutError)
        assert caught.value.may_be_stored
        faulty.tell("serve", "cut")
    assert faulty.stored == ["event"]


def test_closing_ends_every_wait(faulty: Faulty, client: pravega.Client) -> None:
    faulty.tell("appends noreply")
    writer = client.open_writer("scope", "stream")
    number = writer.write(b"event")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waits = [pool.submit(writer.wait, number, timeout=SOON) for _ in range(3)]
        future = writer.ack(number)
        dropped = writer.ack(number)
        assert dropped.cancel()
        faulty.await_stored("event")
        with pytest.raises(pravega.TimedOutError) as caught:
            writer.close(timeout=0.1)
        assert caught.value.may_be_stored
        for wait in [*waits, future]:
            ended = wait.exception(SOON)
            assert isinstance(ended, pravega.ClosedError)
            assert ended.may_be_stored
    with pytest.raises(pravega.ClosedError) as late:
        writer.wait(number)
    assert late.value.may_be_stored
    assert faulty.stored == ["event"]


def test_closing_ends_tasks_that_wait(faulty: Faulty, client: pravega.Client) -> None:
    async def work() -> None:
        writer = client.open_writer("scope", "stream")
        number = writer.write(b"event")
        dropped = asyncio.create_task(writer.wait_async(number))
        waiting = asyncio.create_task(writer.wait_async(number))
        await asyncio.to_thread(faulty.await_stored, "event")
        dropped.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dropped
        with pytest.raises(pravega.TimedOutError):
            await asyncio.to_thread(writer.close, timeout=0.1)
        with pytest.raises(pravega.ClosedError) as caught:
            await asyncio.wait_for(waiting, SOON)
        assert caught.value.may_be_stored

    faulty.tell("appends noreply")
    asyncio.run(work())


def test_ctrl_c_ends_a_wait(faulty: Faulty, client: pravega.Client, ctrl_c: Callable[[float], None]) -> None:
    faulty.tell("appends ignore")
    writer = client.open_writer("scope", "stream")
    number = writer.write(b"event")
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(0.3)
        writer.wait(number)
    assert time.monotonic() - begin < SOON / 2
    closed(writer)


def test_ctrl_c_ends_a_close(faulty: Faulty, client: pravega.Client, ctrl_c: Callable[[float], None]) -> None:
    faulty.tell("appends ignore")
    writer = client.open_writer("scope", "stream")
    number = writer.write(b"event")
    future = writer.ack(number)
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(0.3)
        writer.close()
    ended = future.exception(SOON)  # it goes on closing, and nobody hears how that ends
    assert isinstance(ended, pravega.ClosedError)
    assert ended.may_be_stored


def noted(part: pravega.Slice, behind: int) -> int:
    """Gives a slice back up to an offset; the offset behind what was noted."""
    try:
        part.release_at(behind)
    except pravega.ClosedError:
        return part.start_offset
    return behind


@pytest.mark.parametrize("end", ["reader", "client"])
def test_what_release_says_is_where_the_next_reader_starts(faulty: Faulty, end: str) -> None:
    with pravega.Client(faulty.controller) as client, concurrent.futures.ThreadPoolExecutor() as pool:
        with client.open_writer("scope", "stream") as writer:
            writer.write_many([b"%02d" % number for number in range(17)])
        for race in range(60):
            client.create_reader_group("scope", f"group-{race}", ["scope/stream"])
            other = pravega.Client(faulty.controller)
            group = other.open_reader_group("scope", f"group-{race}")
            reader = group.open_reader("first")
            part = reader.next(timeout=SOON)
            assert part is not None
            released = pool.submit(noted, part, 10 * random.randint(1, 16))
            (other if end == "client" else reader).close()
            for each in (reader, group, other):
                each.close()
            with (
                client.open_reader_group("scope", f"group-{race}") as again,
                again.open_reader("next") as following,
                following.next(timeout=SOON) as rest,  # type: ignore[union-attr]
            ):
                assert rest.start_offset == released.result(SOON)
                list(rest)


def committed(transaction: pravega.Transaction, pause: float) -> pravega.PravegaError | None:
    """Commits after a pause; why that failed, if it did."""
    time.sleep(max(pause, 0))
    try:
        transaction.commit(timeout=SOON)
    except pravega.PravegaError as error:
        return error
    return None


@pytest.mark.parametrize("end", ["transaction", "writer", "client"])
@pytest.mark.parametrize("call", ["serve", "late"])
def test_what_commit_says_is_stored(faulty: Faulty, end: str, call: str) -> None:
    outcomes = set()
    aim = 0.0  # seconds that the commit begins after the close
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for race in range(20):
            client = pravega.Client(faulty.controller, txn_lease="30s")
            writer = client.open_transactional_writer("scope", "stream")
            transaction = writer.begin()
            event = f"<{race}>"
            transaction.write(event.encode())
            faulty.tell(f"call commitTransaction {call}")
            commit = pool.submit(committed, transaction, aim)
            time.sleep(max(-aim, 0))
            ends: dict[str, pravega.Transaction | pravega.TransactionalWriter | pravega.Client]
            ends = {"transaction": transaction, "writer": writer, "client": client}
            for each in (ends[end], *ends.values()):
                with contextlib.suppress(pravega.PravegaError):
                    each.close(timeout=0.1)
            failed = commit.result(SOON)
            times = faulty.stored.count(event)
            assert times <= 1
            if failed is None:
                assert times == 1
            else:
                assert times == 0 or failed.may_be_stored
            outcomes.add(times)
            step = 0.0005 + abs(aim) / 2
            aim += step if times == 1 else -step
    assert outcomes == {0, 1}
