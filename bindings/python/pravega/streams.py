"""What describes a stream: its configuration, its state and its segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, cast

from .cuts import StreamCut
from .options import OptionValue


@dataclass(frozen=True)
class StreamConfig:
    """How a stream scales, how long it keeps events, and its tags.

    `dataclasses.replace` makes a changed copy, for `Client.update_stream`.
    """

    #: How many segments: exactly that many for fixed scaling, at least that
    #: many for the others. 1 to 1048576.
    segments: int = 1
    #: When the servers split and merge segments by themselves: never, by events
    #: per second, or by data per second.
    scaling: Literal["fixed", "event-rate", "data-rate"] = "fixed"
    #: The wanted rate of one segment: events/s for "event-rate", kB/s for
    #: "data-rate"; does not count for "fixed".
    scaling_rate: int = 0
    #: Into how many segments one is split, 1 to 1000; does not count for "fixed".
    scaling_factor: int = 2
    #: Whether the servers truncate the stream by themselves: never, by the age
    #: of events, or by their size.
    retention: Literal["none", "time", "size"] = "none"
    #: What is kept at least: milliseconds for "time", bytes for "size".
    retention_min: int = 0
    #: What is kept at most: milliseconds or bytes; 0 is no limit.
    retention_max: int = 0
    #: Labels that streams can be listed by: at most 127, of 1 to 255 characters,
    #: without commas.
    tags: tuple[str, ...] = ()

    def options(self) -> dict[str, OptionValue]:
        """The stream.* options that say the same."""
        named: dict[str, OptionValue] = {
            "stream.segments": self.segments,
            "stream.scaling": self.scaling,
            "stream.retention": self.retention,
            "stream.tags": self.tags,
        }
        if self.scaling != "fixed":
            named |= {"stream.scaling.rate": self.scaling_rate, "stream.scaling.factor": self.scaling_factor}
        if self.retention != "none":
            named |= {"stream.retention.min": self.retention_min, "stream.retention.max": self.retention_max}
        return named

    @classmethod
    def of(cls, options: Mapping[str, str]) -> StreamConfig:
        """The configuration that stream.* options describe.

        What does not count keeps its default, so that equal configurations are equal.
        """
        config = cls(
            segments=int(options["stream.segments"]),
            scaling=cast(Literal["fixed", "event-rate", "data-rate"], options["stream.scaling"]),
            retention=cast(Literal["none", "time", "size"], options["stream.retention"]),
            tags=tuple(filter(None, options["stream.tags"].split(","))),
        )
        if config.scaling != "fixed":
            rate, factor = int(options["stream.scaling.rate"]), int(options["stream.scaling.factor"])
            config = replace(config, scaling_rate=rate, scaling_factor=factor)
        if config.retention != "none":
            least, most = int(options["stream.retention.min"]), int(options["stream.retention.max"])
            config = replace(config, retention_min=least, retention_max=most)
        return config


class StreamInfo(NamedTuple):
    """What `Client.stream_info` found out about a stream."""

    #: Its configuration.
    config: StreamConfig
    #: At its first event that still exists.
    head: StreamCut
    #: Behind its last event at the time of the question.
    tail: StreamCut
    #: Whether it was sealed: nothing can be written to it any more.
    sealed: bool


class Segment(NamedTuple):
    """A segment that can be written to, and its part of the key space."""

    #: The number that `Client.scale_stream` takes.
    id: int
    #: Where its part of the key space begins, included; 0 to 1.
    low: float
    #: Where its part of the key space ends, excluded; 0 to 1.
    high: float
