"""History or trends: each hour from what still has the whole of it. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from multipath.report.cycle import HOUR_S, Cycle, Place

_NS_PER_HOUR = HOUR_S * 1_000_000_000


def choose(history: Sequence[Cycle], trends: Sequence[Cycle], begun: set[Place]) -> list[Cycle]:
    """Return the cycles of history, and the hours of trends that history lacks or has in part.

    Zabbix deletes history from its old end, so only the first hour of an edge's history can be
    a part.

    Args:
        history: that of some whole hours.
        trends: those of the same hours.
        begun: edges whose history has begun earlier; those that begin here are added.
    """
    cycles: dict[tuple[Place, int], list[Cycle]] = defaultdict(list)
    for cycle in history:
        cycles[_hour(cycle)].append(cycle)
    hours: list[Cycle] = []
    for hour in sorted(trends, key=lambda hour: hour.start_ns):
        kept = cycles[_hour(hour)]
        if not kept or (hour.place not in begun and len(kept) < hour.count):
            hours.append(hour)
            del cycles[_hour(hour)]
        if kept:
            begun.add(hour.place)
    begun |= {place for place, _ in cycles}
    chosen = [*hours, *(cycle for kept in cycles.values() for cycle in kept)]
    return sorted(chosen, key=lambda cycle: (cycle.start_ns, cycle.place))


def _hour(cycle: Cycle) -> tuple[Place, int]:
    return cycle.place, cycle.start_ns // _NS_PER_HOUR
