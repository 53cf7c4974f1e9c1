"""The rules that place a fault, as tables small enough to hand to Zabbix. Pure.

An edge is ill if and only if one of the three segments that it crosses is: the sides of its two
ends, or its private middle. An explanation is a set of segments that covers every bad edge and
touches no good one (Boolean tomography; for trees: Duffield, "Network Tomography of Binary
Network Performance Characteristics", 2006). Once it is settled whether the source's and the
target's side belong to it, no proxy has a say in another's, so one small table for the direct
edge and one for a proxy's pair of edges, joined by addition, hold all rules for any number of
proxies. ``locate`` joins them in Python, ``compiled`` does it in Zabbix; both from these tables.

A side does to every edge that crosses it what it does to the least ill of them; an edge that is
worse than all segments that explain it is a misfit, and of explanations of the same size the one
with fewer misfits fits better.
"""

from functools import cache
from itertools import product
from typing import NamedTuple

from multipath.diagnosis.state import Health

HEALTHS = len(Health)

PROXY_SIDE, SOURCE_PROXY, PROXY_TARGET = "w", "a", "b"
"""What a proxy's option names: its side, the middle of source→proxy, that of proxy→target."""

DIRECT = "d"
"""What the direct edge's option names: its private middle."""


class Option(NamedTuple):
    """One way to explain what the two sides leave open: ``blamed`` as (what, its health)."""

    blamed: tuple[tuple[str, Health], ...]
    misfits: int


def direct_options(direct: Health, source: Health, target: Health) -> tuple[Option, ...]:
    """Return the smallest explanations of the direct edge.

    Args:
        direct: the edge's health.
        source: what the source's side does to its edges; unknown if it is not blamed.
        target: likewise.
    """
    if direct.bad and not (source or target):
        return (Option(((DIRECT, direct),), 0),)
    return (Option((), _misfit(direct, source, target)),)


def proxy_options(
    source_proxy: Health, proxy_target: Health, source: Health, target: Health
) -> tuple[Option, ...]:
    """Return the smallest explanations of a proxy's two edges; arguments as above."""
    open_a = source_proxy.bad and not source
    open_b = proxy_target.bad and not target
    if not (open_a or open_b):
        misfits = _misfit(source_proxy, source) + _misfit(proxy_target, target)
        return (Option((), misfits),)
    middles = ((SOURCE_PROXY, source_proxy),) * open_a + ((PROXY_TARGET, proxy_target),) * open_b
    by_middles = Option(
        middles,
        _misfit(source_proxy, source or source_proxy)
        + _misfit(proxy_target, target or proxy_target),
    )
    if Health.GOOD in {source_proxy, proxy_target}:
        return (by_middles,)
    side = min(health for health in (source_proxy, proxy_target) if health.bad)
    misfits = _misfit(source_proxy, source, side) + _misfit(proxy_target, target, side)
    by_side = Option(((PROXY_SIDE, side),), misfits)
    return (by_side,) if open_a and open_b else (by_side, by_middles)


class Tables(NamedTuple):
    """Both rules as data: what either gives, as text, and which of them for which arguments.

    An entry of ``outcomes`` parts its options by ``|``; each reads as what it blames with the
    digit of its health, then its misfits: ``w4a50``. The place of a character in ``direct`` and
    ``proxy`` is the arguments as digits to the base 6, the first argument least; its code less
    that of ``0`` is the place in ``outcomes``.
    """

    outcomes: tuple[str, ...]
    direct: str
    proxy: str


@cache
def tables() -> Tables:
    """Return both rules as tables."""
    direct = [_text(direct_options(*reversed(each))) for each in product(Health, repeat=3)]
    proxy = [_text(proxy_options(*reversed(each))) for each in product(Health, repeat=4)]
    places = {text: chr(ord("0") + at) for at, text in enumerate(dict.fromkeys(direct + proxy))}
    return Tables(
        outcomes=tuple(places),
        direct="".join(places[text] for text in direct),
        proxy="".join(places[text] for text in proxy),
    )


def _misfit(edge: Health, *blamed: Health) -> int:
    """Return 1 if an edge is worse than what it is explained by."""
    return int(edge.bad and edge > max(blamed))


def _text(options: tuple[Option, ...]) -> str:
    return "|".join(
        "".join(f"{what}{health:d}" for what, health in option.blamed) + str(option.misfits)
        for option in options
    )
