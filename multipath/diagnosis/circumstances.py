"""What makes edges look ill, or unknown, and is no fault of the network. Pure.

Each has its own evidence, given plainly, and takes the edges that it explains out of the
inference: they are unknown, never bad.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from multipath.diagnosis.locate import lost_proxies
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health

CLOCK_STEP_S = 1.0
"""A jump of the wall clock against the monotonic one that is worth telling."""


class Cause(StrEnum):
    """What is the matter, other than the network."""

    AGENT_DEAD = "agent dead"
    HOST_DEAD = "proxy host dead"
    ZABBIX_PROXY_AWAY = "Zabbix proxy away"
    COLLECTOR_UNREACHABLE = "collector unreachable"
    ICMP_FILTERED = "ICMP filtered"
    CLOCK_STEPPED = "clock stepped"


@dataclass(frozen=True, slots=True)
class VantageSigns:
    """What is known of a vantage besides its edges.

    Args:
        node: its name.
        heard: its agent's values are fresh.
        zabbix_proxy: the Zabbix proxy that it reports to; None for the server itself.
        zabbix_proxy_heard: whether the server has heard of that Zabbix proxy lately.
        late: values arrive, but old ones: it delivers what waited while it could not.
        clock_step_s: by how much its wall clock was set of late.
    """

    node: str
    heard: bool = True
    zabbix_proxy: str | None = None
    zabbix_proxy_heard: bool = True
    late: bool = False
    clock_step_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A cause, the node, Zabbix proxy or edge that it is about, and the edges it explains."""

    cause: Cause
    where: str
    edges: frozenset[str] = frozenset()


def circumstances(
    path: Path,
    healths: Sequence[Health],
    vantages: Sequence[VantageSigns],
    filtered: Container[str] = (),
) -> tuple[Circumstance, ...]:
    """Return what is the matter besides the network.

    Args:
        path: the path.
        healths: of its edges, in the order of their numbers.
        vantages: the signs of each; those left out are taken to be well.
        filtered: names of edges whose pings are filtered, by ``edge_health.filtered``.
    """
    silent = [each for each in vantages if not each.heard]
    if len(silent) == len(path.proxies) + 1 > 1:
        everything = frozenset(path.edges)
        return (Circumstance(Cause.COLLECTOR_UNREACHABLE, "", everything),)
    lost = lost_proxies(path, healths)
    found = dict.fromkeys(_of_vantages(path, vantages, lost))
    for edge in path.edges:
        if edge in filtered:
            found[Circumstance(Cause.ICMP_FILTERED, edge, frozenset({edge}))] = None
    return tuple(found)


def network_only(
    path: Path, healths: Sequence[Health], found: Sequence[Circumstance]
) -> tuple[Health, ...]:
    """Return the edges' health with what circumstances explain as unknown."""
    explained = frozenset().union(*(each.edges for each in found))
    return tuple(
        Health.UNKNOWN if edge in explained else health
        for edge, health in zip(path.edges, healths, strict=True)
    )


def _of_vantages(
    path: Path, vantages: Sequence[VantageSigns], lost: Sequence[str]
) -> Iterator[Circumstance]:
    away = {each.zabbix_proxy for each in vantages if not each.zabbix_proxy_heard}
    for each in vantages:
        own = _edges(path, each.node, to=False)
        if abs(each.clock_step_s) > CLOCK_STEP_S:
            # fresh or late cannot be told by a clock that jumped
            dated = own if each.late or not each.heard else frozenset[str]()
            yield Circumstance(Cause.CLOCK_STEPPED, each.node, dated)
        elif each.late:
            yield Circumstance(Cause.COLLECTOR_UNREACHABLE, each.node, own)
        elif each.heard:
            continue
        elif each.node in lost and (each.zabbix_proxy is None or each.zabbix_proxy in away):
            yield Circumstance(Cause.HOST_DEAD, each.node, _edges(path, each.node, to=True))
        elif each.zabbix_proxy in away:
            behind = [other.node for other in vantages if other.zabbix_proxy == each.zabbix_proxy]
            edges = frozenset().union(*(_edges(path, node, to=False) for node in behind))
            yield Circumstance(Cause.ZABBIX_PROXY_AWAY, each.zabbix_proxy or "", edges)
        else:
            yield Circumstance(Cause.AGENT_DEAD, each.node, own)


def _edges(path: Path, node: str, *, to: bool) -> frozenset[str]:
    """Return the edges that a node probes and, if asked, those that probe it."""
    return frozenset(
        edge
        for edge, ends in zip(path.edges, path.ends, strict=True)
        if ends[0] == node or (to and ends[1] == node)
    )
