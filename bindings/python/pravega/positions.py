"""Positions: where a reader stands in the segments that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ._form import Form


@dataclass(frozen=True)
class Position(Form):
    """Where a reader stands: in each of its segments, the first event that is not done with.

    `Reader.position` and `Slice.position_at` make them. A program that keeps one with
    what it made of the events before loses and repeats nothing after a crash:
    `ReaderGroup.reader_offline` has the others go on there.

    Made from its text, "segment=offset, segment=offset" as Java's `Position.toString`
    writes it, which `str` gives back; `bytes(position)` and `Position.from_bytes` are
    the bytes of Java's `toBytes` and `fromBytes`. The text of a reader without segments
    is "". Positions are equal that say the same. It can be pickled. Asks no server.

    Raises InvalidArgumentError when the text is no position.
    """

    _kind = "position"

    #: By a segment's qualified name: the offset of the next event, -1 for the segment's end.
    offsets: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", {segment: int(offset) for segment, offset in self._said()})

    def __hash__(self) -> int:
        return hash(frozenset(self.offsets.items()))
