"""The benchmark's client in Python; see the Go package measure."""

from __future__ import annotations

import contextlib
import itertools
import json
import resource
import struct
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pravega

WARM_UP = 1
EVENTS_OF_ONE = 100  # of a transaction


@dataclass
class Task:
    """What the program is to do: its arguments."""

    uri: str
    scope: str
    stream: str
    segments: int
    size: int
    count: int
    work: str


Result = dict[str, float]


class Stopwatch:
    """Measures this process from when it is made."""

    def __init__(self) -> None:
        self.cpu = _cpu()
        self.began = time.perf_counter()

    def stop(self, events: int, before: int) -> Result:
        """What is told of the work: see Result in the package measure."""
        seconds = time.perf_counter() - self.began
        return {
            "events": events,
            "before": before,
            "seconds": seconds,
            "cpu_seconds": _cpu() - self.cpu,
            "rss_mb": _peak_memory(),
        }


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_memory() -> float:
    """In MiB. That of getrusage counts the parent's too, from before exec."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def ready(client: pravega.Client, task: Task) -> pravega.Writer:
    """A writer that has written its first event and so is connected."""
    writer = client.open_writer(task.scope, task.stream)
    writer.wait(writer.write(bytes(task.size)))
    return writer


def write_many(writer: pravega.Writer, task: Task) -> int:
    """Writes all events with one call, and returns the number of the last."""
    return writer.write_many(itertools.repeat(bytes(task.size), task.count))


def write_each(writer: pravega.Writer, task: Task) -> int:
    """Writes all events one by one, and returns the number of the last."""
    event = bytes(task.size)
    number = 0
    for _ in range(task.count):
        number = writer.write(event)
    return number


def write(client: pravega.Client, task: Task, all_events: Callable[[pravega.Writer, Task], int]) -> Result:
    """Writes all events as fast as the window lets it."""
    with ready(client, task) as writer:
        watch = Stopwatch()
        acked = writer.wait(all_events(writer, task))
        return watch.stop(acked - WARM_UP, WARM_UP)


def latency(client: pravega.Client, task: Task) -> Result:
    """Writes one event at a time."""
    event = bytes(task.size)
    times = []
    with ready(client, task) as writer:
        watch = Stopwatch()
        for _ in range(task.count):
            began = time.perf_counter()
            writer.wait(writer.write(event))
            times.append(time.perf_counter() - began)
        result = watch.stop(writer.acked - WARM_UP, WARM_UP)
    result["p50_us"], result["p99_us"] = quantile(times, 0.50), quantile(times, 0.99)
    return result


def quantile(times: list[float], share: float) -> float:
    """In microseconds."""
    return sorted(times)[int(share * (len(times) - 1))] * 1e6


def transactions(client: pravega.Client, task: Task, at_once: int) -> Result:
    """Writes all events in transactions, some of them at once.

    Each is begun, written, committed and waited for until it can be read, before
    the next one.
    """
    events = [bytes(task.size)] * EVENTS_OF_ONE
    with client.open_transactional_writer(task.scope, task.stream) as writer:

        def one(_: int) -> tuple[float, float]:
            began = time.perf_counter()
            txn = writer.begin()
            txn.write_many(events)
            txn.commit()
            decided = time.perf_counter() - began
            txn.wait_readable()
            readable = time.perf_counter() - began
            txn.close()
            return decided, readable

        one(0)  # connects
        with ThreadPoolExecutor(at_once) as hands:
            watch = Stopwatch()
            times = list(hands.map(one, range(task.count // EVENTS_OF_ONE)))
            result = watch.stop(len(times) * EVENTS_OF_ONE, EVENTS_OF_ONE)
    decided = [time for time, _ in times]
    result["p50_us"], result["p99_us"] = quantile(decided, 0.50), quantile(decided, 0.99)
    result["readable_p50_us"] = quantile([time for _, time in times], 0.50)
    return result


@contextlib.contextmanager
def new_group(client: pravega.Client, task: Task) -> Iterator[pravega.ReaderGroup]:
    """A group of this program's own, of all of the task's stream."""
    name = f"bench-{uuid.uuid4()}"
    client.create_reader_group(task.scope, name, [f"{task.scope}/{task.stream}"])
    with client.open_reader_group(task.scope, name) as group:
        yield group
    client.delete_reader_group(task.scope, name)


def next_slice(reader: pravega.Reader) -> pravega.Slice:
    """The next slice of a stream that goes on."""
    part = reader.next()
    if part is None:
        sys.exit("the stream has ended")
    return part


def tail(client: pravega.Client, task: Task) -> Result:
    """Writes an event each millisecond and reads it at once."""
    times: list[float] = []

    def pace() -> None:
        rest = bytes(task.size - 8)
        due = time.perf_counter()
        for _ in range(task.count):
            time.sleep(max(0, due - time.perf_counter()))
            writer.write(struct.pack("d", time.perf_counter()) + rest)
            due += 0.001

    with ready(client, task) as writer, new_group(client, task) as group, group.open_reader("reader") as reader:
        left = WARM_UP
        while left > 0:
            with next_slice(reader) as part:
                left -= sum(1 for _ in part)
        watch = Stopwatch()
        pacer = threading.Thread(target=pace)
        pacer.start()
        while len(times) < task.count:
            with next_slice(reader) as part:
                for event in part:
                    times.append(time.perf_counter() - struct.unpack_from("d", event)[0])
        pacer.join()
        result = watch.stop(len(times), WARM_UP)
    result["p50_us"], result["p99_us"] = quantile(times, 0.50), quantile(times, 0.99)
    return result


def join(client: pravega.Client, task: Task) -> Result:
    """Joins new groups, one after the other, and waits for an event in each."""
    times = []
    watch = Stopwatch()
    for _ in range(task.count):
        with new_group(client, task) as group:
            began = time.perf_counter()
            with group.open_reader("reader") as reader:
                part = next_slice(reader)
                times.append(time.perf_counter() - began)
                part.release()
    result = watch.stop(task.count, 0)
    result["p50_us"], result["p99_us"] = quantile(times, 0.50), quantile(times, 0.99)
    return result


def look_at_all(part: pravega.Slice) -> int:
    """Looks at all events of a slice with one call, and returns how many bytes they have."""
    return sum(map(len, part))


def look_at_each(part: pravega.Slice) -> int:
    """Looks at the events of a slice one by one, and returns how many bytes they have."""
    size = 0
    for event in part:
        size += len(event)
    return size


def read(client: pravega.Client, task: Task, look: Callable[[pravega.Slice], int]) -> Result:
    """Reads a sealed stream to its end."""
    result: Result = {"seconds": 0}
    events = before = size = 0
    watch = None
    with new_group(client, task) as group, group.open_reader("reader") as reader:
        while (part := reader.next()) is not None:
            size += look(part)
            events += len(part)
            part.release()
            if watch is None:  # joined: how long that takes is another figure
                before = events
                watch = Stopwatch()
            if events == task.count:
                result = watch.stop(events - before, before)
    if size != events * task.size:
        sys.exit(f"{events} events have {size} bytes")
    result["events"] = events - before  # what came after the last one would show
    return result


def main() -> None:
    """Does the task and prints the result."""
    if len(sys.argv) != 8:
        sys.exit("usage: client.py URI SCOPE STREAM SEGMENTS SIZE COUNT WORK")
    uri, scope, stream, segments, size, count, work = sys.argv[1:]
    task = Task(uri, scope, stream, int(segments), int(size), int(count), work)
    with pravega.Client(task.uri) as client:
        if work == "write":
            result = write(client, task, write_many)
        elif work == "write-single":
            result = write(client, task, write_each)
        elif work == "latency":
            result = latency(client, task)
        elif work == "read":
            result = read(client, task, look_at_all)
        elif work == "read-single":
            result = read(client, task, look_at_each)
        elif work.startswith("txn-"):
            result = transactions(client, task, int(work[4:]))
        elif work == "tail":
            result = tail(client, task)
        elif work == "join":
            result = join(client, task)
        else:
            sys.exit(f"there is no work {work!r}")
    print(json.dumps(result))


main()
