import random
from collections.abc import Iterable

import pytest

from multipath.lab import delayline
from multipath.lab.delayline import REORDER_HOLD_S, DelayLine, Lane
from multipath.lab.segments import OneWay


def line() -> DelayLine:
    return DelayLine(random.Random(1))  # noqa: S311 - chance that repeats, no secret


def numbered(packets: Iterable[tuple[int, bytes]]) -> list[int]:
    return [int(packet) for _, packet in packets]


def test_a_packet_comes_out_when_it_is_due_and_not_before() -> None:
    held = line()
    held.push(10.0, Lane(7, OneWay(delay_s=0.5)), b"1")
    assert held.next_due_s == 10.5
    assert list(held.pop(10.499)) == []
    assert list(held.pop(10.5)) == [(7, b"1")]
    assert held.next_due_s is None


def test_packets_of_several_lanes_come_out_in_the_order_in_which_they_are_due() -> None:
    held = line()
    slow, quick = Lane(1, OneWay(delay_s=0.3)), Lane(2, OneWay(delay_s=0.1))
    held.push(0.0, slow, b"3")
    held.push(0.05, quick, b"1")
    held.push(0.1, quick, b"2")
    assert numbered(held.pop(1.0)) == [1, 2, 3]


def test_packets_due_at_the_same_time_keep_their_order() -> None:
    held, lane = line(), Lane(1, OneWay(delay_s=0.1))
    for number in range(100):
        held.push(0.0, lane, b"%d" % number)
    assert numbered(held.pop(1.0)) == list(range(100))


def test_jitter_stays_in_its_bounds_and_keeps_the_order() -> None:
    held, lane = line(), Lane(1, OneWay(delay_s=0.1, jitters_s=(0.02, 0.03)))
    dues_s = []
    for number in range(500):
        held.push(float(number), lane, b"%d" % number)
        dues_s.append(lane.last_due_s - number)
    assert min(dues_s) >= 0.05
    assert max(dues_s) <= 0.15
    assert max(dues_s) - min(dues_s) > 0.07
    for number in range(500, 1000):
        held.push(500 + number / 1000, lane, b"%d" % number)
    assert numbered(held.pop(2000.0)) == list(range(1000))


def test_jitter_greater_than_the_delay_never_delivers_into_the_past() -> None:
    held, lane = line(), Lane(1, OneWay(delay_s=0.001, jitters_s=(0.05,)))
    for number in range(100):
        held.push(float(number), lane, b"0")
        assert lane.last_due_s >= number


def test_loss_drops_its_share_and_counts_it() -> None:
    held, lane = line(), Lane(1, OneWay(loss_ratio=0.3))
    for _ in range(10_000):
        held.push(0.0, lane, b"0")
    assert 2700 < held.lost < 3300
    assert len(numbered(held.pop(1.0))) == 10_000 - held.lost


def test_nothing_passes_a_lane_that_is_down() -> None:
    held = line()
    held.push(0.0, Lane(1, OneWay(down=True)), b"0")
    assert (held.next_due_s, held.lost) == (None, 1)


def test_a_reordered_packet_is_overtaken_by_those_sent_while_it_is_held() -> None:
    held, lane = line(), Lane(1, OneWay(reorder_ratio=1.0))
    held.push(0.0, lane, b"0")
    lane.way = OneWay()
    held.push(REORDER_HOLD_S / 2, lane, b"1")
    held.push(REORDER_HOLD_S * 2, lane, b"2")
    assert numbered(held.pop(1.0)) == [1, 0, 2]


def test_a_duplicate_follows_its_packet() -> None:
    held = line()
    held.push(0.0, Lane(1, OneWay(delay_s=0.1, duplicate_ratio=1.0)), b"5")
    assert list(held.pop(0.1)) == [(1, b"5"), (1, b"5")]


def test_too_many_packets_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delayline, "CAPACITY", 3)
    held, lane = line(), Lane(1, OneWay(delay_s=1.0))
    for number in range(5):
        held.push(0.0, lane, b"%d" % number)
    assert held.overflowed == 2
    assert numbered(held.pop(1.0)) == [0, 1, 2]
