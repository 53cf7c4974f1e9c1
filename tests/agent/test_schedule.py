"""When packets leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.agent.cycle.schedule import (
    next_packet_ns,
    next_start_ns,
    packet_gap_ns,
    stagger_ns,
    tick_s,
    to_ns,
)

S = 1_000_000_000


@pytest.mark.parametrize(
    ("cycle_s", "timeout_s", "packets", "gap_s"),
    [
        (10, 2, 20, 0.4),
        (30, 2, 20, 1.4),
        (10, 2, 1, 8),
        (10, 5, 10, 0.5),
        (10, 9, 10, 0.5),  # a longer timeout makes no burst
        (1, 1, 5, 0.1),
    ],
)
def test_packets_are_spread_over_the_cycle_less_the_timeout(
    cycle_s: float, timeout_s: float, packets: int, gap_s: float
) -> None:
    assert packet_gap_ns(cycle_s, timeout_s, packets) == to_ns(gap_s)


def test_the_cycle_is_decided_when_it_ends() -> None:
    gap_ns = packet_gap_ns(10, 2, 20)
    assert 19 * gap_ns + to_ns(2) <= to_ns(10)


@given(st.text(), st.integers(min_value=1, max_value=3600 * S))
def test_an_edge_begins_within_one_gap_always_at_the_same_place(edge: str, gap_ns: int) -> None:
    assert 0 <= stagger_ns(edge, gap_ns) < gap_ns
    assert stagger_ns(edge, gap_ns) == stagger_ns(edge, gap_ns)


def test_many_edges_make_an_even_stream() -> None:
    starts = [stagger_ns(f"t source>node{number}", S) for number in range(1000)]
    tenths = [sum(start * 10 // S == tenth for start in starts) for tenth in range(10)]
    assert min(tenths) > 60
    assert max(tenths) < 140


def test_cycles_follow_each_other_without_drift() -> None:
    assert next_start_ns(5 * S, 10 * S, 14 * S) == 15 * S
    assert next_start_ns(5 * S, 10 * S, 15 * S + 1) == 15 * S


def test_cycles_that_were_slept_through_are_left_out() -> None:
    assert next_start_ns(0, 10 * S, 3605 * S) == 3600 * S


def test_packets_that_are_late_keep_a_distance() -> None:
    assert next_packet_ns(planned_ns=5 * S, gap_ns=S, now_ns=5 * S + 1000) == 6 * S
    assert next_packet_ns(planned_ns=5 * S, gap_ns=S, now_ns=60 * S) == 60 * S + S // 2


@pytest.mark.parametrize(
    ("packets_per_s", "wanted_s"), [(0, 0.05), (10, 0.05), (800, 0.04), (3333, 0.02), (1e6, 0.02)]
)
def test_a_tick_is_longer_where_few_packets_are_due(packets_per_s: float, wanted_s: float) -> None:
    assert tick_s(packets_per_s) == wanted_s
