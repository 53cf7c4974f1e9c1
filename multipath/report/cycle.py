"""One cycle of one edge as it lies in the past. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from multipath.topology.edges import Edge

COLUMNS: Mapping[str, str] = {
    "loss": "loss_percent",
    "rtt.min": "rtt_min_s",
    "rtt.p10": "rtt_p10_s",
    "rtt.p25": "rtt_p25_s",
    "rtt.p50": "rtt_p50_s",
    "rtt.p75": "rtt_p75_s",
    "rtt.p90": "rtt_p90_s",
    "rtt.max": "rtt_max_s",
    "jitter": "jitter_s",
    "sent": "sent",
    "late": "late",
    "duplicate": "duplicate",
    "mos": "mos",
}
"""What is kept of each cycle: the metric in an item's key, and its name with its unit."""

PACKETS = frozenset({"sent", "late", "duplicate"})
"""Metrics that count packets: those of several cycles add up."""

HOUR_S = 3600

Place = tuple[str, int]
"""An edge in few words: its topology and number."""


class Origin(StrEnum):
    """What Zabbix still had."""

    HISTORY = "history"
    TRENDS = "trends"


@dataclass(frozen=True, slots=True)
class Cycle:
    """The figures of one cycle, or of an hour of cycles where only trends are left.

    Args:
        edge: what was measured.
        start_ns: Unix time of the cycle, or of the hour's begin, in nanoseconds.
        origin: history for a cycle, trends for an hour.
        count: of cycles: 1, or how many the hour had.
        figures: by metric (``loss``, ``rtt.p50``); one that the cycle did not have is missing.
            Of an hour: packets are sums, ``rtt.min`` and ``rtt.max`` the extremes, the others
            means.
    """

    edge: Edge
    start_ns: int
    origin: Origin
    count: int
    figures: Mapping[str, float]

    @property
    def place(self) -> Place:
        """The edge in few words."""
        return place_of(self.edge)

    @property
    def start_s(self) -> float:
        """Unix time in seconds."""
        return self.start_ns / 1e9

    @property
    def loss_percent(self) -> float | None:
        """Loss, None when nothing was sent."""
        return self.figures.get("loss")


def place_of(edge: Edge) -> Place:
    """Return an edge in few words; unlike the edge itself it is cheap to look up by."""
    return edge.topology, edge.number
