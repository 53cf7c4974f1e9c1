"""Four days of sh-la as its Zabbix would hold them, with known faults in them."""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from multipath import names
from multipath.diagnosis.compiled import code, encode
from multipath.diagnosis.detours import Leg, routes
from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from multipath.topology.edges import edges
from multipath.topology.loader import load
from tests.system import past
from tests.system.steps import EXAMPLE

HOUR_S, DAY_S, EVERY_S = 3600, 86400, 30
END_S = int(time.time()) // HOUR_S * HOUR_S
BEGIN_S = END_S - 4 * DAY_S
REKEY_S, REKEY_DOWN_S = 28800, 120
USUAL_S = {1: 0.182, 2: 0.152, 3: 0.106, 4: 0.034, 5: 0.048}
"""The RTT of each edge when it is well."""

TOPOLOGY = load([EXAMPLE])[0]
EDGES = edges(TOPOLOGY)
PATH = Path.of(TOPOLOGY)
ADVISED = 2
"""The number of the route that Zabbix always advised: via proxy2."""

ROUTES = [names.route(), *(names.route(proxy) for proxy in PATH.proxies)]


@dataclass(frozen=True)
class Fault:
    """What a segment does to the edges that cross it, from ``begin_s`` until before ``end_s``."""

    segment: str
    begin_s: int
    end_s: int
    loss_percent: float = 0.0
    delay_s: float = 0.0


def rekeys(rng: random.Random) -> list[Fault]:
    """Return outages of the way to proxy1 that come back every eight hours, give or take 30 s."""
    due_s = range(BEGIN_S + 5010, END_S - HOUR_S, REKEY_S)
    begins_s = [due + EVERY_S * rng.randint(-1, 1) for due in due_s]
    return [
        Fault("zabbix-sh>proxy1", begin, begin + REKEY_DOWN_S, loss_percent=100)
        for begin in begins_s
    ]


REKEYS = rekeys(random.Random(1))  # noqa: S311 - jitter for a test
DOWN = Fault("la", END_S - 30 * HOUR_S, END_S - 30 * HOUR_S + 600, loss_percent=100)
LOSSY = Fault("la", END_S - 20 * HOUR_S, END_S - 20 * HOUR_S + 1200, loss_percent=30)
SLOW = Fault("zabbix-sh>la", END_S - 3 * HOUR_S, END_S - 2 * HOUR_S, delay_s=0.060)
LATEST = Fault("zabbix-sh", END_S - 600, END_S, loss_percent=20)
FAULTS = (*REKEYS, DOWN, LOSSY, SLOW, LATEST)


def figures(number: int, second: int, rng: random.Random) -> past.Figures:
    """Return what an edge measured in a cycle."""
    here = [
        fault
        for fault in FAULTS
        if fault.begin_s <= second < fault.end_s and fault.segment in PATH.crossed(number - 1)
    ]
    loss = min(100.0, sum(fault.loss_percent for fault in here))
    if loss >= 100:
        return past.lost()
    rtt_s = USUAL_S[number] + sum(fault.delay_s for fault in here)
    return past.answered(rtt_s, rng, loss_percent=loss)


def health(number: int, measured: past.Figures) -> Health:
    """Return an edge's health by the faults of this story: known at once."""
    if measured["loss"] >= 100:
        return Health.DOWN
    if measured["loss"] > 5:
        return Health.LOSSY
    return Health.SLOW if measured["rtt.p50"] > 1.2 * USUAL_S[number] else Health.GOOD


Rows = Iterator[tuple[past.Key, int, int, float | str]]
_KEPT = ("loss", "sent", "jitter", "rtt.p50")


def rows() -> Rows:
    """Yield every value of the story: host and key, seconds, nanoseconds, value."""
    rng = random.Random(2)  # noqa: S311 - noise for a test
    host = names.path_host(TOPOLOGY.name)
    for second in range(BEGIN_S, END_S, EVERY_S):
        measured = {edge.number: figures(edge.number, second, rng) for edge in EDGES}
        for edge in EDGES:
            for metric in _KEPT:
                if metric in measured[edge.number]:
                    yield past.metric(edge, metric), second, 0, measured[edge.number][metric]
        healths = tuple(health(edge.number, measured[edge.number]) for edge in EDGES)
        for edge, each in zip(EDGES, healths, strict=True):
            yield past.metric(edge, names.METRIC_STATE), second, 0, int(each)
        (states,) = encode(healths)
        yield (host, names.verdict_key(TOPOLOGY.name, "states")), second, 0, states
        verdict = code(PATH, locate(PATH, healths))
        yield (host, names.verdict_key(TOPOLOGY.name, "code")), second, 0, verdict
        for metric, value in _of_routes(measured).items():
            yield (host, metric), second, 0, value


def _of_routes(measured: Mapping[int, past.Figures]) -> dict[str, float]:
    legs = [Leg(each.get("rtt.p50"), each["loss"] / 100) for each in measured.values()]
    best = names.route_key(TOPOLOGY.name, names.BEST_ROUTE, "number")
    values: dict[str, float] = {best: ADVISED}
    for route, name in zip(routes(PATH, legs), ROUTES, strict=True):
        values[names.route_key(TOPOLOGY.name, name, "loss")] = 100 * route.loss_ratio
        if route.rtt_s is not None:
            values[names.route_key(TOPOLOGY.name, name, "rtt")] = route.rtt_s
    return values
