"""What a path's edges can tell apart, and what they cannot. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from multipath.diagnosis.locate import Verdict, locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health

MOST_PROXIES_FOR_PAIRS = 6
"""Pairs of faults are counted up to so many proxies: there are about 4.5 N² of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A fault of one segment, what the edges then are, and what the verdict is."""

    segment: str
    healths: tuple[Health, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Named:
    """Of so many faults, how many are named uniquely."""

    unique: int
    of: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the edges of a path can tell.

    Args:
        single: faults of one segment, all agents heard.
        one_silent: the same with one proxy's agent silent; None without a proxy.
        pairs: faults of two segments at once; None for many proxies.
    """

    single: Named
    one_silent: Named | None
    pairs: Named | None


def seen(path: Path, ill: Iterable[str], silent: Sequence[str] = ()) -> tuple[Health, ...]:
    """Return the edges' health when these segments lose packets and these agents are silent."""
    segments = frozenset(ill)
    return tuple(
        Health.UNKNOWN
        if ends[0] in silent
        else (Health.LOSSY if segments & path.crossed(edge) else Health.GOOD)
        for edge, ends in enumerate(path.ends)
    )


def rows(path: Path) -> tuple[Row, ...]:
    """Return the pattern of every fault of one segment, and its verdict."""
    found = ((segment, seen(path, [segment])) for segment in path.segments)
    return tuple(Row(segment, healths, locate(path, healths)) for segment, healths in found)


def resolution(path: Path) -> Resolution:
    """Return how many faults the edges name uniquely."""
    single = [(segment,) for segment in path.segments]
    silent = path.proxies[:1]  # any one: all proxies are alike
    return Resolution(
        single=_named(path, single, lambda ill: seen(path, ill)),
        one_silent=_named(path, single, lambda ill: seen(path, ill, silent)) if silent else None,
        pairs=_named(path, list(combinations(path.segments, 2)), lambda ill: seen(path, ill))
        if len(path.proxies) <= MOST_PROXIES_FOR_PAIRS
        else None,
    )


def _named(
    path: Path,
    faults: Sequence[tuple[str, ...]],
    see: Callable[[tuple[str, ...]], tuple[Health, ...]],
) -> Named:
    unique = 0
    for ill in faults:
        verdict = locate(path, see(ill))
        unique += verdict.count == 1 and set(verdict.explanations[0].segments) == set(ill)
    return Named(unique, len(faults))
