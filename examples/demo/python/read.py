"""The Python reader of the demo:

    read.py CONTROLLER SCOPE GROUP READER FILE

It does what go/read.go describes.
"""

from __future__ import annotations

import sys
import time
from typing import IO

import pravega


class Tally:
    """Counts what was read, and writes it down."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.events = self.bytes = 0
        self.begun = self.last = self.reported = time.monotonic()

    def take(self, part: pravega.Slice) -> None:
        """Writes a slice to the file, counts it and gives it back."""
        received = time.time_ns()
        header = f"slice {part.segment} {part.start_offset} {part.end_offset} {received} {len(part)}\n"
        events = list(part)
        part.release()
        self.out.write(header.encode())
        self.out.write(b"".join(event + b"\n" for event in events))
        self.events += len(events)
        self.bytes += sum(map(len, events))
        self.last = time.monotonic()
        if self.last - self.reported > 0.1:
            print("progress", self.events, self.bytes, flush=True)
            self.reported = self.last


def main() -> None:
    """Reads until the end of the sealed stream."""
    if len(sys.argv) != 6:
        sys.exit("usage: read.py CONTROLLER SCOPE GROUP READER FILE")
    controller, scope, group, reader_id, path = sys.argv[1:]
    with (
        open(path, "wb") as out,
        pravega.Client(controller) as client,
        client.open_reader_group(scope, group) as members,
        members.open_reader(reader_id) as reader,
    ):
        first = reader.next()
        if first is None:
            sys.exit("python reader: there is nothing to read")
        first.release_at(first.start_offset)
        print("ready", flush=True)
        if not sys.stdin.readline():
            sys.exit("python reader: nobody gave the start")
        tally = Tally(out)
        while (part := reader.next()) is not None:
            tally.take(part)
    print(f"done {tally.events} {tally.bytes} {tally.last - tally.begun:.6f}", flush=True)


main()
