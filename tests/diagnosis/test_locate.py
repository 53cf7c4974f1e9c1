from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.diagnosis.locate import (
    MOST_LISTED,
    Outcome,
    explain,
    locate,
    lost_proxies,
)
from multipath.diagnosis.places import Path
from multipath.diagnosis.resolution import seen
from multipath.diagnosis.state import Health
from tests.diagnosis.paths import SH_LA, THREE, observed, path, patterns, read


def covers(on: Path, healths: tuple[Health, ...]) -> set[frozenset[str]]:
    """Return the smallest covers by trying all sets: the definition itself."""
    good = [edge for edge, health in enumerate(healths) if health is Health.GOOD]
    bad = [edge for edge, health in enumerate(healths) if health.bad]
    free = [each for each in on.segments if not any(each in on.crossed(edge) for edge in good)]
    for size in range(len(free) + 1):
        found = {
            frozenset(tried)
            for tried in combinations(free, size)
            if all(on.crossed(edge) & set(tried) for edge in bad)
        }
        if found:
            return found
    raise AssertionError("private middles explain everything")


@pytest.mark.parametrize("proxies", range(4))
def test_the_explanations_are_all_smallest_covers_for_every_pattern(proxies: int) -> None:
    on = path(proxies)
    for healths in patterns(proxies, *THREE):
        explanations, count = explain(on, healths)
        told = {frozenset(each.segments) for each in explanations}
        expected = covers(on, healths) - {frozenset()}
        assert count == len(expected)
        assert told <= expected
        assert len(told) == min(count, MOST_LISTED)


@given(observed(most_proxies=3))
def test_kinds_rank_the_explanations_and_change_none(
    drawn: tuple[Path, tuple[Health, ...]],
) -> None:
    on, healths = drawn
    explanations, _ = explain(on, healths)
    plain, _ = explain(on, [Health.LOSSY if health.bad else health for health in healths])
    assert {each.segments for each in explanations} == {each.segments for each in plain}
    misfits = [each.misfits for each in explanations]
    assert misfits == sorted(misfits)


@given(observed())
def test_misfits_are_edges_worse_than_all_that_explains_them(
    drawn: tuple[Path, tuple[Health, ...]],
) -> None:
    on, healths = drawn
    for explanation in explain(on, healths)[0]:
        says = {each.segment: each.health for each in explanation.suspects}
        worse = [
            edge
            for edge, health in enumerate(healths)
            if health.bad
            and health > max(says.get(each, Health.UNKNOWN) for each in on.crossed(edge))
        ]
        assert explanation.misfits == len(worse)


@given(observed(), st.randoms(use_true_random=False))
def test_permuting_the_proxies_permutes_the_verdict(
    drawn: tuple[Path, tuple[Health, ...]], random: Random
) -> None:
    on, healths = drawn
    order = list(range(len(on.proxies)))
    random.shuffle(order)
    other = Path(on.source, on.target, tuple(on.proxies[at] for at in order))
    by_name = dict(zip(on.edges, healths, strict=True))
    one = locate(on, healths)
    two = locate(other, [by_name[edge] for edge in other.edges])
    assert (one.outcome, one.count, one.health) == (two.outcome, two.count, two.health)
    assert set(one.lost) == set(two.lost)
    if one.count <= MOST_LISTED:
        assert {(frozenset(each.suspects), each.misfits) for each in one.explanations} == {
            (frozenset(each.suspects), each.misfits) for each in two.explanations
        }


@given(observed(), st.data())
def test_forgetting_an_edge_never_makes_more_ill(
    drawn: tuple[Path, tuple[Health, ...]], data: st.DataObject
) -> None:
    on, healths = drawn
    edge = data.draw(st.integers(0, len(healths) - 1))
    fewer = (*healths[:edge], Health.UNKNOWN, *healths[edge + 1 :])
    assert size(on, fewer) <= size(on, healths)


def size(on: Path, healths: tuple[Health, ...]) -> int:
    explanations, _ = explain(on, healths)
    return len(explanations[0].segments) if explanations else 0


@given(observed())
def test_an_unknown_edge_is_never_blamed_by_its_middle(
    drawn: tuple[Path, tuple[Health, ...]],
) -> None:
    on, healths = drawn
    unknown = {on.edges[at] for at, health in enumerate(healths) if health is Health.UNKNOWN}
    for explanation in explain(on, healths)[0]:
        assert not unknown & set(explanation.segments)


@pytest.mark.parametrize("proxies", range(5))
def test_a_single_fault_is_in_the_printed_set_whatever_is_unknown(proxies: int) -> None:
    on = path(proxies)
    for ill in on.segments:
        whole = [
            Health.LOSSY if ill in on.crossed(at) else Health.GOOD for at in range(len(on.edges))
        ]
        for hidden in range(2 ** len(whole)):
            healths = [
                Health.UNKNOWN if hidden >> at & 1 else health for at, health in enumerate(whole)
            ]
            verdict = locate(on, healths)
            if any(health.bad for health in healths):
                assert (ill,) in [each.segments for each in verdict.explanations]
            else:
                assert verdict.outcome in {Outcome.FINE, Outcome.UNKNOWN}


@given(observed(), st.data())
def test_what_makes_all_bad_edges_bad_is_no_smaller_than_the_explanations(
    drawn: tuple[Path, tuple[Health, ...]], data: st.DataObject
) -> None:
    on, _ = drawn
    ill = frozenset(data.draw(st.lists(st.sampled_from(on.segments), max_size=4, unique=True)))
    assert size(on, seen(on, ill)) <= len(ill)


def test_the_severity_of_faults_tells_explanations_of_one_size_apart() -> None:
    # the source's side loses a few packets, proxy1's side all of them
    verdict = locate(SH_LA, read("45154"))
    assert verdict.outcome is Outcome.SEVERAL
    assert verdict.explanations[0].segments == ("zabbix-sh", "proxy1")
    assert verdict.count == 2


def test_a_silent_proxy_that_does_not_answer_is_lost_and_no_network_fault() -> None:
    verdict = locate(SH_LA, read("11015"))
    assert (verdict.outcome, verdict.lost, verdict.explanations) == (Outcome.LOST, ("proxy2",), ())
    assert verdict.health is Health.GOOD


def test_the_sources_uplink_silences_the_proxies_and_loses_none() -> None:
    dead_uplink = read("50055")
    assert lost_proxies(SH_LA, dead_uplink) == ()
    assert [each.segments for each in locate(SH_LA, dead_uplink).explanations] == [("zabbix-sh",)]


def test_a_lost_proxy_hides_no_other_fault() -> None:
    verdict = locate(SH_LA, read("44015"))
    assert verdict.lost == ("proxy2",)
    assert [each.segments for each in verdict.leading] == [("la",)]


@pytest.mark.parametrize("proxies", range(4))
def test_nothing_known_and_nothing_ill_are_told_apart(proxies: int) -> None:
    on = path(proxies)
    edges = 2 * proxies + 1
    assert locate(on, [Health.UNKNOWN] * edges).outcome is Outcome.UNKNOWN
    assert locate(on, [Health.GOOD] * edges).outcome is Outcome.FINE
    half = [Health.GOOD] + [Health.UNKNOWN] * (edges - 1)
    assert locate(on, half).outcome is Outcome.FINE


@settings(max_examples=20)
@given(st.lists(st.sampled_from(Health), min_size=401, max_size=401))
def test_two_hundred_proxies_are_no_trouble(healths: list[Health]) -> None:
    verdict = locate(path(200), healths)
    assert len(verdict.explanations) <= MOST_LISTED
    assert verdict.count >= len(verdict.explanations)
