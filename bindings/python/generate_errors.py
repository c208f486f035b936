"""Writes pravega/errors.py from the one error table, which the library hands out.

    python generate_errors.py          writes the file
    python generate_errors.py --print  prints it

A test compares what this makes with what is committed.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

FILE = Path(__file__).resolve().parent / "pravega" / "errors.py"

#: The exceptions of Python that a kind is one of, too.
NATURAL = {
    "TimedOut": "TimeoutError",
    "InvalidArgument": "ValueError",
    "UnknownOption": "ValueError",
    "EventTooLarge": "ValueError",
    "NoMemory": "MemoryError",
    "Unreachable": "ConnectionError",
    "PermissionDenied": "PermissionError",
}

HEAD = '''\
"""The exceptions of this package, one class for each kind of failure.

Written by generate_errors.py from the library's own table; do not edit.
"""

from __future__ import annotations

from ._error import PravegaError

'''


def class_name(name: str) -> str:
    """The Python class of a kind: "NoSuchStream" is NoSuchStreamError."""
    return name if name.endswith("Error") else name + "Error"


def table() -> list[tuple[int, str, str, bool, bool]]:
    """Code, name, text, is_retriable and is_final of every kind."""
    from pravega._abi import Status
    from pravega._library import library

    kinds, count = ctypes.POINTER(Status)(), ctypes.c_size_t()
    library().status_list(ctypes.byref(kinds), ctypes.byref(count))
    return [
        (k.code, k.name.decode(), k.text.decode(), bool(k.is_retriable), bool(k.is_final)) for k in kinds[: count.value]
    ]


def module() -> str:
    """The whole text of pravega/errors.py."""
    kinds = table()
    parts = [HEAD]
    for code, name, text, retriable, final in kinds:
        bases = ", ".join(filter(None, ("PravegaError", NATURAL.get(name))))
        doc = text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
        lines = [f"\nclass {class_name(name)}({bases}):", f'    """{doc}"""', ""]
        lines += [f"    code = {code}", f'    name = "{name}"']
        lines += ["    is_retriable = True"] * retriable + ["    is_final = True"] * final
        parts.append("\n".join(lines) + "\n\n")
    parts.append("\n#: The class of each code.\nBY_CODE: dict[int, type[PravegaError]] = {\n")
    parts += [f"    {code}: {class_name(name)},\n" for code, name, *_ in kinds]
    parts.append("}\n\n__all__ = [\n")
    parts += [f'    "{name}",\n' for name in sorted(["PravegaError", *(class_name(k[1]) for k in kinds)])]
    parts.append("]\n")
    return "".join(parts)


if __name__ == "__main__":
    if "--print" in sys.argv[1:]:
        sys.stdout.write(module())
    else:
        FILE.write_text(module(), encoding="utf-8")
