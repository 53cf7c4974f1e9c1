"""Cycles → outages: when every packet was lost, on which edges. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from multipath.report.cycle import Cycle, place_of
from multipath.report.span import span_s
from multipath.topology.edges import Edge

LEAST_CYCLES = 3
"""As many cycles make an edge down, for its trigger in Zabbix as well."""

_ALL_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which nothing was answered.

    Args:
        begin_s: Unix time of the first cycle that was lost whole.
        end_s: Unix time of the first that was answered, or when measuring ended.
        edges: those that were down, in the order of their numbers.
        ended: whether an answer ended it.
    """

    begin_s: float
    end_s: float
    edges: tuple[Edge, ...]
    ended: bool

    @property
    def length_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.begin_s


class Outages:
    """The outages of one edge, found cycle by cycle, oldest first."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._found: list[Outage] = []
        self._begin_s: float | None = None
        self._reached_s = 0.0
        self._cycles = 0

    def add(self, cycle: Cycle) -> None:
        """Take the next cycle into account; a cycle that sent nothing says nothing."""
        if cycle.loss_percent is None:
            return
        patience_s = LEAST_CYCLES * self._edge.probe.cycle_s
        if self._begin_s is not None and cycle.start_s > self._reached_s + patience_s:
            self._end(self._reached_s, ended=False)
        if cycle.loss_percent < _ALL_PERCENT:
            self._end(cycle.start_s, ended=True)
            return
        if self._begin_s is None:
            self._begin_s = cycle.start_s
        self._cycles += cycle.count
        self._reached_s = cycle.start_s + span_s(cycle)

    def found(self) -> list[Outage]:
        """Return the outages; one that lasts yet ends with the last cycle."""
        self._end(self._reached_s, ended=False)
        return self._found

    def _end(self, end_s: float, *, ended: bool) -> None:
        if self._begin_s is not None and self._cycles >= LEAST_CYCLES:
            self._found.append(Outage(self._begin_s, end_s, (self._edge,), ended))
        self._begin_s, self._cycles = None, 0


def outages_of(edges: Sequence[Edge], cycles: Iterable[Cycle]) -> list[Outage]:
    """Return the outages that cycles of these edges show, oldest first."""
    of_edges = {place_of(edge): Outages(edge) for edge in edges}
    for cycle in cycles:
        of_edges[cycle.place].add(cycle)
    return together(outage for each in of_edges.values() for outage in each.found())


def together(outages: Iterable[Outage]) -> list[Outage]:
    """Return outages of several edges that began and ended together as one, in order of time."""
    joined: list[Outage] = []
    for outage in sorted(outages, key=lambda each: (each.begin_s, each.edges[0].number)):
        place = next((at for at, each in enumerate(joined) if _same(each, outage)), None)
        if place is None:
            joined.append(outage)
        else:
            joined[place] = _join(joined[place], outage)
    return joined


def _same(one: Outage, other: Outage) -> bool:
    """Tell whether two outages are one: edges tell of it within the cycles that make it."""
    edges = (*one.edges, *other.edges)
    near_s = LEAST_CYCLES * max(edge.probe.cycle_s for edge in edges)
    return (
        one.ended == other.ended
        and abs(one.begin_s - other.begin_s) <= near_s
        and abs(one.end_s - other.end_s) <= near_s
    )


def _join(one: Outage, other: Outage) -> Outage:
    edges = sorted({*one.edges, *other.edges}, key=lambda edge: edge.number)
    begin_s, end_s = min(one.begin_s, other.begin_s), max(one.end_s, other.end_s)
    return Outage(begin_s, end_s, tuple(edges), one.ended)
