"""Figures of routes over time → which was the best, by how much, and when it mattered. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isinf

from multipath.diagnosis.detours import DIRECT, Route, gain_s
from multipath.report.cycle import HOUR_S
from multipath.report.span import quantile

MINUTE_S = 60
"""Routes are compared minute by minute, as for the advice."""

WORST_HOURS = 5
"""Hours of the direct way that are listed at most."""

_SHARES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a route from a Unix time on: its RTT in seconds, or its loss in percent."""

    via: str
    metric: str
    at_s: float
    length_s: int
    value: float


@dataclass(frozen=True, slots=True)
class Way:
    """A route over the whole time.

    Args:
        via: its proxy; empty for the direct one.
        best_ratio: of the time in which the direct one is known: this one was the best; none was
            while nothing got through.
        mean: its mean RTT and loss; None if it was never measured.
        dead_ratio: of the time in which it is known: nothing got through.
    """

    via: str
    best_ratio: float
    mean: Route | None
    dead_ratio: float


@dataclass(frozen=True, slots=True)
class BadHour:
    """An hour in which another way was better than the direct one; ``saved_s`` may be infinite."""

    begin_s: int
    direct: Route
    instead: Route

    @property
    def saved_s(self) -> float:
        """What the other would have saved, losses counted as the second that each costs."""
        return gain_s(self.direct, self.instead)


@dataclass(frozen=True, slots=True)
class Gains:
    """What the best way saves over the direct one, where both are alive.

    Args:
        p10_s: for a tenth of the time it is no more; likewise the next two.
        p50_s: the median.
        p90_s: for nine tenths.
        most_s: the greatest.
        only_detour_s: for so long nothing but a detour got through.
    """

    p10_s: float
    p50_s: float
    p90_s: float
    most_s: float
    only_detour_s: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What is to be said of a topology's routes; ``gains`` is None where nothing is known."""

    known_s: float
    ways: tuple[Way, ...]
    gains: Gains | None
    worst: tuple[BadHour, ...]


@dataclass(slots=True)
class _Sums:
    """Figures of a route, added up by the time that they stand for."""

    total: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    weight: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, point: Point) -> None:
        self.total[point.metric] += point.value * point.length_s
        self.weight[point.metric] += point.length_s

    def mean(self, metric: str) -> float | None:
        return self.total[metric] / self.weight[metric] if self.weight[metric] else None

    def route(self, via: str) -> Route | None:
        """Return the means as a route; None if it is not known how much was lost."""
        loss_percent = self.mean("loss")
        return None if loss_percent is None else Route(via, self.mean("rtt"), loss_percent / 100)


_Slot = tuple[int, int]
"""A begin in Unix time and a length, in seconds."""

_ByVia = Mapping[str, Route]


class Ways:
    """Takes in figures of routes, in any order.

    Args:
        vias: the routes by their proxies, direct (empty) first.
    """

    def __init__(self, vias: Sequence[str]) -> None:
        self._vias = tuple(vias)
        self._slots: dict[_Slot, dict[str, _Sums]] = defaultdict(lambda: defaultdict(_Sums))

    def add(self, point: Point) -> None:
        """Take in a figure; one of an hour stands for all of it."""
        length_s = max(MINUTE_S, point.length_s)
        at_s = int(point.at_s)
        self._slots[at_s - at_s % length_s, length_s][point.via].add(point)

    def summary(self) -> Summary:
        """Return what is to be said of all that was added."""
        slots = {slot: self._routes(sums) for slot, sums in self._slots.items()}
        known = {slot: routes for slot, routes in slots.items() if DIRECT in routes}
        known_s = sum(length_s for _, length_s in known)
        best_s: Counter[str] = Counter()
        for (_, length_s), routes in known.items():
            best = _best(routes)
            if best.rtt_s is not None:
                best_s[best.via] += length_s
        shares = {via: best_s[via] / known_s if known_s else 0.0 for via in self._vias}
        return Summary(
            known_s,
            tuple(_way(via, slots, share) for via, share in shares.items()),
            _gains(known) if known else None,
            tuple(_worst(known)),
        )

    def _routes(self, sums: Mapping[str, _Sums]) -> _ByVia:
        """Return the routes that are known, direct first."""
        found = {via: sums[via].route(via) for via in self._vias if via in sums}
        return {via: route for via, route in found.items() if route}


def _best(routes: _ByVia) -> Route:
    return min(routes.values(), key=lambda route: route.cost_s)


def _mean(parts: Sequence[tuple[Route, int]]) -> Route:
    """Return the mean of one route's figures, each over so many seconds."""
    alive = [(route.rtt_s, length_s) for route, length_s in parts if route.rtt_s is not None]
    whole_s = sum(length_s for _, length_s in parts)
    alive_s = sum(length_s for _, length_s in alive)
    rtt_s = sum(rtt_s * length_s for rtt_s, length_s in alive) / alive_s if alive_s else None
    loss_ratio = sum(route.loss_ratio * length_s for route, length_s in parts) / whole_s
    return Route(parts[0][0].via, rtt_s, loss_ratio)


def _way(via: str, slots: Mapping[_Slot, _ByVia], best_ratio: float) -> Way:
    parts = [(routes[via], length_s) for (_, length_s), routes in slots.items() if via in routes]
    if not parts:
        return Way(via, best_ratio, None, 0.0)
    dead_s = sum(length_s for route, length_s in parts if route.rtt_s is None)
    return Way(via, best_ratio, _mean(parts), dead_s / sum(length_s for _, length_s in parts))


def _gains(known: Mapping[_Slot, _ByVia]) -> Gains:
    gains = [
        (gain_s(routes[DIRECT], _best(routes)), length_s) for (_, length_s), routes in known.items()
    ]
    finite = [(gain, length_s) for gain, length_s in gains if not isinf(gain)]
    p10_s, p50_s, p90_s = (quantile(finite, share) or 0.0 for share in _SHARES)
    return Gains(
        p10_s,
        p50_s,
        p90_s,
        most_s=max((gain for gain, _ in finite), default=0.0),
        only_detour_s=sum(length_s for gain, length_s in gains if isinf(gain)),
    )


def _worst(known: Mapping[_Slot, _ByVia]) -> list[BadHour]:
    """Return the hours in which another way would have saved most."""
    parts: dict[int, dict[str, list[tuple[Route, int]]]] = defaultdict(lambda: defaultdict(list))
    for (begin_s, length_s), routes in known.items():
        for via, route in routes.items():
            parts[begin_s - begin_s % HOUR_S][via].append((route, length_s))
    hours = []
    for begin_s, by_via in sorted(parts.items()):
        routes = {via: _mean(each) for via, each in by_via.items()}
        hours.append(BadHour(begin_s, routes[DIRECT], _best(routes)))
    bad = (hour for hour in hours if hour.saved_s > 0)
    return sorted(bad, key=lambda hour: -hour.saved_s)[:WORST_HOURS]
