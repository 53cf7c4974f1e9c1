"""Which outages come back, on which edges, and which do not."""

import random

from multipath.report.comeback import comebacks
from multipath.report.outage import Outage
from tests.report.makers import EDGES, NOON_S

REKEY_S = 28800


def outage(begin_s: float, *numbers: int) -> Outage:
    return Outage(begin_s, begin_s + 60, tuple(EDGES[number - 1] for number in numbers), ended=True)


def test_a_tunnel_that_dies_at_every_rekey_is_named_on_its_edge() -> None:
    rng = random.Random(1)  # noqa: S311 - jitter for a test
    rekeys = [outage(NOON_S + turn * REKEY_S + rng.uniform(-30, 30), 4) for turn in range(6)]
    others = [outage(NOON_S + rng.uniform(0, 6 * REKEY_S), 2) for _ in range(8)]
    (found,) = comebacks([*rekeys, *others])
    assert [edge.number for edge in found.edges] == [4]
    assert abs(found.recurrence.period_s - REKEY_S) < 30
    assert abs(found.recurrence.next_s - (NOON_S + 6 * REKEY_S)) < 90
    assert "IPsec" in found.recurrence.cause
    assert found.confidence > 0.999


def test_edges_that_fall_together_come_back_as_one() -> None:
    nightly = [outage(NOON_S + day * 86400, 1, 2, 3) for day in range(7)]
    alone = [outage(NOON_S + 7 * 86400, 2)]
    (found,) = comebacks([*nightly, *alone])
    assert [edge.number for edge in found.edges] == [1, 2, 3]
    assert (found.recurrence.outages, found.recurrence.of) == (8, 8)


def test_two_rhythms_are_two() -> None:
    nightly = [outage(NOON_S + day * 86400, 5) for day in range(7)]
    hourly = [outage(NOON_S + 1800 + hour * 3600, 4) for hour in range(48)]
    found = comebacks([*nightly, *hourly])
    assert [[edge.number for edge in each.edges] for each in found] == [[4], [5]]


def test_each_edge_looked_at_makes_a_period_less_sure() -> None:
    five = [outage(NOON_S + turn * REKEY_S, 4) for turn in range(5)]
    (alone,) = comebacks(five)
    (among,) = comebacks([*five, outage(NOON_S + 100, 1), outage(NOON_S + 5000, 2)])
    assert among.chance == 3 * alone.chance


def test_random_outages_have_no_period() -> None:
    rng = random.Random(3)  # noqa: S311 - outages for a test
    for _ in range(40):
        random_ones = [
            outage(NOON_S + rng.uniform(0, 30 * 86400), rng.randint(1, 5)) for _ in range(60)
        ]
        assert comebacks(random_ones) == []
