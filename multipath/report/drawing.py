"""The smoke band → the shapes of a picture: SVG paths, ticks. Pure; all lengths in SVG units."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from multipath.report.band import Bin
from multipath.report.span import quantile

WIDTH, HEIGHT = 920.0, 132.0
LOSS_TOP, LOSS_HEIGHT = 140.0, 22.0
_MEDIAN = 3
_BANDS = ((0, 6), (1, 5), (2, 4))
"""Which of a bin's RTTs bound each area: all packets, 10 to 90 %, 25 to 75 %."""

_USUAL = 0.995
"""Share of the bins whose greatest RTT the picture reaches; what is beyond is cut off."""

_LEAST_SPAN = 0.08
"""Share of the RTT that the picture shows at least, so that noise does not look like news."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the loss lane."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """The shapes of one edge's picture.

    Args:
        areas: paths of the band, widest first.
        median: path of the line.
        loss: bars of the lane below.
        unknown: times without any measurement.
        ticks: of the RTT axis, in ms.
        threshold: height of the RTT threshold; None when it is out of the picture.
    """

    areas: tuple[str, ...]
    median: str
    loss: tuple[Bar, ...]
    unknown: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    threshold: float | None


def draw(bins: Sequence[Bin], threshold_s: float) -> Drawing:
    """Return the picture of a band."""
    step = WIDTH / len(bins)
    low_s, high_s = _range(bins)

    def y(rtt_s: float) -> float:
        share = (min(max(rtt_s, low_s), high_s) - low_s) / (high_s - low_s)
        return HEIGHT * (1 - share)

    runs = list(_runs(bins))
    return Drawing(
        areas=tuple(
            " ".join(
                _area([(y(each.rtt_s[low]), y(each.rtt_s[high])) for each in run], first, step)
                for first, run in runs
            )
            for low, high in _BANDS
        ),
        median=" ".join(
            _steps([y(each.rtt_s[_MEDIAN]) for each in run], first, step, "M")
            for first, run in runs
        ),
        loss=tuple(_loss(bins, step)),
        unknown=tuple(_unknown(bins, step)),
        ticks=tuple(Tick(y(tick_s), _ms(tick_s)) for tick_s in _ticks(low_s, high_s)),
        threshold=y(threshold_s) if low_s < threshold_s < high_s else None,
    )


def _range(bins: Sequence[Bin]) -> tuple[float, float]:
    """Return the RTTs from which to which the picture goes."""
    known = [each.rtt_s for each in bins if each.rtt_s]
    if not known:
        return 0.0, 0.1
    low_s = min(rtt_s[0] for rtt_s in known)
    high_s = quantile(((rtt_s[-1], 1) for rtt_s in known), _USUAL) or low_s
    middle_s = quantile(((rtt_s[_MEDIAN], 1) for rtt_s in known), 0.5) or low_s
    room_s = max((high_s - low_s) * 1.1, _LEAST_SPAN * middle_s, 1e-4)
    around_s = (room_s - (high_s - low_s)) / 2
    return max(0.0, low_s - around_s), high_s + around_s


def _runs(bins: Sequence[Bin]) -> Iterator[tuple[int, list[Bin]]]:
    """Yield the stretches of bins that have an RTT, each with its place."""
    place = 0
    for known, group in groupby(bins, key=lambda each: bool(each.rtt_s)):
        run = list(group)
        if known:
            yield place, run
        place += len(run)


def _area(bounds: Sequence[tuple[float, float]], first: int, step: float) -> str:
    upper = _steps([high for _, high in bounds], first, step, "M")
    back = [f"V{low:.1f}H{(first + place) * step:.1f}" for place, (low, _) in _backwards(bounds)]
    return f"{upper}{''.join(back)}Z"


def _backwards(
    bounds: Sequence[tuple[float, float]],
) -> Iterator[tuple[int, tuple[float, float]]]:
    return zip(reversed(range(len(bounds))), reversed(bounds), strict=True)


def _steps(heights: Sequence[float], first: int, step: float, begin: str) -> str:
    """Return a line that stays level through each bin."""
    parts = [f"{begin}{first * step:.1f} {heights[0]:.1f}"]
    for place, height in enumerate(heights, start=first):
        parts.append(f"V{height:.1f}H{(place + 1) * step:.1f}")
    return "".join(parts)


def _loss(bins: Sequence[Bin], step: float) -> Iterator[Bar]:
    for place, each in enumerate(bins):
        if each.loss_percent:
            height = max(1.5, LOSS_HEIGHT * each.loss_percent / 100)
            yield Bar(place * step, LOSS_TOP + LOSS_HEIGHT - height, step, height)


def _unknown(bins: Sequence[Bin], step: float) -> Iterator[Bar]:
    place = 0
    for unknown, group in groupby(bins, key=lambda each: each.loss_percent is None):
        number = len(list(group))
        if unknown:
            yield Bar(place * step, 0.0, number * step, LOSS_TOP + LOSS_HEIGHT)
        place += number


def _ticks(low_s: float, high_s: float) -> Iterator[float]:
    """Yield two to five round RTTs in the range."""
    rough = (high_s - low_s) / 3
    power = 10 ** math.floor(math.log10(rough))
    step_s = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.7)
    for place in range(math.ceil(low_s / step_s), math.floor(high_s / step_s) + 1):
        yield place * step_s


def _ms(rtt_s: float) -> str:
    return f"{rtt_s * 1000:.4g}"
