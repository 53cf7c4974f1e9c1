"""Random faults on random paths: how often is the verdict right? Packets are drawn one by one."""

from bisect import bisect
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from math import comb
from random import Random

from multipath.diagnosis.edge_health import Cycle, Judgement, Limits, step
from multipath.diagnosis.locate import Outcome, Verdict, locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health

PACKETS, WINDOW, CYCLE_S = 20, 30, 10
"""Packets of a cycle, cycles of the window (five minutes), and a cycle's length."""

BACKGROUND_RATIO = 0.002
_RTT_S, _RTT_NOISE_S = 0.150, 0.0005
_LIMITS = Limits(usual_rtt_s=_RTT_S)
_WELL = Judgement(Health.GOOD, Health.GOOD)
_OUTCOMES = 2000
_NAMING = {Outcome.PLACE, Outcome.SEVERAL}
_YEAR_CYCLES = 365 * 86400 // CYCLE_S


@dataclass(frozen=True)
class Fault:
    """What a segment does to a round trip that crosses it."""

    name: str
    loss_ratio: float
    delay_s: float
    cycles: int


FAULTS = (
    Fault("down", 1.0, 0.0, 3),
    Fault("30 % loss", 0.3, 0.0, 6),
    Fault("5 % loss", 0.05, 0.0, 30),
    Fault("3 % loss", 0.03, 0.0, 30),
    Fault("+60 ms", 0.0, 0.06, 6),
)
"""The kinds of faults, and after how many cycles the verdict is asked for."""


@dataclass(frozen=True)
class Scene:
    """A path with faults; ``silent`` proxies' agents report nothing."""

    path: Path
    ill: dict[str, Fault]
    silent: tuple[str, ...]


@cache
def _chances(loss_ratio: float) -> tuple[float, ...]:
    terms = (
        comb(PACKETS, lost) * loss_ratio**lost * (1 - loss_ratio) ** (PACKETS - lost)
        for lost in range(PACKETS + 1)
    )
    return tuple(accumulate(terms))


def cycle(loss_ratio: float, delay_s: float, random: Random) -> Cycle:
    """Draw one cycle of an edge."""
    lost = min(PACKETS, bisect(_chances(round(loss_ratio, 6)), random.random()))
    if lost == PACKETS:
        return Cycle(PACKETS, lost)
    return Cycle(PACKETS, lost, random.gauss(_RTT_S + delay_s, _RTT_NOISE_S))


def scene(proxies: int, faults: Sequence[Fault], silent: int, random: Random) -> Scene:
    """Draw where the faults are, and which agents are silent."""
    path = Path("s", "t", tuple(f"p{number}" for number in range(1, proxies + 1)))
    places = random.sample(path.segments, len(faults))
    return Scene(
        path,
        dict(zip(places, faults, strict=True)),
        tuple(random.sample(path.proxies, silent)),
    )


def verdict(drawn: Scene, random: Random) -> Verdict:
    """Return what the edges say once the faults have lasted."""
    cycles = max(fault.cycles for fault in drawn.ill.values())
    healths = []
    for edge, ends in enumerate(drawn.path.ends):
        faults = [drawn.ill[each] for each in drawn.path.crossed(edge) & drawn.ill.keys()]
        ordered = tuple(sorted(faults, key=FAULTS.index))
        silent = ends[0] in drawn.silent
        # a well edge is at any time as at any other
        outcomes = _outcomes(ordered, cycles if ordered else 1)
        healths.append(Health.UNKNOWN if silent else random.choice(outcomes))
    return locate(drawn.path, healths)


@cache
def _outcomes(faults: tuple[Fault, ...], cycles: int) -> tuple[Health, ...]:
    """Return what edges that these faults cross have become after so many cycles.

    Edges differ in nothing else, so that each scene takes what it needs from here.
    """
    random = Random(f"{[fault.name for fault in faults]} {cycles}")
    return tuple(_health(faults, cycles, random) for _ in range(_OUTCOMES))


def _health(faults: Sequence[Fault], cycles: int, random: Random) -> Health:
    *_, last = _healths(faults, cycles, random)
    return last


def _healths(faults: Sequence[Fault], cycles: int, random: Random) -> Iterator[Health]:
    """Yield an edge's health after each cycle of these faults."""
    passing, delay_s = 1 - BACKGROUND_RATIO, 0.0
    for fault in faults:
        passing *= 1 - fault.loss_ratio
        delay_s += fault.delay_s
    window = deque((cycle(BACKGROUND_RATIO, 0.0, random) for _ in range(WINDOW)), WINDOW)
    judgement = _WELL
    for _ in range(cycles):
        window.append(cycle(1 - passing, delay_s, random))
        judgement = step(judgement, list(window), _LIMITS)
        yield judgement.health


def misled(proxies: int, fault: Fault, random: Random) -> bool:
    """Tell whether another place than the faulty one was named first, for two cycles in a row."""
    drawn = scene(proxies, [fault], 0, random)
    edges = [
        _healths([drawn.ill[each] for each in crossed & drawn.ill.keys()], fault.cycles, random)
        for crossed in map(drawn.path.crossed, range(len(drawn.path.ends)))
    ]
    verdicts = (locate(drawn.path, healths) for healths in zip(*edges, strict=True))
    for before, now in pairwise(verdicts):
        named = [each.segments for each in now.explanations]
        if now.outcome in _NAMING and named == [each.segments for each in before.explanations]:
            return named != [tuple(drawn.ill)]
    return False


@dataclass
class Score:
    """What became of a number of scenes."""

    named: int = 0
    listed: int = 0
    part: int = 0
    wrong: int = 0
    unseen: int = 0
    explanations: int = 0

    @property
    def total(self) -> int:
        """All scenes."""
        return self.named + self.listed + self.part + self.wrong + self.unseen

    def add(self, drawn: Scene, said: Verdict) -> None:
        """Count a scene.

        Named: the leading explanation is the truth. Listed: it is one of those printed; a
        lost proxy prints its side and the way to it. Part: one fault of two is named, the other
        hides behind it.
        """
        truth = frozenset(drawn.ill)
        told = [frozenset(each.segments) for each in said.explanations]
        for proxy in said.lost:
            hit = truth & {proxy, f"{drawn.path.source}>{proxy}"}
            told = [each | hit for each in told] if told else [frozenset(hit)]
        self.explanations += max(1, said.count)
        if not told:
            self.unseen += 1
        elif told[0] == truth and len(said.leading) == 1 and not said.lost:
            self.named += 1
        elif truth in told:
            self.listed += 1
        elif told[0] and told[0] < truth:
            self.part += 1
        else:
            self.wrong += 1


def score(
    proxies: int, kinds: Sequence[Fault], number: int, silent: int, scenes: int, random: Random
) -> Score:
    """Draw scenes with ``number`` faults of these kinds each, and count what is said of them."""
    result = Score()
    for _ in range(scenes):
        drawn = scene(proxies, random.choices(kinds, k=number), silent, random)
        result.add(drawn, verdict(drawn, random))
    return result


@dataclass(frozen=True)
class Background:
    """Loss of well edges: packets alone, and bursts of five within a cycle."""

    name: str
    single_ratio: float
    burst_ratio: float = 0.0


BACKGROUNDS = (
    Background("0.1 % evenly", 0.001),
    Background("0.2 % evenly", 0.002),
    Background("0.2 %, of it a tenth in bursts of 5", 0.0018, 0.0002),
    Background("0.2 %, of it half in bursts of 5", 0.001, 0.001),
)
_BURST = 5
_LEAST_THAT_RAISES = 5


def false_alarms(background: Background, edge_years: int, random: Random) -> int:
    """Return how often well edges were called ill in so many years of one edge.

    Only the cycles that lost something are drawn, and only where several are near each other can
    an edge be raised; the judgement itself is the real one.
    """
    return sum(_raised(_lossy_cycles(background, random)) for _ in range(edge_years))


def _lossy_cycles(background: Background, random: Random) -> Iterator[tuple[int, int]]:
    """Yield when in a year a cycle lost packets, and how many."""
    singles = 1 - (1 - background.single_ratio) ** PACKETS
    bursts = background.burst_ratio * PACKETS / _BURST
    either = 1 - (1 - singles) * (1 - bursts)
    at = 0
    while True:
        at += 1 + int(random.expovariate(1) / either)
        if at >= _YEAR_CYCLES:
            return
        lost = 0
        while not lost:
            lost = bisect(_chances(background.single_ratio), random.random())
            lost += _BURST * (random.random() < bursts)
        yield at, min(lost, PACKETS)


def _raised(lossy: Iterator[tuple[int, int]]) -> int:
    near: deque[tuple[int, int]] = deque()
    alarms, quiet_until = 0, 0
    for at, lost in lossy:
        near.append((at, lost))
        while near[0][0] <= at - WINDOW:
            near.popleft()
        if at < quiet_until or sum(count for _, count in near) < _LEAST_THAT_RAISES:
            continue
        counts = Counter(dict(near))
        past = [Cycle(PACKETS, counts[each], _RTT_S) for each in range(at - WINDOW + 1, at + 1)]
        if step(_WELL, past, _LIMITS).health.bad:
            alarms += 1
            quiet_until = at + WINDOW
    return alarms
