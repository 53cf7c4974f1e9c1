"""The expressions of an edge's health say what the rules in Python say, cycle by cycle."""

import re
from collections.abc import Callable, Sequence
from random import Random
from statistics import mean

import pytest

from multipath.diagnosis import compiled_edge
from multipath.diagnosis.compiled_edge import EdgeItems
from multipath.diagnosis.edge_health import Cycle, Judgement, Limits, step
from multipath.diagnosis.state import Health

CYCLE_S = 10.0
USUAL_S = 0.182
LIMITS = Limits(usual_rtt_s=USUAL_S)
ITEMS = EdgeItems(
    loss="/host/loss",
    rtt="/host/rtt",
    jitter="/host/jitter",
    usual="/host/usual",
    pace="/host/pace",
    state="/host/state",
    confirmed="/host/confirmed",
    max_loss=str(LIMITS.loss_percent),
    max_rtt=str(LIMITS.rtt_s),
    max_jitter=str(LIMITS.jitter_s),
)
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "ge": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "eq": lambda value, bound: value == bound,
}


class Values:
    """Histories of items at a moment, and the functions that Zabbix has for them."""

    def __init__(self) -> None:
        self._of: dict[str, list[tuple[float, float]]] = {}
        self.now_s = 0.0

    def add(self, item: str, value: float | None) -> None:
        if value is not None:
            self._of.setdefault(item, []).insert(0, (self.now_s, float(value)))

    def calculate(self, item: str, expression: str) -> float:
        """Evaluate an expression and keep its value; what lacks data is 0, as in the templates."""
        text = re.sub(r'"?(/host/\w+)"?', r"'\1'", expression)
        text = re.sub(r"(#\d+|(?<=,)\d+s)(?=[,)])", r"'\1'", text)
        text = re.sub(r"(?<![<>!])=", "==", text)
        known = {"count": self.count, "last": self.last, "avg": self.avg}
        known |= {"min": self.least, "max": self.most}
        try:
            value = float(eval(text, {"__builtins__": {}}, known))  # noqa: S307 - of our own making
        except LookupError:
            value = 0.0
        self.add(item, value)
        return value

    def _taken(self, item: str, period: str) -> list[float]:
        rows = self._of.get(item, [])
        if period.startswith("#"):
            return [value for _, value in rows[: int(period[1:])]]
        return [value for at_s, value in rows if at_s > self.now_s - float(period[:-1])]

    def count(self, item: str, period: str, how: str = "ge", bound: float = -1.0) -> int:
        return sum(COMPARE[how](value, bound) for value in self._taken(item, period))

    def last(self, item: str) -> float:
        return self._of[item][0][1]

    def avg(self, item: str, period: str) -> float:
        return mean(self._some(item, period))

    def least(self, *of: str | float) -> float:
        return self._extreme(min, of)

    def most(self, *of: str | float) -> float:
        return self._extreme(max, of)

    def _extreme(self, which: Callable[..., float], of: Sequence[str | float]) -> float:
        item, period = (*of, "")[:2]
        if isinstance(item, str) and isinstance(period, str):
            return which(self._some(item, period))
        return which(of)

    def _some(self, item: str, period: str) -> list[float]:
        if not (found := self._taken(item, period)):
            raise LookupError(item)
        return found


def in_zabbix(cycles: Sequence[Cycle]) -> list[int]:
    """Return the health after each cycle, as the items have it; they look twice in a cycle."""
    packets, values, told = cycles[0].sent, Values(), []
    pace = compiled_edge.pace(ITEMS, packets)
    state = compiled_edge.state(ITEMS, packets, CYCLE_S, LIMITS.loss_percent)
    values.add(ITEMS.usual, USUAL_S)
    for number, cycle in enumerate(cycles):
        for look in range(2):
            values.now_s = (number + look / 2) * CYCLE_S
            if look == 0:
                values.add(ITEMS.loss, cycle.loss_percent)
                values.add(ITEMS.rtt, cycle.rtt_s)
                values.add(ITEMS.jitter, cycle.jitter_s)
                values.add("/host/confirmed", int(cycle.confirmed))
            values.calculate(ITEMS.pace, pace)
            health = values.calculate(ITEMS.state, state)
            if look == 0:
                told.append(int(health))
    return told


def in_python(cycles: Sequence[Cycle]) -> list[int]:
    judgement, told = Judgement(), []
    for last in range(1, len(cycles) + 1):
        judgement = step(judgement, cycles[max(0, last - 30) : last], LIMITS)
        told.append(int(judgement.health))
    return told


def drawn(random: Random, packets: int) -> list[Cycle]:
    """Return an edge's story: stretches of one kind each, the first cycle of each in part.

    None is dead for thirty cycles: after that Zabbix still knows the RTT before, and Python does
    not, so that it tells slow a cycle later.
    """
    cycles: list[Cycle] = []
    while len(cycles) < 200:
        dead = bool(cycles) and cycles[-1].lost == packets
        ratio = 0.0 if dead else random.choice([0.0, 0.0, 0.0, 0.002, 0.03, 0.1, 0.3, 1.0])
        rtt_s = random.choice([USUAL_S, USUAL_S, 0.19, 0.2, 0.23, 0.5])
        jitter_s = random.choice([0.001, 0.001, 0.047, 0.09])
        confirmed = random.random() < 0.3
        for number in range(random.randint(1, 25)):
            share = random.random() if number == 0 else 1.0
            lost = sum(random.random() < ratio * share for _ in range(packets))
            rtt = rtt_s if lost < packets else None
            jitter = jitter_s if packets - lost > 1 else None
            cycles.append(Cycle(packets, lost, rtt, jitter, confirmed))
    return cycles


@pytest.mark.parametrize("packets", [3, 10, 20, 60])
def test_what_zabbix_calculates_is_what_python_says(packets: int) -> None:
    random, seen = Random(packets), set()
    for _ in range(12):
        cycles = drawn(random, packets)
        expected = in_python(cycles)
        assert in_zabbix(cycles) == expected
        seen |= set(expected)
    assert seen == {int(each) for each in Health}
