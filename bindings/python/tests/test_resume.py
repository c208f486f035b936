"""Writers with an id over the death of their process: every event is stored once."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import time

import pytest

import pravega
from pravega import StreamConfig

from .conftest import PACKAGE, SOON

pytestmark = pytest.mark.server

#: Of the processes that are killed each writes at most EACH events that the one
#: before had not, so the last one goes further than any.
KILLS, EACH, EVENTS = 10, 2500, 30_000

#: Writes a script of events from where it stands to a number, or, if that is 0,
#: EACH of them and then nothing until it is killed. Says where it begins.
SCRIPT = """
import sys, time, pravega

def key(n):
    return None if n % 4 == 0 else "key %d" % (n % 5)

def write(writer, n):
    if n % 100 == 1:  # as one
        return writer.write_batch(["%d" % i for i in range(n, n + 5)], key=key(n))
    if n % 100 == 11:  # at once
        return writer.write_many(["%d" % i for i in range(n, n + 20)], [key(i) for i in range(n, n + 20)])
    return writer.write("%d" % n, key=key(n))

uri, scope, until, each = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with pravega.Client(uri) as client, client.open_writer(scope, "s", writer_id="script.of-python") as writer:
    n = writer.durable
    assert (writer.acked, writer.pending) == (n, 0)
    print(n, flush=True)
    end, calls = until or n + each, 0
    while n < end:
        n = write(writer, n + 1)
        calls += 1
        if not until and calls % 50 == 0:
            time.sleep(0.01)
    if not until:
        time.sleep(600)
print("done")
"""


def start(controller: str, scope: str, until: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, controller, scope, str(until), str(EACH)],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        stdout=subprocess.PIPE,
        text=True,
    )


def hear(process: subprocess.Popen[str]) -> int:
    """The durable number that the process says."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def ends_well(process: subprocess.Popen[str]) -> bool:
    rest, _ = process.communicate(timeout=120)
    return (process.returncode, rest) == (0, "done\n")


def scale(client: pravega.Client, scope: str, into: int) -> None:
    bounds = [i / into for i in range(into + 1)]
    old = [segment.id for segment in client.segments(scope, "s")]
    client.scale_stream(scope, "s", old, list(itertools.pairwise(bounds)), timeout=SOON)


def counted(client: pravega.Client, scope: str) -> list[int]:
    """The numbers of all events, in the order in which they are read."""
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "all", [f"{scope}/s"])
    with client.open_reader_group(scope, "all") as group, group.open_reader("reader") as reader:
        return [int(event) for event in reader]


def check(read: list[int], last: int) -> None:
    """Each once, and those of one key in order."""
    assert sorted(read) == list(range(1, last + 1))
    keys: dict[int, list[int]] = {}
    for n in read:
        first = n - n % 100 + 1 if 1 <= n % 100 <= 5 else n  # of its batch
        if first % 4:
            keys.setdefault(first % 5, []).append(n)
    assert all(numbers == sorted(numbers) for numbers in keys.values())


def test_processes_that_are_killed_store_each_event_once(controller: str, client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    before = 0
    for kill in range(KILLS):
        process = start(controller, scope, 0)
        if kill % 4 == 3:  # anywhere, most likely while it opens
            time.sleep(random.uniform(0.1, 0.4))
        else:
            durable = hear(process)
            assert durable >= before
            before = durable
            if kill % 3 == 1:
                scale(client, scope, 1 + kill % 4)
            time.sleep(random.uniform(0, 0.2))
        process.kill()
        process.communicate()
    last = start(controller, scope, EVENTS)
    assert hear(last) >= before
    assert ends_well(last)
    with client.open_writer(scope, "s", writer_id="script.of-python") as writer:
        assert writer.durable == writer.acked == EVENTS
    assert writer.durable == EVENTS
    check(counted(client, scope), EVENTS)


def test_the_first_of_two_processes_with_one_id_is_fenced(controller: str, client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=2))
    with client.open_writer(scope, "s", writer_id="script.of-python") as writer:
        assert writer.write_batch([b"1", b"2", b"3", b"4", b"5"], key="key 1") == 5
        writer.flush(timeout=SOON)
        assert writer.write(b"6", key="key 1") == 6
        second = start(controller, scope, EVENTS)
        assert hear(second) in (5, 6)
        with pytest.raises(pravega.FencedError) as caught:
            while True:
                writer.wait(writer.write(b"never stored"), timeout=SOON)
        assert caught.value.is_final
        with pytest.raises(pravega.FencedError):
            writer.write(b"never stored")
        with pytest.raises(pravega.FencedError):
            writer.close()
    assert ends_well(second)
    check(counted(client, scope), EVENTS)


def test_without_an_id(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        writer.write(b"event")
        writer.flush()
        assert writer.durable == 0
