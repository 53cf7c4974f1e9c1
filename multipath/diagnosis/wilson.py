"""What a number of lost packets says of the true loss. Pure."""

import math
from typing import NamedTuple


class Bounds(NamedTuple):
    """Between which ratios, 0 to 1, the true loss lies."""

    lower: float
    upper: float


def wilson(lost: int, sent: int, z: float) -> Bounds:
    """Return Wilson's score interval (Wilson, "Probable Inference", JASA 22, 1927).

    Args:
        lost: packets lost.
        sent: packets sent; with none, nothing is known: 0 to 1.
        z: quantile of the normal distribution: 1.96 for 95 % of both sides.
    """
    if not sent:
        return Bounds(0.0, 1.0)
    ratio = lost / sent
    scale = 1 + z * z / sent
    center = (ratio + z * z / (2 * sent)) / scale
    half = z / scale * math.sqrt(ratio * (1 - ratio) / sent + z * z / (4 * sent * sent))
    # the exact ends at no loss and at all lost, where rounding would miss them
    return Bounds(center - half if lost else 0.0, center + half if lost < sent else 1.0)
