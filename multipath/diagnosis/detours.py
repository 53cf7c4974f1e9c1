"""Routes, direct and through each proxy, and which of them to advise. Pure.

Through a proxy the medians of the two edges add up (other quantiles do not), and a packet arrives
if it passes both: loss 1 − (1 − a)(1 − b). Two routes compare by their RTT, with a second for
each packet lost: the least time after which TCP sends it again (RFC 6298, 2.4).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from multipath.diagnosis.places import Path, spokes

LOSS_COST_S = 1.0
"""What a lost packet costs."""

DIRECT = ""
"""The direct route, where others are named by their proxy."""


@dataclass(frozen=True, slots=True)
class Leg:
    """An edge over the last window: median RTT (None when all was lost) and loss, 0 to 1."""

    rtt_s: float | None
    loss_ratio: float


@dataclass(frozen=True, slots=True)
class Route:
    """The direct way (``via`` is empty) or that through a proxy; ``rtt_s`` None when dead."""

    via: str
    rtt_s: float | None
    loss_ratio: float

    @property
    def cost_s(self) -> float:
        """What routes compare by; infinite when dead."""
        return math.inf if self.rtt_s is None else self.rtt_s + self.loss_ratio * LOSS_COST_S


@dataclass(frozen=True, slots=True)
class Margins:
    """What a route must be better by, to be advised instead of another.

    Args:
        gain_s: so much, and
        gain_ratio: such a part of the other's cost, whichever is more,
        windows: in so many windows in a row.
        forwarding_s: what passing through a proxy is assumed to take.
    """

    gain_s: float = 0.010
    gain_ratio: float = 0.1
    windows: int = 4
    forwarding_s: float = 0.001


@dataclass(frozen=True, slots=True)
class Advice:
    """The route advised, and in how many windows in a row another was clearly better."""

    via: str = DIRECT
    beaten: int = 0


def routes(
    path: Path, legs: Sequence[Leg | None], margins: Margins | None = None
) -> tuple[Route, ...]:
    """Return the routes of which all edges are known, direct first.

    Args:
        path: the path.
        legs: its edges in the order of their numbers; None where unknown.
        margins: for what forwarding takes; the defaults if left out.
    """
    forwarding_s = (margins or Margins()).forwarding_s
    direct = legs[0]
    found = [Route(DIRECT, direct.rtt_s, direct.loss_ratio)] if direct else []
    for proxy, (first, second) in zip(path.proxies, spokes(legs), strict=True):
        if first is None or second is None:
            continue
        loss_ratio = 1 - (1 - first.loss_ratio) * (1 - second.loss_ratio)
        dead = first.rtt_s is None or second.rtt_s is None
        rtt_s = None if dead else (first.rtt_s or 0) + (second.rtt_s or 0) + forwarding_s
        found.append(Route(proxy, rtt_s, loss_ratio))
    return tuple(found)


def advise(before: Advice, found: Sequence[Route], margins: Margins) -> Advice:
    """Return the advice after one window more.

    An unknown route is neither left nor taken; one that another beats clearly in ``windows``
    windows in a row is left for the best.
    """
    current = next((route for route in found if route.via == before.via), None)
    if current is None:
        return before
    best = min(found, key=lambda route: route.cost_s)
    if gain_s(current, best) <= _needed_s(current, margins):
        return Advice(before.via)
    beaten = before.beaten + 1
    return Advice(best.via) if beaten >= margins.windows else Advice(before.via, beaten)


def gain_s(current: Route, other: Route) -> float:
    """Return what the other route saves; infinite if only it is alive, 0 if both are dead."""
    if math.isinf(current.cost_s):
        return 0.0 if math.isinf(other.cost_s) else math.inf
    return current.cost_s - other.cost_s


def _needed_s(current: Route, margins: Margins) -> float:
    if math.isinf(current.cost_s):
        return 0.0
    return max(margins.gain_s, margins.gain_ratio * current.cost_s)
