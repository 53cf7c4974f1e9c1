"""Cycles of one edge → its health, with hysteresis. Pure: a state machine over windows.

Each cycle is judged together with those before it, up to five minutes back. What raises an ill
takes more evidence than what clears it, and what lies between is doubt: an edge in doubt is
unknown, so that it neither accuses nor acquits a place. One lost packet does nothing at all.

- Down: the last two cycles lost every packet.
- Lossy: over all five minutes loss is surely above what is usual for the edge, one burst counting
  little; or each of the last two cycles is above the threshold. It clears when some stretch of
  the latest cycles shows that loss is surely below what it was.
- Slow, jittery: three cycles in a row are above the limit. It clears after three cycles in a row
  below half the margin.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from statistics import median

from multipath.diagnosis.posterior import USUAL_LOSS_RATIO
from multipath.diagnosis.state import Health
from multipath.diagnosis.wilson import wilson

RAISE_Z = 4.5
"""By so many deviations loss must be above its limit: windows overlap, and a year has many."""

CLEAR_Z = 2.5
DOUBT_Z = 1.0

_DOWN_CYCLES, _DOWN_PACKETS = 2, 6
_SUSTAINED_CYCLES = 3
_AT_ONCE_CYCLES, _AT_ONCE_LOST = 2, 4
_TREND_RATIO, _TREND_LOST = 0.1, 4
_DOUBTFUL_LOST = 2
_RECENT_CYCLES = 6
_RTT_MARGIN_S, _RTT_MARGIN_RATIO = 0.010, 0.2
_JITTER_MARGIN_S, _JITTER_MARGIN_RATIO = 0.005, 2.0


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle's figures; RTT is the median, and like jitter None if there was no reply."""

    sent: int
    lost: int
    rtt_s: float | None = None
    jitter_s: float | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """How an edge is when it is well: its baseline. None is not known."""

    loss_ratio: float = USUAL_LOSS_RATIO
    rtt_s: float | None = None
    jitter_s: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What an edge is held against.

    Args:
        usual: its baseline.
        loss_ratio: loss, 0 to 1, that is too much at once.
        rtt_s: median RTT that is too much whatever is usual.
    """

    usual: Usual = field(default_factory=Usual)
    loss_ratio: float = 0.05
    rtt_s: float = 0.3

    @property
    def unusual_loss_ratio(self) -> float:
        """Loss that is not usual any more: twice the usual, and 0.1 % more."""
        return 2 * self.usual.loss_ratio + 0.001


@dataclass(frozen=True, slots=True)
class Loss:
    """Packets lost of those sent."""

    lost: int = 0
    sent: int = 0

    @property
    def ratio(self) -> float:
        """0 to 1; 0 when nothing was sent."""
        return self.lost / self.sent if self.sent else 0.0

    def plus(self, cycle: Cycle) -> "Loss":
        """Return this with one cycle more."""
        return Loss(self.lost + cycle.lost, self.sent + cycle.sent)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An edge's health, and what must be remembered until the next cycle.

    Args:
        health: what it is now.
        lossy: packets counted while it has been lossy; None when it is not.
        slow: whether it is.
        jittery: whether it is.
        cycles: how many of the newest cycles count; those before an ill that ended do not.
    """

    health: Health = Health.UNKNOWN
    lossy: Loss | None = None
    slow: bool = False
    jittery: bool = False
    cycles: int = 0


def step(before: Judgement, cycles: Sequence[Cycle], limits: Limits) -> Judgement:
    """Return the judgement after one cycle more.

    Args:
        before: that after the cycle before; a new ``Judgement()`` after a silence.
        cycles: those of the last five minutes, oldest first; the last one is new.
        limits: what the edge is held against.
    """
    counted = before.cycles + 1
    past = cycles[-counted:]
    lossy, kept = _lossy(before.lossy, past, limits)
    slow, slow_doubt = _sustained(before.slow, [each.rtt_s for each in past], *_rtt_limits(limits))
    jittery, jitter_doubt = _sustained(
        before.jittery, [each.jitter_s for each in past], *_jitter_limits(limits)
    )
    down = list(takewhile(_all_lost, reversed(past)))
    if len(down) >= _DOWN_CYCLES and sum(each.sent for each in down) >= _DOWN_PACKETS:
        health = Health.DOWN
    elif lossy:
        health = Health.LOSSY
    elif slow:
        health = Health.SLOW
    elif jittery:
        health = Health.JITTERY
    else:
        doubt = slow_doubt or jitter_doubt or _doubtful(past[-kept:], limits)
        health = Health.UNKNOWN if doubt else Health.GOOD
    return Judgement(health, lossy, slow, jittery, min(kept, len(cycles)))


def _lossy(before: Loss | None, past: Sequence[Cycle], limits: Limits) -> tuple[Loss | None, int]:
    """Return the loss counted while lossy (None when not), and how many cycles still count."""
    if before is None:
        raised = _above_threshold(past[-_AT_ONCE_CYCLES:], limits) or _unusual(past, limits)
        return (_pooled(past[-_RECENT_CYCLES:]) if raised else None), len(past)
    stretch = Loss()
    for length, cycle in enumerate(reversed(past), 1):
        stretch = stretch.plus(cycle)
        below = wilson(stretch.lost, stretch.sent, CLEAR_Z).upper < before.ratio
        if below and _lower(stretch, DOUBT_Z) <= limits.unusual_loss_ratio:
            return None, length
    return before.plus(past[-1]), len(past)


def _above_threshold(past: Sequence[Cycle], limits: Limits) -> bool:
    each_above = all(each.lost > limits.loss_ratio * each.sent for each in past)
    now = _pooled(past)
    return each_above and now.lost >= _AT_ONCE_LOST and _lower(now, RAISE_Z) > limits.loss_ratio / 2


def _unusual(past: Sequence[Cycle], limits: Limits) -> bool:
    # packets are lost in bursts: no cycle counts for more than a trend would make it
    trend = Loss(
        sum(min(each.lost, math.ceil(each.sent * _TREND_RATIO)) for each in past),
        sum(each.sent for each in past),
    )
    return trend.lost >= _TREND_LOST and _lower(trend, RAISE_Z) > limits.unusual_loss_ratio


def _doubtful(past: Sequence[Cycle], limits: Limits) -> bool:
    long = _pooled(past)
    return long.lost >= _DOUBTFUL_LOST and _lower(long, DOUBT_Z) > limits.unusual_loss_ratio


def _lower(loss: Loss, z: float) -> float:
    return wilson(loss.lost, loss.sent, z).lower


def _sustained(
    before: bool, values: Sequence[float | None], high: float, low: float
) -> tuple[bool, bool]:
    """Return whether values are too high for long, and whether the last one makes doubt."""
    last = [value for value in values if value is not None][-_SUSTAINED_CYCLES:]
    enough = len(last) == _SUSTAINED_CYCLES
    now = not (enough and max(last) < low) if before else enough and min(last) > high
    return now, bool(last) and last[-1] > high


def _rtt_limits(limits: Limits) -> tuple[float, float]:
    usual_s = limits.usual.rtt_s
    if usual_s is None:
        return limits.rtt_s, 0.9 * limits.rtt_s
    margin_s = max(_RTT_MARGIN_S, _RTT_MARGIN_RATIO * usual_s)
    if limits.rtt_s < usual_s + margin_s:
        return limits.rtt_s, 0.9 * limits.rtt_s
    return usual_s + margin_s, usual_s + margin_s / 2


def _jitter_limits(limits: Limits) -> tuple[float, float]:
    usual_s = limits.usual.jitter_s
    if usual_s is None:
        return float("inf"), float("inf")
    margin_s = max(_JITTER_MARGIN_S, _JITTER_MARGIN_RATIO * usual_s)
    return usual_s + margin_s, usual_s + margin_s / 2


def _pooled(cycles: Sequence[Cycle]) -> Loss:
    return Loss(sum(each.lost for each in cycles), sum(each.sent for each in cycles))


def _all_lost(cycle: Cycle) -> bool:
    return 0 < cycle.sent == cycle.lost


def usual(cycles: Sequence[Cycle]) -> Usual:
    """Return the baseline of an edge from a long past, most of which it was well.

    The worst tenth of the cycles is left out, and loss is never taken to be below 0.2 %: less
    cannot be told from none.
    """
    sent = sorted((each for each in cycles if each.sent), key=lambda each: each.lost / each.sent)
    well = _pooled(sent[: len(sent) - len(sent) // 10])
    rtts_s = [each.rtt_s for each in sent if each.rtt_s is not None]
    jitters_s = [each.jitter_s for each in sent if each.jitter_s is not None]
    return Usual(
        loss_ratio=max(well.ratio, USUAL_LOSS_RATIO),
        rtt_s=median(rtts_s) if rtts_s else None,
        jitter_s=median(jitters_s) if jitters_s else None,
    )
