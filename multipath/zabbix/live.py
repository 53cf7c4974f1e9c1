"""Reads a path as it is now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from multipath import names
from multipath.diagnosis.detours import DIRECT, Route
from multipath.diagnosis.state import Health
from multipath.diagnosis.timeline import latest, patience_s
from multipath.report.cycle import HOUR_S
from multipath.report.snapshot import Beat, EdgeNow, Snapshot
from multipath.topology.edges import Edge, edges
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.pages import hours
from multipath.zabbix.series import find, values
from multipath.zabbix.verdicts import samples
from multipath.zabbix.ways import advised_key, advised_via, route_keys

BEATS = 120
"""Cycles of each edge that are read: more than a wide terminal shows."""

_LOSS, _RTT = "loss", "rtt.p50"
_ALL_PERCENT = 100.0
_ADVISED = ("", "advised")


def snapshot(client: Client, topology: Topology, now_s: float) -> Snapshot:
    """Return a path as Zabbix has it now.

    Raises:
        ZabbixError: a call failed, or the topology is not deployed with its verdict.
    """
    begin_s = now_s - HOUR_S
    read = samples(client, topology, hours(begin_s, now_s), since_s=begin_s)
    phase = latest(topology, read, now_s)
    all_edges = edges(topology)
    healths = phase.healths if phase else (Health.UNKNOWN,) * len(all_edges)
    beats = _beats(client, all_edges, now_s)
    items = find(client, {**route_keys(topology), _ADVISED: advised_key(topology)})
    holds_s = dict.fromkeys(items, patience_s(topology)) | {_ADVISED: _advice_holds_s(all_edges)}
    fresh = {what: item.value for what, item in items.items() if item.at_s >= now_s - holds_s[what]}
    return Snapshot(
        topology,
        now_s,
        tuple(
            EdgeNow(edge, health, beats[edge.number])
            for edge, health in zip(all_edges, healths, strict=True)
        ),
        phase,
        tuple(_routes(topology, fresh)),
        advised_via(topology, fresh[_ADVISED]) if _ADVISED in fresh else None,
    )


def _beats(client: Client, all_edges: Sequence[Edge], now_s: float) -> dict[int, tuple[Beat, ...]]:
    """Return the latest cycles of each edge, by its number, oldest first."""
    items = find(
        client,
        {
            (edge.number, metric): (
                names.vantage_host(edge.from_name),
                names.metric_key(edge.topology, edge.from_name, edge.to_name, metric),
            )
            for edge in all_edges
            for metric in (_LOSS, _RTT)
        },
    )
    begin_s = now_s - BEATS * max(edge.probe.cycle_s for edge in all_edges)
    per_hour = sum(2 * HOUR_S / edge.probe.cycle_s for edge in all_edges)
    figures: dict[int, dict[float, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for value in values(client, items, hours(begin_s, now_s), per_hour, since_s=begin_s):
        number, metric = value.what
        figures[number][value.at_s][metric] = float(value.text)
    return {
        edge.number: tuple(
            Beat(at_s, cycle[_LOSS], cycle.get(_RTT))
            for at_s, cycle in figures[edge.number].items()
            if _LOSS in cycle
        )
        for edge in all_edges
    }


def _advice_holds_s(all_edges: Sequence[Edge]) -> float:
    """Return how long the advice holds: it comes once a minute, or in three cycles."""
    return 3 * max(60.0, 3 * max(edge.probe.cycle_s for edge in all_edges))


def _routes(topology: Topology, fresh: Mapping[tuple[str, str], str]) -> Iterator[Route]:
    for via in (DIRECT, *topology.proxies):
        loss_percent, rtt_s = fresh.get((via, "loss")), fresh.get((via, "rtt"))
        if loss_percent is not None:
            alive = rtt_s is not None and float(loss_percent) < _ALL_PERCENT
            yield Route(via, float(rtt_s or 0) if alive else None, float(loss_percent) / 100)
