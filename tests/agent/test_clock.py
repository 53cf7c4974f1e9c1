"""Durations do not follow the wall clock; values' times strictly increase."""

import pytest

from multipath.agent.sockets.clock import StampClock, ValueClock

S = 1_000_000_000
MS = 1_000_000


class Time:
    """Both clocks of a host, in a test's hand."""

    def __init__(self) -> None:
        self.monotonic = 1000 * S
        self.offset = 1_700_000_000 * S

    def wall_ns(self) -> int:
        return self.monotonic + self.offset

    def monotonic_ns(self) -> int:
        return self.monotonic


def test_a_stamp_is_converted_exactly() -> None:
    time = Time()
    clock = StampClock(time.wall_ns, time.monotonic_ns)
    stamp, moment = time.wall_ns(), time.monotonic
    time.monotonic += 10 * MS
    assert not clock.sample()
    assert clock.to_monotonic_ns(stamp) == moment


def test_an_rtt_over_a_step_of_the_wall_clock_is_right() -> None:
    for step in (-3600 * S, -500 * MS, 5 * S, 3600 * S):
        time = Time()
        clock = StampClock(time.wall_ns, time.monotonic_ns)
        clock.sample()
        sent = clock.to_monotonic_ns(time.wall_ns())
        time.monotonic += 20 * MS
        before_step = time.wall_ns()
        time.offset += step
        time.monotonic += 20 * MS
        after_step = time.wall_ns()
        time.monotonic += 20 * MS
        assert clock.sample()
        assert clock.to_monotonic_ns(before_step) - sent == 20 * MS
        assert clock.to_monotonic_ns(after_step) - sent == 40 * MS
        time.monotonic += 20 * MS
        later = time.wall_ns()
        assert not clock.sample()
        assert clock.to_monotonic_ns(later) - sent == 80 * MS


def test_the_noise_of_looking_at_two_clocks_does_not_reach_a_stamp() -> None:
    time = Time()
    clock = StampClock(time.wall_ns, time.monotonic_ns)
    stamp, moment = time.wall_ns(), time.monotonic
    time.offset += 40_000  # as if the thread was interrupted between the two clocks
    clock.sample()
    assert clock.to_monotonic_ns(stamp) == moment


def test_a_stamp_of_neither_side_of_a_step_becomes_now() -> None:
    time = Time()
    clock = StampClock(time.wall_ns, time.monotonic_ns)
    time.offset += 10 * S
    time.monotonic += MS
    clock.sample()
    assert clock.to_monotonic_ns(5 * S) == time.monotonic


def test_times_of_values_strictly_increase_for_each_item() -> None:
    walls = iter([5 * S, 5 * S, 5 * S, 4 * S, 5 * S, 6 * S + 7])
    clock = ValueClock(lambda: next(walls))
    assert clock.stamp(1) == (5, 0)
    assert clock.stamp(1) == (5, 1)
    assert clock.stamp(1) == (5, 2)
    assert clock.stamp(2) == (5, 0)
    assert clock.stamp(1) == (6, 7)


def test_values_follow_a_clock_that_is_set_back_far() -> None:
    time = Time()
    clock = ValueClock(time.wall_ns, time.monotonic_ns)
    right_s, _ = clock.stamp(1)
    time.offset += 3600 * S
    assert clock.stamp(1) == (right_s + 3600, 0)
    time.offset -= 3600 * S
    assert clock.stamp(1) == (right_s, 0)


@pytest.mark.parametrize("step_s", [-3600.0, 2.0, 3600.0])
def test_a_step_of_the_wall_clock_is_told_for_a_quarter_of_an_hour(step_s: float) -> None:
    time = Time()
    clock = ValueClock(time.wall_ns, time.monotonic_ns)
    time.monotonic += 60 * S
    assert clock.stepped_s() == 0
    time.offset += int(step_s * S)
    clock.stamp(1)
    time.monotonic += 899 * S
    assert clock.stepped_s() == step_s
    time.monotonic += 2 * S
    assert clock.stepped_s() == 0


def test_a_clock_that_is_slewed_has_no_step() -> None:
    time = Time()
    clock = ValueClock(time.wall_ns, time.monotonic_ns)
    for _ in range(100):
        time.offset += 400 * MS // 100
        time.monotonic += S
        assert clock.stepped_s() == 0


def test_items_that_are_gone_are_forgotten() -> None:
    clock = ValueClock(lambda: 5 * S)
    clock.stamp(1)
    clock.stamp(2)
    clock.keep({2})
    assert clock.stamp(1) == (5, 0)
    assert clock.stamp(2) == (5, 1)
