"""When nothing was answered, and on which edges."""

from collections.abc import Iterable

from multipath.report.cycle import HOUR_S, Cycle
from multipath.report.outage import Outage, Outages, together
from tests.report.makers import CYCLE_S, EDGES, NOON_S, good, hour, lost, unsent


def found(cycles: Iterable[Cycle], number: int = 1) -> list[tuple[float, float, bool]]:
    """Return begin, end (seconds after noon) and whether it ended."""
    outages = Outages(EDGES[number - 1])
    for cycle in cycles:
        outages.add(cycle)
    return [(each.begin_s - NOON_S, each.end_s - NOON_S, each.ended) for each in outages.found()]


def cycles(pattern: str) -> list[Cycle]:
    """Return a cycle for each letter: good, lost, unsent; a blank is none."""
    make = {"g": good, "l": lost, "u": unsent}
    return [
        make[letter](NOON_S + place * CYCLE_S)
        for place, letter in enumerate(pattern)
        if letter != " "
    ]


def test_three_lost_cycles_are_an_outage_until_the_first_answer() -> None:
    assert found(cycles("gglllgg")) == [(20, 50, True)]


def test_two_lost_cycles_are_only_loss() -> None:
    assert found(cycles("gllgllg")) == []


def test_an_outage_that_lasts_yet_ends_with_the_last_cycle() -> None:
    assert found(cycles("gllll")) == [(10, 50, False)]


def test_an_outage_ends_where_nobody_measures_any_more() -> None:
    assert found(cycles("glll      ggg")) == [(10, 40, False)]


def test_a_cycle_that_is_missing_does_not_end_an_outage() -> None:
    assert found(cycles("glll lllg")) == [(10, 80, True)]


def test_a_cycle_that_sent_nothing_says_nothing() -> None:
    assert found(cycles("glluulg")) == [(10, 60, True)]


def test_an_hour_of_trends_without_any_answer_is_an_outage() -> None:
    assert found([hour(NOON_S, loss=100), hour(NOON_S + HOUR_S)]) == [(0, HOUR_S, True)]


def _outage(begin_s: float, end_s: float, number: int, *, ended: bool = True) -> Outage:
    return Outage(begin_s, end_s, (EDGES[number - 1],), ended)


def test_edges_that_fall_and_rise_together_are_one_outage() -> None:
    joined = together([_outage(100, 200, 1), _outage(105, 204, 3), _outage(96, 198, 2)])
    assert joined == [Outage(96, 204, EDGES[:3], ended=True)]


def test_edges_that_do_not_are_several_in_order_of_time() -> None:
    long, short = _outage(100, 1000, 1), _outage(105, 200, 2)
    other_day, open_end = _outage(9000, 9100, 1), _outage(9000, 9100, 4, ended=False)
    assert together([other_day, short, open_end, long]) == [long, short, other_day, open_end]
