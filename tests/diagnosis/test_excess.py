import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.diagnosis.excess import delay_shares, loss_shares
from tests.diagnosis.paths import SH_LA, path

USUAL = [0.002] * 5


def test_a_delay_on_one_side_is_that_sides() -> None:
    shares = delay_shares(SH_LA, [0.0601, 0.0598, 0.0602, 0.0005, -0.0004])
    assert shares == {"la": pytest.approx(0.06, abs=0.001)}


def test_two_delays_are_taken_apart() -> None:
    shares = delay_shares(SH_LA, [0.060, 0.020, 0.020, 0.040, 0.040])
    assert shares == {
        "zabbix-sh": pytest.approx(0.040, abs=1e-4),
        "la": pytest.approx(0.020, abs=1e-4),
    }


def test_loss_ratios_combine_as_chances_do() -> None:
    shares = loss_shares(SH_LA, [0.3, 0.3, 0.3, 0.002, 0.002], USUAL)
    assert shares == {"la": pytest.approx(0.3, abs=0.002)}
    both = 1 - 0.9 * 0.8
    shares = loss_shares(SH_LA, [both, 0.2, 0.2, 0.1, 0.1], [0.0] * 5)
    assert shares == {"la": pytest.approx(0.2, abs=1e-3), "zabbix-sh": pytest.approx(0.1, abs=1e-3)}


def test_all_lost_is_nearly_all() -> None:
    assert loss_shares(SH_LA, [1.0, 0.0, 0.0, 1.0, 1.0], USUAL) == {
        "zabbix-sh": pytest.approx(0.999, abs=1e-3)
    }


def test_unknown_edges_say_nothing() -> None:
    assert delay_shares(SH_LA, [0.06, None, 0.06, 0.0, None]) == {"la": pytest.approx(0.06)}
    assert delay_shares(SH_LA, [None] * 5) == {}


def test_an_edge_that_is_faster_than_usual_owes_nothing() -> None:
    assert delay_shares(SH_LA, [-0.01, -0.02, 0.0, 0.0, 0.0]) == {}


@given(st.integers(1, 6), st.floats(0.005, 1.0), st.data())
def test_each_single_excess_is_found_with_its_size(
    proxies: int, size_s: float, data: st.DataObject
) -> None:
    on = path(proxies)
    ill = data.draw(st.sampled_from(on.segments))
    excess = [size_s if ill in on.crossed(edge) else 0.0 for edge in range(len(on.edges))]
    shares = delay_shares(on, excess)
    assert shares == {ill: pytest.approx(size_s, rel=1e-3)}


@given(st.lists(st.floats(-0.1, 1.0), min_size=9, max_size=9))
def test_no_segment_carries_more_than_its_worst_edge(excess: list[float]) -> None:
    on = path(4)
    for segment, amount in delay_shares(on, excess).items():
        assert 0 < amount <= max(excess[edge] for edge in on.crossing(segment)) * 1.001 + 1e-6
