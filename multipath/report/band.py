"""Cycles → the smoke band: the RTT's spread over time, in as many bins as a picture shows. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from multipath.report.cycle import Cycle
from multipath.report.span import span_s

MOST_BINS = 288
"""Five minutes each for a day."""

_SPREAD = ("rtt.p10", "rtt.p25", "rtt.p50", "rtt.p75", "rtt.p90")


@dataclass(frozen=True, slots=True)
class Bin:
    """What a picture shows of some time.

    Args:
        loss_percent: the mean of the cycles; None when none were measured.
        rtt_s: from the least over p10, p25, median, p75 and p90 (each the mean of the cycles) to
            the greatest; empty when every packet was lost.
    """

    loss_percent: float | None = None
    rtt_s: tuple[float, ...] = ()


@dataclass(slots=True)
class _Sums:
    """The cycles of a bin, added up."""

    total: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    weight: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    least_s: float = float("inf")
    greatest_s: float = 0.0

    def add(self, cycle: Cycle) -> None:
        for metric in ("loss", *_SPREAD):
            if metric in cycle.figures:
                self.total[metric] += cycle.figures[metric] * cycle.count
                self.weight[metric] += cycle.count
        self.least_s = min(self.least_s, cycle.figures.get("rtt.min", self.least_s))
        self.greatest_s = max(self.greatest_s, cycle.figures.get("rtt.max", self.greatest_s))

    def mean(self, metric: str) -> float:
        return self.total[metric] / self.weight[metric]

    def bin(self) -> Bin:
        if not self.weight.get("loss"):
            return Bin()
        if any(not self.weight.get(metric) for metric in _SPREAD):
            return Bin(self.mean("loss"))
        spread = (self.mean(metric) for metric in _SPREAD)
        return Bin(self.mean("loss"), (self.least_s, *spread, self.greatest_s))


class Band:
    """The smoke band of one edge, filled cycle by cycle.

    Args:
        since_s: Unix time of its begin.
        until_s: Unix time of its end.
        cycle_s: the length of a cycle; no bin is shorter.
    """

    def __init__(self, since_s: float, until_s: float, cycle_s: float) -> None:
        number = max(1, min(MOST_BINS, int((until_s - since_s) / cycle_s)))
        self._since_s = since_s
        self._width_s = (until_s - since_s) / number
        self._sums = [_Sums() for _ in range(number)]

    def add(self, cycle: Cycle) -> None:
        """Add a cycle to every bin that it reaches into by half."""
        begin = (cycle.start_s - self._since_s) / self._width_s
        length = span_s(cycle) / self._width_s
        first = int(begin)
        for place in range(first, max(first + 1, round(begin + length))):
            if 0 <= place < len(self._sums):
                self._sums[place].add(cycle)

    def bins(self) -> Sequence[Bin]:
        """Return the bins, of equal width, oldest first."""
        return [sums.bin() for sums in self._sums]
