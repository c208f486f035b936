"""Scopes and streams on a real server."""

from __future__ import annotations

from dataclasses import replace

import pytest

import pravega
from pravega import StreamConfig

pytestmark = pytest.mark.server


def test_scopes(client: pravega.Client, scope: str) -> None:
    assert client.create_scope(scope) is False
    assert client.scope_exists(scope) is True
    assert scope in client.scopes()
    client.create_stream(scope, "s")
    with pytest.raises(pravega.NotEmptyError, match=scope):
        client.delete_scope(scope)
    client.seal_stream(scope, "s")
    client.delete_stream(scope, "s")
    assert client.delete_scope(scope) is True
    assert client.delete_scope(scope) is False
    assert client.scope_exists(scope) is False


def test_a_scope_with_all_that_is_in_it(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=2, tags=("kept",)))
    for name in ("g", "h"):
        client.create_reader_group(scope, name, [f"{scope}/s"], group_retention="checkpoint")
    with pytest.raises(pravega.NotEmptyError, match=r"it holds reader group \w, reader group \w, stream s"):
        client.delete_scope(scope)
    assert list(client.streams(scope, tag="kept")) == ["s"]
    assert sorted(client.reader_groups(scope)) == ["g", "h"]
    with client.open_writer(scope, "s") as writer:
        writer.write("event")
    assert client.delete_scope_recursive(scope) is True
    assert client.delete_scope_recursive(scope) is False
    assert client.scope_exists(scope) is False
    with pytest.raises(pravega.NoSuchScopeError):
        client.reader_groups(scope)


def test_an_update_scales_a_stream_of_fixed_segments(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=1))
    for segments in (3, 2):
        client.update_stream(scope, "s", StreamConfig(segments=segments))
        assert len(client.segments(scope, "s")) == segments


def test_a_group_that_differs(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])
    with pytest.raises(pravega.ConfigMismatchError, match=r"group\.checkpoints\.outstanding is 3, not 4"):
        client.create_reader_group(scope, "g", [f"{scope}/s"], group_checkpoints_outstanding=4)
    with pytest.raises(pravega.NoSuchStreamError, match="lost"):
        client.create_reader_group(scope, "h", [f"{scope}/s", f"{scope}/lost"])
    assert list(client.reader_groups(scope)) == ["g"]


def test_the_life_of_a_stream(client: pravega.Client, scope: str) -> None:
    assert client.stream_exists(scope, "s") is False
    assert client.create_stream(scope, "s", StreamConfig(segments=3, tags=("one", "two"))) is True
    assert client.create_stream(scope, "s") is False
    assert client.stream_exists(scope, "s") is True

    info = client.stream_info(scope, "s")
    assert info.config == StreamConfig(segments=3, tags=("one", "two"))
    assert info.sealed is False
    assert info.head == info.tail

    client.update_stream(scope, "s", replace(info.config, retention="size", retention_min=1 << 30, tags=("three",)))
    changed = client.stream_info(scope, "s").config
    assert changed == StreamConfig(segments=3, retention="size", retention_min=1 << 30, tags=("three",))

    with pytest.raises(pravega.StreamNotSealedError):
        client.delete_stream(scope, "s")
    client.seal_stream(scope, "s")
    client.seal_stream(scope, "s")
    assert client.stream_info(scope, "s").sealed is True
    assert client.segments(scope, "s") == []
    with pytest.raises(pravega.StreamSealedError):
        client.open_writer(scope, "s")
    assert client.delete_stream(scope, "s") is True
    assert client.delete_stream(scope, "s") is False


def test_lists(client: pravega.Client, scope: str) -> None:
    names = {f"s{i}" for i in range(30)}
    for name in names:
        client.create_stream(scope, name, StreamConfig(tags=("even",) if int(name[1:]) % 2 == 0 else ()))
    assert {name for name in client.streams(scope) if not name.startswith("_")} == names
    assert set(client.streams(scope, tag="even")) == {name for name in names if int(name[1:]) % 2 == 0}
    assert list(client.streams(scope, tag="none")) == []


def test_the_defaults_are_those_of_the_client(controller: str, client: pravega.Client, scope: str) -> None:
    with pravega.Client(controller, stream_segments=2, **{"stream.tags": ["x"]}) as other:
        other.create_stream(scope, "s")
        assert other.stream_info(scope, "s").config == StreamConfig(segments=2, tags=("x",))


def test_scaling_by_hand(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=2))
    low, high = client.segments(scope, "s")
    assert (low.low, low.high, high.low, high.high) == (0, 0.5, 0.5, 1)
    with pytest.raises(pravega.PravegaError, match="ranges"):
        client.scale_stream(scope, "s", [low.id], [(0, 0.4)])
    client.scale_stream(scope, "s", [low.id], [(0, 0.25), (0.25, 0.5)])
    after = client.segments(scope, "s")
    assert [(s.low, s.high) for s in after] == [(0, 0.25), (0.25, 0.5), (0.5, 1)]
    client.scale_stream(scope, "s", [after[1].id, after[2].id], [(0.25, 1)])
    assert [(s.low, s.high) for s in client.segments(scope, "s")] == [(0, 0.25), (0.25, 1)]
    with pytest.raises(pravega.ConflictError):  # the configuration asks for two at least
        client.scale_stream(scope, "s", [s.id for s in client.segments(scope, "s")], [(0, 1)])


def test_more_segments_than_expected(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s", StreamConfig(segments=70))
    segments = client.segments(scope, "s")
    assert len(segments) == len({segment.id for segment in segments}) == 70


def test_truncation(client: pravega.Client, scope: str) -> None:
    client.create_stream(scope, "s")
    with client.open_writer(scope, "s") as writer:
        writer.write("gone")
        writer.flush()
        cut = client.stream_info(scope, "s").tail
        writer.write("kept")
    client.truncate_stream(scope, "s", cut)
    assert client.stream_info(scope, "s").head == cut
    client.seal_stream(scope, "s")
    client.create_reader_group(scope, "g", [f"{scope}/s"])
    with client.open_reader_group(scope, "g") as group, group.open_reader("r") as reader:
        assert list(reader) == [b"kept"]


def test_what_is_not_there(client: pravega.Client, scope: str) -> None:
    with pytest.raises(pravega.NoSuchScopeError):
        client.create_stream(scope + "-not", "s")
    with pytest.raises(pravega.NoSuchScopeError):
        client.streams(scope + "-not")
    client.create_stream(scope, "there")
    cut = client.stream_info(scope, "there").tail
    for call in (
        lambda: client.open_writer(scope, "nowhere"),
        lambda: client.stream_info(scope, "nowhere"),
        lambda: client.segments(scope, "nowhere"),
        lambda: client.seal_stream(scope, "nowhere"),
        lambda: client.update_stream(scope, "nowhere"),
        lambda: client.truncate_stream(scope, "nowhere", cut),
        lambda: client.create_reader_group(scope, "g", [f"{scope}/nowhere"]),
    ):
        with pytest.raises((pravega.NoSuchStreamError, pravega.InvalidArgumentError), match="nowhere"):
            call()
    with pytest.raises(pravega.NoSuchReaderGroupError):
        client.open_reader_group(scope, "nowhere")
