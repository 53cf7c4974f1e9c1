"""Cycles of many edges → what a report says of each topology. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multipath.diagnosis.timeline import Incident
from multipath.report.band import Band
from multipath.report.cycle import Cycle, place_of
from multipath.report.drawing import Drawing, draw
from multipath.report.outage import Outage, Outages, together
from multipath.report.summary import Summary, Summing
from multipath.topology.edges import Edge, edges
from multipath.topology.model import Topology


@dataclass(frozen=True, slots=True)
class EdgeReport:
    """What a report says of an edge."""

    edge: Edge
    summary: Summary
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class PathReport:
    """What a report says of a topology; ``incidents`` is None where Zabbix holds no verdicts."""

    topology: Topology
    edges: tuple[EdgeReport, ...]
    outages: tuple[Outage, ...]
    incidents: tuple[Incident, ...] | None


class _EdgeRecord:
    def __init__(self, edge: Edge, since_s: float, until_s: float) -> None:
        self.edge = edge
        self.band = Band(since_s, until_s, edge.probe.cycle_s)
        self.summing = Summing(edge, since_s, until_s)
        self.outages = Outages(edge)

    def report(self) -> EdgeReport:
        drawing = draw(self.band.bins(), self.edge.thresholds.rtt_s)
        return EdgeReport(self.edge, self.summing.summary(), drawing)


class Record:
    """Takes in cycles, oldest first, in memory that does not grow with the number of metrics.

    Args:
        topologies: whose cycles they are.
        since_s: Unix time of the begin.
        until_s: Unix time of the end.
    """

    def __init__(self, topologies: Sequence[Topology], since_s: float, until_s: float) -> None:
        self._topologies = tuple(topologies)
        self._edges = {
            place_of(edge): _EdgeRecord(edge, since_s, until_s)
            for topology in topologies
            for edge in edges(topology)
        }

    def add(self, cycle: Cycle) -> None:
        """Take the next cycle into account."""
        record = self._edges[cycle.place]
        record.band.add(cycle)
        record.summing.add(cycle)
        record.outages.add(cycle)

    def reports(self, incidents: Mapping[str, Sequence[Incident]]) -> list[PathReport]:
        """Return what is to be said of each topology; of those with verdicts also incidents."""
        return [self._path(topology, incidents.get(topology.name)) for topology in self._topologies]

    def _path(self, topology: Topology, incidents: Sequence[Incident] | None) -> PathReport:
        records = [self._edges[place_of(edge)] for edge in edges(topology)]
        outages = [outage for record in records for outage in record.outages.found()]
        return PathReport(
            topology,
            tuple(record.report() for record in records),
            tuple(together(outages)),
            None if incidents is None else tuple(incidents),
        )
