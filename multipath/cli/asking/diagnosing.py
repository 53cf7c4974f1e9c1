"""Puts together what ``diagnose`` tells, from what Zabbix holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from multipath.diagnosis.circumstances import Circumstance, circumstances
from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from multipath.diagnosis.timeline import Incident, Phase, incidents, latest, of_topology, settle_s
from multipath.report.cycle import HOUR_S, Cycle, Place
from multipath.report.evidence import Usual, usuals
from multipath.report.finding import WINDOW_S, Finding, finding, lag_s
from multipath.topology.edges import edges
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.history import Progress, cycles, hourly
from multipath.zabbix.pages import hours
from multipath.zabbix.signs import filtered, signs
from multipath.zabbix.traces import traces
from multipath.zabbix.verdicts import notable_hours, samples

_METRICS = ("loss", "sent", "rtt.p50")
_BASELINE_S = 3 * 86400
"""As long as the baseline in Zabbix."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is told of a topology at a time.

    Args:
        topology: which.
        at_s: Unix time.
        incident: what is going on, as far as the hour before tells; None if nothing is ill.
        found: the verdict, its evidence of the last minutes, and what the places carry.
        besides: what is the matter besides the network.
    """

    topology: Topology
    at_s: float
    incident: Incident | None
    found: Finding
    besides: tuple[Circumstance, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The incidents of a topology over some time; ``unknown_s`` of it nothing is known."""

    topology: Topology
    since_s: float
    until_s: float
    unknown_s: float
    incidents: tuple[tuple[Incident, Finding], ...]


def moment(client: Client, topology: Topology, at_s: float) -> Moment:
    """Return what is to be told of a time.

    Raises:
        ZabbixError: a call failed, or the topology is not deployed with its verdict.
    """
    begin_s = at_s - HOUR_S
    read = samples(client, topology, hours(begin_s, at_s), since_s=begin_s)
    path, all_edges = Path.of(topology), edges(topology)
    window_s = at_s - WINDOW_S
    now = latest(topology, read, at_s)
    if now is None:
        healths = (Health.UNKNOWN,) * len(all_edges)
        now = Phase(window_s, at_s, healths, locate(path, healths))
    now = replace(now, begin_s=max(now.begin_s, window_s))
    held = of_topology(topology, read, at_s)
    figures = list(
        cycles(client, all_edges, int(begin_s), int(at_s), lambda _: None, metrics=_METRICS)
    )
    going_on = [each for each in incidents(held, settle_s(topology)) if each.end_s == at_s]
    usual = _usuals(client, topology, at_s, figures, held)
    besides = _besides(client, topology, at_s, now.healths)
    incident = going_on[-1] if going_on else None
    begun_s = incident.begin_s if incident else at_s
    tracks = traces(client, topology, hours(begin_s, at_s), begin_s) if incident else []
    found = finding(topology, now, figures, usual, tracks, begun_s)
    return Moment(topology, at_s, incident, found, besides)


def span(
    client: Client, topology: Topology, since_s: int, until_s: int, progress: Progress
) -> Span:
    """Return the incidents of a time.

    Raises:
        ZabbixError: a call failed, or the topology is not deployed with its verdict.
    """
    within, held = _held(client, topology, since_s, until_s, progress)
    found = incidents(held, settle_s(topology))
    begins_s = [each.main.begin_s - HOUR_S for each in found]
    ends_s = [each.main.end_s for each in found]
    touched = {hour for each in zip(begins_s, ends_s, strict=True) for hour in hours(*each)}
    figures = list(
        cycles(
            client,
            edges(topology),
            since_s - HOUR_S,
            until_s,
            progress,
            metrics=_METRICS,
            within=sorted(touched),
        )
    )
    usual = _usuals(client, topology, until_s, figures, held)
    tracks = traces(client, topology, sorted(touched), since_s - HOUR_S)
    told = tuple(
        (each, finding(topology, each.main, figures, usual, tracks, each.begin_s)) for each in found
    )
    return Span(topology, since_s, until_s, _unknown_s(within, held, since_s, until_s), told)


def incidents_of(
    client: Client, topology: Topology, since_s: int, until_s: int, progress: Progress
) -> list[Incident]:
    """Return the bare incidents of a time, oldest first.

    Raises:
        ZabbixError: a call failed.
        NoVerdictError: the topology was not deployed with its verdict, or with other edges.
    """
    _, held = _held(client, topology, since_s, until_s, progress)
    return incidents(held, settle_s(topology))


def _held(
    client: Client, topology: Topology, since_s: int, until_s: int, progress: Progress
) -> tuple[list[int], list[Phase]]:
    """Return the hours in which anything but well may have been, and the verdicts in them."""
    within = notable_hours(client, topology, since_s, until_s)
    read = samples(client, topology, within, progress)
    return within, of_topology(topology, (each for each in read if each.at_s >= since_s), until_s)


def _besides(
    client: Client, topology: Topology, at_s: float, healths: Sequence[Health]
) -> tuple[Circumstance, ...]:
    """Return what is the matter besides the network.

    Whose edges are known, is heard. What a Zabbix proxy kept while it was away came later: of that
    time, its agents were not heard.
    """
    path = Path.of(topology)
    known = {ends[0] for ends, health in zip(path.ends, healths, strict=True) if health}
    vantages = [
        replace(
            each,
            heard=each.node in known or (each.heard and each.zabbix_proxy_heard),
            late=each.late and each.node not in known,
        )
        for each in signs(client, topology, at_s)
    ]
    return circumstances(path, healths, vantages, filtered(client, topology, at_s))


def _usuals(
    client: Client,
    topology: Topology,
    until_s: float,
    figures: Sequence[Cycle],
    held: Sequence[Phase],
) -> dict[Place, Usual]:
    """Return how edges are when well: by three days of trends, or by what was measured while so."""
    all_edges = edges(topology)
    days = hourly(client, all_edges, int(until_s - _BASELINE_S), int(until_s), _METRICS)
    ill = [(each.begin_s - lag_s(topology), each.end_s) for each in held if each.ill]
    well = [
        cycle for cycle in figures if not any(begin <= cycle.start_s < end for begin, end in ill)
    ]
    return usuals(all_edges, days, well)


def _unknown_s(
    within: Sequence[int], held: Sequence[Phase], since_s: float, until_s: float
) -> float:
    """Return of how much of the hours that were read nothing is known."""
    read_s = sum(min(until_s, hour + HOUR_S) - max(since_s, hour) for hour in within)
    return max(0.0, read_s - sum(each.length_s for each in held if each.known))
