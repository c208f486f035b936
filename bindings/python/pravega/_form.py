"""What values have in common that other programs know as a text, or as bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from ._call import quick_bytes, quick_strings, text

_Self = TypeVar("_Self", bound="Form")


@dataclass(frozen=True)
class Form:
    """A value that is made from its text, which `str` gives back, or from its bytes, which `bytes` gives back."""

    _kind: ClassVar[str]  # in the names of the library's functions, and in errors

    #: The text to keep and to hand to other programs.
    text: str = field(compare=False, repr=False)

    def _said(self) -> list[tuple[str, str]]:
        """What the text says: names and values. Raises InvalidArgumentError."""
        cells = quick_strings(f"{self._kind}_info", text(self._kind, self.text))
        return list(zip(cells[0::2], cells[1::2], strict=True))

    def __str__(self) -> str:
        return self.text

    def __bytes__(self) -> bytes:
        return quick_bytes(f"{self._kind}_to_bytes", text(self._kind, self.text))

    @classmethod
    def from_bytes(cls: type[_Self], data: bytes) -> _Self:
        """The value that is in the bytes of one. Raises InvalidArgumentError when there is none."""
        return cls(*quick_strings(f"{cls._kind}_from_bytes", data, len(data)))
