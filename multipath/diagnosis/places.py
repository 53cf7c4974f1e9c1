"""The places where a path can fail: its segments, and which of them each edge crosses. Pure.

A segment's name is that of the node whose side it is (``la``), or that of the edge whose private
middle it is (``zabbix-sh>la``). With N proxies there are 3N+3 segments and 2N+1 edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from multipath import names
from multipath.topology.edges import pairs
from multipath.topology.model import Topology

_T = TypeVar("_T")


class Place(StrEnum):
    """What a segment is."""

    SOURCE = "source side"
    TARGET = "target side"
    PROXY = "proxy side"
    MIDDLE = "private middle"


@dataclass(frozen=True)
class Path:
    """A source, a target, and the proxies between, as the inference sees them."""

    source: str
    target: str
    proxies: tuple[str, ...] = ()

    @classmethod
    def of(cls, topology: Topology) -> "Path":
        """Return the path that a topology watches."""
        return cls(topology.source, topology.target, topology.proxies)

    @cached_property
    def ends(self) -> tuple[tuple[str, str], ...]:
        """The two nodes of each edge, in the order of the edges' numbers."""
        return tuple((a, b) for a, b, _ in pairs(self.source, self.target, self.proxies))

    @cached_property
    def edges(self) -> tuple[str, ...]:
        """The names of the edges in the order of their numbers."""
        return tuple(names.edge_name(*ends) for ends in self.ends)

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """All segments: source, target, proxies, then the edges' private middles."""
        return (self.source, self.target, *self.proxies, *self.edges)

    def crossed(self, edge: int) -> frozenset[str]:
        """Return the segments that an edge, by its place in ``edges``, crosses."""
        return frozenset((*self.ends[edge], self.edges[edge]))

    def crossing(self, segment: str) -> tuple[int, ...]:
        """Return the edges, by their places in ``edges``, that cross a segment."""
        return tuple(edge for edge in range(len(self.edges)) if segment in self.crossed(edge))

    def place(self, segment: str) -> Place:
        """Return what a segment is."""
        if segment == self.source:
            return Place.SOURCE
        if segment == self.target:
            return Place.TARGET
        return Place.PROXY if segment in self.proxies else Place.MIDDLE


def spokes(values: Sequence[_T]) -> list[tuple[_T, _T]]:
    """Return, of values in the order of the edges, each proxy's: (source→proxy, proxy→target)."""
    proxies = len(values) // 2
    return list(zip(values[proxies + 1 :], values[1 : proxies + 1], strict=True))
