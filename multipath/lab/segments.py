"""The segments of the emulated WAN: what each adds to a packet, and what faults add to that. Pure.

A packet from A to B passes the side of A outwards, the private middle of A and B, and the side
of B inwards; its reply passes the same three the other way. So what a segment does is stated per
round trip, and each direction carries its part of it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from multipath.names import edge_name


class Direction(StrEnum):
    """Which packets a fault acts on.

    Of a side: those towards (``to``) or away from (``from``) the node. Of a private middle: those
    along (``to``) or against (``from``) its arrow.
    """

    BOTH = "both"
    TO = "to"
    FROM = "from"


@dataclass(frozen=True, slots=True)
class Impairment:
    """What a segment does to a round trip that passes it.

    Args:
        delay_s: added to the RTT.
        jitter_s: the RTT varies by up to this much to either side.
        loss_percent: round trips that get no answer.
        reorder_percent: round trips of which a packet is overtaken by later ones.
        duplicate_percent: round trips of which a packet arrives twice.
        down: nothing passes.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss_percent: float = 0.0
    reorder_percent: float = 0.0
    duplicate_percent: float = 0.0
    down: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """An impairment on top of what a segment has by itself."""

    segment: str
    impairment: Impairment
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True)
class OneWay:
    """What happens to a packet on its way from one node to another; ratios are 0 to 1.

    ``jitters_s`` are the half-widths of independent, even variations around ``delay_s``.
    """

    delay_s: float = 0.0
    jitters_s: tuple[float, ...] = field(default=())
    loss_ratio: float = 0.0
    reorder_ratio: float = 0.0
    duplicate_ratio: float = 0.0
    down: bool = False


PAIRS = (
    ("zabbix-sh", "la"),
    ("zabbix-sh", "proxy1"),
    ("zabbix-sh", "proxy2"),
    ("proxy1", "la"),
    ("proxy2", "la"),
    ("proxy1", "proxy2"),
)
"""Every unordered pair of nodes once, in the direction of its edge where there is one."""

_MIDDLE_S = dict(zip(PAIRS, (0.176, 0.028, 0.042, 0.148, 0.102, 0.046), strict=True))
_SIDE_S = {"zabbix-sh": 0.004, "proxy1": 0.002, "proxy2": 0.002, "la": 0.002}
_MIDDLE_JITTER_S = 0.0004

SEGMENTS: dict[str, Impairment] = {
    **{node: Impairment(delay_s=delay_s) for node, delay_s in _SIDE_S.items()},
    **{
        edge_name(*pair): Impairment(delay_s=delay_s, jitter_s=_MIDDLE_JITTER_S)
        for pair, delay_s in _MIDDLE_S.items()
    },
}
"""Each segment and what it does without a fault: Shanghai, Hong Kong, Tokyo and Los Angeles.

The way via Tokyo (154 ms) beats the direct one (182 ms), as happens between these places.
"""


def one_way(from_node: str, to_node: str, faults: Iterable[Fault] = ()) -> OneWay:
    """Return what a packet meets between two nodes under the given faults."""
    path = _path(from_node, to_node)
    parts = [(SEGMENTS[segment], 0.5) for segment in path]
    for fault in faults:
        share = _share(fault, path)
        if share:
            parts.append((fault.impairment, share))
    return OneWay(
        delay_s=sum(part.delay_s * share for part, share in parts),
        jitters_s=tuple(part.jitter_s * share for part, share in parts if part.jitter_s),
        loss_ratio=_any_of((part.loss_percent, share) for part, share in parts),
        reorder_ratio=_any_of((part.reorder_percent, share) for part, share in parts),
        duplicate_ratio=_any_of((part.duplicate_percent, share) for part, share in parts),
        down=any(part.down for part, _ in parts),
    )


def expected_rtts_s(faults: Iterable[Fault] = ()) -> dict[str, float]:
    """Return the RTT in seconds that the WAN aims at, for every pair of nodes."""
    faults = tuple(faults)
    return {
        edge_name(a, b): round(one_way(a, b, faults).delay_s + one_way(b, a, faults).delay_s, 6)
        for a, b in PAIRS
    }


def _path(from_node: str, to_node: str) -> dict[str, Direction]:
    """Return the segments that a packet passes, each with the direction it passes it in."""
    if (from_node, to_node) in _MIDDLE_S:
        middle = {edge_name(from_node, to_node): Direction.TO}
    else:
        middle = {edge_name(to_node, from_node): Direction.FROM}
    return {from_node: Direction.FROM, **middle, to_node: Direction.TO}


def _share(fault: Fault, path: dict[str, Direction]) -> float:
    """Return the part of a fault's round-trip amount that one passage carries: 0, 0.5 or 1."""
    passage = path.get(fault.segment)
    if passage is None:
        return 0.0
    if fault.direction is Direction.BOTH:
        return 0.5
    return 1.0 if fault.direction is passage else 0.0


def _any_of(percents: Iterable[tuple[float, float]]) -> float:
    """Return the chance that one of several independent events happens on one passage.

    An event of chance p per round trip, split evenly, has 1 - sqrt(1 - p) each way.
    """
    return 1.0 - math.prod(math.pow(1.0 - percent / 100.0, share) for percent, share in percents)
