from collections.abc import Sequence

import pytest

from multipath.diagnosis import wording_en, wording_zh
from multipath.diagnosis.circumstances import (
    Cause,
    Circumstance,
    VantageSigns,
    circumstances,
    network_only,
)
from multipath.diagnosis.locate import Outcome, locate
from multipath.diagnosis.state import Health
from tests.diagnosis.paths import SH_LA, read

SOURCE = VantageSigns("zabbix-sh")
PROXY1 = VantageSigns("proxy1", zabbix_proxy="proxy1")
PROXY2 = VantageSigns("proxy2", zabbix_proxy="proxy2")
WELL = read("11111")


def found(
    digits: str, *vantages: VantageSigns, filtered: Sequence[str] = ()
) -> tuple[Circumstance, ...]:
    return circumstances(SH_LA, read(digits), vantages, filtered)


def only(circumstance: tuple[Circumstance, ...]) -> tuple[Cause, str, set[str]]:
    (one,) = circumstance
    return one.cause, one.where, set(one.edges)


def test_a_silent_agent_on_a_host_that_answers_is_dead() -> None:
    silent = VantageSigns("proxy1", heard=False, zabbix_proxy="proxy1")
    assert only(found("10111", SOURCE, silent, PROXY2)) == (
        Cause.AGENT_DEAD,
        "proxy1",
        {"proxy1>la"},
    )


def test_a_host_that_neither_answers_nor_reports_is_dead_or_cut_off() -> None:
    silent = VantageSigns("proxy1", heard=False, zabbix_proxy="proxy1", zabbix_proxy_heard=False)
    assert only(found("10151", SOURCE, silent, PROXY2)) == (
        Cause.HOST_DEAD,
        "proxy1",
        {"proxy1>la", "zabbix-sh>proxy1"},
    )


def test_a_host_whose_zabbix_proxy_is_heard_is_not_dead() -> None:
    silent = VantageSigns("proxy1", heard=False, zabbix_proxy="proxy1")
    assert only(found("10151", SOURCE, silent, PROXY2))[0] is Cause.AGENT_DEAD


def test_a_zabbix_proxy_that_is_away_explains_all_behind_it_once() -> None:
    one, two = (
        VantageSigns(node, heard=False, zabbix_proxy="asia", zabbix_proxy_heard=False)
        for node in SH_LA.proxies
    )
    assert only(found("10011", SOURCE, one, two)) == (
        Cause.ZABBIX_PROXY_AWAY,
        "asia",
        {"proxy1>la", "proxy2>la"},
    )


def test_when_nobody_is_heard_it_is_the_collector() -> None:
    silent = [VantageSigns(node, heard=False) for node in ("zabbix-sh", "proxy1", "proxy2")]
    cause, _, edges = only(found("00000", *silent))
    assert (cause, edges) == (Cause.COLLECTOR_UNREACHABLE, set(SH_LA.edges))


def test_values_that_come_late_raise_nothing() -> None:
    late = VantageSigns("proxy1", zabbix_proxy="proxy1", late=True)
    circumstance = found("15111", SOURCE, late, PROXY2)
    assert only(circumstance) == (Cause.COLLECTOR_UNREACHABLE, "proxy1", {"proxy1>la"})
    rest = network_only(SH_LA, read("15111"), circumstance)
    assert locate(SH_LA, rest).outcome is Outcome.FINE


def test_icmp_that_is_filtered_beside_answered_tcp_is_no_outage() -> None:
    to_la = [edge for edge in SH_LA.edges if edge.endswith(">la")]
    circumstance = found("55511", SOURCE, PROXY1, PROXY2, filtered=to_la)
    assert [each.cause for each in circumstance] == [Cause.ICMP_FILTERED] * 3
    rest = network_only(SH_LA, read("55511"), circumstance)
    assert locate(SH_LA, rest).outcome is Outcome.FINE


def test_without_an_answer_by_tcp_down_stays_down() -> None:
    assert found("51111", SOURCE, PROXY1, PROXY2) == ()


def test_a_stepped_clock_is_told_and_leaves_the_durations() -> None:
    stepped = VantageSigns("proxy1", zabbix_proxy="proxy1", clock_step_s=-3600.0)
    assert only(found("11111", SOURCE, stepped, PROXY2)) == (Cause.CLOCK_STEPPED, "proxy1", set())


def test_an_agent_whose_clock_stepped_is_not_taken_for_dead() -> None:
    stepped = VantageSigns("proxy1", heard=False, zabbix_proxy="proxy1", clock_step_s=3600.0)
    assert only(found("10111", SOURCE, stepped, PROXY2)) == (
        Cause.CLOCK_STEPPED,
        "proxy1",
        {"proxy1>la"},
    )


def test_nothing_is_the_matter_where_all_is_well() -> None:
    assert found("11111", SOURCE, PROXY1, PROXY2) == ()
    assert found("44411", SOURCE, PROXY1, PROXY2) == ()
    assert network_only(SH_LA, WELL, ()) == WELL


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("where", ["", "proxy1"])
def test_each_is_a_sentence_in_both_languages(cause: Cause, where: str) -> None:
    circumstance = Circumstance(cause, where)
    english, chinese = wording_en.circumstance(circumstance), wording_zh.circumstance(circumstance)
    assert english.isascii()
    assert not chinese.isascii()
    assert where in english
    assert where in chinese
    assert "{" not in english + chinese


def test_no_circumstance_makes_an_edge_bad() -> None:
    silent = [VantageSigns(node, heard=False) for node in SH_LA.proxies]
    for digits in ("14401", "55055", "01451"):
        healths = read(digits)
        rest = network_only(SH_LA, healths, circumstances(SH_LA, healths, silent))
        assert all(
            after in {before, Health.UNKNOWN} for before, after in zip(healths, rest, strict=True)
        )
