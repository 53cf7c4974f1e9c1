"""Which route was the best, by how much, and when it mattered."""

import math
from collections.abc import Iterable

import pytest

from multipath.diagnosis.detours import DIRECT, Route
from multipath.report.cycle import HOUR_S
from multipath.report.ways import WORST_HOURS, Gains, Point, Summary, Ways
from tests.report.makers import NOON_S

P1, P2 = "proxy1", "proxy2"
DEAD = None


def points(second: int, length_s: int = 60, **rtts_s: float | None) -> Iterable[Point]:
    """Return the figures of routes at a time; one without an RTT lost everything."""
    for name, rtt_s in rtts_s.items():
        via = DIRECT if name == "direct" else name
        if rtt_s is not None:
            yield Point(via, "rtt", NOON_S + second, length_s, rtt_s)
        yield Point(via, "loss", NOON_S + second, length_s, 100.0 if rtt_s is None else 0.0)


def summary(*figures: Iterable[Point]) -> Summary:
    ways = Ways((DIRECT, P1, P2))
    for each in figures:
        for point in each:
            ways.add(point)
    return ways.summary()


def test_each_minute_has_its_best() -> None:
    said = summary(
        points(0, direct=0.1, proxy1=0.2, proxy2=0.3),
        points(60, direct=0.2, proxy1=0.1, proxy2=0.3),
        points(120, direct=0.2, proxy1=0.1, proxy2=DEAD),
        points(180, direct=DEAD, proxy1=DEAD, proxy2=DEAD),
    )
    assert said.known_s == 240
    assert [way.best_ratio for way in said.ways] == [0.25, 0.5, 0.0]
    assert [way.dead_ratio for way in said.ways] == [0.25, 0.25, 0.5]


def test_cycles_of_a_minute_count_together() -> None:
    said = summary(points(0, direct=0.1, proxy1=0.12), points(30, direct=0.16, proxy1=0.12))
    assert said.known_s == 60
    assert [way.best_ratio for way in said.ways] == [0.0, 1.0, 0.0]
    assert said.gains is not None
    assert said.gains.p50_s == pytest.approx(0.01)
    assert said.ways[2].mean is None


def test_loss_costs_a_second_for_each_packet() -> None:
    lossy = Point(DIRECT, "loss", NOON_S, 60, 10.0)
    said = summary([Point(DIRECT, "rtt", NOON_S, 60, 0.1), lossy], points(0, proxy1=0.15))
    assert [way.best_ratio for way in said.ways] == [0.0, 1.0, 0.0]
    assert said.gains is not None
    assert said.gains.most_s == pytest.approx(0.1 + 0.1 - 0.15)


def test_an_hour_of_trends_counts_as_an_hour() -> None:
    said = summary(points(0, 3600, direct=0.1, proxy1=0.2), points(3600, direct=0.2, proxy1=0.1))
    assert said.known_s == 3660
    assert said.ways[0].best_ratio == pytest.approx(3600 / 3660)


def test_gains_are_a_distribution_and_dead_direct_ways_stand_apart() -> None:
    minutes = [points(60 * at, direct=0.1 + 0.001 * at, proxy1=0.1) for at in range(100)]
    dead = [points(60 * at, direct=DEAD, proxy1=0.1) for at in range(100, 110)]
    said = summary(*minutes, *dead)
    assert said.gains is not None
    spread = (said.gains.p10_s, said.gains.p50_s, said.gains.p90_s, said.gains.most_s)
    assert spread == pytest.approx((0.009, 0.049, 0.089, 0.099))
    assert said.gains.only_detour_s == 600


def test_the_worst_hours_of_the_direct_way_come_first() -> None:
    hours = [
        points(at * HOUR_S, HOUR_S, direct=0.1 + 0.01 * at, proxy1=0.1, proxy2=0.2)
        for at in range(8)
    ]
    said = summary(*hours, points(9 * HOUR_S, HOUR_S, direct=DEAD, proxy1=0.1))
    assert [(hour.begin_s - NOON_S) // HOUR_S for hour in said.worst] == [9, 7, 6, 5, 4]
    assert len(said.worst) == WORST_HOURS
    assert said.worst[0].saved_s == math.inf
    assert said.worst[1].saved_s == pytest.approx(0.07)
    assert said.worst[1].instead == Route(P1, 0.1, 0.0)


def test_a_direct_way_that_is_always_the_best_has_no_worst_hours() -> None:
    said = summary(points(0, direct=0.1, proxy1=0.2))
    assert said.worst == ()
    assert said.gains == Gains(0.0, 0.0, 0.0, 0.0, 0.0)


def test_of_nothing_nothing_is_said() -> None:
    for said in (summary(), summary(points(0, proxy1=0.1))):
        assert (said.known_s, said.gains, said.worst) == (0, None, ())
