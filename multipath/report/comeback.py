"""Outages that come back: on which edges, and how often. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from multipath.diagnosis.recurrence import MOST_BY_CHANCE, Recurrence, recurrence
from multipath.report.outage import Outage
from multipath.topology.edges import Edge

_SAME_RATIO = 0.003
_SAME_S = 120.0


@dataclass(frozen=True, slots=True)
class Comeback:
    """A period, and the edges whose outages have it.

    Args:
        edges: in the order of their numbers.
        recurrence: what the surest of them shows.
        chance: 0 to 1, that chance shows one like it; each edge that was looked at is a try.
    """

    edges: tuple[Edge, ...]
    recurrence: Recurrence
    chance: float

    @property
    def confidence(self) -> float:
        """0 to 1: that it is no chance."""
        return 1.0 - self.chance


def comebacks(outages: Iterable[Outage]) -> list[Comeback]:
    """Return what recurs, the surest first: each edge is looked at alone.

    Edges whose outages come back together are one. A period is claimed if chance would show one
    like it on any of the edges less often than ``recurrence.MOST_BY_CHANCE``.
    """
    begins_s: dict[Edge, list[float]] = defaultdict(list)
    for outage in outages:
        for edge in outage.edges:
            begins_s[edge].append(outage.begin_s)
    groups: list[list[tuple[Edge, Recurrence]]] = []
    for edge in sorted(begins_s, key=lambda each: each.number):
        found = recurrence(begins_s[edge])
        if found is None or found.chance * len(begins_s) > MOST_BY_CHANCE:
            continue
        group = next((each for each in groups if _same(each[0][1], found)), None)
        if group is None:
            groups.append([(edge, found)])
        else:
            group.append((edge, found))
    return sorted(
        (_comeback(group, len(begins_s)) for group in groups), key=lambda each: each.chance
    )


def _comeback(group: Sequence[tuple[Edge, Recurrence]], tries: int) -> Comeback:
    surest = min((found for _, found in group), key=lambda each: each.chance)
    return Comeback(tuple(edge for edge, _ in group), surest, surest.chance * tries)


def _same(one: Recurrence, other: Recurrence) -> bool:
    """Tell whether two periods are one: of the same length, and in step."""
    apart_s = math.remainder(one.next_s - other.next_s, one.period_s)
    return abs(one.period_s / other.period_s - 1) < _SAME_RATIO and abs(apart_s) < _SAME_S
