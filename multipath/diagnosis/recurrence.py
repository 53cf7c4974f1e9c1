"""Outages that come back: their period, or none. Pure.

Every two outages suggest a period. From there the others are followed outwards, each that comes
on time sharpening the fit, and the question is how likely as many would do so by chance. The
smallest chance over all that was tried counts, multiplied by how much was tried.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_BY_CHANCE = 0.001
"""A period is claimed if chance alone would show one like it less often than this."""

FEWEST = 5
"""Outages from which on a period can be told."""

_JITTER_S = 30.0
_ON_TIME_S = 4 * _JITTER_S  # two that jitter foretell a third no better
_SHORTEST_S = 900.0
_APART_S = 600.0
_MOST_OUTAGES = 100
_NEIGHBOURS = 3
_PRESENT = 0.5

KNOWN: tuple[tuple[float, str], ...] = (
    (3600.0, "hourly: a rekey every 3,600 s, or a job each hour"),
    (28800.0, "every 28,800 s: the usual lifetime of an IPsec or IKE key"),
    (43200.0, "twice a day: half of a day's DHCP lease, when it is renewed"),
    (86400.0, "daily: a nightly backup or another daily job, or a day's lease"),
    (604800.0, "weekly: a weekly job or a maintenance window"),
)
"""Periods that have a usual cause."""

_KNOWN_RATIO = 0.003


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A period of outages.

    Args:
        period_s: from one to the next.
        next_s: when the next is due, on the clock of the outages.
        outages: how many came on time.
        of: how many there were.
        chance: that as many would have come on time by chance, all tries counted.
        cause: what usually has this period; empty if nothing known.
    """

    period_s: float
    next_s: float
    outages: int
    of: int
    chance: float
    cause: str

    @property
    def confidence(self) -> float:
        """0 to 1: that it is no chance."""
        return 1.0 - self.chance


def recurrence(begins_s: Sequence[float]) -> Recurrence | None:
    """Return the period of outages that began at these times, or None.

    Outages that follow another within ten minutes belong to it. Of very many the latest 100 are
    looked at.
    """
    ordered = sorted(begins_s)
    first = ordered[:1] + [
        after for before, after in pairwise(ordered) if after - before > _APART_S
    ]
    times = first[-_MOST_OUTAGES:]
    if len(times) < FEWEST:
        return None
    tries = list(_suggested(times))
    found = [each for each in (_follow(times, *suggested) for suggested in tries) if each]
    if not found:
        return None
    best = min(found, key=lambda fit: fit.log_chance)
    chance = min(1.0, math.exp(best.log_chance) * len(tries))
    if chance > MOST_BY_CHANCE:
        return None
    last = best.phase_s + best.period_s * math.ceil((times[-1] - best.phase_s) / best.period_s)
    due = last if last > times[-1] + _ON_TIME_S else last + best.period_s
    return Recurrence(best.period_s, due, best.on_time, len(times), chance, _cause(best.period_s))


@dataclass(frozen=True, slots=True)
class _Fit:
    period_s: float
    phase_s: float
    on_time: int
    log_chance: float


def _suggested(times: Sequence[float]) -> Iterator[tuple[int, float]]:
    """Yield an outage to begin from and a period: the distance to one soon after, or a part."""
    for start, begin in enumerate(times):
        for end in times[start + 1 : start + 1 + _NEIGHBOURS]:
            for parts in range(1, _NEIGHBOURS + 1):
                if (end - begin) / parts >= _SHORTEST_S:
                    yield start, (end - begin) / parts


def _follow(times: Sequence[float], start: int, period_s: float) -> _Fit | None:
    """Fit a period to what comes on time, going outwards from one outage."""
    fit = _Line(times[start], period_s)
    for time_s in sorted(times, key=lambda each: abs(each - times[start])):
        fit.take(time_s)
    on_time = len(fit.taken)
    turns = max(fit.taken) - min(fit.taken) + 1
    if on_time < FEWEST or on_time < _PRESENT * turns or 2 * on_time < len(times):
        return None
    worst_s = max(_JITTER_S, *(abs(fit.off_s(time_s)) for time_s in fit.taken.values()))
    window = min(1.0, 2 * worst_s / fit.period_s)
    # two of them made the line; which of the others came on time was free
    log_ways = math.log(math.comb(len(times) - 2, on_time - 2))
    return _Fit(fit.period_s, fit.phase_s, on_time, log_ways + (on_time - 2) * math.log(window))


class _Line:
    """The least-squares line through outages numbered by their turns."""

    def __init__(self, phase_s: float, period_s: float) -> None:
        self.phase_s = phase_s
        self.period_s = period_s
        self.taken: dict[int, float] = {}

    def take(self, time_s: float) -> None:
        """Take an outage in if it is on time, and fit anew."""
        turn = round((time_s - self.phase_s) / self.period_s)
        if turn in self.taken or abs(self.off_s(time_s)) > _ON_TIME_S:
            return
        self.taken[turn] = time_s
        if len(self.taken) > 1:
            self._fit()

    def off_s(self, time_s: float) -> float:
        """Return how far a time is from the nearest turn."""
        return math.remainder(time_s - self.phase_s, self.period_s)

    def _fit(self) -> None:
        number = len(self.taken)
        mean_turn = math.fsum(self.taken) / number
        mean_s = math.fsum(self.taken.values()) / number
        spread = math.fsum((turn - mean_turn) ** 2 for turn in self.taken)
        together = math.fsum(
            (turn - mean_turn) * (time_s - mean_s) for turn, time_s in self.taken.items()
        )
        self.period_s = together / spread
        self.phase_s = mean_s - mean_turn * self.period_s


def _cause(period_s: float) -> str:
    return next(
        (cause for known_s, cause in KNOWN if abs(period_s / known_s - 1) < _KNOWN_RATIO), ""
    )
