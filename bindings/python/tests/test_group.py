"""What a reader group can do as a whole, on a real server; every event is counted."""

from __future__ import annotations

import asyncio
import collections
import concurrent.futures
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

import pravega
from pravega import GroupStream

from .conftest import PACKAGE, SOON
from .groups import QUICK, fill, group_over, holds, in_order

pytestmark = pytest.mark.server


def thrown_out(reader: pravega.Reader, why: type[pravega.PravegaError]) -> None:
    """The reader learns that it is out of its group."""
    with pytest.raises(why) as caught:
        while True:
            with contextlib.suppress(pravega.ClosedError):  # it may hear of it between two calls
                part = reader.next(timeout=SOON)
                assert part is not None
                part.release_at(part.start_offset)
    assert caught.value.is_final
    reader.close()


def test_a_checkpoint_is_told_passed_and_gone_back_to(client: pravega.Client, scope: str) -> None:
    count, first = 2000, 501
    fill(client, scope, "s", range(count), segments=2)
    group = group_over(client, scope, f"{scope}/s")
    seen: list[int] = []
    at: list[tuple[str, int]] = []

    def on_checkpoint(name: str) -> None:
        assert not passing.done()  # it is the program's until it returns
        at.append((name, len(seen)))
        if len(at) == 1:
            raise LookupError(name)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        reader = group.open_reader("r", on_checkpoint=on_checkpoint)
        for event in reader:
            seen.append(int(event))
            if len(seen) == first:
                break
        passing = pool.submit(group.checkpoint, "after breakfast, ä", timeout=SOON)
        with pytest.raises(LookupError, match="after breakfast"):
            for part in reader.slices(timeout=SOON):  # three events of each, so that there are more
                seen += (int(event) for _, event in zip(range(3), part, strict=False))
        passed = len(seen)
        while not passing.done():
            with contextlib.suppress(pravega.TimedOutError):
                seen += map(int, next(reader.slices(timeout=0.1)))
        checkpoint = passing.result(SOON)
        assert at == [(checkpoint.name, passed)] * 2
        assert checkpoint.name == "after breakfast, ä"
        with pytest.raises(pravega.AlreadyExistsError, match="breakfast"):
            group.checkpoint(checkpoint.name)

    group.reset_to(pravega.Checkpoint.from_bytes(bytes(checkpoint)))
    thrown_out(reader, pravega.GroupReinitializedError)
    client.seal_stream(scope, "s")
    rest = set(range(count)) - set(seen[:passed])
    holds(group, rest)
    other = group_over(client, scope, *checkpoint.streams, name="other")
    holds(other, rest)
    assert [stream.start for stream in group.info().streams] == list(checkpoint.cuts)


#: Slow up to its checkpoint, and hardly goes on without one, so that it has it long before
#: the stream ends; says with its name what it has read by then, and when it has read more.
WORKER = """
import sys, time, pravega

uri, scope = sys.argv[1:]
read, saved = [], False

def save(name):
    global saved
    print("at", name, *read, flush=True)
    read.clear()
    saved = True

with pravega.Client(uri) as client, client.open_reader_group(scope, "g") as group:
    with group.open_reader("worker", on_checkpoint=save, reader_buffer_bytes="64KiB") as reader:
        for event in reader:
            read.append(int(event))
            if len(read) % 10 == 0 and not saved:
                time.sleep(0.005 if len(read) < 3000 else 1)
            if len(read) == (1000 if saved else 100):
                print("more", flush=True)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        stdout=subprocess.PIPE,
        text=True,
    )


def hear(process: subprocess.Popen[str], word: str) -> list[str]:
    """The words behind the next line that begins with a word."""
    assert process.stdout is not None
    for line in process.stdout:
        first, *rest = line.split()
        if first == word:
            return rest
    raise AssertionError(f"the process ended without {word}")


def test_a_crashed_program_resumes_at_its_checkpoint(client: pravega.Client, controller: str, scope: str) -> None:
    """Three times: work, a checkpoint, more work, kill -9, and back to the checkpoint."""
    count = 40_000
    fill(client, scope, "s", range(count), segments=2)
    group = group_over(client, scope, f"{scope}/s")
    saved: list[int] = []
    for round in range(3):
        process = start(WORKER, controller, scope)
        try:
            hear(process, "more")
            with concurrent.futures.ThreadPoolExecutor() as pool:
                passing = pool.submit(group.checkpoint, f"round-{round}", timeout=SOON)
                name, *read = hear(process, "at")
                checkpoint = passing.result()
            assert name == checkpoint.name
            saved += map(int, read)
            hear(process, "more")
        finally:
            process.kill()
            process.communicate()
        group.reader_offline("worker")
        group.reset_to(checkpoint)
    assert len(saved) < count
    client.seal_stream(scope, "s")
    with group.open_reader("last") as reader:
        saved += map(int, reader)
    assert collections.Counter(saved) == collections.Counter(range(count))
    assert in_order(saved)


def test_a_checkpoint_that_nobody_passes(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    group = group_over(client, scope, f"{scope}/s", group_checkpoints_outstanding=1)
    told: list[str] = []

    def on_checkpoint(name: str) -> None:
        told.append(name)
        if len(told) == 1:
            raise LookupError

    with (
        group.open_reader("sleeps", on_checkpoint=on_checkpoint) as reader,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        with pytest.raises(pravega.TimedOutError, match="sleeps"):
            group.checkpoint("one", timeout=2)
        with pytest.raises(pravega.ConflictError):
            group.checkpoint("two")
        with pytest.raises(pravega.TimedOutError, match="sleeps"):
            group.stream_cuts(timeout=2)
        again = pool.submit(group.checkpoint, "one", timeout=SOON)
        with pytest.raises(concurrent.futures.TimeoutError):
            again.result(0.3)
        group.cancel_checkpoints()
        assert isinstance(again.exception(SOON), pravega.ConflictError)
        for _ in range(2):
            group.stream_cuts(timeout=SOON)  # so the reader has seen that it is gone

        with client.open_reader_group(scope, "g") as handle:
            three = pool.submit(handle.checkpoint, "three", timeout=SOON)
            with pytest.raises(LookupError):
                reader.next(timeout=SOON)
            assert not three.done()
        assert isinstance(three.exception(SOON), pravega.ClosedError)
        with pytest.raises(pravega.TimedOutError):
            reader.next(timeout=0)
        assert told == ["three", "three"]
    assert [cut.stream for cut in group.checkpoint("without readers", timeout=SOON).cuts] == ["s"]
    for name in ("", "a_SILENT_b", "a\0b"):
        with pytest.raises(pravega.InvalidArgumentError):
            group.checkpoint(name)


def test_cuts_are_taken_beside_the_program(client: pravega.Client, scope: str) -> None:
    count, first = 1000, 333
    fill(client, scope, "s", range(count), segments=2)
    group = group_over(client, scope, f"{scope}/s")
    seen: list[int] = []
    reader = group.open_reader("r", on_checkpoint=lambda name: pytest.fail(name))
    for event in reader:
        seen.append(int(event))
        if len(seen) == first:
            break
    part = next(reader.slices())  # gives back what was handed out
    (cut,) = group.stream_cuts(timeout=SOON)
    part.release()
    group.reset_to([str(cut)])
    thrown_out(reader, pravega.GroupReinitializedError)
    client.seal_stream(scope, "s")
    holds(group, set(range(count)) - set(seen))


def test_a_reader_that_asks_without_listening_passes_checkpoints(client: pravega.Client, scope: str) -> None:
    fill(client, scope, "s", range(100))
    group = group_over(client, scope, f"{scope}/s")
    with group.open_reader("r", reader_checkpoints=True) as reader, concurrent.futures.ThreadPoolExecutor() as pool:
        events = iter(reader)
        assert [int(next(events)) for _ in range(100)] == list(range(100))
        passing = pool.submit(group.checkpoint, "c", timeout=SOON)
        with pytest.raises(concurrent.futures.TimeoutError):
            passing.result(0.5)
        while not passing.done():
            with pytest.raises(pravega.TimedOutError):
                next(reader.slices(timeout=0.1))
        assert passing.result().cuts == (client.stream_info(scope, "s").tail,)


def test_bounded_streams_of_two_scopes(client: pravega.Client, scope: str) -> None:
    """Each from somewhere to somewhere: reading ends there, though the streams go on."""
    other = f"py-{uuid.uuid4().hex[:12]}"
    client.create_scope(other)
    fill(client, other, "s", range(50_000, 50_010))
    client.seal_stream(other, "s")
    first = fill(client, scope, "middle", range(100), segments=2)
    second = fill(client, scope, "middle", range(100, 300))
    fill(client, scope, "middle", range(300, 400))
    end = fill(client, scope, "begin", range(1000, 1030))
    fill(client, scope, "begin", range(1030, 1100))
    expected = [*range(100, 300), *range(1000, 1030), *range(50_000, 50_010)]
    streams = (
        GroupStream(scope, "middle", first, second),
        GroupStream(scope, "begin", end=end),
        f"{other}/s",
    )
    group = group_over(client, scope, *streams)
    assert group.unread_bytes() > 0
    holds(group, expected, ordered=False)
    assert group.unread_bytes() == 0

    info = group.info()
    assert streams[0] in info.streams
    assert [stream.scope for stream in info.streams].count(other) == 1
    assert info.options["group.refresh.interval"] == "100ms"
    assert "group.liveness.timeout" not in info.options
    assert client.create_reader_group(scope, "same", info.streams, **info.options)
    holds(client.open_reader_group(scope, "same"), expected, ordered=False)

    for wrong in (f"{scope}/begin@{end}@head", f"{scope}/begin@{first}"):
        with pytest.raises(pravega.InvalidArgumentError):
            group.reset([wrong])
    with pytest.raises(pravega.NoSuchStreamError):
        group.reset([f"{scope}/nowhere"])
    group.reset([GroupStream(scope, "middle", end=second)], **QUICK, group_retention="manual")
    holds(group, range(300))
    assert group.info().options["group.retention"] == "manual"


def test_back_to_the_last_checkpoint(client: pravega.Client, scope: str) -> None:
    """To where the group started, as there was none; later to one that a reader started by itself."""
    count, first = 50, 20
    fill(client, scope, "s", range(count))
    group = group_over(client, scope, f"{scope}/s", group_checkpoint_interval="1s")
    assert group.unread_bytes() == sum(8 + len(str(n)) for n in range(count))
    group.reset_to_last_checkpoint()
    reached: list[int] = []
    seen: list[int] = []
    reader = group.open_reader("r", on_checkpoint=lambda name: reached.append(len(seen)))
    while first not in reached:
        part = reader.next(timeout=SOON)
        assert part is not None
        with part:
            seen += (int(event) for _, event in zip(range(first - len(seen)), part, strict=False))
            if len(seen) == first:
                time.sleep(0.02)
    reached.clear()
    part = reader.next(timeout=SOON)
    assert part is not None
    with part:
        seen += map(int, part)
    assert sorted(seen[first:]) == list(range(first, count))
    assert set(reached) <= {first}  # there may be a further one
    group.reset_to_last_checkpoint()
    thrown_out(reader, pravega.GroupReinitializedError)
    client.seal_stream(scope, "s")
    holds(group, range(first, count))
    with pytest.raises(pravega.InvalidArgumentError, match="everything"):
        group.reset_to_last_checkpoint()


def test_unread_bytes_follow_the_reader(client: pravega.Client, scope: str) -> None:
    tail = fill(client, scope, "s", range(1000), segments=3)
    group = group_over(client, scope, f"{scope}/s")
    total = sum(8 + len(str(n)) for n in range(1000))
    assert group.unread_bytes() == total == sum(tail.offsets.values())
    with group.open_reader("r") as reader:
        for _ in zip(range(600), reader, strict=False):
            pass
    read = total - group.unread_bytes()
    (cut,) = group.stream_cuts()
    assert read == sum(cut.offsets.values()) > 0
    with pytest.raises(pravega.ClosedError):
        group.close()
        group.unread_bytes()


def test_retention_by_hand(client: pravega.Client, scope: str) -> None:
    fill(client, scope, "s", [])
    head = client.stream_info(scope, "s").head
    middle = fill(client, scope, "s", range(100))
    stranger = fill(client, scope, "stranger", range(10))
    none = group_over(client, scope, f"{scope}/s", name="none")
    with pytest.raises(pravega.InvalidArgumentError, match="none"):
        none.update_retention_cut(middle)
    group = group_over(client, scope, f"{scope}/s", group_retention="manual")
    group.update_retention_cut([middle])
    for wrong in (head, stranger, "?"):
        with pytest.raises(pravega.InvalidArgumentError):
            group.update_retention_cut([wrong])
    tail = fill(client, scope, "s", range(100, 200))
    with group.open_reader("r") as reader:
        assert [int(event) for _, event in zip(range(200), reader, strict=False)] == list(range(200))
    checkpoint = group.checkpoint("c", timeout=SOON)
    assert checkpoint.cuts == (tail,)
    group.update_retention_cut(checkpoint)
    automatic = group_over(client, scope, f"{scope}/s", name="automatic", group_retention="checkpoint")
    assert automatic.info().options["group.retention"] == "checkpoint"
    with pytest.raises(pravega.InvalidArgumentError, match="checkpoint"):  # it tells them by itself
        automatic.update_retention_cut(checkpoint)


def test_events_by_their_pointers(client: pravega.Client, scope: str) -> None:
    tail = fill(client, scope, "s", range(60), segments=2)
    pointers: dict[int, pravega.EventPointer] = {}
    with group_over(client, scope, f"{scope}/s").open_reader("r") as reader:
        for part in reader.slices():
            with pytest.raises(pravega.InvalidArgumentError):
                part.pointer()  # nothing was handed out
            for offset, event in part.with_offsets():
                pointers[int(event)] = part.pointer(offset)
                assert part.pointer() == pointers[int(event)]
                assert (pointers[int(event)].segment, pointers[int(event)].size) == (part.segment, len(event))
            for wrong in (part.start_offset + 1, part.end_offset, part.end_offset - 4, -(2**62), part.start_offset - 1):
                with pytest.raises(pravega.InvalidArgumentError):
                    part.pointer(wrong)
            part.release()
            with pytest.raises(pravega.ClosedError):
                part.pointer(part.start_offset)
            if len(pointers) == 60:
                break
    assert sorted(pointers) == list(range(60))
    for n, pointer in pointers.items():
        assert client.fetch_event(pointer) == b"%d" % n
        assert client.fetch_event(str(pravega.EventPointer.from_bytes(bytes(pointer)))) == b"%d" % n
    assert asyncio.run(client.fetch_event_async(pointers[7], timeout=SOON)) == b"7"
    one = pointers[10]
    for text in ("nothing", f"{one.segment}:{one.offset + 1}-10"):
        with pytest.raises(pravega.InvalidArgumentError):
            client.fetch_event(text)
    client.truncate_stream(scope, "s", tail)
    for pointer in pointers.values():
        with pytest.raises(pravega.SegmentTruncatedError):
            client.fetch_event(pointer)


def test_what_truncation_skipped_is_told(client: pravega.Client, scope: str) -> None:
    cut = fill(client, scope, "s", range(100))
    fill(client, scope, "s", range(100, 200))
    group = group_over(client, scope, f"{scope}/s")
    client.truncate_stream(scope, "s", cut)
    client.seal_stream(scope, "s")
    with group.open_reader("r") as reader:
        parts = [(part.skipped, [int(event) for event in part]) for part in reader.slices()]
    assert [skipped for skipped, _ in parts][:1] == list(cut.offsets.values())
    assert sum(skipped for skipped, _ in parts[1:]) == 0
    assert [n for _, numbers in parts for n in numbers] == list(range(100, 200))


def test_a_stream_that_is_gone(client: pravega.Client, scope: str) -> None:
    """It ends where it was read to. The other stream is read on. The end reports that it was made anew."""
    fill(client, scope, "stays", range(100), segments=2)
    fill(client, scope, "goes", range(1000, 1050))
    group = group_over(client, scope, f"{scope}/stays", f"{scope}/goes")
    with group.open_reader("r") as reader:
        seen = [int(event) for _, event in zip(range(150), reader, strict=False)]
        client.seal_stream(scope, "goes")
        assert client.delete_stream(scope, "goes")
        fill(client, scope, "goes", range(2000, 2050))
        fill(client, scope, "stays", range(100, 200))
        client.seal_stream(scope, "stays")
        with pytest.raises(pravega.NoSuchStreamError, match=f"group {scope}/g.*goes was deleted.*reset the group"):
            for event in reader:
                seen.append(int(event))
    assert sorted(seen) == [*range(200), *range(1000, 1050)]
    client.seal_stream(scope, "goes")
    group.reset([f"{scope}/goes"], **QUICK)
    holds(group, range(2000, 2050))


def test_a_reader_has_as_much_memory_as_it_is_given(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        writer.write_many(f"{n:100}" for n in range(10_000))
    client.seal_stream(scope, "s")
    largest: dict[str, int] = {}
    for buffer in ("64KiB", "8MiB"):
        group = group_over(client, scope, f"{scope}/s", name=buffer)
        with group.open_reader("r", reader_buffer_bytes=buffer) as reader:
            sizes: list[int] = []
            seen: list[int] = []
            for part in reader.slices():
                sizes.append(len(part.data))
                seen += map(int, part)
        assert seen == list(range(10_000))
        largest[buffer] = max(sizes)
    assert largest["64KiB"] <= 64 << 10 < largest["8MiB"]
    with pytest.raises(pravega.InvalidArgumentError, match=r"reader\.buffer\.bytes"):
        group.open_reader("r", reader_buffer_bytes="1KiB")


def test_options_that_are_no_readers(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with group_over(client, scope, f"{scope}/s") as group:
        for option in pravega.options():
            keyword: dict[str, Any] = {option.name.replace(".", "_"): option.default}
            if option.belongs_to == "reader":
                group.open_reader("r", **keyword).close()
                continue
            with pytest.raises(pravega.InvalidArgumentError, match=f"{option.name} belongs to a {option.belongs_to}"):
                group.open_reader("r", **keyword)
            if option.belongs_to != "reader group":
                with pytest.raises(pravega.InvalidArgumentError, match=option.name):
                    group.reset([f"{scope}/s"], **keyword)


def test_in_event_loops(client: pravega.Client, scope: str) -> None:
    count = 5000
    fill(client, scope, "s", range(count), segments=2)
    group = group_over(client, scope, f"{scope}/s")
    seen: dict[str, list[int]] = {"one": [], "two": []}
    at: list[tuple[str, str, int]] = []
    some = asyncio.Event()

    async def opened(id: str) -> pravega.Reader:
        async def on_checkpoint(name: str) -> None:
            await asyncio.sleep(0.01)
            at.append((id, name, len(seen[id])))

        return await asyncio.to_thread(group.open_reader, id, on_checkpoint=on_checkpoint)

    async def read(reader: pravega.Reader) -> None:
        async with reader:
            async for event in reader:
                seen[reader.id].append(int(event))
                some.set()
                if int(event) % 100 == 0:
                    await asyncio.sleep(0)

    async def work() -> pravega.Checkpoint:
        readers = [await opened(id) for id in seen]
        reads = [asyncio.create_task(read(reader)) for reader in readers]
        await some.wait()
        checkpoint = await group.checkpoint_async("c", timeout=SOON)
        await group.stream_cuts_async(timeout=SOON)
        await asyncio.to_thread(client.seal_stream, scope, "s")
        await asyncio.gather(*reads)
        return checkpoint

    checkpoint = asyncio.run(asyncio.wait_for(work(), 4 * SOON))
    assert collections.Counter(itertools.chain(*seen.values())) == collections.Counter(range(count))
    assert sorted((id, name) for id, name, _ in at) == [("one", "c"), ("two", "c")]
    group.reset_to(checkpoint)
    holds(group, set(range(count)) - {n for id, _, length in at for n in seen[id][:length]})


def test_a_coroutine_function_needs_an_event_loop(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    group = group_over(client, scope, f"{scope}/s")

    async def on_checkpoint(name: str) -> None:
        raise AssertionError(name)

    with (
        group.open_reader("r", on_checkpoint=on_checkpoint) as reader,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        passing = pool.submit(group.checkpoint, "c", timeout=SOON)
        with pytest.raises(pravega.InvalidArgumentError, match="coroutine"):
            reader.next(timeout=SOON)
        group.cancel_checkpoints()
        assert isinstance(passing.exception(SOON), pravega.ConflictError)


READER = """
import sys, pravega

uri, scope, id = sys.argv[1:]
with pravega.Client(uri) as client, client.open_reader_group(scope, "g") as group, group.open_reader(id) as reader:
    print("ready", flush=True)
    try:
        for event in reader:
            print("read", event.decode(), flush=True)
    except pravega.ReaderNotInGroupError as error:
        print("out", error.is_final, flush=True)
"""


def reader_process(controller: str, scope: str, id: str) -> subprocess.Popen[str]:
    """A process that reads as long as it can; it is in the group."""
    process = start(READER, controller, scope, id)
    hear(process, "ready")
    return process


def test_readers_that_are_silent_are_taken_out(client: pravega.Client, controller: str, scope: str) -> None:
    """After a kill -9 another one goes on, without a word from anybody, and nothing is
    lost. One that could not run for a while is told."""
    count = 1000
    fill(client, scope, "s", range(count))
    group = group_over(client, scope, f"{scope}/s")
    killed = reader_process(controller, scope, "killed")
    assert [hear(killed, "read") for _ in range(100)] == [[str(n)] for n in range(100)]
    killed.kill()
    killed.communicate()
    client.seal_stream(scope, "s")
    stopped = reader_process(controller, scope, "stopped")
    try:
        stopped.send_signal(signal.SIGSTOP)
        with group.open_reader("watches", group_liveness_timeout="1s") as reader:
            assert sorted(group.readers()) == ["killed", "stopped", "watches"]
            seen: list[int] = []
            for part in reader.slices(timeout=4 * SOON):
                seen += map(int, part)
            end = time.monotonic() + 4 * SOON
            while group.readers() != ["watches"]:
                assert time.monotonic() < end
                time.sleep(0.1)
        stopped.send_signal(signal.SIGCONT)
        assert hear(stopped, "out") == ["True"]
    finally:
        stopped.kill()
        stopped.communicate()
    assert seen == list(range(count))  # there was no checkpoint: all that the killed one read comes again


def test_groups_that_are_gone(client: pravega.Client, scope: str) -> None:
    fill(client, scope, "s", range(10))
    group = group_over(client, scope, f"{scope}/s")
    cut = client.stream_info(scope, "s").tail
    wrong: list[list[str]] = [["no cut"], ["UNBOUNDED"], []]
    for cuts in wrong:
        with pytest.raises(pravega.InvalidArgumentError):
            group.reset_to(cuts)
    client.delete_reader_group(scope, "g")
    gone: list[Callable[[], object]] = [
        lambda: group.checkpoint("c"),
        group.stream_cuts,
        group.cancel_checkpoints,
        group.info,
        group.unread_bytes,
        group.reset_to_last_checkpoint,
        lambda: group.reset_to(cut),
        lambda: group.reset([f"{scope}/s"]),
    ]
    for call in gone:
        with pytest.raises(pravega.NoSuchReaderGroupError):
            call()
    assert threading.active_count() < 10
