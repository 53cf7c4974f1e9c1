"""Cycles of the example, made by hand."""

from pathlib import Path

from multipath.report.cycle import HOUR_S, Cycle, Origin
from multipath.topology.edges import Edge, edges
from multipath.topology.loader import load

EXAMPLE = Path(__file__).parents[2] / "topologies" / "sh-la.yaml"
TOPOLOGY = load([EXAMPLE])[0]
EDGES: tuple[Edge, ...] = edges(TOPOLOGY)
CYCLE_S = 10
NOON_S = 1_767_268_800
"""2026-01-01 12:00 UTC, a full hour."""

_SHARES = ("min", "p10", "p25", "p50", "p75", "p90", "max")


def good(second: float, rtt_s: float = 0.1, *, number: int = 1, loss: float = 0.0) -> Cycle:
    """Return a cycle with answers: its RTTs are 1 ms apart, the median is ``rtt_s``."""
    spread = {f"rtt.{name}": rtt_s + (place - 3) * 0.001 for place, name in enumerate(_SHARES)}
    figures = {"loss": loss, "sent": 20.0, "late": 0.0, "duplicate": 0.0, "jitter": 0.002}
    return _cycle(second, number, {**figures, **spread})


def lost(second: float, *, number: int = 1) -> Cycle:
    """Return a cycle without any answer."""
    return _cycle(second, number, {"loss": 100.0, "sent": 20.0, "late": 0.0, "duplicate": 0.0})


def unsent(second: float, *, number: int = 1) -> Cycle:
    """Return a cycle in which no packet could be sent."""
    return _cycle(second, number, {"sent": 0.0})


def hour(second: int, *, number: int = 1, count: int = 360, loss: float = 0.0) -> Cycle:
    """Return an hour of trends."""
    assert second % HOUR_S == 0
    figures = good(second, number=number, loss=loss).figures
    if loss == 100:
        figures = lost(second).figures
    return Cycle(EDGES[number - 1], second * 10**9, Origin.TRENDS, count, figures)


def _cycle(second: float, number: int, figures: dict[str, float]) -> Cycle:
    return Cycle(EDGES[number - 1], int(second * 10**9), Origin.HISTORY, 1, figures)
