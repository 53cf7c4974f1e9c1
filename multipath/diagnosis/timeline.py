"""Verdicts over time → incidents: when something was ill, and what it was. Pure.

While a fault comes or goes its edges do not change at once, so that for some cycles the verdict
is another. What hangs together is one incident, and its verdict the one that held longest.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise

from multipath.diagnosis.compiled import EDGES_PER_WORD
from multipath.diagnosis.locate import Outcome, Verdict, locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.rules import HEALTHS
from multipath.diagnosis.state import Health
from multipath.topology.edges import edges
from multipath.topology.model import Topology

_WELL = frozenset({Outcome.FINE, Outcome.UNKNOWN})
_SETTLE_CYCLES = 6


@dataclass(frozen=True, slots=True)
class Sample:
    """The health of a path's edges, in the order of their numbers, from a Unix time on."""

    at_s: float
    healths: tuple[Health, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A time with one verdict; ``healths`` are those that held longest."""

    begin_s: float
    end_s: float
    healths: tuple[Health, ...]
    verdict: Verdict

    @property
    def length_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.begin_s

    @property
    def ill(self) -> bool:
        """Whether the verdict names anything."""
        return self.verdict.outcome not in _WELL

    @property
    def known(self) -> bool:
        """Whether any edge is known."""
        return self.verdict.outcome is not Outcome.UNKNOWN

    @property
    def bad(self) -> frozenset[int]:
        """The edges, by their places, that are known to be ill."""
        return frozenset(at for at, health in enumerate(self.healths) if health.bad)


@dataclass(frozen=True, slots=True)
class Incident:
    """A time in which something was ill; ``ended`` if it is known that it is over."""

    phases: tuple[Phase, ...]
    ended: bool

    @property
    def begin_s(self) -> float:
        """Unix time of its begin."""
        return self.phases[0].begin_s

    @property
    def end_s(self) -> float:
        """Unix time of its end, or until when it is known to have lasted."""
        return self.phases[-1].end_s

    @property
    def main(self) -> Phase:
        """The longest phase of the verdict that held longest in all."""
        return _main(self.phases)


def decode(text: str, number: int) -> tuple[Health, ...]:
    """Return the health of edges from the words of ``compiled.encode``, parted by commas.

    Raises:
        ValueError: it is no such text.
    """
    found: list[Health] = []
    for word in text.split(","):
        rest = round(float(word))
        for _ in range(min(EDGES_PER_WORD, number - len(found))):
            rest, digit = divmod(rest, HEALTHS)
            found.append(Health(digit))
        if rest:
            raise ValueError(f"{text!r} has more than {number} edges")
    if len(found) != number:
        raise ValueError(f"{text!r} has less than {number} edges")
    return tuple(found)


def patience_s(topology: Topology) -> float:
    """Return how long a sample holds if none follows: as long as data of an edge are fresh."""
    return max(edge.thresholds.silent_s for edge in edges(topology))


def settle_s(topology: Topology) -> float:
    """Return how long edges may take to show a fault: six cycles."""
    return _SETTLE_CYCLES * max(edge.probe.cycle_s for edge in edges(topology))


def of_topology(topology: Topology, samples: Iterable[Sample], until_s: float) -> list[Phase]:
    """Return the times of one verdict each of a topology's path, oldest first."""
    return phases(Path.of(topology), samples, until_s, patience_s(topology))


def latest(topology: Topology, samples: Sequence[Sample], now_s: float) -> Phase | None:
    """Return the verdict that holds, since when, with the edges as they are now; None if unknown.

    Args:
        topology: whose.
        samples: oldest first.
        now_s: Unix time.
    """
    held = of_topology(topology, samples, now_s)
    if not held or held[-1].end_s < now_s:
        return None
    healths = next(each.healths for each in reversed(samples) if each.at_s < now_s)
    verdict = locate(Path.of(topology), healths)
    return replace(held[-1], healths=healths, verdict=verdict)


def phases(path: Path, samples: Iterable[Sample], until_s: float, patience_s: float) -> list[Phase]:
    """Return the times of one verdict each.

    Args:
        path: the path.
        samples: oldest first.
        until_s: Unix time of the end.
        patience_s: how long a sample holds if none follows.
    """
    verdict = cache(partial(locate, path))
    held = (
        Phase(each.at_s, min(end_s, each.at_s + patience_s), each.healths, verdict(each.healths))
        for each, end_s in _with_ends(samples, until_s)
    )
    return [_joined(run) for run in _runs(held)]


def incidents(found: Sequence[Phase], settle_s: float) -> list[Incident]:
    """Return the incidents that phases make, oldest first.

    Args:
        found: of a path.
        settle_s: so long a phase may be another's begin or end, and so long an incident may look
            well in between.
    """
    made: list[list[Phase]] = []
    for phase in found:
        if not phase.ill:
            continue
        if made and _belongs(made[-1], phase, settle_s):
            made[-1].append(phase)
        else:
            made.append([phase])
    last_s = max((phase.begin_s for phase in found if phase.known), default=0.0)
    return [Incident(tuple(each), ended=each[-1].begin_s < last_s) for each in made]


def _with_ends(samples: Iterable[Sample], until_s: float) -> Iterator[tuple[Sample, float]]:
    listed = [sample for sample in samples if sample.at_s < until_s]
    yield from ((sample, after.at_s) for sample, after in pairwise(listed))
    if listed:
        yield listed[-1], until_s


def _runs(held: Iterable[Phase]) -> Iterator[list[Phase]]:
    """Yield what follows on each other with the same finding."""
    run: list[Phase] = []
    for phase in held:
        if run and (phase.begin_s > run[-1].end_s or _finding(phase) != _finding(run[-1])):
            yield run
            run = []
        run.append(phase)
    if run:
        yield run


def _finding(phase: Phase) -> tuple[object, ...]:
    verdict = phase.verdict
    return verdict.outcome, frozenset(each.segments for each in verdict.leading), verdict.lost


def _joined(run: Sequence[Phase]) -> Phase:
    held_s: dict[tuple[Health, ...], float] = defaultdict(float)
    for phase in run:
        held_s[phase.healths] += phase.length_s
    longest = max(held_s, key=lambda healths: held_s[healths])
    verdict = next(phase.verdict for phase in run if phase.healths == longest)
    return Phase(run[0].begin_s, run[-1].end_s, longest, verdict)


def _belongs(before: Sequence[Phase], phase: Phase, settle_s: float) -> bool:
    """Tell whether a phase is of the same incident: the one's bad edges are among the other's."""
    if phase.begin_s - before[-1].end_s > settle_s:
        return False
    main = _main(before)
    if min(main.length_s, phase.length_s) <= settle_s:
        return True
    return main.bad <= phase.bad or phase.bad <= main.bad


def _main(phases: Sequence[Phase]) -> Phase:
    held_s: dict[tuple[object, ...], float] = defaultdict(float)
    for phase in phases:
        held_s[_finding(phase)] += phase.length_s
    return max(phases, key=lambda phase: (held_s[_finding(phase)], phase.length_s))


def ill_between(found: Iterable[Phase], begin_s: float, end_s: float) -> Phase | None:
    """Return the phase that says what was ill in a time: of the longest verdict; None for none."""
    within = [
        replace(each, begin_s=max(begin_s, each.begin_s), end_s=min(end_s, each.end_s))
        for each in found
        if each.ill and each.begin_s < end_s and begin_s < each.end_s
    ]
    return _main(within) if within else None
