import math
from random import Random

import pytest

from multipath.diagnosis.detours import (
    DIRECT,
    Advice,
    Leg,
    Margins,
    Route,
    advise,
    gain_s,
    routes,
)
from tests.diagnosis.paths import SH_LA

MARGINS = Margins()
WINDOWS_A_DAY = 24 * 60  # of a minute each


def legs(direct_s: float, **loss: float) -> list[Leg | None]:
    return [
        Leg(direct_s, loss.get("direct", 0.0)),
        Leg(0.150, 0.0),
        Leg(0.104, loss.get("proxy2", 0.0)),
        Leg(0.030, 0.0),
        Leg(0.046, 0.0),
    ]


def test_through_a_proxy_medians_add_up_and_losses_combine() -> None:
    seen: list[Leg | None] = [Leg(0.18, 0.0), Leg(0.1, 0.1), None, Leg(0.03, 0.2), Leg(0.04, 0.0)]
    direct, via = routes(SH_LA, seen)
    assert (direct.via, direct.rtt_s, direct.loss_ratio) == (DIRECT, 0.18, 0.0)
    assert via.via == "proxy1"
    assert via.rtt_s == pytest.approx(0.13 + MARGINS.forwarding_s)
    assert via.loss_ratio == pytest.approx(1 - 0.9 * 0.8)


def test_a_dead_leg_makes_a_dead_route() -> None:
    seen: list[Leg | None] = [Leg(None, 1.0), Leg(0.1, 0.0), None, Leg(None, 1.0), None]
    direct, via = routes(SH_LA, seen)
    assert direct.rtt_s is via.rtt_s is None
    assert math.isinf(direct.cost_s)
    assert gain_s(direct, via) == 0.0
    assert gain_s(direct, Route("p", 0.1, 0.0)) == math.inf


def days_of_near_ties(seed: int) -> list[Advice]:
    """Return a day's advice where all routes are equal but for noise."""
    random = Random(seed)
    advice, told = Advice(), []
    for _ in range(WINDOWS_A_DAY):
        seen: list[Leg | None] = [
            Leg(random.gauss(0.180, 0.005), random.choice([0, 0, 0, 1 / 120])),
            Leg(random.gauss(0.149, 0.004), random.choice([0, 0, 0, 1 / 120])),
            Leg(random.gauss(0.103, 0.004), 0.0),
            Leg(random.gauss(0.030, 0.002), 0.0),
            Leg(random.gauss(0.076, 0.003), 0.0),
        ]
        advice = advise(advice, routes(SH_LA, seen, MARGINS), MARGINS)
        told.append(advice)
    return told


@pytest.mark.parametrize("seed", range(10))
def test_a_day_of_noisy_near_ties_changes_nothing(seed: int) -> None:
    assert {advice.via for advice in days_of_near_ties(seed)} == {DIRECT}


@pytest.mark.parametrize("seed", range(10))
def test_a_real_change_is_followed_within_five_minutes_and_back(seed: int) -> None:
    random = Random(seed)
    advice, told = Advice(), []
    for minute in range(60):
        direct_s = 0.150 + (0.060 if 20 <= minute < 40 else 0.0) + random.gauss(0, 0.003)
        advice = advise(advice, routes(SH_LA, legs(direct_s), MARGINS), MARGINS)
        told.append(advice.via)
    assert set(told[:20]) == {DIRECT}
    assert set(told[24:40]) == {"proxy2"}
    assert set(told[20:24]) <= {DIRECT, "proxy2"}
    # direct and via proxy2 are near again: there is no need to change back
    assert set(told[40:]) == {"proxy2"}


def test_a_dead_way_is_left_and_a_lossy_one_too() -> None:
    for ill in (Leg(None, 1.0), Leg(0.150, 0.10)):
        advice = Advice()
        for _ in range(MARGINS.windows):
            advice = advise(advice, routes(SH_LA, [ill, *legs(0.15)[1:]], MARGINS), MARGINS)
        assert advice.via == "proxy2"


def test_a_fast_but_lossy_detour_is_not_advised() -> None:
    advice = Advice()
    for _ in range(20):
        advice = advise(advice, routes(SH_LA, legs(0.18, proxy2=0.05), MARGINS), MARGINS)
    assert advice == Advice()


def test_an_unknown_route_is_neither_left_nor_taken() -> None:
    unknown = [None, *legs(0.18)[1:]]
    assert advise(Advice(), routes(SH_LA, unknown, MARGINS), MARGINS) == Advice()
    seen = legs(0.30)
    seen[2] = seen[1] = None
    assert advise(Advice(), routes(SH_LA, seen, MARGINS), MARGINS) == Advice()


def test_the_gain_must_last() -> None:
    advice = Advice()
    for direct_s in [0.25, 0.25, 0.25, 0.15] * 5:
        advice = advise(advice, routes(SH_LA, legs(direct_s), MARGINS), MARGINS)
        assert advice.via == DIRECT
