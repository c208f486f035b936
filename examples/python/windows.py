"""Writes readings in windows of ten seconds of their own time, each window all at
once when it is complete, or not at all: the sink of a stream processor.
python windows.py tcp://127.0.0.1:9090 my-scope"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

import pravega

WINDOW = 10  # seconds


class Reading(NamedTuple):
    """What a sensor measured, and when."""

    sensor: str
    second: int
    value: int


def source() -> Iterator[Reading]:
    """Yields readings in the order of their times, and breaks off in the middle of the third window."""
    for second in range(0, 25, 5):
        yield Reading("attic", second, 20)
        yield Reading("cellar", second, 12)
    raise EOFError("the sensors are gone")


uri, scope = sys.argv[1:]
with pravega.Client(uri) as client:
    client.create_scope(scope)
    client.create_stream(scope, "readings")
    with client.open_transactional_writer(scope, "readings") as writer, suppress(EOFError):
        for window, readings in groupby(source(), lambda reading: reading.second // WINDOW):
            with writer.begin() as txn:  # an exception aborts the window, which is not complete then
                for r in readings:
                    txn.write(f"{r.sensor} at {r.second} s: {r.value}", key=r.sensor)
                # A sink that must not lose a window when it dies here flushes, keeps
                # txn.id with its own state, and commits after it has started again:
                # writer.attach(id), then commit, which may be repeated.
                txn.commit((window + 1) * WINDOW * 1000)

    client.seal_stream(scope, "readings")  # so that reading comes to an end
    client.create_reader_group(scope, "readers", [f"{scope}/readings"])
    with client.open_reader_group(scope, "readers").open_reader("reader-1") as reader:
        for event in reader:
            print(event.decode())
