"""The package's picture of the header is the header."""

from __future__ import annotations

import ctypes
import re
from ctypes import c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any

import pytest

from pravega import _abi, _library

from .conftest import PACKAGE

HEADER = (PACKAGE.parents[1] / "include" / "pravega.h").read_text(encoding="utf-8")
CODE = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.DOTALL)

DECLARED = {
    match[2]: (match[1].strip(), [] if match[3] == "void" else [p.strip() for p in match[3].split(",")])
    for match in re.finditer(r"PRAVEGA_API ([\w ]+?[ *]+)(pravega_\w+)\(([^)]*)\);", CODE)
}

BY_VALUE = {
    "int": c_int,
    "uint32_t": c_uint32,
    "int32_t": c_int32,
    "int64_t": c_int64,
    "size_t": c_size_t,
    "double": c_double,
    "const char *": c_char_p,
    "pravega_key_range_t": _abi.KeyRange,
    "pravega_log_fn": _abi.LogFunction,
    "pravega_token_fn": _abi.TokenFunction,
    "pravega_ack_fn": _abi.AckFunction,
}


def ctype(declaration: str) -> Any:
    """The ctypes type of a parameter or field: pointers other than strings are void pointers."""
    kind = re.sub(r"\w+$", "", declaration).strip() if not declaration.endswith("*") else declaration
    return BY_VALUE.get(kind, c_void_p if kind.endswith("*") else None)


def test_the_header_was_understood() -> None:
    assert len(DECLARED) == len(re.findall(r"^PRAVEGA_API ", CODE, flags=re.MULTILINE)) > 0


def test_every_function_is_there() -> None:
    assert list(DECLARED) == list(_abi.PROTOTYPES)


@pytest.mark.parametrize("name", _abi.PROTOTYPES)
def test_prototypes(name: str) -> None:
    result, parameters = DECLARED[name]
    assert _abi.PROTOTYPES[name][0] is ctype(result + " x" if not result.endswith("*") else result)
    assert _abi.PROTOTYPES[name][1] == [ctype(p) for p in parameters]


@pytest.mark.parametrize(
    ("struct", "mirror"),
    [
        ("pravega_status_t", _abi.Status),
        ("pravega_key_range_t", _abi.KeyRange),
        ("pravega_segment_t", _abi.Segment),
        ("pravega_slice_info_t", _abi.SliceInfo),
        ("pravega_group_status_t", _abi.GroupStatus),
    ],
)
def test_structs(struct: str, mirror: type[ctypes.Structure]) -> None:
    body = re.search(r"typedef struct \{([^}]*)\} " + struct + ";", CODE)
    assert body is not None
    fields = []
    for line in filter(None, (part.strip() for part in body[1].split(";"))):
        kind, names = re.fullmatch(r"((?:const )?\w+ ?\*?) *(.*)", line, flags=re.DOTALL).groups()  # type: ignore[union-attr]
        fields += [
            (name.strip().lstrip("*"), ctype(kind.strip() + " x" if "*" not in kind else kind))
            for name in names.split(",")
        ]
    assert [(name, kind) for name, kind, *_ in mirror._fields_] == fields


CONSTANTS = """
OK CHECKPOINT END FOREVER MAX_EVENT NO_KEY SLICE_END POINTER_SIZE CONFIG_COLUMNS ABI
LOG_OFF LOG_ERROR LOG_WARN LOG_INFO LOG_DEBUG
TXN_UNKNOWN TXN_OPEN TXN_COMMITTING TXN_COMMITTED TXN_ABORTING TXN_ABORTED TXN_ID_SIZE
"""


@pytest.mark.parametrize("name", CONSTANTS.split())
def test_constants(name: str) -> None:
    found = re.search(rf"PRAVEGA_{name}(?: =)? (?:U?INT\d+_C)?\(?(-?\d+)", CODE)
    assert found is not None
    assert getattr(_abi, name) == int(found[1])


@pytest.mark.parametrize(("name", "value"), [("NO_LOWER_BOUND", "INT64_MIN"), ("NO_UPPER_BOUND", "INT64_MAX")])
def test_bounds(name: str, value: str) -> None:
    assert f"#define PRAVEGA_{name} {value}\n" in CODE
    assert getattr(_abi, name) == {"INT64_MIN": -(2**63), "INT64_MAX": 2**63 - 1}[value]


def test_versions() -> None:
    found = re.search(r"#define PRAVEGA_VERSION (0x[0-9a-f]+)u", CODE)
    assert found is not None
    assert int(found[1], 16) == _abi.HEADER_VERSION == _library.library().version()


def test_an_abi_that_the_library_does_not_serve() -> None:
    assert _library.library().check_abi_of(_abi.ABI + 1, _abi.HEADER_VERSION) == -1
