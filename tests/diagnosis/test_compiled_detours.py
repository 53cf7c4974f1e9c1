from random import Random

import dukpy

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
