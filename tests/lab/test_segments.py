import pytest

from multipath.lab.nodes import NODES
from multipath.lab.segments import (
    PAIRS,
    SEGMENTS,
    Direction,
    Fault,
    Impairment,
    expected_rtts_s,
    one_way,
)


def test_every_two_nodes_have_one_private_middle() -> None:
    assert len(set(map(frozenset, PAIRS))) == len(PAIRS) == len(NODES) * (len(NODES) - 1) // 2
    assert set(SEGMENTS) == {*NODES, *(f"{a}>{b}" for a, b in PAIRS)}


def test_the_way_via_tokyo_beats_the_direct_one_and_the_one_via_hong_kong() -> None:
    rtts_s = expected_rtts_s()
    assert rtts_s["zabbix-sh>la"] == 0.182
    assert rtts_s["zabbix-sh>proxy2"] + rtts_s["proxy2>la"] == pytest.approx(0.154)
    assert rtts_s["zabbix-sh>proxy1"] + rtts_s["proxy1>la"] == pytest.approx(0.186)


def test_a_delay_is_split_over_both_directions_unless_one_is_asked_for() -> None:
    there, back = one_way("zabbix-sh", "la").delay_s, one_way("la", "zabbix-sh").delay_s
    assert there == back
    for direction, added_there_s, added_back_s in (
        (Direction.BOTH, 0.020, 0.020),
        (Direction.TO, 0.040, 0.0),
        (Direction.FROM, 0.0, 0.040),
    ):
        for segment in ("la", "zabbix-sh>la"):
            faults = [Fault(segment, Impairment(delay_s=0.040), direction)]
            now_there = one_way("zabbix-sh", "la", faults).delay_s
            now_back = one_way("la", "zabbix-sh", faults).delay_s
            assert now_there - there == pytest.approx(added_there_s)
            assert now_back - back == pytest.approx(added_back_s)
            assert expected_rtts_s(faults)["zabbix-sh>la"] == pytest.approx(0.222)


def test_of_the_sources_side_to_means_what_comes_back() -> None:
    fault = Fault("zabbix-sh", Impairment(down=True), Direction.TO)
    assert not one_way("zabbix-sh", "la", [fault]).down
    assert one_way("la", "zabbix-sh", [fault]).down


def test_loss_of_a_round_trip_is_what_was_asked() -> None:
    faults = [Fault("la", Impairment(loss_percent=30.0))]
    there = one_way("proxy1", "la", faults).loss_ratio
    back = one_way("la", "proxy1", faults).loss_ratio
    assert 1 - (1 - there) * (1 - back) == pytest.approx(0.30)
    assert there == pytest.approx(back)


def test_faults_add_up() -> None:
    faults = [
        Fault("la", Impairment(loss_percent=50.0, jitter_s=0.010), Direction.TO),
        Fault("la", Impairment(loss_percent=50.0, jitter_s=0.020), Direction.BOTH),
        Fault("zabbix-sh>la", Impairment(loss_percent=100.0), Direction.FROM),
    ]
    there = one_way("zabbix-sh", "la", faults)
    assert there.loss_ratio == pytest.approx(1 - 0.5 * 0.5**0.5)
    assert there.jitters_s == pytest.approx((0.0002, 0.010, 0.010))
    assert one_way("la", "zabbix-sh", faults).loss_ratio == 1.0


def test_a_fault_touches_the_pairs_that_pass_its_segment_only() -> None:
    before, after = expected_rtts_s(), expected_rtts_s([Fault("proxy1", Impairment(delay_s=0.1))])
    changed = {pair for pair in before if after[pair] != before[pair]}
    assert changed == {"zabbix-sh>proxy1", "proxy1>la", "proxy1>proxy2"}
