"""What edges showed over a time, against what is usual for them, and how it tells places. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from multipath.diagnosis import posterior
from multipath.diagnosis.excess import delay_shares, loss_shares
from multipath.diagnosis.locate import Verdict
from multipath.diagnosis.places import Path
from multipath.diagnosis.posterior import USUAL_LOSS_RATIO, Evidence, by_counts, by_health
from multipath.diagnosis.state import Health
from multipath.report.cycle import Cycle, Place, place_of
from multipath.report.span import quantile
from multipath.topology.edges import Edge

LEAST_DELAY_S, LEAST_LOSS_RATIO = 0.002, 0.005
"""A place is told to carry so much or more; less is noise."""

_WORST = 0.1
_FEWEST_HOURS = 3
_BY_RTT = frozenset({Health.SLOW, Health.JITTERY})


@dataclass(frozen=True, slots=True)
class Usual:
    """How an edge is when it is well; the RTT is None where nothing is known."""

    loss_ratio: float = USUAL_LOSS_RATIO
    rtt_s: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What an edge showed over some time.

    Args:
        edge: which.
        health: what it was judged to be.
        sent: packets; none if nothing was measured.
        lost: packets of those.
        rtt_s: median of the cycles' medians; None without any reply.
        usual: how it is when it is well.
    """

    edge: Edge
    health: Health
    sent: int
    lost: int
    rtt_s: float | None
    usual: Usual

    @property
    def loss_ratio(self) -> float | None:
        """0 to 1; None when nothing was measured."""
        return self.lost / self.sent if self.sent else None

    @property
    def excess_s(self) -> float | None:
        """RTT above the usual one."""
        known = self.rtt_s is not None and self.usual.rtt_s is not None
        return (self.rtt_s or 0.0) - (self.usual.rtt_s or 0.0) if known else None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a segment did to what passed it; 0 for nothing worth telling."""

    segment: str
    loss_ratio: float
    delay_s: float


@dataclass(frozen=True, slots=True)
class Traced:
    """What a trace of an edge said, and when it came in."""

    edge: Edge
    at_s: float
    says: str


def witnesses(
    seen: Sequence[Shown], traces: Iterable[Traced], begin_s: float, end_s: float
) -> tuple[Traced, ...]:
    """Return the first trace of each edge that is ill that came in between two times.

    Args:
        seen: what the edges showed.
        traces: of any edges, oldest first.
        begin_s: when the fault may have begun, Unix time.
        end_s: when it ended.
    """
    first: dict[Edge, Traced] = {}
    for each in traces:
        if begin_s <= each.at_s < end_s:
            first.setdefault(each.edge, each)
    return tuple(first[each.edge] for each in seen if each.health.bad and each.edge in first)


def usuals(
    edges: Sequence[Edge], hours: Sequence[Cycle], cycles: Sequence[Cycle]
) -> dict[Place, Usual]:
    """Return how edges are when they are well.

    Args:
        edges: which.
        hours: a long past by the hour; the median counts, the worst tenth left out.
        cycles: a near past, which counts where the long one is shorter than three hours.
    """
    by_hour, by_cycle = _by_place(hours), _by_place(cycles)
    return {
        place_of(edge): _usual(
            by_hour[place_of(edge)]
            if len(by_hour[place_of(edge)]) >= _FEWEST_HOURS
            else by_cycle[place_of(edge)]
        )
        for edge in edges
    }


def shown(
    edges: Sequence[Edge],
    healths: Sequence[Health],
    cycles: Iterable[Cycle],
    usual: Mapping[Place, Usual],
) -> tuple[Shown, ...]:
    """Return what each edge showed in these cycles, in the order of the edges."""
    by_place = _by_place(cycles)
    return tuple(
        _shown(edge, health, by_place[place_of(edge)], usual[place_of(edge)])
        for edge, health in zip(edges, healths, strict=True)
    )


def carried(path: Path, seen: Sequence[Shown]) -> tuple[Carried, ...]:
    """Return what each segment carries of the excess loss and delay, the most loss first."""
    loss = loss_shares(
        path, [each.loss_ratio for each in seen], [each.usual.loss_ratio for each in seen]
    )
    delay = delay_shares(path, [each.excess_s for each in seen])
    found = (
        Carried(
            segment,
            _at_least(loss.get(segment, 0.0), LEAST_LOSS_RATIO),
            _at_least(delay.get(segment, 0.0), LEAST_DELAY_S),
        )
        for segment in path.segments
    )
    told = (each for each in found if each.loss_ratio or each.delay_s)
    return tuple(sorted(told, key=lambda each: (-each.loss_ratio, -each.delay_s)))


def chances(path: Path, seen: Sequence[Shown], verdict: Verdict) -> tuple[float, ...]:
    """Return the probability of each of a verdict's explanations, in their order.

    By the packets counted; where RTT is what ails some edge, no well edge can be told by its
    packets, and they count by their health.
    """
    by_rtt = any(each.health in _BY_RTT for each in seen)
    return posterior.probabilities(path, [_evidence(each, by_rtt) for each in seen], verdict)


def _evidence(seen: Shown, by_rtt: bool) -> Evidence:
    counted = seen.health in {Health.LOSSY, Health.DOWN}
    if seen.health is Health.UNKNOWN or not seen.sent or (by_rtt and not counted):
        return by_health(seen.health)
    return by_counts(seen.lost, seen.sent, seen.usual.loss_ratio)


def _by_place(cycles: Iterable[Cycle]) -> Mapping[Place, list[Cycle]]:
    """Return cycles by their edges; those that sent nothing are left out."""
    found: dict[Place, list[Cycle]] = defaultdict(list)
    for cycle in cycles:
        if cycle.loss_percent is not None:
            found[cycle.place].append(cycle)
    return found


def _usual(cycles: Sequence[Cycle]) -> Usual:
    by_loss = sorted(cycles, key=lambda each: each.loss_percent or 0.0)
    sent, lost = _packets(by_loss[: len(by_loss) - int(len(by_loss) * _WORST)])
    rtt_s = quantile(_rtts(cycles), 0.5)
    return Usual(max(lost / sent if sent else 0.0, USUAL_LOSS_RATIO), rtt_s)


def _shown(edge: Edge, health: Health, cycles: Sequence[Cycle], usual: Usual) -> Shown:
    sent, lost = _packets(cycles)
    rtts = _rtts(cycles)
    return Shown(edge, health, round(sent), round(lost), quantile(rtts, 0.5), usual)


def _packets(cycles: Iterable[Cycle]) -> tuple[float, float]:
    """Return packets sent and lost; of hours they are means times counts, thus no whole numbers."""
    sent = lost = 0.0
    for cycle in cycles:
        packets = cycle.figures.get("sent", cycle.edge.probe.packets * cycle.count)
        sent += packets
        lost += packets * (cycle.loss_percent or 0.0) / 100
    return sent, lost


def _rtts(cycles: Iterable[Cycle]) -> list[tuple[float, int]]:
    return [
        (cycle.figures["rtt.p50"], cycle.count) for cycle in cycles if "rtt.p50" in cycle.figures
    ]


def _at_least(amount: float, least: float) -> float:
    return amount if amount >= least else 0.0
