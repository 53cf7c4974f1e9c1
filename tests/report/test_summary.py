"""The figures of an edge over the whole time."""

import pytest

from multipath.report.cycle import HOUR_S, Cycle
from multipath.report.span import quantile
from multipath.report.summary import Hour, Summary, Summing
from tests.report.makers import CYCLE_S, EDGES, NOON_S, good, hour, lost, unsent


def summary(*cycles: Cycle, hours: int = 1) -> Summary:
    summing = Summing(EDGES[0], NOON_S, NOON_S + hours * HOUR_S)
    for cycle in cycles:
        summing.add(cycle)
    return summing.summary()


def rounded(hour: Hour | None) -> Hour | None:
    return hour and Hour(hour.begin_s, round(hour.loss_percent, 6), round(hour.rtt_s or 0, 6))


def times(number: int) -> range:
    return range(NOON_S, NOON_S + number * CYCLE_S, CYCLE_S)


def test_a_good_hour() -> None:
    said = summary(*(good(at) for at in times(360)))
    assert (said.measured_percent, said.available_percent, said.loss_percent) == (100, 100, 0)
    assert (said.median_s, said.p95_s) == (0.1, 0.1)
    assert said.jitter_s == pytest.approx(0.002)
    assert rounded(said.worst) == Hour(NOON_S, 0.0, 0.1)
    assert not said.from_trends


def test_lost_cycles_count_for_availability_and_loss_and_have_no_rtt() -> None:
    said = summary(*(good(at) if at % 100 else lost(at) for at in times(360)))
    assert said.available_percent == pytest.approx(90)
    assert said.loss_percent == pytest.approx(10)
    assert said.median_s == 0.1


def test_what_was_not_measured_is_not_unavailable() -> None:
    said = summary(*(good(at) for at in times(180)), unsent(NOON_S + 3000))
    assert said.measured_percent == 50
    assert said.available_percent == 100


def test_nothing_measured_is_no_figure() -> None:
    assert summary() == Summary(0.0, None, None, None, None, None, None, from_trends=False)


def test_p95_is_what_all_but_one_of_twenty_do_not_exceed() -> None:
    said = summary(*(good(at, rtt_s=0.3 if at % 200 == 0 else 0.1) for at in times(400)))
    assert said.p95_s == 0.1
    said = summary(*(good(at, rtt_s=0.3 if at % 100 == 0 else 0.1) for at in times(400)))
    assert said.p95_s == 0.3


def test_the_worst_hour_is_the_lossiest_then_the_slowest() -> None:
    calm = [good(NOON_S + second) for second in range(0, HOUR_S, CYCLE_S)]
    slow = [good(NOON_S + HOUR_S + second, 0.2) for second in range(0, HOUR_S, CYCLE_S)]
    assert rounded(summary(*calm, *slow, hours=2).worst) == Hour(NOON_S + HOUR_S, 0.0, 0.2)
    lossy = [*calm[:-1], good(NOON_S + 3590, loss=36)]
    assert rounded(summary(*lossy, *slow, hours=2).worst) == Hour(NOON_S, 0.1, 0.1)


def test_an_hour_of_trends_weighs_as_much_as_its_cycles() -> None:
    second = [good(NOON_S + HOUR_S + second, 0.3) for second in range(0, HOUR_S // 2, CYCLE_S)]
    said = summary(hour(NOON_S), *second, hours=2)
    assert said.median_s == 0.1
    assert said.measured_percent == 75
    assert said.from_trends


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([(3.0, 1)], 0.5, 3.0),
        ([(3.0, 1), (1.0, 1), (2.0, 1)], 0.5, 2.0),
        ([(1.0, 1), (9.0, 99)], 0.5, 9.0),
        ([(1.0, 1), (2.0, 1)], 1.0, 2.0),
        ([(1.0, 1), (2.0, 1)], 0.0, 1.0),
    ],
)
def test_weighted_quantiles(
    values: list[tuple[float, int]], share: float, expected: float | None
) -> None:
    assert quantile(values, share) == expected
