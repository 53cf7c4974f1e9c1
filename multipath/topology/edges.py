"""Topology → the probe edges, as a numbered list.

With N proxies there are 2N+1 edges, numbered direct first, then each proxy → target, then
source → each proxy: ① to ⑤ for two proxies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from multipath import names
from multipath.topology.model import EdgeSettings, Node, Probe, Thresholds, Topology


class Role(StrEnum):
    """What an edge is for."""

    DIRECT = "direct"
    PROXY_TARGET = "proxy-target"
    SOURCE_PROXY = "source-proxy"


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed pair of nodes that is probed; ``number`` counts from 1."""

    topology: str
    number: int
    role: Role
    from_name: str
    to_name: str
    from_node: Node
    to_node: Node
    probe: Probe
    thresholds: Thresholds

    @property
    def name(self) -> str:
        """The edge as users write it: ``zabbix-sh>la``."""
        return names.edge_name(self.from_name, self.to_name)

    @property
    def is_confirmed(self) -> bool:
        """Whether TCP handshakes are made beside its pings."""
        return self.probe.type == "icmp" and self.probe.confirm_port is not None

    @property
    def route(self) -> str:
        """The route that the edge is a part of: ``direct``, or ``via-`` and the proxy."""
        if self.role is Role.DIRECT:
            return names.route()
        return names.route(self.from_name if self.role is Role.PROXY_TARGET else self.to_name)

    @property
    def label(self) -> str:
        """The edge as users read it: ``① zabbix-sh→la``."""
        return names.edge_label(self.number, self.from_name, self.to_name)


def edges(topology: Topology) -> tuple[Edge, ...]:
    """Return the 2N+1 edges in the order of their numbers."""
    return tuple(
        Edge(
            topology=topology.name,
            number=number,
            role=role,
            from_name=from_name,
            to_name=to_name,
            from_node=topology.nodes[from_name],
            to_node=topology.nodes[to_name],
            probe=topology.probe.overlaid(_own(topology, from_name, to_name).probe),
            thresholds=topology.thresholds.overlaid(_own(topology, from_name, to_name).thresholds),
        )
        for number, (from_name, to_name, role) in enumerate(
            pairs(topology.source, topology.target, topology.proxies), start=1
        )
    )


@dataclass(frozen=True, slots=True)
class Route:
    """A way from source to target: its name, its proxy if any, its edges in passing order."""

    name: str
    proxy: str | None
    edges: tuple[Edge, ...]


def routes(all_edges: Sequence[Edge]) -> tuple[Route, ...]:
    """Return the routes that a topology's edges make: the direct one, and one by each proxy."""
    direct, *others = all_edges
    towards = {edge.to_name: edge for edge in others if edge.role is Role.SOURCE_PROXY}
    return (
        Route(direct.route, None, (direct,)),
        *(
            Route(edge.route, edge.from_name, (towards[edge.from_name], edge))
            for edge in others
            if edge.role is Role.PROXY_TARGET
        ),
    )


def pairs(source: str, target: str, proxies: Sequence[str]) -> Iterator[tuple[str, str, Role]]:
    """Yield the ends and the role of each edge, in the order of their numbers."""
    yield source, target, Role.DIRECT
    for proxy in proxies:
        yield proxy, target, Role.PROXY_TARGET
    for proxy in proxies:
        yield source, proxy, Role.SOURCE_PROXY


def _own(topology: Topology, from_name: str, to_name: str) -> EdgeSettings:
    return topology.edges.get(names.edge_name(from_name, to_name), EdgeSettings())
