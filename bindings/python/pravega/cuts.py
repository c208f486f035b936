"""Positions in whole streams: stream cuts, checkpoints, and the parts of streams that a group reads.

None of this asks a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ._call import quick_bytes, quick_strings, text, texts
from ._form import Form
from .errors import InvalidArgumentError


@dataclass(frozen=True)
class StreamCut(Form):
    """A position in a whole stream: an offset in each of some segments, which cover the key space once.

    Made from its text, as Java's `StreamCut.asText` writes it, which `str` gives back;
    the bytes of Java's `toBytes` are `bytes(cut)` and `StreamCut.from_bytes`. The
    text "UNBOUNDED" stands for the head of a stream where reading starts, and for its
    end where reading ends. Cuts are equal that say the same. They can be pickled.

    Raises InvalidArgumentError when the text is no cut.
    """

    _kind = "cut"

    #: The cut's stream; both are "" if it is unbounded.
    scope: str = field(init=False)
    stream: str = field(init=False)
    #: By segment id (epoch << 32 | number): the offset of the next event, -1 for the segment's end.
    offsets: Mapping[int, int] = field(init=False, hash=False)

    def __post_init__(self) -> None:
        (_, scope), (_, stream), *offsets = self._said()
        object.__setattr__(self, "scope", scope)
        object.__setattr__(self, "stream", stream)
        object.__setattr__(self, "offsets", {int(id): int(offset) for id, offset in offsets})

    @property
    def unbounded(self) -> bool:
        """Whether it stands for the head or the end of whatever stream."""
        return not self.stream


@dataclass(frozen=True)
class GroupStream:
    """A stream that a reader group reads, and which part of it.

    As text, which all that take one take as well, it is "scope/stream",
    "scope/stream@START" or "scope/stream@START@END".
    """

    scope: str
    stream: str
    #: Where reading starts: at the head, where the stream ends when the group is
    #: created, or at a cut.
    start: StreamCut | Literal["head", "tail"] = "head"
    #: Up to where it is read; None: to the end of a sealed stream.
    end: StreamCut | None = None

    def __str__(self) -> str:
        places = [f"{self.scope}/{self.stream}", str(self.start)]
        if self.end is not None:
            places.append(str(self.end))
        return "@".join(places)

    @classmethod
    def parse(cls, spelled: str) -> GroupStream:
        """Reads the text form. Raises InvalidArgumentError."""
        name, *places = spelled.split("@")
        scope, slash, stream = name.partition("/")
        if not (scope and slash and stream) or len(places) > 2:
            raise InvalidArgumentError(f"{spelled!r} is not of the form scope/stream@start@end")
        start: StreamCut | Literal["head", "tail"] = "head"
        if places and places[0] == "tail":
            start = "tail"
        elif places and places[0] != "head":
            start = StreamCut(places[0])
        return cls(scope, stream, start, StreamCut(places[1]) if places[1:] else None)


@dataclass(frozen=True)
class Checkpoint:
    """Where all readers of a group stood when they passed one point.

    `ReaderGroup.reset_to` goes back there. `bytes(checkpoint)` and
    `Checkpoint.from_bytes` are the bytes of Java's `toBytes` and `fromBytes`. It can be
    pickled.
    """

    #: What its initiator called it.
    name: str
    #: One for each of the group's streams, sorted by stream. A stream that had been
    #: read to its end has none.
    cuts: tuple[StreamCut, ...]

    @property
    def streams(self) -> tuple[GroupStream, ...]:
        """The streams, each from its cut on: for another group that starts where this one stood."""
        return tuple(GroupStream(cut.scope, cut.stream, cut) for cut in self.cuts)

    def __bytes__(self) -> bytes:
        return quick_bytes("checkpoint_to_bytes", text("checkpoint", self.name), *texts("cut", self.cuts))

    @classmethod
    def from_bytes(cls, data: bytes) -> Checkpoint:
        """The checkpoint that is in the bytes of one. Raises InvalidArgumentError when there is none."""
        name, *cuts = quick_strings("checkpoint_from_bytes", data, len(data))
        return cls(name, tuple(map(StreamCut, cuts)))


#: What methods take that need the position of a whole group: the texts of cuts will do.
Cuts = Checkpoint | StreamCut | Iterable[StreamCut | str]


def cuts_of(position: Cuts) -> Iterable[StreamCut | str]:
    """The cuts of a position."""
    if isinstance(position, Checkpoint):
        return position.cuts
    return (position,) if isinstance(position, (str, StreamCut)) else position
