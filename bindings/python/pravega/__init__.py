"""A client for Pravega: writers, reader groups, and the management of streams.

    import pravega

    with pravega.Client("tcp://127.0.0.1:9090") as client:
        client.create_scope("examples")
        client.create_stream("examples", "greetings", pravega.StreamConfig(segments=4))
        with client.open_writer("examples", "greetings") as writer:
            writer.write(b"hello", key="en")

        client.create_reader_group("examples", "readers", ["examples/greetings"])
        with client.open_reader_group("examples", "readers") as group:
            with group.open_reader("reader-1") as reader:
                for event in reader:
                    print(event)

`Client` is where everything begins. `Writer` says how writing and acks work,
`Reader` how reading and giving back do; every failure is a `PravegaError`.

The native library is loaded by the first client, not by the import: a process
may import this package, fork, and use it in its children. It is looked for where
PRAVEGA_LIBRARY points, next to this package, in the build folder of a checkout,
and by the system's loader.

At exit of the interpreter what is still open is closed: writers get 10 s for
their acks. This package prints nothing; `log_to` passes its log to `logging`.
Calls that wait let other Python threads run.
"""

from . import errors
from ._error import PravegaError
from .client import Client
from .cuts import Checkpoint, GroupStream, StreamCut
from .errors import *  # noqa: F403, one class for each kind of failure
from .group import ReaderGroup, ReaderGroupInfo
from .logs import log_to
from .options import Option, OptionValue, options
from .pointers import EventPointer
from .positions import Position
from .reader import OnCheckpoint, Reader, Slices, TimeWindow
from .slices import Slice
from .status import GroupStatus, GroupStatuses
from .streams import Segment, StreamConfig, StreamInfo
from .tokens import TokenProvider
from .transactions import Transaction, TransactionalWriter, TransactionStatus
from .writer import Event, Writer

#: The version of this package; that of the library is `library_version()`.
__version__ = "0.1.0"


def library_version() -> str:
    """The version of the native library, for example "0.1.0". Loads it."""
    from ._library import library

    return library().version_text()


__all__ = [
    "Checkpoint",
    "Client",
    "Event",
    "EventPointer",
    "GroupStatus",
    "GroupStatuses",
    "GroupStream",
    "OnCheckpoint",
    "Option",
    "OptionValue",
    "Position",
    "PravegaError",
    "Reader",
    "ReaderGroup",
    "ReaderGroupInfo",
    "Segment",
    "Slice",
    "Slices",
    "StreamConfig",
    "StreamCut",
    "StreamInfo",
    "TimeWindow",
    "TokenProvider",
    "Transaction",
    "TransactionStatus",
    "TransactionalWriter",
    "Writer",
    "library_version",
    "log_to",
    "options",
]
__all__ += errors.__all__
