"""Loading, forking and ending: what the library does to its process."""

from __future__ import annotations

import pytest

import pravega
from pravega import _library

from .conftest import Script

MAPPED = """
def mapped():
    with open("/proc/self/maps") as maps:
        return "libpravega" in maps.read()
"""


def test_import_does_not_load_the_library(script: Script) -> None:
    done = script(
        MAPPED
        + """
import pravega
assert not mapped()
pravega.Client("tcp://127.0.0.1:1").close()
assert mapped()
"""
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_versions() -> None:
    assert pravega.library_version() == pravega.__version__


def test_a_library_that_is_not_there(script: Script) -> None:
    code = """
import pravega
try:
    pravega.Client("tcp://127.0.0.1:1")
except ImportError as failure:
    assert "/nowhere/libpravega.so.0" in str(failure) and "PRAVEGA_LIBRARY" in str(failure), failure
else:
    raise SystemExit("no exception")
"""
    done = script(code, PRAVEGA_LIBRARY="/nowhere/libpravega.so.0")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_library_that_is_another_one(script: Script) -> None:
    code = """
import pravega
try:
    pravega.Client("tcp://127.0.0.1:1")
except ImportError as failure:
    assert "pravega_version" in str(failure), failure
else:
    raise SystemExit("no exception")
"""
    done = script(code, PRAVEGA_LIBRARY="libc.so.6")
    assert (done.returncode, done.stderr) == (0, "")


def test_where_the_library_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAVEGA_LIBRARY", "/some/where.so")
    assert _library.candidates() == ["/some/where.so"]
    monkeypatch.delenv("PRAVEGA_LIBRARY")
    assert _library.candidates()[-1] == _library.NAME


FORK = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads, from Python 3.12 on
import pravega

def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as failure:
            print(repr(failure), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


def test_fork_before_the_library_is_loaded(script: Script) -> None:
    code = (
        FORK
        + """
def work():
    with pravega.Client("tcp://127.0.0.1:1", connect_timeout="50ms") as client:
        try:
            client.create_scope("s", timeout=0.2)
        except (pravega.UnreachableError, pravega.TimedOutError):
            return
    raise SystemExit("no exception")

in_child(work)
work()
"""
    )
    done = script(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_fork_after_the_library_is_loaded_is_a_clear_error(script: Script) -> None:
    code = (
        FORK
        + """
def expect(call):
    try:
        call()
    except pravega.ForkedError as failure:
        assert "fork before loading" in str(failure), failure
    else:
        raise SystemExit("no exception")

client = pravega.Client("tcp://127.0.0.1:1")

def work():
    expect(lambda: client.create_scope("s"))
    expect(lambda: pravega.Client("tcp://127.0.0.1:1"))
    client.close()  # the parent's: nothing happens

in_child(work)
client.close()
"""
    )
    done = script(code)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.server
def test_a_writer_in_a_forked_child_writes_nothing(
    script: Script, controller: str, client: pravega.Client, scope: str
) -> None:
    client.create_stream(scope, "s")
    code = (
        FORK
        + """
client = pravega.Client(sys.argv[1])
writer = client.open_writer(sys.argv[2], "s")
writer.wait(writer.write(b"parent"))
reader = None

def work():
    for call in (lambda: writer.write(b"child"), lambda: writer.write_many([b"child"]), lambda: writer.wait(2),
                 lambda: writer.acked, lambda: writer.ack(2), writer.flush):
        try:
            call()
        except pravega.ForkedError:
            continue
        raise SystemExit("no exception")
    writer.close()

in_child(work)
writer.close()
client.close()
"""
    )
    done = script(code, controller, scope)
    assert (done.returncode, done.stderr) == (0, "")
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        assert list(reader) == [b"parent"]


@pytest.mark.server
def test_at_exit_what_was_written_is_stored(
    script: Script, controller: str, client: pravega.Client, scope: str
) -> None:
    client.create_stream(scope, "s")
    code = """
import sys, pravega
client = pravega.Client(sys.argv[1])
writer = client.open_writer(sys.argv[2], "s")
writer.write_many(str(i) for i in range(1000))
"""
    done = script(code, controller, scope)
    assert done.returncode == 0, done.stderr
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        assert [int(event) for event in reader] == list(range(1000))


def test_an_object_that_was_forgotten_is_told_and_closed() -> None:
    with pytest.warns(ResourceWarning, match="unclosed <pravega.Client"):
        pravega.Client("tcp://127.0.0.1:1")
