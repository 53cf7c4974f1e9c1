"""What a cycle stands for in time, and its weight. Pure."""

from collections.abc import Iterable

from multipath.report.cycle import HOUR_S, Cycle, Origin


def span_s(cycle: Cycle) -> float:
    """Return how long a cycle, or an hour of trends, lasts."""
    return HOUR_S if cycle.origin is Origin.TRENDS else cycle.edge.probe.cycle_s


def quantile(weighted: Iterable[tuple[float, int]], share: float) -> float | None:
    """Return the least value that at least this share of the weight does not exceed.

    Args:
        weighted: values with their weights, in any order.
        share: 0 to 1.
    """
    ordered = sorted(weighted)
    left = share * sum(weight for _, weight in ordered)
    for value, weight in ordered:
        left -= weight
        if left <= 0:
            return value
    return None
