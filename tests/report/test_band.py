"""The smoke band and its drawing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.report.band import MOST_BINS, Band, Bin
from multipath.report.cycle import HOUR_S, Cycle
from multipath.report.drawing import HEIGHT, LOSS_HEIGHT, LOSS_TOP, WIDTH, draw
from tests.report.makers import CYCLE_S, NOON_S, good, hour, lost


def bins(*cycles: Cycle, length_s: int = 60) -> list[Bin]:
    band = Band(NOON_S, NOON_S + length_s, CYCLE_S)
    for cycle in cycles:
        band.add(cycle)
    return list(band.bins())


def test_a_short_time_has_a_bin_for_each_cycle() -> None:
    made = bins(good(NOON_S), lost(NOON_S + 10), good(NOON_S + 55, 0.2))
    assert [each.loss_percent for each in made] == [0, 100, None, None, None, 0]
    assert made[0].rtt_s == pytest.approx((0.097, 0.098, 0.099, 0.1, 0.101, 0.102, 0.103))
    assert made[1].rtt_s == ()


def test_a_long_time_has_bins_of_several_cycles() -> None:
    made = bins(good(NOON_S, 0.1), good(NOON_S + 10, 0.2), length_s=24 * HOUR_S)
    assert len(made) == MOST_BINS
    low, *_, median, _, _, high = made[0].rtt_s
    assert (low, median, high) == pytest.approx((0.097, 0.15, 0.203))


def test_an_hour_of_trends_fills_its_bins() -> None:
    made = bins(hour(NOON_S), length_s=2 * HOUR_S)
    known = [each.loss_percent is not None for each in made]
    assert known == [True] * (len(made) // 2) + [False] * (len(made) // 2)


def test_cycles_that_start_with_a_jitter_leave_no_gap() -> None:
    made = bins(*(good(NOON_S + at + (at % 3) / 2) for at in range(0, 60, 10)))
    assert None not in [each.loss_percent for each in made]


def _numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", path)]


@given(
    st.lists(
        st.one_of(
            st.just(Bin()),
            st.just(Bin(100.0)),
            st.builds(
                lambda rtts, loss: Bin(loss, tuple(sorted(rtts))),
                st.lists(st.floats(0, 3600), min_size=7, max_size=7),
                st.floats(0, 99),
            ),
        ),
        min_size=1,
        max_size=40,
    ),
    st.floats(0.001, 10),
)
def test_whatever_was_measured_the_shapes_stay_in_the_picture(
    made: list[Bin], threshold_s: float
) -> None:
    drawing = draw(made, threshold_s)
    for path in (*drawing.areas, drawing.median):
        assert all(0 <= number <= WIDTH for number in _numbers(path))
        assert bool(path) == any(each.rtt_s for each in made)
    for bar in (*drawing.loss, *drawing.unknown):
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH + 1e-6
        assert bar.y + bar.height <= LOSS_TOP + LOSS_HEIGHT + 1e-6
    assert len(drawing.loss) == sum(bool(each.loss_percent) for each in made)
    assert all(0 <= tick.at <= HEIGHT for tick in drawing.ticks)
    assert 1 <= len(drawing.ticks) <= 10


def test_the_band_breaks_where_nothing_was_answered() -> None:
    some = Bin(0.0, (0.097, 0.098, 0.099, 0.1, 0.101, 0.102, 0.103))
    drawing = draw([some, Bin(100.0), some, Bin(), some], 0.2)
    assert drawing.median.count("M") == 3
    assert all(path.count("Z") == 3 for path in drawing.areas)
    assert [bar.height for bar in drawing.loss] == [LOSS_HEIGHT]
    assert [(bar.x, bar.width) for bar in drawing.unknown] == [(WIDTH * 3 / 5, WIDTH / 5)]


def test_an_area_goes_out_on_the_greater_rtt_and_back_on_the_lesser() -> None:
    drawing = draw([Bin(0.0, (0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.2))], 0.13)
    left, top, _, right, bottom, left_again = _numbers(drawing.areas[0])
    assert (left, right, left_again) == (0, WIDTH, 0)
    assert 0 <= top < bottom <= HEIGHT
    assert drawing.threshold == pytest.approx(_numbers(drawing.median)[1], abs=0.1)


def test_a_single_spike_does_not_flatten_the_picture() -> None:
    calm = Bin(0.0, (0.097, 0.098, 0.099, 0.1, 0.101, 0.102, 0.103))
    spike = Bin(0.0, (*calm.rtt_s[:-1], 3.0))
    ticks = draw([*[calm] * 300, spike], 0.2).ticks
    assert all(float(tick.label) < 200 for tick in ticks)
