"""Cycles of one edge → its health, with hysteresis. Pure.

The rules are counts and means over the latest cycles, so that Zabbix can hold them in a calculated
item: ``compiled_edge`` writes the same rules as its expressions. What raises an ill takes more
evidence than what clears it, and what lies between is doubt: an edge in doubt is unknown, so that
it neither accuses nor acquits a place. One lost packet does nothing at all.

- Down: the last cycle lost every packet, and the one before at least half of them.
- Lossy: the last two cycles both lost more than the threshold, far more than chance would; or
  light losses add up over 8 or 30 cycles to more than is usual. No cycle counts there for more
  than two packets (of more than 40: twice 2.5 %), so that a burst is no trend. It clears after
  one to three cycles without loss when it was heavy, after about eight when it was light.
- Slow, jittery: three cycles in a row are above the limit. It clears after two cycles in a row
  below the lower limit.
- Filtered: a TCP probe beside the pings was answered in each of the last two cycles, while one of
  the last three lost every ping. Such an edge is unknown.
- Doubt: two light losses in the last eight cycles, a last cycle that is slow, or an ill that
  ended less than two cycles ago.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from multipath.diagnosis.cuts import (
    HEAVY_CYCLES,
    RECENT_CYCLES,
    SUSTAINED_CYCLES,
    TREND_CYCLES,
    Cuts,
    cuts,
)
from multipath.diagnosis.state import Health

RECOVERY_CYCLES = 2
"""For so long an edge stays in doubt after an ill."""

DOUBTFUL_LOSSES = 2
LOW_RATIO = 0.9
"""A threshold is cleared below such a part of it."""

MARGIN_S, MARGIN_RATIO = 0.010, 0.2
"""A median RTT this far above the usual one (whichever is more) is slow; at half of it no more."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle's figures; RTT is the median, and like jitter None if there was no reply.

    ``confirmed`` tells that a TCP probe beside the pings was answered.
    """

    sent: int
    lost: int
    rtt_s: float | None = None
    jitter_s: float | None = None
    confirmed: bool = False

    @property
    def loss_percent(self) -> float:
        """0 to 100."""
        return 100 * self.lost / self.sent


@dataclass(frozen=True, slots=True)
class Limits:
    """What an edge is held against.

    Args:
        usual_rtt_s: its median RTT when it is well; None is not known.
        loss_percent: loss that is too much at once.
        rtt_s: median RTT that is too much whatever is usual.
        jitter_s: jitter that is too much.
    """

    usual_rtt_s: float | None = None
    loss_percent: float = 5.0
    rtt_s: float = 0.3
    jitter_s: float = 0.05

    @property
    def high_s(self) -> float:
        """Above this median RTT a cycle is slow."""
        return self._limit(MARGIN_S, MARGIN_RATIO, 1.0)

    @property
    def low_s(self) -> float:
        """Below this one it is slow no more."""
        return self._limit(MARGIN_S / 2, MARGIN_RATIO / 2, LOW_RATIO)

    def _limit(self, margin_s: float, margin_ratio: float, share: float) -> float:
        usual_s, threshold_s = self.usual_rtt_s, share * self.rtt_s
        if usual_s is None:
            return threshold_s
        return min(usual_s + max(margin_s, margin_ratio * usual_s), threshold_s)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An edge's health, and what must be remembered until the next cycle.

    Args:
        health: what it is now.
        pace: its health by RTT and jitter alone.
        since_bad: cycles since it was last bad; None when it has not been.
    """

    health: Health = Health.UNKNOWN
    pace: Health = Health.UNKNOWN
    since_bad: int | None = None


def step(before: Judgement, cycles: Sequence[Cycle], limits: Limits) -> Judgement:
    """Return the judgement after one cycle more.

    Args:
        before: that after the cycle before; a new ``Judgement()`` after a silence.
        cycles: the last 30 (fewer at the beginning), oldest first; the last one is new.
        limits: what the edge is held against.
    """
    past = [each for each in reversed(cycles) if each.sent]
    if not past:
        return Judgement()
    pace = _pace(before.pace, past, limits)
    found = cuts(past[0].sent, limits.loss_percent)
    recovering = before.since_bad is not None and before.since_bad < RECOVERY_CYCLES
    health = _health(before.health, past, limits, found, pace=pace, recovering=recovering)
    if health.bad:
        since_bad: int | None = 0
    else:
        since_bad = None if before.since_bad is None else before.since_bad + 1
    return Judgement(health, pace, since_bad)


def _health(
    before: Health,
    past: Sequence[Cycle],
    limits: Limits,
    found: Cuts,
    *,
    pace: Health,
    recovering: bool,
) -> Health:
    """Return the health; ``past`` is newest first, as in what follows."""
    if filtered(past):
        return Health.UNKNOWN
    if _dead(past[: found.down_cycles], found):
        return Health.DOWN
    if _heavy(past, limits, found):
        return Health.LOSSY
    if (before >= Health.LOSSY or _too_many(past, found)) and not _cleared(past, found):
        return Health.LOSSY
    if pace.bad:
        return pace
    doubt = recovering or _light(past[:RECENT_CYCLES], found) >= DOUBTFUL_LOSSES
    return Health.UNKNOWN if doubt else pace


def filtered(past: Sequence[Cycle]) -> bool:
    """Tell whether pings are filtered, by the cycles of an edge, newest first."""
    confirmed = [each.confirmed for each in past[:HEAVY_CYCLES]]
    dead = any(each.lost == each.sent for each in past[:SUSTAINED_CYCLES])
    return dead and len(confirmed) == HEAVY_CYCLES and all(confirmed)


def _dead(past: Sequence[Cycle], found: Cuts) -> bool:
    """Tell whether these cycles were lost, the oldest at least from when the fault began."""
    return (
        len(past) == found.down_cycles
        and all(each.lost == each.sent for each in past[:-1])
        and past[-1].loss_percent >= found.begun_percent
    )


def _heavy(past: Sequence[Cycle], limits: Limits, found: Cuts) -> bool:
    losses = [each.loss_percent for each in past[:HEAVY_CYCLES]]
    return min(losses) > limits.loss_percent and mean(losses) >= found.heavy_percent


def _too_many(past: Sequence[Cycle], found: Cuts) -> bool:
    return _lossy_cycles(past, found) >= HEAVY_CYCLES and (
        _light(past[:RECENT_CYCLES], found) >= found.recent
        or _light(past[:TREND_CYCLES], found) >= found.trend
    )


def _cleared(past: Sequence[Cycle], found: Cuts) -> bool:
    losses = [each.loss_percent for each in past[:RECENT_CYCLES]]
    recent = _light(past[:RECENT_CYCLES], found)
    return (
        recent == 0
        or (recent == 1 and _light(past[:TREND_CYCLES], found) < found.trend)
        or any(
            max(losses[:clean]) <= found.one_percent and mean(losses) >= percent
            for clean, percent in found.clean_percent
        )
    )


def _lossy_cycles(past: Sequence[Cycle], found: Cuts) -> int:
    """Return how many of the last three cycles lost anything."""
    return sum(each.loss_percent > found.one_percent for each in past[:SUSTAINED_CYCLES])


def _light(past: Sequence[Cycle], found: Cuts) -> int:
    """Return the light losses, of which no cycle has more than two."""
    losses = [each.loss_percent for each in past]
    return sum((loss > found.one_percent) + (loss > found.two_percent) for loss in losses)


def _pace(before: Health, past: Sequence[Cycle], limits: Limits) -> Health:
    """Return the health by RTT and jitter: slow, jittery, good, or unknown where it is in doubt."""
    rtts_s = [each.rtt_s for each in past if each.rtt_s is not None][:SUSTAINED_CYCLES]
    jitters_s = [each.jitter_s for each in past if each.jitter_s is not None][:SUSTAINED_CYCLES]
    if not rtts_s:
        return Health.UNKNOWN
    if _sustained(before is Health.SLOW, rtts_s, limits.high_s, limits.low_s):
        return Health.SLOW
    high_s = limits.jitter_s
    if jitters_s and _sustained(before is Health.JITTERY, jitters_s, high_s, LOW_RATIO * high_s):
        return Health.JITTERY
    doubt = rtts_s[0] > limits.high_s or (bool(jitters_s) and jitters_s[0] > high_s)
    return Health.UNKNOWN if doubt else Health.GOOD


def _sustained(before: bool, newest: Sequence[float], high: float, low: float) -> bool:
    if before:
        return max(newest[:HEAVY_CYCLES]) >= low
    return len(newest) == SUSTAINED_CYCLES and min(newest) > high
