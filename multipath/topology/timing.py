"""Do the times of a topology fit together: packets and cycle, timeout, thresholds?

Checks the topology's own settings, and each edge's as they are once merged over them.
"""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError

from multipath.errors import Problem
from multipath.topology.document import Document, Loc
from multipath.topology.model import Probe, Thresholds
from multipath.topology.units import format_duration

FASTEST_S = 0.005
"""The least time between two packets of an edge: a probe is no load test."""
FASTEST_CONNECTION_S = 0.05
"""The same where each is a connection, which costs the far end more."""

CYCLES_IN_WINDOW = 3
CYCLES_TO_SILENCE = 2

_Settings = TypeVar("_Settings", Probe, Thresholds)
_Misfit = tuple[tuple[Loc, ...], str, str]
"""The keys that do not fit together, what is wrong, what to write instead."""


def timing(document: Document) -> Iterator[Problem]:
    """Yield the settings that are right one by one, but not together."""
    edges: list[Loc] = [("edges", edge) for edge in document.keys(("edges",))]
    for above in ((), *edges):
        thresholds = _merged(Thresholds, document, above)
        yield from _problems(document, above, merged_probe(document, above), thresholds)


def merged_probe(document: Document, above: Loc) -> Probe | None:
    """Return the topology's probe, or an edge's over it; None when any key is wrong by itself."""
    return _merged(Probe, document, above)


def _merged(model: type[_Settings], document: Document, above: Loc) -> _Settings | None:
    settings, own = _section(model, document, ()), _section(model, document, above)
    return settings and own and settings.overlaid(own)


def _section(model: type[_Settings], document: Document, above: Loc) -> _Settings | None:
    """Return a section's settings, or None if they are wrong one by one (reported as such)."""
    written = document.get((*above, model.__name__.lower()))
    try:
        return model.model_validate(
            {} if written is None else written, by_alias=True, by_name=False
        )
    except ValidationError:
        return None


def _problems(
    document: Document, above: Loc, probe: Probe | None, thresholds: Thresholds | None
) -> Iterator[Problem]:
    for keys, what, instead in _misfits(probe, thresholds):
        written = [(*above, *key) for key in keys if document.has((*above, *key))]
        if written:  # else it is the topology's own problem, not this edge's
            prefix = ".".join(map(str, written[0]))
            yield document.at_value(written[0], f"{prefix}: {what}", instead)


def _misfits(probe: Probe | None, thresholds: Thresholds | None) -> Iterator[_Misfit]:
    if probe:
        yield from _within_probe(probe)
    if probe and thresholds:
        yield from _between(probe, thresholds)


def _within_probe(probe: Probe) -> Iterator[_Misfit]:
    keys: tuple[Loc, ...]
    cycle = format_duration(probe.cycle_s)
    if probe.timeout_s > probe.cycle_s:
        what = (
            f"a timeout of {format_duration(probe.timeout_s)} is longer than the cycle of {cycle}"
        )
        keys = ("probe", "timeout"), ("probe", "cycle")
        yield keys, what, "let the timeout be no longer than the cycle"
    fastest_s = FASTEST_S if probe.type in {"icmp", "udp"} else FASTEST_CONNECTION_S
    if probe.cycle_s / probe.packets < fastest_s:
        most = int(probe.cycle_s / fastest_s)
        pace = format_duration(fastest_s)
        what = f"{probe.packets} packets in {cycle} are more than one every {pace}"
        keys = ("probe", "packets"), ("probe", "cycle"), ("probe", "type")
        yield keys, what, f"send at most {most} packets, or in a longer cycle"


def _between(probe: Probe, thresholds: Thresholds) -> Iterator[_Misfit]:
    cycle = format_duration(probe.cycle_s)
    for key, figure, value_s in (
        ("rtt", "an RTT", thresholds.rtt_s),
        ("jitter", "a jitter", thresholds.jitter_s),
    ):
        if value_s > probe.timeout_s:
            what = (
                f"{figure} of {format_duration(value_s)} is never seen, "
                f"as replies after the timeout of {format_duration(probe.timeout_s)} count as late"
            )
            keys = ("thresholds", key), ("probe", "timeout")
            yield keys, what, f"lower thresholds.{key}, or raise probe.timeout"
    for key, value_s, cycles in (
        ("window", thresholds.window_s, CYCLES_IN_WINDOW),
        ("silent", thresholds.silent_s, CYCLES_TO_SILENCE),
    ):
        if value_s < cycles * probe.cycle_s:
            least = format_duration(cycles * probe.cycle_s)
            what = f"{key} of {format_duration(value_s)} is less than {cycles} cycles of {cycle}"
            keys = ("thresholds", key), ("probe", "cycle")
            yield keys, what, f"let thresholds.{key} be {least} or more"
