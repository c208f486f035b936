"""Transactions: all of it or nothing, whoever ends it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pravega
from pravega import StreamConfig, TransactionStatus

from .conftest import SOON

pytestmark = pytest.mark.server


@pytest.fixture
def writer(client: pravega.Client, scope: str) -> Iterator[pravega.TransactionalWriter]:
    client.create_stream(scope, "s", StreamConfig(segments=2))
    with client.open_transactional_writer(scope, "s", txn_window_bytes="64KiB") as opened:
        yield opened


def stored(client: pravega.Client, scope: str) -> list[bytes]:
    """Everything in the stream, which is sealed."""
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "all", [f"{scope}/s"])
    with client.open_reader_group(scope, "all") as group, group.open_reader("reader") as reader:
        return list(reader)


def test_a_block_commits_or_aborts(client: pravega.Client, scope: str, writer: pravega.TransactionalWriter) -> None:
    with writer.begin() as kept:
        assert kept.write(b"a", key="k") == 1
        assert kept.write("b", key="k") == 2
    assert kept.closed
    with pytest.raises(ZeroDivisionError), writer.begin() as dropped:
        dropped.write(b"never")
        raise ZeroDivisionError
    assert dropped.closed
    with pytest.raises(pravega.TransactionAbortedError):
        writer.attach(dropped.id)
    with pytest.raises(pravega.ClosedError):
        kept.write(b"never")
    with pytest.raises(pravega.TransactionCommittedError):
        writer.attach(kept.id)
    assert stored(client, scope) == [b"a", b"b"]


def test_many_events(client: pravega.Client, scope: str, writer: pravega.TransactionalWriter) -> None:
    count = 20_000  # more than the window
    with writer.begin() as txn:
        keys = (None if i % 5 == 0 else str(i % 5) for i in range(count))
        assert txn.write_many((str(i) for i in range(count)), keys) == count
        assert txn.write_many([b"%d" % count]) == 1
        assert txn.write_many([]) == 0
        with pytest.raises(pravega.InvalidArgumentError, match="fewer keys"):
            txn.write_many([b"x"], [])
        with pytest.raises(pravega.EventTooLargeError) as caught:
            txn.write_many([b"%d" % (count + 1), bytes((8 << 20) + 1)])
        assert caught.value.accepted == 1
        with pytest.raises(pravega.WindowFullError):
            while True:
                txn.write(b"", timeout=0)
                txn.write_many([bytes(50_000)] * 2, timeout=0)
    events = [event for event in stored(client, scope) if event and event[0] != 0]
    assert sorted(map(int, events)) == list(range(count + 2))
    for key in range(1, 5):
        mine = [int(event) for event in events if int(event) % 5 == key and int(event) < count]
        assert mine == sorted(mine)


def test_life_of_a_transaction(client: pravega.Client, scope: str, writer: pravega.TransactionalWriter) -> None:
    txn = writer.begin(timeout=SOON)
    assert txn.status() is TransactionStatus.OPEN
    txn.write(b"1", timeout=SOON)
    txn.flush(timeout=SOON)
    with client.open_transactional_writer(scope, "s") as other, other.attach(txn.id) as attached:
        assert attached.id == txn.id
        attached.write(b"2")
        attached.commit(timestamp=1000, timeout=SOON)
        attached.wait_readable(timeout=SOON)
    assert txn.status() is TransactionStatus.COMMITTED
    txn.commit()
    with pytest.raises(pravega.TransactionCommittedError):
        txn.abort()
    with pytest.raises(pravega.InvalidArgumentError, match="64 bits"):
        txn.commit(2**63)
    txn.close()
    txn.close()
    dropped = writer.begin()
    dropped.write(b"never")
    dropped.abort()
    with pytest.raises(pravega.TransactionAbortedError):
        dropped.write(b"never")
    with pytest.raises(pravega.TransactionAbortedError):
        dropped.commit()
    dropped.close()
    with pytest.raises(pravega.InvalidArgumentError):
        writer.attach("no id")
    with pytest.raises(pravega.NoSuchTransactionError):
        writer.attach("00000000-0000-0000-0000-000000000001")
    assert sorted(stored(client, scope)) == [b"1", b"2"]


def test_what_is_kept_for_another_process(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_transactional_writer(scope, "s", txn_close="keep") as writer:
        txn = writer.begin()
        txn.write(b"kept")
        txn.close()
    with client.open_transactional_writer(scope, "s") as writer, writer.attach(txn.id):
        pass
    with client.open_transactional_writer(scope, "s") as writer:
        left = writer.begin()
        left.write(b"never")
    with pytest.raises(pravega.PravegaError):
        left.write(b"never")
    left.close()
    with pytest.raises(pravega.ClosedError):
        writer.begin()
    assert stored(client, scope) == [b"kept"]
