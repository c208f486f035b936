"""Reader groups on a real server: each event goes to one reader, and is given back as was said."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import gc
import itertools
import threading
from collections.abc import Iterator

import pytest

import pravega
from pravega import StreamConfig

from .conftest import SOON

pytestmark = pytest.mark.server

COUNT = 5000


@pytest.fixture
def stream(client: pravega.Client, scope: str) -> str:
    """A sealed stream of one segment with the numbers from 0 on, and a group "g" over it."""
    return fill(client, scope, segments=1)


def fill(client: pravega.Client, scope: str, *, segments: int, count: int = COUNT) -> str:
    client.create_stream(scope, "s", StreamConfig(segments=segments))
    with client.open_writer(scope, "s") as writer:
        writer.write_many((str(i) for i in range(count)), (str(i % 100) for i in range(count)))
    client.seal_stream(scope, "s")
    assert client.create_reader_group(scope, "g", [f"{scope}/s"]) is True
    assert client.create_reader_group(scope, "g", [f"{scope}/s"]) is False
    return f"{scope}/s"


def test_events(client: pravega.Client, scope: str, stream: str) -> None:
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        assert group.readers() == ["r"]
        assert [int(event) for event in reader] == list(range(COUNT))
        assert list(reader) == []
        assert reader.next(timeout=SOON) is None
        reader.close()
        assert group.readers() == []


def test_what_a_slice_says(client: pravega.Client, scope: str, stream: str) -> None:
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        number, offset = 0, 0
        for part in reader.slices(timeout=SOON):
            assert (part.scope, part.stream, part.skipped) == (scope, "s", 0)
            assert part.segment.startswith(f"{scope}/s/")
            assert part.start_offset == part.position == offset
            assert part.end_offset == offset + len(part.data)
            events = len(part)
            for i, view in zip(range(2), part.views(), strict=False):
                assert (bytes(view), view.readonly) == (b"%d" % (number + i), True)
            for at, event in part.with_offsets():
                header = part.data[at - part.start_offset :][:8]
                assert header == b"\0\0\0\0" + len(event).to_bytes(4, "big")
            assert list(part) == []
            assert part.position == part.end_offset
            number, offset = number + events, part.end_offset
        assert number == COUNT


def test_events_views_and_offsets_take_turns(client: pravega.Client, scope: str, stream: str) -> None:
    """Whichever comes first: each event is handed out once, and is the one at its place."""

    def taken(part: pravega.Slice, views_first: bool) -> list[int]:
        ways: list[Iterator[object]] = [iter(part), part.views(), part.with_offsets()]
        ways = [part.views(), *ways] if views_first else ways
        seen: list[int] = []
        for way in itertools.cycle(ways):
            before = part.position
            event = next(way, None)
            if event is None:
                assert [next(other, None) for other in ways] == [None] * len(ways)
                return seen
            if isinstance(event, tuple):
                at, event = event
                assert at == before
            assert isinstance(event, (bytes, memoryview))
            assert part.data[: part.position - part.start_offset].endswith(event)
            assert part.position == before + 8 + len(event)
            seen.append(int(bytes(event)))
        raise AssertionError

    for views_first in (False, True):
        group_name = f"views-{views_first}"
        client.create_reader_group(scope, group_name, [stream])
        with client.open_reader_group(scope, group_name) as group, group.open_reader("r") as reader:
            seen = [number for part in reader.slices(timeout=SOON) for number in taken(part, views_first)]
            assert seen == list(range(COUNT))


@pytest.mark.parametrize("first", [0, 1, 20_000])
def test_events_of_many_sizes(client: pravega.Client, scope: str, first: int) -> None:
    """What is first in a slice says nothing of what follows."""
    events = [b"%d" % i * size for i, size in enumerate([first, 300, 0, 7, 5000] + 1000 * [1, 0, 40])]
    client.create_stream(scope, "s")
    with client.open_transactional_writer(scope, "s") as writer, writer.begin() as txn:
        txn.write_many(events)
        txn.commit()
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        seen: list[bytes] = []
        for part in reader.slices(timeout=SOON):
            seen += part
            assert part.position == part.end_offset
        assert seen == events


def test_giving_back_at_an_event(client: pravega.Client, scope: str, stream: str) -> None:
    seen: list[int] = []
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        part = reader.next(timeout=SOON)
        assert part is not None
        offsets = [(at, int(event)) for at, event in part.with_offsets()]
        part.release_at(offsets[10][0])
        assert part.released
        with pytest.raises(pravega.ClosedError):
            part.release()

        part = reader.next(timeout=SOON)
        assert part is not None
        assert int(next(iter(part))) == 10
        with pytest.raises(pravega.InvalidArgumentError):
            part.release_at(part.start_offset + 1)

        part = reader.next(timeout=SOON)
        assert part is not None
        with pytest.raises(pravega.InvalidArgumentError):
            part.release_at(-1)

        part = reader.next(timeout=SOON)
        assert part is not None
        with part:  # up to the last event that was handed out
            seen += [int(event) for event, _ in zip(part, range(5), strict=False)]
        handed = len(seen) + 1  # zip took one more
        rest = [int(event) for event in reader]
    assert seen == list(range(10, 15))
    assert rest == list(range(10 + handed, COUNT))


def test_a_loop_that_was_left_can_be_entered_again(client: pravega.Client, scope: str, stream: str) -> None:
    seen: list[int] = []
    with client.open_reader_group(scope, "g") as group:
        with group.open_reader("first") as reader:
            for _ in range(3):
                for event in reader:
                    seen.append(int(event))
                    if len(seen) % 7 == 0:
                        break
            with pytest.raises(LookupError):
                for event in reader:
                    seen.append(int(event))
                    raise LookupError  # caught inside of the block: the event counts
        with group.open_reader("second") as reader:
            seen += [int(event) for event in reader]
    assert seen == list(range(COUNT))


def test_an_exception_leaves_its_event_for_others(client: pravega.Client, scope: str, stream: str) -> None:
    seen: list[int] = []
    with client.open_reader_group(scope, "g") as group:
        with pytest.raises(LookupError), group.open_reader("first") as reader:
            for event in reader:
                if int(event) == 100:
                    raise LookupError
                seen.append(int(event))
        assert group.readers() == []
        with pytest.raises(LookupError), group.open_reader("second") as reader:
            for part in reader.slices():
                with part:
                    for event in part:
                        if int(event) == 200:
                            raise LookupError
                        seen.append(int(event))
        with group.open_reader("third") as reader:
            for part in reader.slices():
                for event in part:
                    seen.append(int(event))
                    if int(event) % 1000 == 0:
                        break  # of the inner loop: the rest of the slice comes again
    assert seen == list(range(COUNT))


def test_a_slice_that_is_dropped_comes_again(client: pravega.Client, scope: str, stream: str) -> None:
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        part = reader.next(timeout=SOON)
        assert part is not None
        assert int(next(iter(part))) == 0
        with pytest.warns(ResourceWarning, match="not given back"):
            del part
            gc.collect()
        assert [int(event) for event in reader] == list(range(COUNT))


def test_a_slice_outlives_its_reader(client: pravega.Client, scope: str, stream: str) -> None:
    with client.open_reader_group(scope, "g") as group:
        reader = group.open_reader("r")
        part = reader.next(timeout=SOON)
        assert part is not None
        reader.close()
        assert int(next(iter(part))) == 0
        with pytest.raises(pravega.ClosedError):
            part.release()
        with group.open_reader("r") as reader:
            assert [int(event) for event in reader] == list(range(COUNT))


def test_two_readers_share_a_group(client: pravega.Client, scope: str) -> None:
    count = 100_000
    fill(client, scope, segments=8, count=count)

    def read(group: pravega.ReaderGroup, id: str) -> list[int]:
        with group.open_reader(id) as reader:
            together.wait(SOON)
            return [int(event) for part in reader.slices() for event in part]

    together = threading.Barrier(2)
    with client.open_reader_group(scope, "g") as group, concurrent.futures.ThreadPoolExecutor() as pool:
        reads = [pool.submit(read, group, id) for id in ("one", "two")]
        results = [r.result(SOON * 2) for r in reads]
        assert group.readers() == []
    assert collections.Counter(results[0] + results[1]) == collections.Counter(range(count))
    for result in results:
        by_key = collections.defaultdict(list)
        for number in result:
            by_key[number % 100].append(number)
        assert all(numbers == sorted(numbers) for numbers in by_key.values())


def test_waiting_for_events_that_are_written_later(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])
    with (
        client.open_reader_group(scope, "g") as group,
        group.open_reader("r", reader_buffer_bytes="1MiB") as reader,
        client.open_writer(scope, "s") as writer,
    ):
        with pytest.raises(pravega.TimedOutError):
            reader.next(timeout=0.1)
        with pytest.raises(TimeoutError):
            reader.next(timeout=0)
        with pytest.raises(pravega.TimedOutError):
            next(iter(reader.slices(timeout=0.1)))
        timer = threading.Timer(0.3, writer.write, (b"late",))
        timer.start()
        part = reader.next(timeout=SOON)
        assert part is not None
        with part:
            assert list(part) == [b"late"]
        timer.join()


def test_where_a_group_begins(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        writer.write(b"one")
        writer.flush()
        cut = client.stream_info(scope, "s").tail
        writer.write(b"two")
        writer.flush()
        client.create_reader_group(scope, "tail", [f"{scope}/s@tail"])
        writer.write(b"three")
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "head", [f"{scope}/s"])
    client.create_reader_group(scope, "cut", [f"{scope}/s@{cut}"], group_refresh_interval="1s")
    expected = {"head": [b"one", b"two", b"three"], "cut": [b"two", b"three"], "tail": [b"three"]}
    for name, events in expected.items():
        with client.open_reader_group(scope, name) as group, group.open_reader("r") as reader:
            assert list(reader) == events


def test_several_streams(client: pravega.Client, scope: str) -> None:
    for name in ("a", "b"):
        client.create_stream(scope, name)
        with client.open_writer(scope, name) as writer:
            writer.write_many(f"{name}{i}" for i in range(100))
        client.seal_stream(scope, name)
    client.create_reader_group(scope, "g", (f"{scope}/{name}" for name in ("a", "b")))
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        events = list(reader)
    assert sorted(events) == sorted(f"{name}{i}".encode() for name in ("a", "b") for i in range(100))


def test_members(client: pravega.Client, scope: str, stream: str) -> None:
    with pytest.raises(pravega.ConfigMismatchError):
        client.create_reader_group(scope, "g", [stream], group_refresh_interval="1s")
    with client.open_reader_group(scope, "g") as group:
        reader = group.open_reader("r")
        with pytest.raises(pravega.AlreadyExistsError):
            group.open_reader("r")
        group.reader_offline("nobody")
        group.reader_offline("r")
        assert group.readers() == []

        def read_on() -> None:
            while (part := reader.next(timeout=SOON)) is not None:
                with contextlib.suppress(pravega.ClosedError):  # the reader may hear of it between the two
                    part.release_at(part.start_offset)

        with pytest.raises(pravega.ReaderNotInGroupError) as caught:
            read_on()
        assert caught.value.is_final
        reader.close()
        with pytest.raises(pravega.ClosedError):
            reader.next()
        with pytest.raises(pravega.InvalidArgumentError):
            group.open_reader("a/b\0")
    with pytest.raises(pravega.ClosedError):
        group.readers()
    client.delete_reader_group(scope, "g")
    with pytest.raises(pravega.NoSuchReaderGroupError):
        client.open_reader_group(scope, "g")


def test_closing_ends_every_wait(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])
    with client.open_reader_group(scope, "g") as group, concurrent.futures.ThreadPoolExecutor() as pool:
        reader = group.open_reader("r")
        started = threading.Event()

        def wait() -> None:
            started.set()
            reader.next(timeout=SOON)

        waiting = pool.submit(wait)
        started.wait(SOON)
        reader.close()
        reader.close()
        assert isinstance(waiting.exception(SOON), pravega.ClosedError)


def test_a_client_that_closes_takes_its_readers_out(
    client: pravega.Client, controller: str, scope: str, stream: str
) -> None:
    with pravega.Client(controller) as other:
        reader = other.open_reader_group(scope, "g").open_reader("r")
        first = next(iter(reader))
    assert reader.closed
    with client.open_reader_group(scope, "g") as group:
        assert group.readers() == []
        with group.open_reader("r") as reader:
            assert [first, *reader] == [b"%d" % i for i in range(COUNT)]
