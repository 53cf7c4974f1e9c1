"""A verdict over some time, with all that can be said of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multipath.diagnosis.places import Path
from multipath.diagnosis.timeline import Phase
from multipath.report.cycle import Cycle, Place
from multipath.report.evidence import (
    Carried,
    Shown,
    Traced,
    Usual,
    carried,
    chances,
    shown,
    witnesses,
)
from multipath.topology.edges import edges
from multipath.topology.model import Topology

WINDOW_S = 300.0
"""The packets of so long a time tell explanations apart, as in the test of an edge."""

_LAG_CYCLES = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of a time.

    Args:
        phase: when, the edges' health, and the verdict.
        chances: of each of its explanations.
        edges: what each edge showed.
        carried: what each segment did to what passed it.
        traces: of the edges that are ill, when they turned so.
    """

    phase: Phase
    chances: tuple[float, ...]
    edges: tuple[Shown, ...]
    carried: tuple[Carried, ...]
    traces: tuple[Traced, ...] = ()


def lag_s(topology: Topology) -> float:
    """Return how long after a cycle's begin an edge's health tells of it: two cycles."""
    return _LAG_CYCLES * max(edge.probe.cycle_s for edge in edges(topology))


def finding(
    topology: Topology,
    phase: Phase,
    cycles: Sequence[Cycle],
    usual: Mapping[Place, Usual],
    traces: Sequence[Traced] = (),
    begun_s: float | None = None,
) -> Finding:
    """Return what is said of a phase.

    Args:
        topology: whose.
        phase: which.
        cycles: those of its time, and more.
        usual: how its edges are when they are well.
        traces: of its edges, oldest first.
        begun_s: when what is the matter began, if that was before the phase.
    """
    path, all_edges = Path.of(topology), edges(topology)
    begin_s, end_s = phase.begin_s - lag_s(topology), phase.end_s - lag_s(topology)

    def within(since_s: float) -> tuple[Shown, ...]:
        here = [each for each in cycles if since_s <= each.start_s < end_s]
        return shown(all_edges, phase.healths, here, usual)

    seen = within(begin_s)
    latest = within(max(begin_s, end_s - WINDOW_S))
    fault_s = (phase.begin_s if begun_s is None else begun_s) - lag_s(topology)
    found = witnesses(seen, traces, fault_s, phase.end_s)
    return Finding(phase, chances(path, latest, phase.verdict), seen, carried(path, seen), found)
