"""The edges' health → the verdict: which segments are ill. Pure.

Joins the tables of ``rules``: of all sets of segments that cover every bad edge and touch no good
one, the smallest; all of them, the one that fits best first. The work grows with the number of
proxies, not with the number of sets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import prod

from multipath.diagnosis.places import Path, spokes
from multipath.diagnosis.rules import (
    DIRECT,
    PROXY_SIDE,
    PROXY_TARGET,
    SOURCE_PROXY,
    Option,
    direct_options,
    proxy_options,
)
from multipath.diagnosis.state import Health

MOST_LISTED = 16
"""Explanations that a verdict lists at most; it counts them all."""

SOURCE_INDEX, TARGET_INDEX, FIRST_PROXY_INDEX = 0, 1, 2
"""Where segments stand in ``Path.segments``."""


class Outcome(StrEnum):
    """What sort of verdict it is."""

    FINE = "fine"
    UNKNOWN = "unknown"
    SEVERAL = "several"
    UNDECIDED = "undecided"
    PLACE = "place"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A segment and what it does to the edges that cross it."""

    segment: str
    health: Health


@dataclass(frozen=True, slots=True)
class Explanation:
    """A smallest set of segments that explains all; ``misfits`` are edges worse than it says."""

    suspects: tuple[Suspect, ...]
    misfits: int

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of its segments."""
        return tuple(suspect.segment for suspect in self.suspects)

    @property
    def health(self) -> Health:
        """The worst that it says of a segment."""
        return max((suspect.health for suspect in self.suspects), default=Health.GOOD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the edges of a path together say.

    Args:
        outcome: what sort of verdict.
        explanations: the smallest ones that cover every bad edge and touch no good one, best fit
            first, at most ``MOST_LISTED``; empty when nothing is ill.
        count: how many such explanations there are.
        lost: proxies that do not answer and whose agents are silent; see ``without_lost``.
    """

    outcome: Outcome
    explanations: tuple[Explanation, ...] = ()
    count: int = 0
    lost: tuple[str, ...] = ()

    @property
    def leading(self) -> tuple[Explanation, ...]:
        """The explanations that fit best: more than one if the edges cannot tell them apart."""
        return tuple(
            each for each in self.explanations if each.misfits == self.explanations[0].misfits
        )

    @property
    def health(self) -> Health:
        """How ill the path is by its best explanation; lost proxies are no illness of it."""
        if self.explanations:
            return self.explanations[0].health
        return Health.UNKNOWN if self.outcome is Outcome.UNKNOWN else Health.GOOD


def locate(path: Path, healths: Sequence[Health]) -> Verdict:
    """Return the verdict on a path, given its edges' health in the order of their numbers."""
    lost = lost_proxies(path, healths)
    rest = without_lost(path, healths, lost)
    explanations, count = explain(path, rest)
    if explanations:
        outcome = _outcome(explanations)
    elif lost:
        outcome = Outcome.LOST
    else:
        outcome = Outcome.FINE if Health.GOOD in rest else Outcome.UNKNOWN
    return Verdict(outcome, explanations, count, lost)


def lost_proxies(path: Path, healths: Sequence[Health]) -> tuple[str, ...]:
    """Return the proxies that are dead or cut off: down from the source, and silent themselves.

    The source's own side would do the same to all proxies, where the Zabbix server stands beside
    the source; so some other edge of the source must be known to answer without much loss.
    """
    answered = [Health.UNKNOWN < health < Health.LOSSY for health in healths]
    if not (answered[0] or any(answered[len(path.proxies) + 1 :])):
        return ()
    return tuple(
        proxy
        for proxy, pair in zip(path.proxies, spokes(healths), strict=True)
        if pair == (Health.DOWN, Health.UNKNOWN)
    )


def without_lost(path: Path, healths: Sequence[Health], lost: Sequence[str]) -> tuple[Health, ...]:
    """Return the edges' health without what lost proxies explain: unknown, never bad."""
    return tuple(
        Health.UNKNOWN if to in lost else health
        for health, (_, to) in zip(healths, path.ends, strict=True)
    )


def explain(path: Path, healths: Sequence[Health]) -> tuple[tuple[Explanation, ...], int]:
    """Return the smallest explanations, best fit first, and how many there are.

    At most ``MOST_LISTED`` are listed; none when no edge is bad.
    """
    found: list[tuple[int, list[_Partial], int]] = []
    for sides, parts in _cases(path, healths):
        size = len(sides) + sum(len(options[0].blamed) for _, options in parts)
        found.append((size, _joined(sides, parts), prod(len(options) for _, options in parts)))
    least = min(size for size, _, _ in found)
    if not least:
        return (), 0
    best = sorted(each for size, partials, _ in found if size == least for each in partials)
    listed = tuple(_explanation(path, each) for each in best[:MOST_LISTED])
    return listed, sum(count for size, _, count in found if size == least)


_Blame = tuple[int, Health]
_Partial = tuple[int, tuple[_Blame, ...]]
"""Misfits, and (place in ``Path.segments``, health) of each segment blamed."""

_Part = tuple[dict[str, int], tuple[Option, ...]]
"""Where the segments that its options name stand in ``Path.segments``, and the options."""


def _cases(
    path: Path, healths: Sequence[Health]
) -> Iterator[tuple[tuple[_Blame, ...], list[_Part]]]:
    """Yield, with and without the source's and the target's side, the options that are left."""
    proxies = len(path.proxies)
    source = _side((healths[0], *healths[proxies + 1 :]))
    target = _side(healths[: proxies + 1])
    edges_at = FIRST_PROXY_INDEX + proxies
    for blamed in product({Health.UNKNOWN, source}, {Health.UNKNOWN, target}):
        parts = [({DIRECT: edges_at}, direct_options(healths[0], *blamed))]
        for proxy, (source_proxy, proxy_target) in enumerate(spokes(healths)):
            places = {
                PROXY_SIDE: FIRST_PROXY_INDEX + proxy,
                SOURCE_PROXY: edges_at + 1 + proxies + proxy,
                PROXY_TARGET: edges_at + 1 + proxy,
            }
            parts.append((places, proxy_options(source_proxy, proxy_target, *blamed)))
        sides = enumerate(blamed, SOURCE_INDEX)
        yield tuple((index, health) for index, health in sides if health), parts


def _side(crossing: Sequence[Health]) -> Health:
    """Return what a side would do to its edges; unknown if it cannot be, or need not be, ill."""
    if Health.GOOD in crossing:
        return Health.UNKNOWN
    return min((health for health in crossing if health.bad), default=Health.UNKNOWN)


def _joined(sides: tuple[_Blame, ...], parts: list[_Part]) -> list[_Partial]:
    """Return the combinations of all parts' options that fit best: misfits add up."""
    partials: list[_Partial] = [(0, sides)]
    for places, options in parts:
        more = [
            (option.misfits, [(places[what], health) for what, health in option.blamed])
            for option in options
        ]
        partials = sorted(
            (misfits + more_misfits, tuple(sorted((*blames, *more_blames))))
            for misfits, blames in partials
            for more_misfits, more_blames in more
        )[:MOST_LISTED]
    return partials


def _explanation(path: Path, partial: _Partial) -> Explanation:
    misfits, blames = partial
    return Explanation(tuple(Suspect(path.segments[at], health) for at, health in blames), misfits)


def _outcome(explanations: Sequence[Explanation]) -> Outcome:
    best, *others = explanations
    if others and others[0].misfits == best.misfits:
        return Outcome.UNDECIDED
    return Outcome.PLACE if len(best.suspects) == 1 else Outcome.SEVERAL
