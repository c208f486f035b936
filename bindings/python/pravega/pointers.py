"""Event pointers: where single events are stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._call import quick_bytes, quick_strings, text


@dataclass(frozen=True)
class EventPointer:
    """Where an event is stored: `Client.fetch_event` reads it again, as long as it is kept.

    `Slice.pointer` makes them. Made from its text, "segment:offset-length" as Java's
    `EventPointer.toString` writes it, which `str` gives back; `bytes(pointer)` and
    `EventPointer.from_bytes` are the bytes of Java's `toBytes` and `fromBytes`. It can
    be pickled. Asks no server.

    Raises InvalidArgumentError when the text is no pointer.
    """

    #: The text to keep and to hand to other programs.
    text: str = field(compare=False, repr=False)
    scope: str = field(init=False)
    stream: str = field(init=False)
    #: The segment's qualified name.
    segment: str = field(init=False)
    #: Where the event's header begins in the segment, in bytes.
    offset: int = field(init=False)
    #: The size of the event in bytes, without its header.
    size: int = field(init=False)

    def __post_init__(self) -> None:
        cells = quick_strings("pointer_info", text("event pointer", self.text))
        for name, value in zip(cells[0::2], cells[1::2], strict=True):
            object.__setattr__(self, name, int(value) if name in ("offset", "size") else value)

    def __str__(self) -> str:
        return self.text

    def __bytes__(self) -> bytes:
        return quick_bytes("pointer_to_bytes", text("event pointer", self.text))

    @classmethod
    def from_bytes(cls, data: bytes) -> EventPointer:
        """The pointer that is in the bytes of one. Raises ProtocolError when there is none."""
        return cls(*quick_strings("pointer_from_bytes", data, len(data)))
