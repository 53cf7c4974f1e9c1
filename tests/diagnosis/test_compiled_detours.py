from collections.abc import Sequence
from itertools import pairwise
from random import Random

import dukpy
import pytest

from multipath.diagnosis.compiled_detours import FIRST_ADVICE, encode, script, told
from multipath.diagnosis.detours import Advice, Leg, Margins, Route, advise, routes
from tests.diagnosis.paths import path

RUN = "dukpy.values.map(new Function('value', dukpy.script))"


def run(values: list[str]) -> list[str]:
    """Return what the script says, run by Zabbix's JavaScript engine."""
    said: list[str] = dukpy.evaljs(RUN, script=script(), values=values)
    return said


def drawn_leg(random: Random) -> Leg | None:
    kind = random.random()
    if kind < 0.1:
        return None
    if kind < 0.2:
        return Leg(None, 1.0)
    return Leg(random.uniform(0.02, 0.2), random.choice([0.0, 0.0, 0.01, 0.3]))


def test_the_script_advises_what_python_advises() -> None:
    random = Random(11)
    values, expected = [], []
    for _ in range(3000):
        on = path(random.randint(0, 5))
        found = routes(on, [drawn_leg(random) for _ in on.edges])
        before = Advice(random.choice(["", *on.proxies]), random.randint(0, 3))
        values.append(encode(on.proxies, before, found))
        expected.append(told(on.proxies, advise(before, found, Margins()), found))
    assert run(values) == expected


def test_without_any_costs_the_advice_stays() -> None:
    assert run([FIRST_ADVICE, "2 3 0.1", "1 2 - -1 0 -1 0"]) == ["0 0 -", "2 3 -", "1 2 -"]


def test_a_route_is_advised_in_the_fourth_window_and_tells_what_it_saves() -> None:
    found = [Route("", 0.182, 0.0), Route("p1", 0.154, 0.0)]
    advice, said = Advice(), []
    for _ in range(4):
        (text,) = run([encode(["p1"], advice, found)])
        said.append(text)
        number, beaten, _ = text.split(" ")
        advice = Advice("p1" if number == "1" else "", int(beaten))
    assert said == ["0 1 0.000000", "0 2 0.000000", "0 3 0.000000", "1 0 0.028000"]


WINDOWS_A_DAY = 24 * 60
FOLLOW = """
var next = new Function('value', dukpy.script), advice = dukpy.first;
dukpy.costs.map(function (each) {
  advice = next(advice + ' ' + each);
  return Number(advice.split(' ')[0]);
})
"""


def followed(costs_s: Sequence[Sequence[float]]) -> list[int]:
    """Return the number of the route advised after each window, from the first advice on."""
    words = [" ".join(f"{cost_s!r} 0" for cost_s in window) for window in costs_s]
    said: list[int] = dukpy.evaljs(FOLLOW, script=script(), first=FIRST_ADVICE, costs=words)
    return said


def cost_s(rtt_s: float, random: Random) -> float:
    """Return what a route costs in a window of 120 packets, of which one in 500 is lost."""
    lost = sum(random.random() < 0.002 for _ in range(120))
    return random.gauss(rtt_s, 0.004) + lost / 120


@pytest.mark.parametrize("seed", range(5))
def test_a_day_of_noisy_near_ties_does_not_flap(seed: int) -> None:
    """Equal routes, and one that is better by just what it takes: then it may be taken, once."""
    random = Random(seed)
    equal = [[cost_s(0.18, random) for _ in range(3)] for _ in range(WINDOWS_A_DAY)]
    assert set(followed(equal)) == {0}
    better = [
        [cost_s(0.18, random), cost_s(0.18, random), cost_s(0.162, random)]
        for _ in range(WINDOWS_A_DAY)
    ]
    told = followed(better)
    assert sum(one != other for one, other in pairwise(told)) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_a_real_change_is_followed_within_five_windows_and_back(seed: int) -> None:
    random = Random(seed)
    told = followed(
        [
            [cost_s(0.24 if 20 <= minute < 40 else 0.15, random), cost_s(0.195, random)]
            for minute in range(60)
        ]
    )
    assert set(told[:20]) == {0}
    assert set(told[25:40]) == {1}
    assert set(told[45:]) == {0}
