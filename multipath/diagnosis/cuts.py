"""From which counts on loss is more than chance, as whole numbers that Zabbix can hold. Pure."""

from dataclasses import dataclass
from functools import cache
from math import ceil, comb

from multipath.diagnosis.posterior import USUAL_LOSS_RATIO
from multipath.diagnosis.wilson import wilson

RAISE_Z, CLEAR_Z = 4.5, 2.5
"""By so many deviations heavy loss must be above its limit, and what clears it below."""

CHANCE = 1e-7
"""How probable light losses of a well edge may be in one look, at most: a year has three million
cycles of 10 s."""

HEAVY_CYCLES, SUSTAINED_CYCLES, RECENT_CYCLES, TREND_CYCLES = 2, 3, 8, 30
CLEAN_CYCLES = (1, 2, 3)

_DOWN_PACKETS = 6
_BEGUN_PERCENT = 50.0
"""By the time that an edge is down by this, every other edge that the same fault has taken down has
ended a cycle with losses, and is in doubt: none of them acquits the place."""

_LEAST_LOST = 4
_FINEST = 40


@dataclass(frozen=True, slots=True)
class Cuts:
    """From which counts on loss is more than chance, with so many packets in a cycle.

    Args:
        one_percent: a cycle with more loss than this counts as one light loss,
        two_percent: and with more than this, as two.
        down_cycles: so many cycles without an answer are down,
        begun_percent: but of the first of them so much loss is enough: the fault began within it.
        heavy_percent: mean loss of two cycles that is heavy; above 100 where two tell nothing.
        recent: light losses in 8 cycles that are too many,
        trend: and in 30.
        clean_percent: by how many cycles without loss an edge is cleared, the mean loss of the
            last 8 that it must have had at least.
    """

    one_percent: float
    two_percent: float
    down_cycles: int
    begun_percent: float
    heavy_percent: float
    recent: int
    trend: int
    clean_percent: tuple[tuple[int, float], ...]


@cache
def cuts(packets: int, loss_percent: float = 5.0) -> Cuts:
    """Return the counts for cycles of so many packets, and a threshold of loss at once.

    Heavy loss is surely above half of the threshold by Wilson's lower bound, and cleared where the
    upper bound of a clean stretch is below what was lost before. Light losses are too many where
    the usual loss would hardly ever lose as many (binomial).
    """
    heavy = _surely_above(loss_percent / 200, HEAVY_CYCLES * packets)
    down = max(HEAVY_CYCLES, ceil(_DOWN_PACKETS / packets))
    light = ceil(packets / _FINEST)  # packets that a light loss is
    counted = packets // light
    return Cuts(
        one_percent=round(100 * (light - 0.5) / packets, 3),
        two_percent=round(100 * (2 * light - 0.5) / packets, 3),
        down_cycles=down,
        begun_percent=_BEGUN_PERCENT if (down - 1) * packets >= _DOWN_PACKETS else 100.0,
        heavy_percent=round(100 * (heavy - 0.5) / (HEAVY_CYCLES * packets), 3),
        recent=_too_many(RECENT_CYCLES * counted),
        trend=_too_many(TREND_CYCLES * counted),
        clean_percent=tuple(
            (clean, round(_must_have_lost_percent(clean, packets), 3)) for clean in CLEAN_CYCLES
        ),
    )


def _surely_above(limit_ratio: float, sent: int) -> int:
    """Return the least number of lost packets that is; one more than all if none is."""
    return next(
        (
            lost
            for lost in range(_LEAST_LOST, sent + 1)
            if wilson(lost, sent, RAISE_Z).lower > limit_ratio
        ),
        sent + 1,
    )


def _too_many(sent: int) -> int:
    """Return the least number of lost packets that a well edge loses by chance hardly ever."""
    well, fewer, lost = 1 - USUAL_LOSS_RATIO, 0.0, 0
    while 1 - fewer > CHANCE or lost < _LEAST_LOST:
        fewer += comb(sent, lost) * USUAL_LOSS_RATIO**lost * well ** (sent - lost)
        lost += 1
    return lost


def _must_have_lost_percent(clean: int, packets: int) -> float:
    upper = wilson(0, clean * packets, CLEAR_Z).upper
    return 100 * upper * (RECENT_CYCLES - clean) / RECENT_CYCLES
