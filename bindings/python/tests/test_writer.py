"""Writers on a real server: what was accepted is stored, once, in order, and known to be."""

from __future__ import annotations

import collections
import concurrent.futures
import random
import threading

import pytest

import pravega
from pravega import StreamConfig

from .conftest import SOON

pytestmark = pytest.mark.server


def stored(client: pravega.Client, scope: str, stream: str = "s") -> list[bytes]:
    """Everything in a stream, which is sealed."""
    client.seal_stream(scope, stream)
    client.create_reader_group(scope, "all", [f"{scope}/{stream}"])
    with client.open_reader_group(scope, "all") as group, group.open_reader("reader") as reader:
        return list(reader)


def test_every_kind_of_event_comes_back_once_and_in_order(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        numbers = [
            writer.write(b"bytes"),
            writer.write(bytearray(b"bytearray"), key="key"),
            writer.write(memoryview(b"memoryview"), key=""),
            writer.write("strïng", key="schlüssel"),
            writer.write(b""),
            writer.write(bytes(pravega_max())),
        ]
        assert numbers == [1, 2, 3, 4, 5, 6]
        assert writer.wait(6, timeout=SOON) == 6
        assert writer.acked == 6
        assert writer.pending == 0
    assert writer.closed
    assert stored(client, scope) == [
        b"bytes", b"bytearray", b"memoryview", "strïng".encode(), b"", bytes(pravega_max())
    ]  # fmt: skip


def pravega_max() -> int:
    return 8 << 20


def test_an_event_that_is_too_large_takes_no_number(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        assert writer.write(b"1") == 1
        with pytest.raises(pravega.EventTooLargeError, match=r"writer\.large\.event\.bytes"):
            writer.write(bytes((64 << 20) + 1))
        with pytest.raises(pravega.EventTooLargeError) as caught:
            writer.write_many([b"2", b"3", bytes(pravega_max() + 1), b"never"])
        assert (caught.value.accepted, caught.value.last) == (2, 3)
        assert writer.write(b"4") == 4
    assert stored(client, scope) == [b"1", b"2", b"3", b"4"]


def test_a_large_event_is_one_event(client: pravega.Client, scope: str) -> None:
    large = random.Random(20).randbytes(20 << 20)
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s", writer_large_event_bytes="20MiB") as writer:
        assert writer.write(b"before", key="k") == 1
        with pytest.raises(pravega.EventTooLargeError):
            writer.write(large + b"1", key="k")
        assert writer.write(large, key="k") == 2
        assert writer.write(b"behind", key="k") == 3
    assert stored(client, scope) == [b"before", large, b"behind"]


def test_write_many_from_generators(client: pravega.Client, scope: str) -> None:
    count = 50_000
    client.create_stream(scope, "s", StreamConfig(segments=4))
    with client.open_writer(scope, "s") as writer:
        keys = (None if i % 10 == 0 else f"key {i % 37}" for i in range(count))
        assert writer.write_many((str(i) for i in range(count)), keys) == count
        assert writer.write_many([]) == 0
        assert writer.write_many([b"last"]) == count + 1
        assert writer.wait(count + 1, timeout=SOON) == count + 1
    events = stored(client, scope)
    assert collections.Counter(events) == collections.Counter([b"last", *(b"%d" % i for i in range(count))])
    by_key = collections.defaultdict(list)
    for event in events:
        if event != b"last" and int(event) % 10:
            by_key[int(event) % 37].append(int(event))
    assert all(numbers == sorted(numbers) for numbers in by_key.values())


def test_as_many_keys_as_events(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        with pytest.raises(pravega.InvalidArgumentError, match="fewer keys"):
            writer.write_many([b"a", b"b"], ["k"])
        with pytest.raises(pravega.InvalidArgumentError, match="more keys") as caught:
            writer.write_many([b"a"], ["k", "k"])
        assert caught.value.accepted == 1
        with pytest.raises(pravega.InvalidArgumentError, match="routing key"):
            writer.write(b"a", key="\ud800")
        with pytest.raises(TypeError):
            writer.write(b"a", key=b"bytes")  # type: ignore[arg-type]
    assert stored(client, scope) == [b"a"]


def test_the_events_of_a_batch_stay_together(client: pravega.Client, scope: str) -> None:
    batches, size = 100, 20
    client.create_stream(scope, "s", StreamConfig(segments=2))
    with client.open_writer(scope, "s", writer_window_bytes="64KiB", writer_block_bytes="4KiB") as writer:

        def write(thread: int) -> list[int]:
            return [
                writer.write_batch((f"{thread} {b} {i}" + 100 * " " for i in range(size)), key="k" if b % 2 else None)
                for b in range(batches)
            ]

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            numbers = sorted(n for some in pool.map(write, range(2)) for n in some)
        assert numbers == list(range(size, 2 * batches * size + 1, size))
    events = [tuple(map(int, event.split())) for event in stored(client, scope)]
    assert len(events) == 2 * batches * size
    assert {event[:2] for event in events} == {(t, b) for t in range(2) for b in range(batches)}
    for first in range(0, len(events), size):
        assert events[first : first + size] == [(*events[first][:2], i) for i in range(size)]


def test_a_batch_that_is_refused_takes_no_number(client: pravega.Client, scope: str) -> None:
    half = bytes(pravega_max() // 2)
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s", writer_window_bytes="64KiB") as writer:
        with pytest.raises(pravega.InvalidArgumentError, match="no events"):
            writer.write_batch([])
        with pytest.raises(pravega.InvalidArgumentError, match="routing key"):
            writer.write_batch([b"a"], key="\ud800")
        for too_large in ([half, half], [half, half, b"1"]):  # with the header between them, and without
            with pytest.raises(pravega.EventTooLargeError):
                writer.write_batch(too_large)
        assert writer.write_batch([b"", half, half[16:]]) == 3
        with pytest.raises(pravega.WindowFullError):
            writer.write_batch([b"a"], timeout=0)
        assert writer.write_batch([b"a", "b"], key="", timeout=SOON) == 5
    with pytest.raises(pravega.ClosedError):
        writer.write_batch([b"a"])
    assert stored(client, scope) == [b"", half, half[16:], b"a", b"b"]


def test_time_marks(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        for time_of_event in (-7, 0, 2**62):
            number = writer.write(b"event")
            writer.note_time(time_of_event, timeout=SOON)
            assert writer.acked == number
        with pytest.raises(pravega.InvalidArgumentError):
            writer.note_time(1)
        with pytest.raises(pravega.InvalidArgumentError, match="64 bits"):
            writer.note_time(2**63)
    with pytest.raises(pravega.ClosedError):
        writer.note_time(2**62)
    with client.open_writer(scope, "s", writer_time_mark_interval="100ms") as writer:
        writer.write(b"event")
        with pytest.raises(pravega.InvalidArgumentError, match=r"writer\.time\.mark\.interval"):
            writer.note_time(1)


def test_many_threads_one_writer(client: pravega.Client, scope: str) -> None:
    threads, each = 4, 2000
    client.create_stream(scope, "s", StreamConfig(segments=3))
    with client.open_writer(scope, "s") as writer:

        def write(thread: int) -> list[int]:
            if thread % 2:
                return [writer.write(f"{thread}:{i}", key=str(thread)) for i in range(each)]
            return [writer.write_many([f"{thread}:{i}" for i in range(each)], [str(thread)] * each)]

        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            numbers = list(pool.map(write, range(threads)))
        assert max(max(n) for n in numbers) == threads * each
        assert all(n == sorted(n) for n in numbers)
    events = stored(client, scope)
    for thread in range(threads):
        mine = [e for e in events if e.startswith(b"%d:" % thread)]
        assert mine == [b"%d:%d" % (thread, i) for i in range(each)]
    assert len(events) == threads * each


def test_a_window_bounds_what_is_in_flight(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    count, refused = 4000, 0
    event = bytes(5000)
    with client.open_writer(scope, "s", writer_window_bytes="64KiB", writer_block_bytes="16KiB") as writer:
        accepted = 0
        while accepted < count:
            try:
                number = writer.write(event, timeout=0)
                accepted += 1
                assert number == accepted
            except pravega.WindowFullError as full:
                assert full.is_retriable
                refused += 1
                writer.wait(min(writer.acked + 1, accepted), timeout=SOON)
        with pytest.raises(pravega.WindowFullError) as caught:
            for _ in range(1000):
                writer.write_many([event] * 100, timeout=0)
        count += writer.acked + writer.pending - count
        assert caught.value.accepted < 100
        assert writer.write_many([event] * 100) == count + 100  # waits for room
    assert refused > 0
    assert len(stored(client, scope)) == count + 100


def test_futures_of_acks(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=2))
    done: list[int] = []
    with client.open_writer(scope, "s") as writer:
        futures = [writer.ack(writer.write(f"{i}", key=str(i))) for i in range(200)]
        futures[-1].add_done_callback(lambda f: done.append(threading.get_ident()))
        assert concurrent.futures.wait(futures, SOON).not_done == set()
        assert [f.result() for f in futures] == list(range(1, 201))
        assert writer.ack(1).done()
        last = writer.write_many([b"x"] * 800)
        assert writer.ack(last).result(SOON) == last == 1000
    assert len(done) == 1


def test_after_close(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    writer = client.open_writer(scope, "s")
    writer.write_many([b"x"] * 1000)
    writer.close()
    writer.close()
    assert writer.acked == 1000
    assert writer.wait(1000, timeout=0) == 1000
    assert writer.ack(7).result(0) == 7
    for call in (
        lambda: writer.write(b"x"),
        lambda: writer.write(b"x", timeout=0),
        lambda: writer.write_many([b"x"]),
        lambda: writer.wait(1001),
        lambda: writer.ack(1001).result(SOON),
        lambda: writer.flush(),
        lambda: writer.pending,
        lambda: writer.__enter__(),
    ):
        with pytest.raises(pravega.ClosedError):
            call()
    assert len(stored(client, scope)) == 1000


def test_time_limits(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        writer.flush(timeout=SOON)
        with pytest.raises(pravega.InvalidArgumentError):
            writer.write(b"x", timeout=-1)
        with pytest.raises(pravega.InvalidArgumentError):
            writer.close(timeout=-1)
        assert writer.write(b"x") == 1


def test_a_sealed_stream_ends_the_writer(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=2))
    writer = client.open_writer(scope, "s")
    assert writer.wait(writer.write_many([b"before"] * 10), timeout=SOON) == 10
    client.seal_stream(scope, "s")

    def go_on() -> None:
        while True:
            writer.wait(writer.write(b"after"), timeout=SOON)

    with pytest.raises(pravega.StreamSealedError) as caught:
        go_on()
    assert caught.value.is_final
    future = writer.ack(11)
    assert isinstance(future.exception(SOON), pravega.StreamSealedError)
    assert writer.acked == 10
    with pytest.raises(pravega.StreamSealedError):
        writer.close()
    assert writer.closed
    assert stored(client, scope) == [b"before"] * 10


def test_the_window_is_flushed_when_the_client_closes(client: pravega.Client, controller: str, scope: str) -> None:
    client.create_stream(scope, "s")
    with pravega.Client(controller) as other:
        writer = other.open_writer(scope, "s")
        writer.write_many([b"x"] * 10_000)
    assert writer.closed
    assert writer.acked == 10_000
    assert len(stored(client, scope)) == 10_000


def test_an_exception_in_the_block_is_the_one_that_is_seen(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with pytest.raises(LookupError, match="mine"), client.open_writer(scope, "s") as writer:
        writer.write(b"x")
        raise LookupError("mine")
    assert writer.closed
    assert stored(client, scope) == [b"x"]


def test_scaling_under_load_loses_and_doubles_nothing(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    stop = threading.Event()
    with client.open_writer(scope, "s") as writer:

        def write() -> int:
            i = 0
            while not stop.is_set():
                numbers = range(i, i := i + 100)
                writer.wait(writer.write_many([b"%d" % n for n in numbers], [str(n % 50) for n in numbers]))
            return i

        with concurrent.futures.ThreadPoolExecutor() as pool:
            writing = pool.submit(write)
            try:
                (segment,) = client.segments(scope, "s")
                client.scale_stream(scope, "s", [segment.id], [(0, 0.5), (0.5, 1)])
                client.scale_stream(scope, "s", [s.id for s in client.segments(scope, "s")], [(0, 1)])
            finally:
                stop.set()
            count = writing.result(SOON)
    events = [int(event) for event in stored(client, scope)]
    assert sorted(events) == list(range(count))
    by_key = collections.defaultdict(list)
    for number in events:
        by_key[number % 50].append(number)
    assert all(numbers == sorted(numbers) for numbers in by_key.values())
