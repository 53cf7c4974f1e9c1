"""Cycles → the figures of one edge over the whole time. Pure."""

from collections import defaultdict
from dataclasses import dataclass, field

from multipath.report.cycle import HOUR_S, Cycle, Origin
from multipath.report.span import quantile
from multipath.topology.edges import Edge

_ALL_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour's loss, and the mean of its cycles' median RTT (None when all was lost)."""

    begin_s: int
    loss_percent: float
    rtt_s: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """An edge over the whole time. All but the first is None where nothing was measured.

    Args:
        measured_percent: cycles that were measured, of those that the time has.
        available_percent: cycles with any answer, of those measured; an hour of which only
            trends are left counts as one.
        loss_percent: packets lost.
        median_s: median of the cycles' median RTT.
        p95_s: what 95 % of the cycles' median RTT do not exceed.
        jitter_s: mean of the cycles' jitter.
        worst: the hour with the most loss, the slowest among equals.
        from_trends: whether some of it is from trends.
    """

    measured_percent: float
    available_percent: float | None
    loss_percent: float | None
    median_s: float | None
    p95_s: float | None
    jitter_s: float | None
    worst: Hour | None
    from_trends: bool


@dataclass(slots=True)
class _Mean:
    total: float = 0.0
    weight: float = 0.0

    def add(self, value: float | None, weight: float) -> None:
        if value is not None:
            self.total += value * weight
            self.weight += weight

    @property
    def value(self) -> float | None:
        return self.total / self.weight if self.weight else None


@dataclass(slots=True)
class _HourSums:
    loss: _Mean = field(default_factory=_Mean)
    rtt: _Mean = field(default_factory=_Mean)


class Summing:
    """Adds up the cycles of one edge."""

    def __init__(self, edge: Edge, since_s: float, until_s: float) -> None:
        self._expected = max(1.0, (until_s - since_s) / edge.probe.cycle_s)
        self._medians: list[tuple[float, int]] = []
        self._available = _Mean()
        self._loss = _Mean()
        self._jitter = _Mean()
        self._hours: dict[int, _HourSums] = defaultdict(_HourSums)
        self._from_trends = False

    def add(self, cycle: Cycle) -> None:
        """Add a cycle; one that sent nothing was not measured."""
        loss_percent = cycle.loss_percent
        if loss_percent is None:
            return
        sent = cycle.figures.get("sent", cycle.count)
        median_s = cycle.figures.get("rtt.p50")
        answered = loss_percent < _ALL_PERCENT
        self._available.add(_ALL_PERCENT * answered, cycle.count)
        self._loss.add(loss_percent, sent)
        self._jitter.add(cycle.figures.get("jitter"), cycle.count)
        hour = self._hours[int(cycle.start_s) // HOUR_S * HOUR_S]
        hour.loss.add(loss_percent, sent)
        hour.rtt.add(median_s, cycle.count)
        if median_s is not None:
            self._medians.append((median_s, cycle.count))
        self._from_trends |= cycle.origin is Origin.TRENDS

    def summary(self) -> Summary:
        """Return the figures of what was added."""
        return Summary(
            measured_percent=min(100.0, _ALL_PERCENT * self._available.weight / self._expected),
            available_percent=self._available.value,
            loss_percent=self._loss.value,
            median_s=quantile(self._medians, 0.5),
            p95_s=quantile(self._medians, 0.95),
            jitter_s=self._jitter.value,
            worst=self._worst(),
            from_trends=self._from_trends,
        )

    def _worst(self) -> Hour | None:
        hours = [
            Hour(begin_s, sums.loss.value or 0.0, sums.rtt.value)
            for begin_s, sums in sorted(self._hours.items())
        ]
        return max(hours, key=lambda hour: (hour.loss_percent, hour.rtt_s or 0.0), default=None)
