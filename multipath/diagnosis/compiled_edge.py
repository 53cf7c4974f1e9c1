"""The rules of ``edge_health`` as Zabbix runs them: expressions of calculated items. Pure.

They are evaluated ``LOOKS`` times in a cycle. What must be remembered is read back from the
items' own history. A comparison is 1 or 0; all that is counted with ``count`` is 0 without data,
and anything else that lacks data makes the item unsupported, which is taken as 0: unknown.
"""

from dataclasses import dataclass
from math import ceil

from multipath.diagnosis import edge_health
from multipath.diagnosis.cuts import (
    HEAVY_CYCLES,
    RECENT_CYCLES,
    SUSTAINED_CYCLES,
    TREND_CYCLES,
    Cuts,
    cuts,
)
from multipath.diagnosis.state import Health

USUAL_WINDOW, USUAL_PERCENT = "2h", 25
"""An edge's usual RTT: that of its best quarter of this time. What lasts for less than the other
three quarters does not become usual."""

LOOKS = 4
"""How often a cycle the rules are evaluated: the sooner what it shows is told."""

_FRESH_CYCLES, _DELIVERY_S = 3, 5
_RECENT, _TREND = f"#{RECENT_CYCLES}", f"#{TREND_CYCLES}"
_SUSTAINED, _HEAVY = f"#{SUSTAINED_CYCLES}", f"#{HEAVY_CYCLES}"


@dataclass(frozen=True, slots=True)
class EdgeItems:
    """Where an edge's figures are, as Zabbix's expressions write it (``/host/key``).

    Args:
        loss: loss in per cent.
        rtt: median RTT in seconds.
        jitter: jitter in seconds.
        usual: the usual RTT in seconds.
        pace: the item of ``pace`` itself.
        state: the item of ``state`` itself.
        confirmed: TCP handshakes beside the pings that were answered in a cycle; None without.
        max_loss: the user macro of the loss in per cent that is too much at once.
        max_rtt: that of the RTT in seconds.
        max_jitter: that of the jitter in seconds.
    """

    loss: str
    rtt: str
    jitter: str
    usual: str
    pace: str
    state: str
    confirmed: str | None
    max_loss: str
    max_rtt: str
    max_jitter: str


def fresh_s(cycle_s: float) -> float:
    """Return for how long a value counts: after that an edge is unknown."""
    return _FRESH_CYCLES * cycle_s + _DELIVERY_S


def look_s(cycle_s: float) -> int:
    """Return the seconds between two evaluations; Zabbix has whole ones only."""
    return max(1, int(cycle_s / LOOKS))


def looks(cycles: float, cycle_s: float) -> int:
    """Return how many evaluations in a row span so many cycles, from the first to the last.

    One spans half a cycle at most: delivery takes its time, however short cycles are.
    """
    return ceil(cycles * max(2, cycle_s / look_s(cycle_s))) + 1


def usual(items: EdgeItems) -> str:
    """Return the expression of the usual RTT."""
    return f"percentile({items.rtt},{USUAL_WINDOW},{USUAL_PERCENT})"


def pace(items: EdgeItems, packets: int) -> str:
    """Return the expression of an edge's health by RTT and jitter alone (``Judgement.pace``)."""
    margin_s, ratio, part = edge_health.MARGIN_S, edge_health.MARGIN_RATIO, edge_health.LOW_RATIO
    high = f"min({_above(items.usual, margin_s, ratio)},{items.max_rtt})"
    low = f"min({_above(items.usual, margin_s / 2, ratio / 2)},{part}*{items.max_rtt})"
    slow = _sustained(items.pace, Health.SLOW, items.rtt, high, low)
    quiet = f"(last({items.rtt})<={high})"
    if packets == 1:  # no two replies, no jitter
        return f"max({Health.SLOW:d}*{slow},{quiet})"
    low = f"{part}*{items.max_jitter}"
    jittery = _sustained(items.pace, Health.JITTERY, items.jitter, items.max_jitter, low)
    quiet += f"*(last({items.jitter})<={items.max_jitter})"
    return f"max({Health.SLOW:d}*{slow},{Health.JITTERY:d}*{jittery},{quiet})"


def state(items: EdgeItems, packets: int, cycle_s: float, loss_percent: float) -> str:
    """Return the expression of an edge's health.

    Args:
        items: where its figures are.
        packets: in a cycle.
        cycle_s: length of a cycle in seconds.
        loss_percent: the threshold of loss at once that the counts are made for.
    """
    found = cuts(packets, loss_percent)
    fresh = f"(count({items.loss},{fresh_s(cycle_s):g}s)>0)"
    dead = "*".join(
        f'(count({items.loss},#{cycles},"ge",{percent:g})={cycles})'
        for cycles, percent in (
            (found.down_cycles, found.begun_percent),
            (found.down_cycles - 1, 100),
        )
    )
    terms = (
        f"{Health.DOWN:d}*{dead}",
        f"{Health.LOSSY:d}*{_lossy(items, found)}",
        *(
            f"{health:d}*{_last_was(items.pace, health)}"
            for health in (Health.SLOW, Health.JITTERY)
        ),
        f"{_last_was(items.pace, Health.GOOD)}*({_doubt(items, found, cycle_s)}=0)",
    )
    healthy = f"{fresh}*max({','.join(terms)})"
    return f"({filtered(items, cycle_s)}=0)*{healthy}" if items.confirmed else healthy


def filtered(items: EdgeItems, cycle_s: float) -> str:
    """Return the expression of whether an edge's pings are filtered (``edge_health.filtered``).

    Only for an edge with handshakes beside its pings. It is 0 where these have no fresh values.
    """
    answered = f'count({items.confirmed},#{HEAVY_CYCLES},"gt",0)={HEAVY_CYCLES}'
    return (
        f'(count({items.loss},{_SUSTAINED},"ge",100)>0)*({answered})'
        f"*(count({items.confirmed},{fresh_s(cycle_s):g}s)>0)"
    )


def _lossy(items: EdgeItems, found: Cuts) -> str:
    recent, trend = _light(items, found, _RECENT), _light(items, found, _TREND)
    heavy = (
        f"(min({items.loss},{_HEAVY})>{items.max_loss})"
        f"*(avg({items.loss},{_HEAVY})>={found.heavy_percent:g})"
    )
    too_many = (
        f"({_lossy_cycles(items, found)}>={HEAVY_CYCLES})"
        f"*(({recent}>={found.recent})+({trend}>={found.trend})>0)"
    )
    cleared = "+".join(
        (
            f"({recent}=0)",
            f"({recent}=1)*({trend}<{found.trend})",
            *(
                f"(max({items.loss},#{clean})<={found.one_percent:g})"
                f"*(avg({items.loss},{_RECENT})>={percent:g})"
                for clean, percent in found.clean_percent
            ),
        )
    )
    was = f'count({items.state},#1,"ge",{Health.LOSSY:d})'
    return f"({heavy}+({too_many}+{was}>0)*({cleared}=0)>0)"


def _doubt(items: EdgeItems, found: Cuts, cycle_s: float) -> str:
    ended = f'count({items.state},{edge_health.RECOVERY_CYCLES * cycle_s:g}s,"gt",{Health.GOOD:d})'
    recent = _light(items, found, _RECENT)
    return f"({ended}+({recent}>={edge_health.DOUBTFUL_LOSSES}))"


def _light(items: EdgeItems, found: Cuts, cycles: str) -> str:
    counts = (
        f'count({items.loss},{cycles},"gt",{percent:g})'
        for percent in (found.one_percent, found.two_percent)
    )
    return f"({'+'.join(counts)})"


def _lossy_cycles(items: EdgeItems, found: Cuts) -> str:
    return f'count({items.loss},{_SUSTAINED},"gt",{found.one_percent:g})'


def _last_was(item: str, health: Health) -> str:
    return f'count({item},#1,"eq",{health:d})'


def _sustained(pace_item: str, health: Health, item: str, high: str, low: str) -> str:
    was = _last_was(pace_item, health)
    enough = f"(count({item},{_SUSTAINED})={SUSTAINED_CYCLES})"
    return (
        f"(({was}=0)*{enough}*(min({item},{_SUSTAINED})>{high})"
        f"+{was}*(max({item},{_HEAVY})>={low})>0)"
    )


def _above(item: str, margin_s: float, ratio: float) -> str:
    return f"last({item})+max({margin_s:g},{ratio:g}*last({item}))"
