"""Options by name, and what cannot be one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import pravega
from pravega.options import spell
from pravega.streams import StreamConfig

URI = "tcp://127.0.0.1:1"


def test_every_option_is_described_and_can_be_given() -> None:
    described = pravega.options()
    assert {"controller.uri", "writer.window.bytes", "stream.tags"} <= {option.name for option in described}
    for option in described:
        assert option.range
        assert option.doc
        assert "_" not in option.name  # or a keyword could not spell it
        if option.name != "controller.uri":
            pravega.Client(URI, **{option.name.replace(".", "_"): option.default}).close()


def openings(client: pravega.Client) -> dict[str, Callable[..., Any]]:
    """What takes the options of each kind of object."""
    return {
        "writer": functools.partial(client.open_writer, "scope", "s"),
        "transactional writer": functools.partial(client.open_transactional_writer, "scope", "s"),
        "reader group": functools.partial(client.create_reader_group, "scope", "g", ["scope/s"]),
    }


def test_an_option_is_accepted_where_it_belongs_and_nowhere_else(offline: pravega.Client) -> None:
    kinds = {option.belongs_to for option in pravega.options()}
    assert kinds == {"client", "stream", "reader", *openings(offline)}
    for option in pravega.options():
        keyword = {option.name.replace(".", "_"): option.default}
        for kind, call in openings(offline).items():
            if kind == option.belongs_to:
                with pytest.raises(pravega.TimedOutError):
                    call(timeout=0, **keyword)
            else:
                refused = rf"{option.name} belongs to a {option.belongs_to}"
                with pytest.raises(pravega.InvalidArgumentError, match=refused):
                    call(timeout=0, **keyword)
        if option.belongs_to != "client":
            pravega.Client(URI, **keyword).close()


def test_an_unknown_option() -> None:
    with pytest.raises(pravega.UnknownOptionError, match=r"writer\.widow\.bytes.*writer\.window\.bytes"):
        pravega.Client(URI, writer_widow_bytes=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("request.timeout", "soon"),
        ("request.timeout", 10),  # which unit?
        ("request.timeout", timedelta(days=-1)),
        ("writer.window.bytes", 1),
        ("writer.window.bytes", "many"),
        ("tls.verify.host", "perhaps"),
        ("stream.scaling", "often"),
        ("connections.per.store", 0),
        ("auth.method", "magic"),
        ("auth.user", "a\0b"),
    ],
)
def test_a_bad_value_is_an_error_that_names_the_option(name: str, value: pravega.OptionValue) -> None:
    with pytest.raises(pravega.InvalidArgumentError, match=name.replace(".", r"\.")):
        pravega.Client(URI, **{name: value})


@pytest.mark.parametrize("uri", ["", "http://127.0.0.1:9090", "tcp://", "tcp://h:port", "tcp://h:1,"])
def test_a_wrong_uri(uri: str) -> None:
    with pytest.raises(pravega.InvalidArgumentError, match=r"controller\.uri"):
        pravega.Client(uri)


@pytest.mark.parametrize("uri", [["tcp://127.0.0.1:1", "tcp://[::1]:2"], "tcp://127.0.0.1:1,tcp://[::1]:2"])
def test_several_controllers(uri: str | list[str]) -> None:
    pravega.Client(uri).close()


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("garbage")
    for file in ("/nowhere", str(garbage)):
        with pytest.raises(pravega.InvalidArgumentError, match=rf"tls\.ca\.file.*{file}"):
            pravega.Client("tls://127.0.0.1:1", tls_ca_file=file)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("16MiB", "16MiB"),
        (5, "5"),
        (True, "true"),
        (False, "false"),
        (timedelta(seconds=1.5), "1500000us"),
        (("a", "b"), "a,b"),
        ((), ""),
    ],
)
def test_values_in_the_words_of_the_library(value: pravega.OptionValue, text: str) -> None:
    assert spell(value) == text


@pytest.mark.parametrize(
    "config",
    [
        StreamConfig(),
        StreamConfig(segments=3, tags=("a", "b")),
        StreamConfig(scaling="event-rate", scaling_rate=100, scaling_factor=3, segments=2),
        StreamConfig(retention="size", retention_min=1, retention_max=2),
    ],
)
def test_a_stream_configuration_survives_its_options(config: StreamConfig) -> None:
    defaults = {option.name: option.default for option in pravega.options()}
    assert StreamConfig.of(defaults | {name: spell(value) for name, value in config.options().items()}) == config


def test_the_defaults_of_a_stream_are_those_of_the_library() -> None:
    assert StreamConfig.of({option.name: option.default for option in pravega.options()}) == StreamConfig()


Call = Callable[[pravega.Client], Any]


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.create_scope("a/b"),
        lambda c: c.create_scope(""),
        lambda c: c.create_scope("a\0b"),
        lambda c: c.create_scope("\ud800"),
        lambda c: c.create_stream("scope", "a b"),
        lambda c: c.create_stream("scope", "s", StreamConfig(segments=0)),
        lambda c: c.create_stream("scope", "s", StreamConfig(tags=("x" * 300,))),
        lambda c: c.open_writer("scope", "s", writer_window_bytes=1),
        lambda c: c.open_writer("scope", "/"),
        lambda c: c.create_reader_group("scope", "g", []),
        lambda c: c.create_reader_group("scope", "g", ["no-scope"]),
        lambda c: c.create_reader_group("scope", "g", ["a/b@nonsense"]),
        lambda c: c.create_reader_group("scope", "g:h", ["a/b"]),
        lambda c: c.truncate_stream("scope", "s", "nonsense"),
        lambda c: c.create_scope("s", timeout=-1),
        lambda c: c.create_scope("s", timeout=float("nan")),
        lambda c: c.close(timeout=-1),
    ],
)
def test_arguments_that_cannot_be_are_refused_here(offline: pravega.Client, call: Call) -> None:
    with pytest.raises(pravega.InvalidArgumentError):
        call(offline)
    assert not offline.closed
