"""How much of the excess delay and loss each segment carries. Pure.

Of all amounts x ≥ 0 of the segments, those that minimise ‖A x − Δ‖² + λ Σ x, where Δ is what each
edge has above its usual and A says which segments it crosses: few segments rather than many
(the lasso: Tibshirani, "Regression Shrinkage and Selection via the Lasso", 1996). Then, for the
segments so chosen, the amounts without the penalty, which would make them too small.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from multipath.diagnosis.places import Path

_PENALTY = 0.1
_ROUNDS = 500
_CLOSE = 1e-6
_LEAST_SHARE = 0.001
_MOST_LOSS_RATIO = 0.999


def delay_shares(path: Path, excess_s: Sequence[float | None]) -> dict[str, float]:
    """Return the segments that carry excess delay, in seconds, the most first.

    Args:
        path: the path.
        excess_s: each edge's median RTT less its usual one; None where unknown.
    """
    return _shares(path, excess_s)


def loss_shares(
    path: Path, loss_ratios: Sequence[float | None], usual_ratios: Sequence[float]
) -> dict[str, float]:
    """Return the segments that carry excess loss, each with its own loss ratio, the most first.

    What passes several segments passes with the product of their chances, so their logs add up.
    All lost counts as 99.9 %.
    """
    excess = [
        None if ratio is None else _cost(ratio) - _cost(usual)
        for ratio, usual in zip(loss_ratios, usual_ratios, strict=True)
    ]
    return {segment: -math.expm1(-amount) for segment, amount in _shares(path, excess).items()}


def _cost(loss_ratio: float) -> float:
    return -math.log1p(-min(loss_ratio, _MOST_LOSS_RATIO))


def _shares(path: Path, excess: Sequence[float | None]) -> dict[str, float]:
    rows = [
        (path.crossed(edge), amount) for edge, amount in enumerate(excess) if amount is not None
    ]
    most = max((amount for _, amount in rows), default=0.0)
    if most <= 0:
        return {}
    least = _LEAST_SHARE * most
    chosen = _descend(path.segments, rows, _PENALTY * most)
    amounts = _descend([each for each, amount in chosen.items() if amount > least], rows, 0.0)
    carried = ((each, amount) for each, amount in amounts.items() if amount > least)
    return dict(sorted(carried, key=lambda pair: -pair[1]))


def _descend(
    segments: Iterable[str], rows: Sequence[tuple[frozenset[str], float]], penalty: float
) -> Mapping[str, float]:
    """Minimise by one segment's amount after the other, until none moves any more."""
    crossing = {each: [at for at, (row, _) in enumerate(rows) if each in row] for each in segments}
    amounts = {each: 0.0 for each, ats in crossing.items() if ats}
    left = [amount for _, amount in rows]
    close = _CLOSE * max((abs(amount) for amount in left), default=0.0)
    for _ in range(_ROUNDS):
        moved = 0.0
        for segment, before in amounts.items():
            ats = crossing[segment]
            pull = math.fsum(left[at] for at in ats) - penalty / 2
            after = max(0.0, before + pull / len(ats))
            for at in ats:
                left[at] -= after - before
            amounts[segment] = after
            moved = max(moved, abs(after - before))
        if moved <= close:
            break
    return amounts
