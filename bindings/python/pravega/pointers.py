"""Event pointers: where single events are stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._form import Form


@dataclass(frozen=True)
class EventPointer(Form):
    """Where an event is stored: `Client.fetch_event` reads it again, as long as it is kept.

    `Slice.pointer` makes them. Made from its text, "segment:offset-length" as Java's
    `EventPointer.toString` writes it, which `str` gives back; `bytes(pointer)` and
    `EventPointer.from_bytes` are the bytes of Java's `toBytes` and `fromBytes`. It can
    be pickled. Asks no server.

    Raises InvalidArgumentError when the text is no pointer.
    """

    _kind = "pointer"

    scope: str = field(init=False)
    stream: str = field(init=False)
    #: The segment's qualified name.
    segment: str = field(init=False)
    #: Where the event's header begins in the segment, in bytes.
    offset: int = field(init=False)
    #: The size of the event in bytes, without its header.
    size: int = field(init=False)

    def __post_init__(self) -> None:
        for name, value in self._said():
            object.__setattr__(self, name, int(value) if name in ("offset", "size") else value)
