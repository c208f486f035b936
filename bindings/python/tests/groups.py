"""Streams of numbers, and groups that read them."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import Any

import pravega
from pravega import GroupStream, StreamConfig, StreamCut

#: Groups that look at their state often, and start no checkpoints by themselves.
QUICK: dict[str, Any] = {"group_refresh_interval": "100ms", "group_checkpoint_interval": "0s"}


def fill(client: pravega.Client, scope: str, stream: str, numbers: Iterable[int], *, segments: int = 1) -> StreamCut:
    """Writes numbers, those of one last digit with one key; where the stream ends then."""
    client.create_stream(scope, stream, StreamConfig(segments=segments))
    with client.open_writer(scope, stream) as writer:
        for n in numbers:
            writer.write(str(n), key=str(n % 10))
    return client.stream_info(scope, stream).tail


def group_over(
    client: pravega.Client,
    scope: str,
    *streams: GroupStream | str,
    name: str = "g",
    **options: Any,
) -> pravega.ReaderGroup:
    assert client.create_reader_group(scope, name, streams, **(QUICK | options))
    return client.open_reader_group(scope, name)


def holds(group: pravega.ReaderGroup, numbers: Iterable[int], *, ordered: bool = True) -> None:
    """Reads what a group has with a new reader: each number once, in order for each key."""
    with group.open_reader("drains") as reader:
        seen = [int(event) for event in reader]
    assert collections.Counter(seen) == collections.Counter(numbers)
    assert not ordered or in_order(seen)


def in_order(seen: Iterable[int]) -> bool:
    by_key = collections.defaultdict(list)
    for n in seen:
        by_key[n % 10].append(n)
    return all(numbers == sorted(numbers) for numbers in by_key.values())
