"""What is done again and again."""

import itertools

import pytest

from multipath.agent.delivery.duty import Duty
from multipath.errors import AgentError


def failing() -> None:
    raise AgentError("no luck")


def pauses_s(chance: float, period_s: float = 1.0) -> list[float]:
    """How long a duty that always fails waits after each attempt."""
    duty = Duty("do it", period_s, failing, lambda: chance)
    waited_s = []
    for _ in range(8):
        duty.perform()
        waited_s.append(duty.pause_s())
    return waited_s


def test_pauses_grow_to_half_a_minute_and_are_spread_over_half_of_themselves() -> None:
    assert pauses_s(1.0) == [2, 4, 8, 16, 30, 30, 30, 30]
    assert pauses_s(0.0) == [1, 2, 4, 8, 15, 15, 15, 15]
    assert pauses_s(1.0, period_s=600.0) == [600.0] * 8


def test_agents_that_fail_together_do_not_try_together() -> None:
    duties = [Duty("do it", 1.0, failing) for _ in range(20)]
    for duty in duties:
        duty.perform()
    pauses = [duty.pause_s() for duty in duties]
    assert len(set(pauses)) > 15
    assert all(1.0 <= pause_s <= 2.0 for pause_s in pauses)


def test_success_ends_the_backoff_and_each_error_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes = itertools.chain(["a", "a", "b", ""], itertools.repeat(""))

    def action() -> None:
        if reason := next(outcomes):
            raise AgentError(reason)

    duty = Duty("do it", 1.0, action)
    caplog.set_level("INFO")
    for _ in range(5):
        duty.perform()
    assert duty.pause_s() == 1.0
    assert [record.getMessage() for record in caplog.records] == [
        "cannot do it: a; trying again",
        "cannot do it: b; trying again",
        "can do it again, after 3 attempts",
    ]
