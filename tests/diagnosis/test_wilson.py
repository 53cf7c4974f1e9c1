import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.diagnosis.wilson import wilson


@pytest.mark.parametrize(("sent", "upper"), [(3, 0.56), (20, 0.16), (300, 0.013)])
def test_no_loss_leaves_room_for_some(sent: int, upper: float) -> None:
    bounds = wilson(0, sent, 1.96)
    assert bounds.lower == 0.0
    assert bounds.upper == pytest.approx(upper, abs=0.005)


def test_nothing_sent_tells_nothing() -> None:
    assert wilson(0, 0, 1.96) == (0.0, 1.0)


@given(st.integers(1, 1000), st.data(), st.floats(0.1, 6))
def test_the_bounds_enclose_the_ratio_and_mirror(sent: int, data: st.DataObject, z: float) -> None:
    lost = data.draw(st.integers(0, sent))
    lower, upper = wilson(lost, sent, z)
    assert 0 <= lower <= lost / sent <= upper <= 1
    mirrored = wilson(sent - lost, sent, z)
    assert mirrored == pytest.approx((1 - upper, 1 - lower), abs=1e-9)
