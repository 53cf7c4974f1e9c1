import pytest

from multipath.diagnosis.state import EdgeState, Health, Ill, Reading, judge
from multipath.topology.model import Thresholds

LIMITS = Thresholds()  # 5 %, 300 ms, silent after 120 s


@pytest.mark.parametrize(
    ("reading", "health"),
    [
        (None, Health.UNKNOWN),
        (Reading(age_s=121, loss_percent=100, rtt_s=None), Health.UNKNOWN),
        (Reading(age_s=120, loss_percent=100, rtt_s=None), Health.DOWN),
        (Reading(age_s=1, loss_percent=5.1, rtt_s=0.9), Health.LOSSY),
        (Reading(age_s=1, loss_percent=5.0, rtt_s=0.31), Health.SLOW),
        (Reading(age_s=1, loss_percent=5.0, rtt_s=0.3), Health.GOOD),
    ],
)
def test_an_edge_is_judged_by_its_last_measurement(reading: Reading | None, health: Health) -> None:
    assert judge(reading, LIMITS) is health


def test_a_health_is_a_state_and_what_ails_it() -> None:
    assert [each.state for each in Health] == [
        EdgeState.UNKNOWN,
        EdgeState.GOOD,
        *[EdgeState.BAD] * 4,
    ]
    assert [each.ill for each in Health if each.bad] == [
        Ill.JITTERY,
        Ill.SLOW,
        Ill.LOSSY,
        Ill.DOWN,
    ]
    assert Health.UNKNOWN.ill is Health.GOOD.ill is None
