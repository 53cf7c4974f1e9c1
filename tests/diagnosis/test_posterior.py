import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.posterior import (
    NO_EVIDENCE,
    Evidence,
    by_counts,
    by_health,
    probabilities,
    probability,
)
from multipath.diagnosis.state import Health
from tests.diagnosis.paths import SH_LA, path, read


def of_60(*lost: int | None) -> list[Evidence]:
    return [NO_EVIDENCE if each is None else by_counts(each, 60) for each in lost]


@pytest.mark.parametrize(
    ("evidence", "segments", "expected"),
    [
        (of_60(6, 6, 6, 0, 0), ["la"], 0.94),
        (of_60(6, None, 0, 6, 6), ["zabbix-sh"], 0.90),
        (of_60(3, 0, 0, 0, 0), ["zabbix-sh>la"], 0.80),
        (of_60(1, 0, 0, 0, 0), [], 0.98),
    ],
)
def test_the_worked_examples(
    evidence: list[Evidence], segments: list[str], expected: float
) -> None:
    assert probability(SH_LA, evidence, segments) == pytest.approx(expected, abs=0.01)


@given(st.integers(0, 2), st.data())
def test_the_chances_of_all_sets_add_up_to_one(proxies: int, data: st.DataObject) -> None:
    on = path(proxies)
    counts = st.integers(0, 60).map(lambda lost: by_counts(lost, 60))
    each = st.one_of(st.just(NO_EVIDENCE), counts, st.sampled_from(Health).map(by_health))
    evidence = data.draw(st.lists(each, min_size=len(on.edges), max_size=len(on.edges)))
    total = math.fsum(
        probability(on, evidence, ill)
        for size in range(len(on.segments) + 1)
        for ill in combinations(on.segments, size)
    )
    assert total == pytest.approx(1.0)


def test_explanations_that_tie_share_their_chance_by_how_well_they_fit() -> None:
    healths = read("45154")
    verdict = locate(SH_LA, healths)
    first, second = probabilities(SH_LA, [by_health(each) for each in healths], verdict)
    assert second == pytest.approx(first / 20)


def test_explanations_that_nothing_tells_apart_are_equally_probable() -> None:
    healths = read("40011")
    verdict = locate(SH_LA, healths)
    chances = probabilities(SH_LA, [by_health(each) for each in healths], verdict)
    assert len(chances) == 2
    assert chances[0] == pytest.approx(chances[1])


def test_two_hundred_proxies_are_no_trouble() -> None:
    on = path(200)
    evidence = [by_counts(60, 60)] * 201 + [by_counts(0, 60)] * 200
    assert probability(on, evidence, [on.target]) > 0.8


def test_an_edge_that_nobody_measured_says_nothing() -> None:
    assert by_health(Health.UNKNOWN) == NO_EVIDENCE
    on = Path("s", "t")
    assert probability(on, [NO_EVIDENCE], []) == pytest.approx(0.98**3)
