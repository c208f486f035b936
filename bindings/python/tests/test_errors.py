"""Exceptions come of the one error table."""

from __future__ import annotations

import pickle

import pytest

import generate_errors
import pravega
from pravega import _call, _library, errors

TABLE = generate_errors.table()


def test_errors_py_is_what_the_table_says() -> None:
    assert generate_errors.FILE.read_text(encoding="utf-8") == generate_errors.module()


@pytest.mark.parametrize(("code", "name", "text", "retriable", "final"), TABLE)
def test_each_kind(code: int, name: str, text: str, retriable: bool, final: bool) -> None:
    failure = _call.failure(_library.library(), code)
    assert type(failure) is errors.BY_CODE[code]
    assert type(failure) is getattr(pravega, generate_errors.class_name(name))
    assert (failure.code, failure.name, str(failure)) == (code, name, text)
    assert (failure.is_retriable, failure.is_final, failure.may_be_stored) == (retriable, final, False)


@pytest.mark.parametrize(
    ("kind", "natural"),
    [
        (pravega.TimedOutError, TimeoutError),
        (pravega.InvalidArgumentError, ValueError),
        (pravega.UnknownOptionError, ValueError),
        (pravega.EventTooLargeError, ValueError),
        (pravega.UnreachableError, ConnectionError),
        (pravega.PermissionDeniedError, PermissionError),
        (pravega.NoMemoryError, MemoryError),
    ],
)
def test_natural_bases(kind: type[pravega.PravegaError], natural: type[Exception]) -> None:
    assert issubclass(kind, natural)
    assert issubclass(kind, pravega.PravegaError)


@pytest.mark.parametrize("code", errors.BY_CODE)
def test_they_cross_to_other_processes(code: int) -> None:
    failure = _call.failure(_library.library(), code)
    failure.may_be_stored = True
    failure.accepted = 7
    copy = pickle.loads(pickle.dumps(failure))
    assert type(copy) is type(failure)
    assert (str(copy), copy.code, copy.may_be_stored, copy.accepted) == (str(failure), code, True, 7)


def test_a_kind_that_only_a_newer_library_knows() -> None:
    failure = _call.failure(_library.library(), -999)
    assert type(failure) is pravega.PravegaError
    assert failure.code == -999
    assert "-999" in str(failure)
