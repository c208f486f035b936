"""Positions: where a reader stands in the segments that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ._call import quick_bytes, quick_strings, text


@dataclass(frozen=True)
class Position:
    """Where a reader stands: in each of its segments, the first event that is not done with.

    `Reader.position` and `Slice.position_at` make them. A program that keeps one with
    what it made of the events before loses and repeats nothing after a crash:
    `ReaderGroup.reader_offline` has the others go on there.

    Made from its text, "segment=offset, segment=offset" as Java's `Position.toString`
    writes it, which `str` gives back; `bytes(position)` and `Position.from_bytes` are
    the bytes of Java's `toBytes` and `fromBytes`. Positions are equal that say the
    same. It can be pickled. Asks no server.

    Raises InvalidArgumentError when the text is no position.
    """

    #: The text to keep and to hand to other programs; "" for a reader without segments.
    text: str = field(compare=False, repr=False)
    #: By a segment's qualified name: the offset of the next event, -1 for the segment's end.
    offsets: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        cells = quick_strings("position_info", text("position", self.text))
        offsets = {segment: int(offset) for segment, offset in zip(cells[0::2], cells[1::2], strict=True)}
        object.__setattr__(self, "offsets", offsets)

    def __hash__(self) -> int:
        return hash(frozenset(self.offsets.items()))

    def __str__(self) -> str:
        return self.text

    def __bytes__(self) -> bytes:
        return quick_bytes("position_to_bytes", text("position", self.text))

    @classmethod
    def from_bytes(cls, data: bytes) -> Position:
        """The position that is in the bytes of one. Raises ProtocolError when there is none."""
        return cls(*quick_strings("position_from_bytes", data, len(data)))
