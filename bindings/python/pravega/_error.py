"""The base of all exceptions of this package."""

from __future__ import annotations

from typing import ClassVar


class PravegaError(Exception):
    """A failure that this package reports.

    Each kind of failure is a class of its own below this one; the kinds, their
    numbers and names are the same in every language. `str(error)` says what was
    done to what, what failed and what can be done; of a wait whose time is over,
    also which server stood in its way, at which address, or what the wait was for.
    It is in English, for people; programs look at the class, or at `code`.
    """

    #: The number of the kind, negative; the same in Go, C and Java.
    code: int = 0
    #: The name of the kind in every language, for example "NoSuchStream".
    name: ClassVar[str] = "Unknown"
    #: The same call may succeed later without any other change.
    is_retriable: bool = False
    #: The object that reported it will never work again; close it.
    is_final: bool = False
    #: What was asked for may have taken effect all the same, or may take effect
    #: later: for example when a connection was lost after a request was sent, or when
    #: a wait for events was given up and the writer goes on. False: nothing of it was
    #: stored or recorded. Of a writer's final error: events above `acked` may be stored.
    may_be_stored: bool = False
    #: Set by `Writer.write_many`: how many events of the call were accepted,
    #: always the first ones, before the next one failed.
    accepted: int = 0
    #: Set by `Writer.write_many`: the number of the last event that the call
    #: had accepted, 0 when it was none.
    last: int = 0
