"""A path as it is now: what a live view shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from multipath.diagnosis.detours import Route
from multipath.diagnosis.state import Health
from multipath.diagnosis.timeline import Phase
from multipath.topology.edges import Edge
from multipath.topology.model import Topology

_FRESH_CYCLES = 3


@dataclass(frozen=True, slots=True)
class Beat:
    """One cycle: when it began, its loss, and its median RTT (None without a reply)."""

    at_s: float
    loss_percent: float
    rtt_s: float | None


@dataclass(frozen=True, slots=True)
class EdgeNow:
    """An edge: its health, and its latest cycles, oldest first."""

    edge: Edge
    health: Health
    beats: tuple[Beat, ...]

    def last(self, now_s: float) -> Beat | None:
        """Return the latest cycle, if that is fresh."""
        fresh_s = now_s - self.edge.thresholds.silent_s
        return self.beats[-1] if self.beats and self.beats[-1].at_s >= fresh_s else None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A path.

    Args:
        topology: whose.
        at_s: Unix time.
        edges: in the order of their numbers.
        phase: the verdict and since when it holds; None when Zabbix has no fresh one.
        routes: those that are known, direct first.
        advised: the proxy of the route that Zabbix advises, empty for direct; None if unknown.
    """

    topology: Topology
    at_s: float
    edges: tuple[EdgeNow, ...]
    phase: Phase | None
    routes: tuple[Route, ...]
    advised: str | None


LOST, NONE = "×", "·"
"""What stands in a sparkline for a cycle without a reply, and for one that is not there."""

_BARS = "▁▂▃▄▅▆▇█"
_LEAST_SPAN = 0.2


def sparkline(beats: Sequence[Beat], cycle_s: float, now_s: float, width: int) -> str:
    """Return the RTTs of the latest cycles as a line of bars, the newest last.

    It spans a fifth of the least RTT at least, so that noise does not look like news.
    """
    slots: list[Beat | None] = []
    for beat in beats:
        if slots and slots[-1]:
            slots += [None] * (round((beat.at_s - slots[-1].at_s) / cycle_s) - 1)
        slots.append(beat)
    if beats:
        silent = int((now_s - beats[-1].at_s) / cycle_s) - _FRESH_CYCLES
        slots += [None] * max(0, min(silent, width))
    shown = slots[-width:] if width else []
    rtts_s = [each.rtt_s for each in shown if each and each.rtt_s is not None]
    low_s = min(rtts_s, default=0.0)
    span_s = max(max(rtts_s, default=0.0) - low_s, _LEAST_SPAN * low_s)
    return "".join(_bar(each, low_s, span_s) for each in shown).rjust(width, NONE)


def _bar(beat: Beat | None, low_s: float, span_s: float) -> str:
    if beat is None:
        return NONE
    if beat.rtt_s is None:
        return LOST
    share = (beat.rtt_s - low_s) / span_s if span_s else 0.0
    return _BARS[min(len(_BARS) - 1, int(share * len(_BARS)))]
